"""The chat in the terminal: one prompt, one answer, slash commands.

session   the loop: a question, its answer, again
commands  the table of slash commands; about_*.py hold what they do
view      how an answer appears while it is written; markdown, tail: its parts
prompt    the line where one types; status: the line below it
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sottovoce.cli._given import Given


def open_chat(given: Given) -> None:
    """Talk until the person leaves."""
    from sottovoce.cli._run import run
    from sottovoce.cli.chat.session import talk

    run(talk(given))
