"""sotto models pull: get a model, told beforehand, licence first, stopped and gone on with at any time."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import aclosing, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from sottovoce.cli._given import Given
from sottovoce.cli._yes import need_yes
from sottovoce.core.amounts import amount, duration

if TYPE_CHECKING:
    from sottovoce.core.paths import Home
    from sottovoce.fit.advise import Fit
    from sottovoce.models.getting import Means, Offer
    from sottovoce.models.names import Ref
    from sottovoce.models.plan import Plan
    from sottovoce.models.progress import Progress
    from sottovoce.models.pull import Pulled
    from sottovoce.store.db import Database


EXAMPLES = """\b
Examples:
  sotto models pull hf:Qwen/Qwen3-4B-GGUF
  sotto models pull hf:Qwen/Qwen3-4B-GGUF:Q8_0 --yes
  sotto models pull https://example.org/model.gguf
  sotto models pull ollama:llama3.2:1b"""

USUAL_WINDOW = 4096
STEP = 1.0
"""Seconds between two lines of progress in JSON."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was given with the command."""

    text: str
    yes: bool
    accept: bool
    as_json: bool


@click.command(epilog=EXAMPLES)
@click.argument("ref")
@click.option("--yes", is_flag=True, help="Download without asking. A licence must have been accepted.")
@click.option("--accept-licence", "accept", is_flag=True, help="Accept the licence, and do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each step.")
@click.pass_obj
def pull(given: Given, /, ref: str, yes: bool, accept: bool, as_json: bool) -> None:
    """Get a model from elsewhere.

    REF is hf:ORG/REPO with :FILE or :PACKING and @REVISION behind it as needed, an address, or a name of
    the catalogue; ollama:NAME and a path are linked, not fetched. First you are told what it is, how large,
    and under which licence. Stopped with Ctrl-C, it goes on with the same command.
    """
    from sottovoce.cli._run import run
    from sottovoce.models.names import FileRef, OllamaRef, parse

    wish = Wish(ref, yes, accept, as_json)
    meant = parse(ref)
    if isinstance(meant, FileRef | OllamaRef):
        from sottovoce.cli.shelving import add

        click.get_current_context().invoke(
            add, file=ref, name=None, copy=False, licence_name=None, yes=accept, as_json=as_json
        )
        return
    with closing(given.open_database()) as database:
        run(_pull(given, database, wish, meant))


async def _pull(given: Given, database: Database, wish: Wish, ref: Ref) -> None:
    from sottovoce.models import getting
    from sottovoce.models.kinds import LANGUAGE, kind_of
    from sottovoce.models.licences import allows
    from sottovoce.models.pull import check_room

    means = _means(given)
    home = means.home
    plan = await getting.planned(means, ref)
    offer = getting.of_plan(plan)
    have = await asyncio.to_thread(getting.already, home, database, offer)
    if have is not None:
        _tell_already(given, wish, getting.called(have))
        allows(offer.licence, means.use)  # it is here, and yet not for this use
        return
    _tell(given, wish, plan, check_room(home, plan), await _fit(given, database, home, plan))
    _agree(given, database, wish, offer, means.use)
    pulled = await _get(given, database, wish, offer, means)
    if wish.as_json:
        files = [
            {"file": str(path), "sha256": digest}
            for path, digest in zip(pulled.paths, pulled.sha256, strict=True)
        ]
        _line(given, {"event": "done", "name": plan.name, "files": files})
    else:
        talk = f" To talk to it: sotto --model {plan.name}" if kind_of(plan.header) == LANGUAGE else ""
        given.show.note(f"{plan.name} is here.{talk}")


async def _fit(given: Given, database: Database, home: Home, plan: Plan) -> Fit | None:
    """Say how it would do here; None for no model, and where the engine cannot measure this machine."""
    from sottovoce.core.errors import ModelProblem
    from sottovoce.fit.estimate import Run
    from sottovoce.fit.probe import here
    from sottovoce.fit.shape import shape_of
    from sottovoce.models import learning, starter

    if plan.header.is_companion:
        return None
    shape = shape_of(plan.header)
    try:
        found = await here(home, given.show.note, starter.path())
    except ModelProblem as problem:
        given.show.note(f"How it would do here is not known: {problem.sentence}")
        return None
    found = await asyncio.to_thread(learning.from_all, database, home, found)
    return found.fit(shape, Run(USUAL_WINDOW))


async def planned(given: Given, ref: Ref) -> Plan:
    """Look at what is meant, where it lies."""
    from sottovoce.models import getting

    return await getting.planned(_means(given), ref)


def _means(given: Given) -> Means:
    from sottovoce.core.settings import read_environment
    from sottovoce.models.getting import means

    return means(given.open_home(), read_environment(), {})


