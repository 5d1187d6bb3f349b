"""Copy text to the clipboard: with the desktop's own tool, or through the terminal itself."""

from __future__ import annotations

import asyncio
import base64
import shutil
from asyncio.subprocess import DEVNULL, PIPE

from sottovoce.cli._show import Show, clean
from sottovoce.core.errors import BadValue

TOOLS = (("wl-copy",), ("xclip", "-selection", "clipboard"), ("pbcopy",), ("clip",))
PATIENCE = 2.0
MOST_FOR_TERMINAL = 74_000
"""Terminals pass over a longer sequence, or show it as rubbish."""


async def copy_text(show: Show, text: str) -> str:
    """Copy, and say in words how it was done. Raises BadValue for a text that is too long."""
    for tool in TOOLS:
        if shutil.which(tool[0]) and await _through(tool, text):
            return f"with {tool[0]}"
    encoded = base64.b64encode(clean(text).encode("utf-8", "replace")).decode()
    if len(encoded) > MOST_FOR_TERMINAL:
        raise BadValue(
            "The answer is too long for the terminal's clipboard.", hint="/save FILE writes it to a file"
        )
    show.control(f"\x1b]52;c;{encoded}\x07")
    return "through the terminal, if it allows that"


async def _through(tool: tuple[str, ...], text: str) -> bool:
    """Give the text to a program, which may stay behind to serve the clipboard."""
    try:
        process = await asyncio.create_subprocess_exec(
            *tool, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL, start_new_session=True
        )
        await asyncio.wait_for(process.communicate(text.encode("utf-8", "replace")), PATIENCE)
    except (OSError, TimeoutError):
        return False
    return process.returncode == 0
