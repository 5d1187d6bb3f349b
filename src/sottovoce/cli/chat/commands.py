"""The slash commands, as one table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from difflib import get_close_matches

from rich.table import Table
from rich.text import Text

from sottovoce.cli.chat import (
    about_answers,
    about_chats,
    about_elsewhere,
    about_itself,
    about_knowledge,
    about_settings,
)
from sottovoce.cli.chat.talk import Talk
from sottovoce.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Command:
    """`arguments` as the help shows them; `act` gets what stands behind the name."""

    name: str
    arguments: str
    help: str
    act: Callable[[Talk, str], Awaitable[None]]


async def show_help(talk: Talk, arguments: str) -> None:
    if arguments:
        await about_itself.answer(talk, arguments)
        return
    table = Table.grid(padding=(0, 1))
    for command in COMMANDS:
        usage = Text.assemble((command.name, "bold"), (f" {command.arguments}", "dim"))
        # Folded: what is written without blanks would be cut as one long word is.
        table.add_row("", usage, Text(talk.show.words(command.help), overflow="fold"))
    talk.show.screen.print(table)
    talk.show.quiet(KEYS)


async def leave(talk: Talk, arguments: str) -> None:
    talk.leaving = True


KEYS = """
Enter sends, Alt-Enter or Ctrl-J begins a new line, Up brings back old questions.
Ctrl-C stops an answer and keeps what was written. Ctrl-D leaves.
A question that begins with a slash is written with two: //etc is a folder?"""

COMMANDS = (
    Command("/new", "", "begin another chat", about_chats.new),
    Command("/chats", "", "list the chats", about_chats.list_chats),
    Command("/open", "N|ID", "go on with a chat", about_chats.open_chat),
    Command("/search", "WORDS", "find words in all chats", about_chats.find),
    Command("/edit", "", "change your last question; the old one is kept", about_answers.edit),
    Command("/retry", "", "another answer to your last question", about_answers.retry),
    Command(
        "/there",
        "[NAME]",
        "have a model elsewhere answer it, once you saw what leaves",
        about_elsewhere.there,
    ),
    Command("/here", "", "have the model here answer again", about_elsewhere.here),
    Command(
        "/route",
        "[here|ask|there|- [NAME]]",
        "who answers in this chat: here, there, or ask where there is a reason",
        about_elsewhere.route,
    ),
    Command("/later", "", "what waits for a model elsewhere", about_elsewhere.waits),
    Command("/branch", "[N]", "list the alternatives, or switch to one", about_chats.branches),
    Command("/system", "[TEXT|-]", "instructions for this chat", about_settings.system),
    Command("/memory", "", "what is remembered in all chats", about_settings.remembered),
    Command("/kb", "[NAME|off|quote]", "the shelves of documents that this chat asks", about_knowledge.kb),
    Command("/tools", "[on|off|-]", "exact tools for sums, units and dates, here", about_settings.tools),
    Command("/model", "[M]", "the models; go on with another", about_settings.model),
    Command("/set", "[NAME [VALUE|-]]", "sampling and settings, for this session", about_settings.change),
    Command("/copy", "", "copy the last answer", about_answers.copy),
    Command("/save", "FILE", "write this chat as Markdown", about_answers.save),
    Command("/export", "FILE", "write this chat with all branches as JSON", about_answers.export),
    Command("/stats", "", "counts and times of the last answer", about_answers.stats),
    Command("/help", "[QUESTION]", "show this, or answer a question about the assistant", show_help),
    Command("/quit", "", "leave", leave),
)


def find(typed: str) -> Command:
    """Return the command of this name, or the only one that begins so. Raises NotFound."""
    exact = [command for command in COMMANDS if command.name == typed]
    begun = exact or [command for command in COMMANDS if command.name.startswith(typed)]
    if len(begun) == 1 and len(typed) > 1:
        return begun[0]
    near = get_close_matches(typed, [command.name for command in COMMANDS], 1) or [
        command.name for command in begun[:1]
    ]
    literal = "two slashes send a text that begins with one"
    hint = f"Did you mean {near[0]}? Otherwise: {literal}" if near else f"/help lists them; {literal}"
    raise NotFound(f"There is no command {typed}.", hint=hint)
