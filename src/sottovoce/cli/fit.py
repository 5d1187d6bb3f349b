"""sotto fit: can this machine run it? How quickly, with how much memory, and what to type to get it."""

from __future__ import annotations

import asyncio
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sottovoce.cli._given import Given
from sottovoce.cli._marks import Marks
from sottovoce.cli._scores import right
from sottovoce.core.amounts import amount
from sottovoce.core.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sottovoce.core.paths import Home
    from sottovoce.fit.advise import Interval, OnCard
    from sottovoce.fit.estimate import Memory, Run
    from sottovoce.fit.known import Here
    from sottovoce.fit.machine import Machine
    from sottovoce.models.fitting import Candidate
    from sottovoce.models.plan import Plan

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
    help="Tokens that each chat can hold, at most what the model sees; 0 takes all of that.",
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
    CLASS goes by the number of parameters alone: no model was tested for it.
    """
    from sottovoce.fit.estimate import Run
    from sottovoce.fit.machine import look

    home = given.open_home()
    run = Run(context, users)
    found = _found(given, home, model, run, again=again)
    if as_json:
        given.show.data([_data(one) for one in found])
    else:
        given.show.note(_machine(look()))
        marks = Marks(given.use())
        given.show.table(_COLUMNS, [_row(one, marks) for one in found], beneath=BENEATH, said=SAID)
        given.show.note("\n".join([_legend(run, found), *marks.explained()]))
    for line in _counted(run, found):
        given.show.note(line)
    if model is None:
        note_without_shape(given, home)


def note_without_shape(given: Given, home: Home) -> None:
    """Name what of the catalogue is left out of a list, so that nobody looks for it in vain."""
    from sottovoce.models import catalogue, fitting

    if cards := fitting.without_shape(catalogue.cards(home)):
        given.show.note(
            f"Left out, since the catalogue does not say how they are built: "
            f"{', '.join(card.name for card in cards)}. To have the header of one read: "
            f"sotto fit hf:{cards[-1].repository}:{cards[-1].models[0].name}"
        )


def _found(given: Given, home: Home, model: str | None, run: Run, *, again: bool) -> list[Candidate]:
    """Return what was asked for, wherever it is.

    What is meant is looked at first: a wrong name is told at once, not after some seconds of measuring.
    """
    if model is None or (kept := _kept(model)) is None:
        if model is not None and model.startswith(ELSEWHERE):
            plan = asyncio.run(_planned(given, model))
            return [_elsewhere(plan, run, _here(given, home, again=again))]
        return _candidates(given, home, model, run, again=again)
    path, name = kept
    command = f"sotto models add {shlex.quote(model)}"
    found = _candidates(given, home, str(path), run, again=again)
    return [replace(one, name=name, command=command) for one in found]


def _kept(model: str) -> tuple[Path, str] | None:
    """Return the file and the name of what another program keeps here, if it is that.

    Raises NotFound where a name is another program's, and that program has none of it.
    """
    from sottovoce.models import found, getting

    if not model.startswith(found.NAMED):
        return None
    try:
        return getting.located(model)
    except NotFound:
        if model.startswith(ELSEWHERE):
            return None
        raise


def _here(given: Given, home: Home, *, again: bool) -> Here:
    """Return what is known of this machine, and what answers taught of it."""
    from contextlib import closing

    from sottovoce.models import learning

    measured = _measured(given, home, again=again)
    with closing(given.open_database()) as database:
        return learning.from_all(database, home, measured)


def _measured(given: Given, home: Home, *, again: bool) -> Here:
    """Return the machine as measured. Only where that has to be done is what it takes loaded."""
    from sottovoce.fit import known

    found = None if again else known.here(home)
    if found is not None:
        return found
    from sottovoce.fit import probe
    from sottovoce.models import starter

    return asyncio.run(probe.here(home, given.show.note, starter.path(), again=True))


def _candidates(given: Given, home: Home, name: str | None, run: Run, *, again: bool) -> list[Candidate]:
    """Return what was asked for; without a name what is here and what the catalogue has."""
    from contextlib import closing

    from sottovoce.models import catalogue, fitting

    cards = catalogue.cards(home)
    what = None if name is None else fitting.named(home, name)
    here = _here(given, home, again=again)
    with closing(given.open_database()) as database:
        if what is None:
            return fitting.candidates(database, home, cards, run, here)
        found = fitting.of_one(database, home, what, run, here)
    if not found and isinstance(what, catalogue.Card):
        raise NotFound(
            f"The catalogue does not say how {what.title} is built.",
            hint=f"To have its header read: sotto fit hf:{what.repository}:{what.models[0].name}",
        )
    return found


async def _planned(given: Given, ref: str) -> Plan:
    from sottovoce.cli.pull import planned
    from sottovoce.models.names import parse

    return await planned(given, parse(ref))


def _elsewhere(plan: Plan, run: Run, here: Here) -> Candidate:
    """Say how a model would do whose header was read where it lies, and nothing more of it."""
    from sottovoce.models.fitting import of_header
    from sottovoce.models.licences import of

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
    "EVALUATED",
    "ON A CARD",
    "FILE",
)
NOTHING = "–"
BENEATH = 7
"""So many columns, the last ones, say how to get it and what else there is to know."""


SAID = (2, 4, 7, 8, 9, 10, 11)
"""The columns that hold words, not names and figures."""


def _row(one: Candidate, marks: Marks) -> tuple[str, ...]:
    return (
        one.name,
        amount(one.size),
        one.fit.verdict,
        _memory(one.fit.memory),
        f"reads {_span(one.fit.prompt)}" if one.fit.decode is None else _span(one.fit.decode),
        NOTHING if one.fit.first_token is None else f"{_span(one.fit.first_token)} s",
        one.command,
        marks.licence(one.licence),
        one.quality or NOTHING,
        "" if one.measured is None else f"measured {_number(one.measured)}",
        "" if one.evaluated is None else right(one.evaluated),
        _on_card(one),
        one.file,
    )


def _memory(memory: Memory) -> str:
    """Return what must be free, and what is used where there is more."""
    least, total = amount(memory.least), amount(memory.total)
    if least == total:
        return total
    same_unit = least[-2:] == total[-2:]
    return f"{least[:-3] if same_unit else least}–{total}"


def _on_card(one: Candidate) -> str:
    card = one.fit.card
    if card is None:
        return ""
    quick = "" if card.decode is None else f", {_span(card.decode)} tokens/s"
    return f"{card.layers} of {card.of} layers{quick}"


def _span(interval: Interval) -> str:
    return f"{_number(interval.low)}–{_number(interval.high)}"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def _data(one: Candidate) -> dict[str, Any]:
    from sottovoce.evals import telling

    return {
        "model": one.name,
        "file": one.file,
        "bytes": one.size,
        "verdict": str(one.fit.verdict),
        "reason": one.fit.reason,
        "context": one.fit.window,
        "memory_bytes": one.fit.memory.total,
        "decode_tokens_per_s": _interval(one.fit.decode),
        "prompt_tokens_per_s": _interval(one.fit.prompt),
        "first_token_s": _interval(one.fit.first_token),
        "measured_tokens_per_s": one.measured,
        "evaluated": None if one.evaluated is None else telling.told(one.evaluated),
        "card": None if one.fit.card is None else _card(one.fit.card),
        "class": one.quality or None,
        "licence": one.licence,
        "command": one.command,
    }


def _card(card: OnCard) -> dict[str, Any]:
    return {"layers": card.layers, "of": card.of, "decode_tokens_per_s": _interval(card.decode)}


def _interval(interval: Interval | None) -> dict[str, float] | None:
    if interval is None:
        return None
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


def _legend(run: Run, found: Sequence[Candidate]) -> str:
    from sottovoce.fit.advise import QUESTION

    many = f" for each of {run.slots} at once" if run.slots > 1 else ""
    lines = [
        f"\nPredicted, from to: tokens a second{many}, and the wait for the first word of an answer",
        f"to {QUESTION} tokens. An English word has about 1.3 tokens. CLASS goes by size alone.",
    ]
    if any(one.fit.memory.repacked for one in found):
        lines.append("MEMORY is what must be free, to what is used where there is more: weights held twice.")
    if any(one.evaluated for one in found):
        lines.append("EVALUATED: the share of answers that were right, with its 95 % interval: sotto eval M.")
    if any(one.fit.decode is None for one in found):
        lines.append("What only reads writes nothing: it embeds or ranks texts, one at a time.")
    return "\n".join(lines)


def _counted(run: Run, found: Sequence[Candidate]) -> Iterator[str]:
    """Say where fewer tokens were counted than were asked for."""
    short = [one for one in found if one.fit.window < run.window]
    if len(found) == 1 and short:
        yield f"It takes at most {short[0].fit.window:,} tokens at once: so many were counted."
    elif any(one.fit.decode is not None for one in short):
        yield f"Where a model takes less than {run.window:,} tokens at once, all it takes was counted."
