"""Slash commands about chats: begin, list, open, search, and walk through their branches."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

from sottovoce.cli._show import clean, one_line
from sottovoce.cli.chat.growing import Growing
from sottovoce.cli.chat.markdown import draw
from sottovoce.cli.chat.talk import Talk
from sottovoce.core.errors import BadValue
from sottovoce.core.messages import Role, State
from sottovoce.store import chats, search
from sottovoce.store.rows import Chat, StoredMessage

LISTED = 20
RECALLED = 4
"""Messages shown when an old chat is opened: the last two exchanges."""


async def new(talk: Talk, arguments: str) -> None:
    talk.begin()
    talk.show.quiet("A new chat begins with your next question.")


async def list_chats(talk: Talk, arguments: str) -> None:
    found = await talk.read(lambda conn: chats.listed(conn, talk.app.owner, LISTED, archived=False))
    _show_chats(talk, found)
    if found:
        talk.show.quiet("/open 1 opens the first of these")


def _show_chats(talk: Talk, found: Sequence[Chat]) -> None:
    words = talk.show.words
    talk.listed = [chat.id for chat in found]
    if not found:
        talk.show.quiet("There are no chats yet.")
    for at, chat in enumerate(found, 1):
        here = f" {words('(this one)')}" if chat.id == talk.place.chat else ""
        label = f"{at:>3}  {day(chat.changed)}  "
        talk.show.screen.print(
            Text.assemble((label, "dim"), one_line(chat.title or words("(no title)")), (here, "dim")),
            overflow="ellipsis",
            no_wrap=True,
        )


async def open_chat(talk: Talk, arguments: str) -> None:
    """Open a chat by its number in the last list, or by its id."""
    if not arguments:
        await list_chats(talk, "")
        return
    wanted = arguments
    if arguments.isdigit() and int(arguments) <= len(talk.listed) and int(arguments) > 0:
        wanted = talk.listed[int(arguments) - 1]
    chat = await talk.read(lambda conn: chats.get(conn, talk.app.owner, wanted))
    talk.begin()
    talk.place.chat = chat.id
    await talk.learn_shelves()
    talk.show.screen.print(Text(one_line(chat.title or talk.show.words("(no title)")), style="bold"))
    recall(talk, await talk.branch())


def recall(talk: Talk, branch: Sequence[StoredMessage]) -> None:
    """Print the end of a branch as it looked when it was written, and go on from there."""
    talk.come_to(branch)
    earlier = len(branch) - RECALLED
    if earlier > 0:
        talk.show.quiet(f"… {earlier} earlier messages: sotto chats show {talk.place.chat}")
    for message in branch[-RECALLED:]:
        talk.show.line()
        if message.role is Role.USER:
            talk.show.screen.print(Text.assemble(("› ", "bold"), clean(message.text)))
        else:
            _print_answer(talk, message)


def _print_answer(talk: Talk, message: StoredMessage) -> None:
    growing = Growing()
    blocks = [*growing.feed(clean(message.text)), *growing.end()]
    for at, block in enumerate(blocks):
        if at and not block.follows:
            talk.show.line()
        talk.show.drawn(line.text for line in draw(talk.show.screen, block))
    if message.state is not State.COMPLETE:
        talk.show.quiet(f"\n[{talk.show.words(message.state)}]")


async def find(talk: Talk, arguments: str) -> None:
    if not arguments:
        raise BadValue("/search looks for words in all chats.", hint="For example: /search blue sky")
    hits = await talk.read(lambda conn: search.find(conn, talk.app.owner, arguments, LISTED))
    found: dict[str, list[search.Hit]] = {}
    for hit in hits:
        found.setdefault(hit.chat, []).append(hit)
    talk.listed = list(found)
    if not found:
        talk.show.quiet("Nothing was found.")
    for at, (_, inside) in enumerate(found.items(), 1):
        title = one_line(inside[0].title or talk.show.words("(no title)"))
        label = f"{at:>3}  {day(inside[0].created)}  "
        talk.show.screen.print(Text.assemble((label, "dim"), title), overflow="ellipsis", no_wrap=True)
        for hit in inside[:2]:
            talk.show.screen.print(_excerpt(hit), overflow="ellipsis", no_wrap=True)


def _excerpt(hit: search.Hit) -> Text:
    text = Text("     " + clean(hit.excerpt), style="dim")
    for start, end in hit.marks:
        text.stylize("bold not dim", 5 + start, 5 + end)
    return text


@dataclass(frozen=True, slots=True)
class Fork:
    """A place in the branch where there are several messages to choose from."""

    shown: StoredMessage
    others: tuple[StoredMessage, ...]

    @property
    def at(self) -> int:
        return [message.id for message in self.others].index(self.shown.id)


async def branches(talk: Talk, arguments: str) -> None:
    """List the alternatives in this chat, or switch: /branch 2, /branch FORK 2."""
    forks = await _forks(talk)
    if not forks:
        talk.show.quiet("There is only one branch here. /edit and /retry make others.")
        return
    if not arguments:
        for number, fork in enumerate(forks, 1):
            _show_fork(talk, number, fork, only=len(forks) == 1)
        one, fork_one = f"/branch {len(forks[-1].others)}", "/branch 1 2"
        talk.show.quiet(
            f"{one} shows that alternative" if len(forks) == 1 else f"{fork_one}: fork 1, alternative 2"
        )
        return
    chosen = _chosen(forks, arguments)
    chat = talk.place.chat or ""
    await talk.app.database.run(lambda conn: chats.go_to(conn, talk.app.owner, chat, chosen))
    recall(talk, await talk.branch())


async def _forks(talk: Talk) -> list[Fork]:
    chat = talk.place.chat
    if chat is None:
        return []
    tree = await talk.read(lambda conn: chats.messages(conn, talk.app.owner, chat))
    forks = []
    for message in await talk.branch():
        others = tuple(
            other for other in tree if (other.parent, other.role) == (message.parent, message.role)
        )
        if len(others) > 1:
            forks.append(Fork(message, others))
    return forks


def _show_fork(talk: Talk, number: int, fork: Fork, *, only: bool) -> None:
    asked = fork.shown.role is Role.USER
    which = f"{'your question' if asked else 'the answer'}, {fork.at + 1} of {len(fork.others)}"
    talk.show.quiet(which if only else f"fork {number}: {which}")
    for at, other in enumerate(fork.others, 1):
        mark = "›" if other is fork.others[fork.at] else " "
        text = Text.assemble(
            (f" {mark} {at:>2}  ", "dim"), one_line(other.text) or f"[{talk.show.words(other.state)}]"
        )
        talk.show.screen.print(text, overflow="ellipsis", no_wrap=True)


def _chosen(forks: Sequence[Fork], arguments: str) -> str:
    """Return the message meant by `2` (at the last fork) or `1 2` (fork 1, alternative 2)."""
    numbers = [int(word) for word in arguments.split() if word.isdigit()]
    if len(numbers) not in (1, 2) or len(numbers) != len(arguments.split()):
        raise BadValue("/branch takes the number of an alternative.", hint="/branch lists them")
    number = numbers[0] if len(numbers) == 2 else len(forks)
    if not 1 <= number <= len(forks):
        raise BadValue(f"There is no fork {number} here.", hint="/branch lists them")
    fork = forks[number - 1]
    if not 1 <= numbers[-1] <= len(fork.others):
        raise BadValue(f"There are {len(fork.others)} alternatives here.", hint="/branch lists them")
    return fork.others[numbers[-1] - 1].id


def day(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))
