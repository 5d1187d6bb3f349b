"""sotto engine build: told, agreed to, built, proved, and switched to."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from sottovoce.cli._given import Given
from sottovoce.cli._yes import need_yes
from sottovoce.core.amounts import amount

if TYPE_CHECKING:
    from sottovoce.core.paths import Home
    from sottovoce.fit.built import Built
    from sottovoce.native.making import Order
    from sottovoce.native.proof import Subject
    from sottovoce.net.door import Door

EXAMPLES = """\b
Examples:
  sotto engine build --index https://packages.example/packages
  sotto engine build --fetch /media/stick/engine --index https://packages.example/packages
  sotto engine build --from /media/stick/engine"""

MINUTES = 12
"""Of one processor for the whole build, as measured."""

NOT_QUICKER = ("Q4_1", "Q5_0", "Q5_1")
"""Packings that the library does not rearrange, so that newer instructions find little to do."""

STEP = 1.0
"""Seconds between two lines of progress in JSON."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was given with the command."""

    yes: bool
    keep: bool
    as_json: bool


@click.command(epilog=EXAMPLES)
@click.option(
    "--from",
    "carried",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="Take the files from this folder, without a network.",
)
@click.option(
    "--fetch",
    type=click.Path(file_okay=False, path_type=Path),
    help="Only fetch the files into this folder, to be carried to another machine.",
)
@click.option(
    "--index", default="", help="Where the files of an index of Python's packages lie, or of a mirror of it."
)
@click.option("--keep", is_flag=True, help="Have it answer even if it is not faster here.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each step.")
@click.pass_obj
def build(
    given: Given,
    /,
    carried: Path | None,
    fetch: Path | None,
    index: str,
    keep: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Build the engine for this machine's processor, prove it, and have it answer.

    The source of the release that is installed is compiled here; that needs a C++ compiler and takes minutes.
    What comes of it must find the same words likely as the engine that came, hold answers to schemas, and be
    faster; else that one goes on answering. The way back is sotto engine use wheel. On Linux.
    """
    from sottovoce.cli._run import run
    from sottovoce.core.errors import BadValue
    from sottovoce.native import sources

    if carried is not None and fetch is not None:
        raise BadValue("--from and --fetch do not go together.", hint="Fetch here, and build there")
    home = given.open_home()
    if fetch is not None:
        _require_index(index)
        run(_fetch(given, _door(given, home), sources.needed(index), fetch))
        return
    wish = Wish(yes, keep, as_json)
    order = _order(given, home, carried, index)
    _tell(given, home, wish, order)
    _agree(given, wish)
    made = run(_make(given, home, wish, order, _door(given, home)))
    _switch(given, home, wish, made)


def _order(given: Given, home: Home, carried: Path | None, index: str) -> Order:
    """Look at all that is needed before anything is asked. Raises SottoError."""
    from sottovoce.core.paths import make_folder
    from sottovoce.engine.threads import usable_cores
    from sottovoce.native import bringing, making, needs, sources
    from sottovoce.native.making import Order

    wanted = sources.needed(index)
    make_folder(home.engines)
    means = needs.look(home.engines)
    if carried is not None:
        bringing.carried(wanted, carried)
    elif bringing.missing_bytes(wanted, making.coming(home)):
        _require_network(given)
        _require_index(index)
    threads = given.settings().threads or usable_cores()
    return Order(wanted, carried, means, _subjects(given, home), threads)


def _require_network(given: Given) -> None:
    """Raise Offline before anything is asked, where nothing may leave."""
    from sottovoce.core.errors import Offline
    from sottovoce.net.policy import Purpose, Verdict, decide

    if decide(given.settings().network, Purpose.DOWNLOAD, explicit=True) is Verdict.REFUSE:
        raise Offline(
            "What the engine is built of is not here, and nothing leaves this machine unless you allow it.",
            hint="sotto settings set network ask, or bring the files: sotto engine build --from FOLDER",
        )


def _require_index(index: str) -> None:
    """Raise BadValue where it is not said from where files are to be fetched: none is asked by itself."""
    from sottovoce.core.errors import BadValue

    if not index:
        raise BadValue(
            "It is not said from where the engine's source is to be fetched.",
            hint="Name your index of Python's packages, as pip download -v shows it: "
            "sotto engine build --index https://HOST/packages",
            field="index",
        )


def _subjects(given: Given, home: Home) -> tuple[Subject, ...]:
    """Return the models that it is proved on: the starter, and last the one that answers here."""
    from sottovoce.engine.memory import available
    from sottovoce.models import shelf
    from sottovoce.native.proof import Subject

    found = [shelf.resolve(shelf.STARTER, home), shelf.resolve(given.model or given.settings().model, home)]
    if found[1].path == found[0].path or found[1].path.stat().st_size > available():
        found.pop()
    return tuple(Subject(one.name, one.path, one.sampling) for one in found)


def _tell(given: Given, home: Home, wish: Wish, order: Order) -> None:
    from sottovoce.fit import built
    from sottovoce.native import bringing, making

    folder = order.folder or making.coming(home)
    fetched = 0 if order.folder else bringing.missing_bytes(order.sources, folder)
    if wish.as_json:
        facts = {
            "event": "plan",
            "release": built.release(),
            "fetch_bytes": fetched,
            "files": [one.name for one in order.sources],
            "compiler": order.means.compiler,
            "jobs": order.means.jobs,
            "models": [one.name for one in order.subjects],
        }
        _line(given, facts)
        return
    minutes = max(1, MINUTES // order.means.jobs)
    if fetched:
        host = urlsplit(order.sources[0].index).hostname
        given.show.note(f"Fetched from {host}: {amount(fetched)}, each file held to its digest.")
    given.show.note(
        f"Compiled with {order.means.compiler}: release {built.release()}, {order.means.jobs} compilers at "
        f"once, about {minutes} minutes where nothing else computes."
    )
    if (packed := _packing(order.subjects[-1])) in NOT_QUICKER:
        given.show.note(
            f"{order.subjects[-1].name} is packed as {packed}, with which there is hardly anything to gain."
        )
    names = " and ".join(one.name for one in order.subjects)
    given.show.note(f"Proved with {names}, then used. The way back: sotto engine use wheel")


def _packing(subject: Subject) -> str:
    from sottovoce.engine.gguf import read_header

    return read_header(subject.path).file_type


def _agree(given: Given, wish: Wish) -> None:
    if not wish.yes:
        need_yes(given, "\nBuild the engine?")


async def _make(given: Given, home: Home, wish: Wish, order: Order, door: Door) -> Built:
    from sottovoce.fit.built import Built
    from sottovoce.native import making

    steps = _Steps(given, wish, sum(one.size for one in order.sources))
    try:
        async with aclosing(making.make(home, order, door, steps.proving)) as making_it:
            async for step in making_it:
                if isinstance(step, Built):
                    return step
                steps.tell(step)
    except asyncio.CancelledError:
        given.show.passing("")
        given.show.note("Stopped. Nothing was changed.")
        raise
    finally:
        given.show.passing("")
    raise AssertionError("a build ends with what was built")


async def _fetch(given: Given, door: Door, sources: Any, folder: Path) -> None:
    from sottovoce.native import bringing

    whole = sum(one.size for one in sources)
    try:
        async with aclosing(bringing.fetch(door, sources, folder)) as steps:
            async for here in steps:
                given.show.passing(f"fetching: {here / whole:4.0%} of {amount(whole)}")
    finally:
        given.show.passing("")
    given.show.line(f"{folder} holds all that is needed. There: sotto engine build --from FOLDER")


class _Steps:
    """Tells how far it is: on a terminal in one line, in JSON once a second."""

    def __init__(self, given: Given, wish: Wish, whole: int) -> None:
        self._given = given
        self._as_json = wish.as_json
        self._whole = whole
        self._told = 0.0

    def tell(self, step: object) -> None:
        from sottovoce.native.build import Step
        from sottovoce.native.making import Fetched

        if isinstance(step, Fetched):
            self._say("fetching", step.bytes / self._whole, f"fetching: {step.bytes / self._whole:4.0%}")
        elif isinstance(step, Step):
            self._say("building", step.done / step.total, f"building {step.done} of {step.total}")
        else:
            self._told = 0.0
            if not self._as_json:
                self._given.show.note("Built. Now it is proved beside the engine that came.")

    def proving(self, what: str, part: float) -> None:
        self._say(what, part, f"proving: {what}, {part:4.0%}")

    def _say(self, what: str, part: float, words: str) -> None:
        if not self._as_json:
            self._given.show.passing(words)
        elif time.monotonic() - self._told >= STEP:
            self._told = time.monotonic()
            _line(self._given, {"event": "progress", "what": what, "part": round(part, 3)})


def _switch(given: Given, home: Home, wish: Wish, made: Built) -> None:
    """Have it answer if it is faster, or if that was wished, and tell."""
    from sottovoce.cli.engine import data_of, tell_proof
    from sottovoce.fit import built

    answers = made.is_quicker or wish.keep
    if answers:
        built.use(home, made.name)
    if wish.as_json:
        proofs = [data_of(proof) for proof in made.proofs]
        _line(given, {"event": "done", "name": made.name, "answers": answers, "proofs": proofs})
        return
    for proof in made.proofs:
        tell_proof(given, proof)
    if answers:
        given.show.line(f"{made.name} answers from now on. The way back: sotto engine use wheel")
        return
    last = made.proofs[-1]
    if last.is_sure:
        given.show.line(f"With {last.model} it is not faster, so the engine that came goes on answering.")
    else:
        given.show.line(
            "Other programs took so much of the machine that no speed can be told, so the engine that came "
            "goes on answering."
        )
    given.show.line(f"To have it all the same: sotto engine use {made.name}")


def _door(given: Given, home: Home) -> Door:
    from sottovoce.core.settings import read_environment
    from sottovoce.core.standing import StandingSettings
    from sottovoce.net.door import Door
    from sottovoce.net.ledger import Ledger

    standing = StandingSettings(home, read_environment(), {})
    return Door(lambda: standing().network, Ledger(home.ledger), proxy=standing().proxy)


def _line(given: Given, value: dict[str, Any]) -> None:
    given.show.plain(json.dumps(value, ensure_ascii=True))
    given.show.flush()
