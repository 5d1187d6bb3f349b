"""sotto memory: what is remembered in all chats, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sottovoce.cli._given import Given
from sottovoce.core.errors import NotFound
from sottovoce.core.messages import OWNER

if TYPE_CHECKING:
    from sqlite3 import Connection

    from sottovoce.store.memory import Remembered

EXAMPLES = """\b
Examples:
  sotto settings set memory on
  sotto memory add "I live in Vienna"
  sotto memory remove 2"""


@click.group(epilog=EXAMPLES)
def memory() -> None:
    """What is remembered in all chats.

    Nothing is, unless the setting memory is on. Then what a message asks for is kept ("remember that I
    live in Vienna"), and told to the model in every chat that is not temporary.
    """


@memory.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_memory(given: Given, /, as_json: bool) -> None:
    """Show every line, and where it came from."""
    lines, titles = _listed(given)
    is_on = _is_on(given)
    if as_json:
        told = [_data(number, line, titles) for number, line in enumerate(lines, 1)]
        given.show.data({"on": is_on, "remembered": told})
        return
    for number, line in enumerate(lines, 1):
        origin = given.show.words(_origin(line, titles))
        if line.changed is not None:
            origin = f"{given.show.words(_changed(line.changed))} ({origin})"
        given.show.plain(f"{number}. {line.text}\n   {origin}")
    if not lines:
        given.show.note("Nothing is remembered.")
    if not is_on:
        given.show.note("Memory is off: no model is told. To turn it on: sotto settings set memory on")


@memory.command()
@click.argument("text")
@click.pass_obj
def add(given: Given, /, text: str) -> None:
    """Remember TEXT, a sentence."""
    import time
    from contextlib import closing

    from sottovoce.store import memory as rows

    with closing(given.open_database()) as database:
        line = database.call(lambda conn: rows.add(conn, OWNER, text, time.time()))
    given.show.plain(line.text)
    if not _is_on(given):
        given.show.note("Memory is off: no model is told. To turn it on: sotto settings set memory on")


@memory.command()
@click.argument("number", type=click.IntRange(1))
@click.argument("text")
@click.pass_obj
def change(given: Given, /, number: int, text: str) -> None:
    """Put TEXT in the place of a line."""
    import time
    from contextlib import closing

    from sottovoce.cli._run import run
    from sottovoce.erasing import change_memory

    line = _numbered(given, number)
    with closing(given.open_database()) as database:
        work = change_memory(given.open_home(), database, OWNER, line.id, text, now=time.time())
        given.show.plain(run(work).text)


@memory.command()
@click.argument("number", type=click.IntRange(1))
@click.pass_obj
def remove(given: Given, /, number: int) -> None:
    """Erase a line. Nothing of it stays in the memory; the chat where it was said is as it was."""
    line = _numbered(given, number)
    _, titles = _listed(given)
    _erase(given, line.id)
    given.show.plain(f"{given.show.words('Erased:')} {line.text}")
    if line.chat in titles:
        given.show.note(
            f"It still stands where you said it. To delete that chat: sotto chats delete {line.chat}"
        )


@memory.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def clear(given: Given, /, yes: bool) -> None:
    """Erase all of it."""
    from sottovoce.core.errors import Refused

    lines, _ = _listed(given)
    if lines and not yes and not given.show.confirm(f"Erase all {len(lines)} lines?"):
        raise Refused("Nothing was erased.", hint="sotto memory clear --yes does not ask")
    _erase(given, None)
    given.show.line("Nothing is remembered.")


def _erase(given: Given, line: str | None) -> None:
    from contextlib import closing

    from sottovoce.cli._run import run
    from sottovoce.erasing import erase_memory

    with closing(given.open_database()) as database:
        run(erase_memory(given.open_home(), database, OWNER, line))


def _listed(given: Given) -> tuple[list[Remembered], dict[str, str]]:
    """Return the lines, and the titles of the chats that they were said in."""
    from contextlib import closing

    from sottovoce.store import memory as rows

    def work(conn: Connection) -> tuple[list[Remembered], dict[str, str]]:
        lines = rows.listed(conn, OWNER)
        return lines, rows.titles(conn, OWNER, lines)

    with closing(given.open_database()) as database:
        return database.look(work)


def _numbered(given: Given, number: int) -> Remembered:
    lines, _ = _listed(given)
    if number > len(lines):
        raise NotFound(
            f"There is no line {number}: {len(lines)} are remembered.", hint="sotto memory list numbers them"
        )
    return lines[number - 1]


def _origin(line: Remembered, titles: dict[str, str]) -> str:
    from sottovoce.cli.chats import when

    if line.chat is None:
        return f"added {when(line.created)}"
    if line.chat not in titles:
        return f"said {when(line.created)} in a chat that is deleted"
    return f"said {when(line.created)} in “{titles[line.chat]}”, {line.chat}"


def _changed(at: float) -> str:
    from sottovoce.cli.chats import when

    return f"changed by you {when(at)}"


def _data(number: int, line: Remembered, titles: dict[str, str]) -> dict[str, object]:
    return {
        "n": number,
        "id": line.id,
        "text": line.text,
        "chat": line.chat if line.chat in titles else None,
        "message": line.message if line.chat in titles else None,
        "created": line.created,
        "changed": line.changed,
    }


def _is_on(given: Given) -> bool:
    from sottovoce.core.settings import load, read_environment

    return load(given.open_home(), read_environment(), {}).memory == "on"
