"""sotto later: the questions that wait for a model elsewhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from sottovoce.cli._given import Given
from sottovoce.core.errors import NotFound, Refused
from sottovoce.core.messages import OWNER

if TYPE_CHECKING:
    from sqlite3 import Connection

    from sottovoce.store.waiting import Waiting

EXAMPLES = """\b
Examples:
  sotto later list
  sotto later run
  sotto later drop 3kq7"""


@click.group(epilog=EXAMPLES)
def later() -> None:
    """Questions that wait until a model elsewhere can be reached.

    While sotto or sotto serve runs, they are asked by themselves; each answer is added beside the draft.
    """


@later.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_waiting(given: Given, /, as_json: bool) -> None:
    """List what waits, the oldest first, and why."""
    from contextlib import closing

    with closing(given.open_database()) as database:
        found = database.look(_with_questions)
    if as_json:
        given.show.data([_data(one, text) for one, text in found])
    elif found:
        rows = [(one.id, _when(one.asked), one.upstream, _state(one), text) for one, text in found]
        given.show.table(("ID", "ASKED", "FOR", "STATE", "QUESTION"), rows, said=(3,))
    else:
        given.show.note("Nothing waits.")


@later.command()
@click.argument("waiting_id", metavar="[ID]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def run(given: Given, /, waiting_id: str | None, as_json: bool) -> None:
    """Ask what waits now, or the one with this ID, also one that was given up.

    Only what you said yes to is sent. Ends with 1 where one of them waits on.
    """
    from sottovoce.cli._finishing import finished
    from sottovoce.cli._run import run as carried_out

    if not carried_out(finished(given, waiting_id, as_json=as_json)):
        raise click.exceptions.Exit(1)


@later.command()
@click.argument("waiting_id", metavar="[ID]", required=False)
@click.option("--all", "every", is_flag=True, help="All of them.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def drop(given: Given, /, waiting_id: str | None, every: bool, yes: bool) -> None:
    """Have a question wait no more. It stays in its chat, with its draft."""
    from contextlib import closing
    from functools import partial

    from sottovoce.store import waiting

    if (waiting_id is None) is not every:
        raise click.UsageError("Give an ID, or --all.")
    with closing(given.open_database()) as database:
        if waiting_id is None:
            doomed = database.look(lambda conn: waiting.listed(conn, OWNER))
        else:
            doomed = [database.look(lambda conn: waiting.get(conn, OWNER, waiting_id))]
        _ask(given, len(doomed), yes=yes)
        for one in doomed:
            database.call(partial(_dropped, one.id))
    given.show.note(f"{_count(len(doomed))} dropped")


def _dropped(name: str, conn: Connection) -> None:
    """Drop one; what was answered meanwhile waits no more anyway."""
    from contextlib import suppress

    from sottovoce.store import waiting

    with suppress(NotFound):
        waiting.drop(conn, OWNER, name)


def _ask(given: Given, count: int, *, yes: bool) -> None:
    if yes or not count:
        return
    if not given.show.can_ask:
        raise Refused(
            "Nothing was dropped: nobody has said yes.", hint="With --yes, the command says yes itself"
        )
    if not given.show.confirm(f"Have {_count(count)} wait no more?"):
        raise Refused("Nothing was dropped.", hint="sotto later list shows what waits")


def _with_questions(conn: Connection) -> list[tuple[Waiting, str]]:
    from sottovoce.store import chats, waiting

    found = waiting.listed(conn, OWNER)
    return [(one, chats.get_message(conn, OWNER, one.chat, one.question).text) for one in found]


def _state(one: Waiting) -> str:
    if one.state == "sending":
        return "being asked"
    if one.state == "stopped":
        return f"given up: {one.reason}"
    return one.reason or "waits"


def _data(one: Waiting, text: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "chat": one.chat,
        "question": one.question,
        "text": text,
        "for": one.upstream,
        "state": one.state.value,
        "reason": one.reason,
        "asked": one.asked,
        "sent": one.sent,
        "next": one.due if one.state == "waiting" else None,
    }


def _when(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))


def _count(number: int) -> str:
    return "1 question" if number == 1 else f"{number} questions"