def _tell(given: Given, wish: Wish, plan: Plan, free: int, fit: Fit | None) -> None:
    """Say what it is before anything of it comes."""
    if wish.as_json:
        facts = {
            "event": "plan",
            "ref": plan.ref,
            "name": plan.name,
            "files": [file.name for file in plan.files],
            "bytes": plan.size,
            "free_bytes": free,
            "licence": plan.licence,
            "gated": plan.gated,
            "sha256": plan.sha256,
            "page": plan.page,
            "architecture": plan.header.architecture,
            "quantized": plan.header.file_type,
            "fit": None if fit is None else str(fit.verdict),
            "decode_tokens_per_s": round(fit.decode.expected, 3) if fit and fit.decode else None,
        }
        _line(given, facts)
        return
    parts = f" in {len(plan.files)} files" if len(plan.files) > 1 else ""
    given.show.note(f"{plan.name}: {amount(plan.size)}{parts}; {amount(free)} of disk are free.")
    given.show.note(f"{plan.header.architecture}, packed as {plan.header.file_type}; from {plan.page}")
    if fit is not None:
        given.show.note(_fit_told(fit))


def _fit_told(fit: Fit) -> str:
    """Say in a line how it would do here."""
    rate = (fit.decode or fit.prompt).expected
    speed = f"about {rate:.0f} tokens a second" if rate >= 1 else "very slow"
    if fit.decode is None:
        speed = f"it reads {speed}"
    memory = f"{amount(fit.memory.total)} of memory"
    words = {
        "runs": f"It runs here: {speed}, {memory}.",
        "tight": f"It is tight here: {fit.reason}; {speed}.",
    }
    return words.get(fit.verdict, f"It does not run here now: it {fit.reason}. What does: sotto fit")


def _tell_already(given: Given, wish: Wish, name: str) -> None:
    if wish.as_json:
        _line(given, {"event": "already", "name": name})
    else:
        given.show.note(f"You already have this: it is {name}.")


def _agree(given: Given, database: Database, wish: Wish, offer: Offer, use: str) -> None:
    """Tell the licence, and go on only with a yes to it, now or before, and to the download."""
    from sottovoce.core.errors import LicenceRefused
    from sottovoce.models.getting import accept, is_accepted
    from sottovoce.models.licences import allows

    allows(offer.licence, use)
    for line in offer.terms:
        given.show.note(line)
    accepted = database.look(lambda conn: is_accepted(conn, offer))
    if not accepted and not wish.accept:
        unasked = LicenceRefused(
            "This licence was not accepted yet, and there is nobody to ask.", hint="Add --accept-licence"
        )
        need_yes(given, f"\nAccept this licence, and download {amount(offer.size)}?", unasked)
    elif not (wish.yes or wish.accept):
        need_yes(given, f"\nDownload {amount(offer.size)}?")
    database.call(lambda conn: accept(conn, offer, use))


async def _get(given: Given, database: Database, wish: Wish, offer: Offer, means: Means) -> Pulled:
    from sottovoce.models.getting import Linked, get
    from sottovoce.models.progress import Progress

    told = 0.0
    try:
        async with aclosing(get(offer, means, database)) as coming:
            async for step in coming:
                if isinstance(step, Linked):
                    given.show.note(
                        f"{step.program} keeps this file here already: it is linked, not fetched."
                    )
                elif not isinstance(step, Progress):
                    return step
                elif not wish.as_json:
                    given.show.passing(_progress(offer.name, step))
                elif time.monotonic() - told >= STEP:
                    told = time.monotonic()
                    _line(given, _progress_data(step))
    except asyncio.CancelledError:
        given.show.passing("")
        given.show.note(f"Stopped. What has come is kept; to go on: sotto models pull {wish.text}")
        raise
    finally:
        given.show.passing("")
    raise AssertionError("a download ends with what was pulled")


def _progress(name: str, step: Progress) -> str:
    """Return one line: how far, how fast, how long still."""
    share = f"{step.received / step.size:4.0%}" if step.size else ""
    speed = f", {step.speed / 1e6:.1f} MB/s" if step.speed else ""
    left = f", {duration(step.seconds_left)} left" if step.seconds_left is not None else ""
    return f"{name}: {share} of {amount(step.size or 0)}{speed}{left}"


def _progress_data(step: Progress) -> dict[str, Any]:
    return {
        "event": "progress",
        "received": step.received,
        "bytes": step.size,
        "bytes_per_second": None if step.speed is None else round(step.speed),
        "seconds_left": None if step.seconds_left is None else round(step.seconds_left),
    }


def _line(given: Given, value: dict[str, Any]) -> None:
    given.show.plain(json.dumps(value, ensure_ascii=True))
    given.show.flush()
