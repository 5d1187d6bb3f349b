"""sotto models optimise: a model re-encoded for speed, checked before it takes its place, and put back."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from sottovoce.cli._given import Given
from sottovoce.cli._yes import need_yes
from sottovoce.core.amounts import amount

if TYPE_CHECKING:
    from sottovoce.core.paths import Home
    from sottovoce.models.comparing import Comparison
    from sottovoce.models.file import ModelFile
    from sottovoce.models.optimising import Offer, Outcome
    from sottovoce.store.db import Database

EXAMPLES = """\b
Examples:
  sotto models optimise --dry-run
  sotto models optimise starter
  sotto models optimise starter --undo
  sotto models optimise some-model --drop-original"""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was given with the command."""

    dry_run: bool
    keep: bool
    drop: bool
    yes: bool
    as_json: bool


@click.command(epilog=EXAMPLES)
@click.argument("name", metavar="[M]", required=False)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--keep", is_flag=True, help="Take the new file also where it is not quicker here.")
@click.option("--undo", is_flag=True, help="Have the original answer again.")
@click.option("--drop-original", "drop", is_flag=True, help="Delete the original of an optimised model.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def optimise(
    given: Given, /, name: str | None, dry_run: bool, keep: bool, undo: bool, drop: bool, yes: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Re-encode a model that the engine is slow with, so that it reads questions faster.

    M is as in the list; without it, the model that answers. Tensors packed as Q4_1, Q5_0 or Q5_1 become Q8_0.
    The new file takes the original's place only once it was found as good, on a text that comes with the
    program, and quicker on this machine. The original is kept, so that it can be undone.
    """
    from sottovoce.core.errors import BadValue

    if undo and (dry_run or keep or drop):
        raise BadValue("--undo goes with no other of these.", hint="Give one of them")
    home = given.open_home()
    model = _chosen(given, home, name, undo=undo)
    with closing(given.open_database()) as database:
        if undo:
            _undo(given, home, database, model, as_json)
        elif drop and model.made_of:
            _drop(given, home, model, yes, as_json)
        else:
            _optimise(given, home, database, model, Wish(dry_run, keep, drop, yes, as_json))


def _chosen(given: Given, home: Home, name: str | None, *, undo: bool) -> ModelFile:
    """Return the model that is meant; of a variant, the one beneath it."""
    from sottovoce.core.settings import load, read_environment
    from sottovoce.models import shelf, starter
    from sottovoce.models.kinds import MEANINGS

    name = name or load(home, read_environment(), {"model": given.model}).model
    if undo and name in (shelf.STARTER, starter.card().name):
        return starter.card()  # also where the optimised one cannot be read
    model = shelf.resolve(name, home, MEANINGS)
    return model.base or model


def _optimise(given: Given, home: Home, database: Database, model: ModelFile, wish: Wish) -> None:
    from sottovoce.cli._run import run
    from sottovoce.core.settings import load, read_environment
    from sottovoce.models import optimising

    settings = load(home, read_environment(), {})
    offer = optimising.examine(home, model, settings.context)
    if not wish.as_json:
        _tell(given, offer)
    if wish.dry_run:
        if wish.as_json:
            given.show.data(_offer_data(offer))
        return
    if not wish.yes:
        need_yes(given, "\nDo that now?")

    def told(doing: str, part: float) -> None:
        given.show.passing(_progress(doing, part))

    try:
        work = optimising.optimise(offer, home, database, told, keep=wish.keep, threads=settings.threads)
        outcome = run(work)
    except click.exceptions.Exit:
        given.show.passing("")
        given.show.note("Stopped. Nothing was changed.")
        raise
    finally:
        given.show.passing("")
    freed = _dropped(home, offer, outcome) if wish.drop else None
    if wish.as_json:
        given.show.data(_offer_data(offer) | _outcome_data(outcome) | {"original_dropped": freed is not None})
    else:
        _tell_outcome(given, home, offer, outcome, freed)
    if outcome.file is None:
        raise click.exceptions.Exit(1)


def _progress(doing: str, part: float) -> str:
    from sottovoce.models import optimising

    lines = {
        optimising.WRITING: f"writing the new file: {part:.0%}",
        optimising.READING_BACK: "reading it back…",
        optimising.COMPARING: f"comparing the two: {part:.0%}",
    }
    return lines[doing]


def _undo(given: Given, home: Home, database: Database, model: ModelFile, as_json: bool) -> None:
    from sottovoce.models import swapping

    swapping.undo(home, database, model)
    if as_json:
        given.show.data({"name": model.name, "undone": True})
        return
    given.show.note(f"{model.name} is as it came.")
    _tell_server(given, home)


def _drop(given: Given, home: Home, model: ModelFile, yes: bool, as_json: bool) -> None:
    from sottovoce.models import swapping

    if not yes:
        need_yes(given, f"Delete the original of {model.name} for good?")
    freed = swapping.drop_original(home, model)
    if as_json:
        given.show.data({"name": model.name, "freed_bytes": freed})
        return
    given.show.note(f"The original of {model.name} is gone; {amount(freed)} are free again.")


def _dropped(home: Home, offer: Offer, outcome: Outcome) -> int | None:
    """Delete the original of a model that was just optimised; that of the starter is the program's."""
    from sottovoce.models import shelf, swapping

    if outcome.file is None or offer.model.sha256:
        return None
    return swapping.drop_original(home, shelf.resolve(str(outcome.file.path), home))


def _tell(given: Given, offer: Offer) -> None:
    """Say what it is, and what it takes, before anything is done."""
    header = offer.recoding.header
    changed, of = len(offer.recoding.changed), len(header.tensors)
    given.show.note(
        f"{offer.model.name} is packed as {header.file_type}. {changed} of its {of} tensors are "
        f"{offer.kinds}, which the engine is slow with, and would become Q8_0."
    )
    given.show.note(
        f"The file grows from {amount(header.file_size)} to {amount(offer.size)}; {amount(offer.free)} of "
        f"disk are free. It takes {amount(offer.memory_after)} of memory instead of {amount(offer.memory)}."
    )
    given.show.note(
        "Questions are read faster, and answers hardly so. How much is measured here before anything is "
        "switched, and so is whether it is as good."
    )


def _tell_outcome(given: Given, home: Home, offer: Offer, outcome: Outcome, freed: int | None) -> None:
    for line in _compared(outcome.comparison):
        given.show.note(line)
    from sottovoce.models import swapping

    name, command = offer.model.name, swapping.command(home, offer.model)
    if outcome.file is None:
        given.show.note(f"\n{name} stays as it was: {_reason(outcome.comparison)}.")
        if outcome.comparison.is_as_good:
            given.show.note(f"To have it all the same: {command} --keep")
        return
    given.show.note(f"\n{name} is optimised. To undo it: {command} --undo")
    if freed is not None:
        given.show.note(f"Its original is gone; {amount(freed)} are free again.")
    _tell_server(given, home)


def _reason(found: Comparison) -> str:
    if not found.is_as_good:
        return "the new file is not as good"
    if not found.is_sure:
        return "other programs took so much of the machine that no speed can be told"
    return "the new file is not quicker here"


def _compared(found: Comparison) -> list[str]:
    """Return what was measured."""
    old, new = found.old, found.new
    return [
        f"It reads {new.prompt:.0f} tokens a second instead of {old.prompt:.0f} "
        f"({new.prompt / old.prompt:.2f} times as fast).",
        f"It writes {new.decode:.0f} tokens a second instead of {old.decode:.0f} "
        f"({new.decode / old.decode:.2f} times as fast).",
        f"Perplexity on {found.tokens} tokens: {found.perplexity:+.2%}, give or take {found.chance:.2%}.",
    ]


def _tell_server(given: Given, home: Home) -> None:
    from sottovoce.engine import sign

    if sign.read(home) is not None:
        given.show.note("The server that runs goes on with what it has loaded until it is started again.")


def _offer_data(offer: Offer) -> dict[str, Any]:
    """Return the documented keys of what would be done."""
    header = offer.recoding.header
    return {
        "name": offer.model.name,
        "file": str(offer.model.path),
        "quantized": header.file_type,
        "from": offer.kinds,
        "to": "Q8_0",
        "tensors": len(offer.recoding.changed),
        "bytes": header.file_size,
        "bytes_after": offer.size,
        "free_bytes": offer.free,
        "memory_bytes": offer.memory,
        "memory_bytes_after": offer.memory_after,
    }


def _outcome_data(outcome: Outcome) -> dict[str, Any]:
    found, file = outcome.comparison, outcome.file
    return {
        "optimised": file is not None,
        "reason": None if file is not None else _reason(found),
        "optimised_file": None if file is None else str(file.path),
        "sha256": None if file is None else file.sha256,
        "prompt_tokens_per_s": [round(found.old.prompt, 1), round(found.new.prompt, 1)],
        "decode_tokens_per_s": [round(found.old.decode, 1), round(found.new.decode, 1)],
        "perplexity_change": round(found.perplexity, 5),
        "perplexity_chance": round(found.chance, 5),
    }
