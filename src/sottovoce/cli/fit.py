"""sotto fit: can this machine run it? How quickly, with how much memory, and what to type to get it."""

from __future__ import annotations

import asyncio
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sottovoce.cli._given import Given
from sottovoce.core.errors import NotFound

if TYPE_CHECKING:
    from sottovoce.core.paths import Home
    from sottovoce.fit.advise import Interval, OnCard
    from sottovoce.fit.estimate import Run
    from sottovoce.fit.known import Here
    from sottovoce.fit.machine import Machine
    from sottovoce.models.fitting import Candidate

ELSEWHERE = ("hf:", "https://", "http://")

EXAMPLES = """\b
Examples:
  sotto fit
  sotto fit qwen3-8b --context 8192
  sotto fit ~/Downloads/some-model.gguf --users 4 --json"""


@click.command(epilog=EXAMPLES)
@click.argument("model", metavar="[M|FILE|REF]", required=False)
@click.option(
    "--context",
    type=click.IntRange(0, 1 << 20),
    default=4096,
    show_default=True,
    help="Tokens that each chat can hold; 0 takes all the model can.",
)
@click.option(
    "--users", type=click.IntRange(1, 16), default=1, show_default=True, help="How many are answered at once."
)
@click.option("--again", is_flag=True, help="Measure this machine anew.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def fit(given: Given, /, model: str | None, context: int, users: int, again: bool, as_json: bool) -> None:
    """Say what this machine can run, and how well.

    Without a name: the models of the catalogue. The first time it measures this machine, for some seconds,
    with models made for that; nothing is downloaded. What another program keeps here goes by its name in
    `sotto models list --elsewhere`. Of a model elsewhere (hf:ORG/REPO, an address) only the header is read.
    """
    from sottovoce.fit import known
    from sottovoce.fit.estimate import Run
    from sottovoce.fit.machine import look

    home = given.open_home()
    run = Run(context, users)
    here = (None if again else known.here(home)) or _measured(given, home)
    found = _found(given, home, model, run, here)
    if as_json:
        given.show.data([_data(one) for one in found])
        return
    given.show.note(_machine(look()))
    given.show.table(_COLUMNS, [_row(one) for one in found], beneath=BENEATH)
    given.show.note(_legend(run))


def _found(given: Given, home: Home, model: str | None, run: Run, here: Here) -> list[Candidate]:
    """Return what was asked for, wherever it is."""
    kept = None if model is None else _kept(home, model)
    if model is None or kept is None:
        if model is not None and model.startswith(ELSEWHERE):
            return [asyncio.run(_elsewhere(given, model, run, here))]
        return _candidates(given, home, model, run, here)
    path, name = kept
    command = f"sotto models add {shlex.quote(model)}"
    return [
        replace(one, name=name, command=command) for one in _candidates(given, home, str(path), run, here)
    ]


def _kept(home: Home, model: str) -> tuple[Path, str] | None:
    """Return the file and the name of what is on this machine, but not on the shelf, if it is that.

    Raises NotFound where a name is another program's, and that program has none of it.
    """
    from sottovoce.models import found, getting, shelf

    if not model.startswith(found.NAMED):
        path = Path(model).expanduser().absolute()
        is_beside = path.suffix == ".gguf" and path.is_file() and path.parent != home.models
        return (path, shelf.name_of(path)) if is_beside else None
    try:
        return getting.located(model)
    except NotFound:
        if model.startswith(ELSEWHERE):
            return None
        raise


def _measured(given: Given, home: Home) -> Here:
    """Measure this machine. Only now is what that takes loaded."""
    from sottovoce.fit import probe
    from sottovoce.models import starter

    return asyncio.run(probe.here(home, given.show.note, starter.path(), again=True))


def _candidates(given: Given, home: Home, name: str | None, run: Run, here: Here) -> list[Candidate]:
    """Return what was asked for; without a name what is here and what the catalogue has."""
    from contextlib import closing

    from sottovoce.models import catalogue, fitting

    with closing(given.open_database()) as database:
        if name is None:
            cards = catalogue.cards(home)
            return database.look(lambda conn: fitting.candidates(conn, home, cards, run, here))
        return database.look(lambda conn: fitting.candidate(conn, home, name, run, here))


async def _elsewhere(given: Given, ref: str, run: Run, here: Here) -> Candidate:
    """Read the header of a model where it lies, and nothing more of it."""
    from sottovoce.cli.pull import planned
    from sottovoce.models.fitting import of_header
    from sottovoce.models.licences import of
    from sottovoce.models.names import parse

    plan = await planned(given, parse(ref))
    licence = of(plan.licence or "").id or "unknown"
    return of_header(plan.name, plan.files[0].name, plan.header, licence, plan.ref, run, here)


_COLUMNS = (
    "MODEL",
    "SIZE",
    "RUNS?",
    "MEMORY",
    "TOKENS/S",
    "FIRST WORD",
    "HOW TO GET IT",
    "LICENCE",
    "CLASS",
    "MEASURED",
    "ON A CARD",
    "FILE",
)
BENEATH = 6
"""So many columns, the last ones, say how to get it and what else there is to know."""


def _row(one: Candidate) -> tuple[str, ...]:
    return (
        one.name,
        f"{one.size / 1e9:.1f} GB",
        one.fit.verdict,
        f"{one.fit.memory.total / 1e9:.1f} GB",
        _span(one.fit.decode),
        f"{_span(one.fit.first_token)} s",
        one.command,
        one.licence,
        one.quality,
        "" if one.measured is None else f"measured {_number(one.measured)}",
        _on_card(one),
        one.file,
    )


def _on_card(one: Candidate) -> str:
    card = one.fit.card
    return "" if card is None else f"{card.layers} of {card.of} layers, {_span(card.decode)} tokens/s"


def _span(interval: Interval) -> str:
    return f"{_number(interval.low)}–{_number(interval.high)}"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def _data(one: Candidate) -> dict[str, Any]:
    return {
        "model": one.name,
        "file": one.file,
        "bytes": one.size,
        "verdict": str(one.fit.verdict),
        "reason": one.fit.reason,
        "memory_bytes": one.fit.memory.total,
        "decode_tokens_per_s": _interval(one.fit.decode),
        "prompt_tokens_per_s": _interval(one.fit.prompt),
        "first_token_s": _interval(one.fit.first_token),
        "measured_tokens_per_s": one.measured,
        "card": None if one.fit.card is None else _card(one.fit.card),
        "class": one.quality,
        "licence": one.licence,
        "command": one.command,
    }


def _card(card: OnCard) -> dict[str, Any]:
    return {"layers": card.layers, "of": card.of, "decode_tokens_per_s": _interval(card.decode)}


def _interval(interval: Interval) -> dict[str, float]:
    return {name: round(getattr(interval, name), 3) for name in ("low", "expected", "high")}


def _machine(machine: Machine) -> str:
    """Say in a line or two what this machine is."""
    quick = f" ({', '.join(machine.instructions)})" if machine.instructions else ""
    memory = f"{machine.free / 1e9:.1f} of {machine.memory / 1e9:.1f} GB of memory free"
    lines = [f"{machine.processor}, {machine.cores} cores{quick}, {memory}"]
    for card in machine.accelerators:
        own = f", {card.memory / 1e9:.1f} GB" if card.memory else ""
        lines.append(f"{card.vendor} {card.name}{own}; how to use it: docs/guides/graphics-cards.md")
    return "\n".join(lines)


def _legend(run: Run) -> str:
    from sottovoce.fit.advise import QUESTION

    many = f" for each of {run.slots} at once" if run.slots > 1 else ""
    return (
        f"\nPredicted, from to: tokens a second{many}, and the wait for the first word of an answer\n"
        f"to {QUESTION} tokens. An English word has about 1.3 tokens. CLASS goes by size alone."
    )
