"""Takes a file that a person sends onto this disk, before anybody reads it. Knows nothing of what it holds.

It has no name there and goes with the program, however that ends: what was sent is nobody else's to find.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import IO

from starlette.requests import Request

from sottovoce.core.errors import DiskFull, TooLarge, WrongKind
from sottovoce.core.paths import disk_problem
from sottovoce.server.answering import Gone

MOST_FILE = 2 << 30
"""Bytes of one file: four times what people who were busy for years have of ChatGPT."""

PART = 1 << 20
"""Bytes that are written at a time."""

KINDS = ("application/zip", "application/x-zip-compressed", "application/json", "application/octet-stream")
"""None of them is one that a page of somebody else's may send unasked."""


def check_kind(kind: str) -> None:
    """Raise WrongKind unless this Content-Type is that of a file."""
    if kind.partition(";")[0].strip().lower() not in KINDS:
        raise WrongKind(
            "The request's body must be a file.",
            hint=f"Send the header Content-Type: {KINDS[0]}, or {KINDS[2]}",
            field="Content-Type",
        )


def check_size(size: int, most: int | None = None) -> None:
    """Raise TooLarge for more bytes than a file may have here; `most` None: than any may."""
    bound = MOST_FILE if most is None else min(most, MOST_FILE)
    if size > bound:
        said = f"{bound >> 30} GB" if bound >= 1 << 30 else f"{bound >> 20} MB"
        raise TooLarge(f"A file has at most {said} here.", hint="Send it in parts")


async def taken(request: Request, folder: Path, most: int | None = None) -> IO[bytes]:
    """Return the body as an open file, to be closed by the caller, on the disk of this folder.

    Raises WrongKind, TooLarge, DiskFull or StoreProblem; Gone if it never ends.
    """
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise WrongKind(
            "The request's body must not be compressed.",
            hint="Send it without Content-Encoding",
            field="Content-Encoding",
        )
    announced = int(request.headers.get("content-length", "0"))  # the gate has seen that it is a number
    check_size(announced, most)
    # A long way over a slow air takes its time; one who stops sending is still noticed.
    patience = request.scope.get("extensions", {}).get("sotto", {}).get("be_patient")
    if patience is not None:
        patience()
    file = await asyncio.to_thread(_opened, folder, announced)
    try:
        await _receive(request, file, most)
        await asyncio.to_thread(file.seek, 0)
    except OSError as problem:
        file.close()
        raise disk_problem(problem, folder / "an import") from problem
    except BaseException:
        file.close()
        raise
    return file


def _opened(folder: Path, announced: int) -> IO[bytes]:
    try:
        if shutil.disk_usage(folder).free < announced:
            raise DiskFull(
                f"The disk that holds {folder} has no room for this file.",
                hint="Free some space, and send it again",
            )
        return tempfile.TemporaryFile(dir=folder)
    except OSError as problem:
        raise disk_problem(problem, folder / "an import") from problem


async def _receive(request: Request, file: IO[bytes], most: int | None) -> None:
    waiting = bytearray()
    size, more = 0, True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise Gone
        waiting += message.get("body", b"")
        more = message.get("more_body", False)
        if len(waiting) >= PART or not more:
            size += len(waiting)
            check_size(size, most)
            await asyncio.to_thread(file.write, bytes(waiting))
            waiting.clear()
