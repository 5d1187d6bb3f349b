"""Asks a person for a line while answers are awaited: Ctrl-C and the end of input give none."""

from __future__ import annotations

from prompt_toolkit import PromptSession
from prompt_toolkit.output import create_output


async def inquire(question: str, draft: str = "", *, beside_data: bool = False) -> str | None:
    """Return the line typed, which begins with `draft`; None where the person leaves.

    `beside_data`: standard output is for others, so it is asked on standard error.
    """
    output = create_output(always_prefer_tty=True) if beside_data else None
    session: PromptSession[str] = PromptSession(output=output)
    try:
        # Ctrl-C is a key here; the signal stays with whoever runs the program.
        return (await session.prompt_async(f"{question} ", default=draft, handle_sigint=False)).strip()
    except (EOFError, KeyboardInterrupt):
        return None
