"""sotto models pull: get a model, told beforehand, licence first, stopped and gone on with at any time."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from contextlib import aclosing, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sottovoce.cli._given import Given

if TYPE_CHECKING:
    from sottovoce.core.paths import Home
    from sottovoce.fit.advise import Fit
    from sottovoce.models.names import Ref
    from sottovoce.models.progress import Progress
    from sottovoce.models.pull import Plan, Pulled
    from sottovoce.models.records import Acceptance
    from sottovoce.net.fetch import Door
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
    from sottovoce.models import pull as pulling

    home = given.open_home()
    plan = await planned(given, home, ref)
    have = await asyncio.to_thread(_have, home, database, plan)
    if have is not None:
        _tell_already(given, wish, have)
        return
    _tell(given, wish, plan, pulling.check_room(home, plan), await _fit(given, home, plan))
    _agree(given, database, wish, plan)
    pulled = await asyncio.to_thread(_linked, given, home, plan) or await _fetch(given, home, wish, plan)
    _remember(database, plan, pulled, _acceptance(given, plan, pulled.sha256[0]))
    if wish.as_json:
        files = [
            {"file": str(path), "sha256": digest}
            for path, digest in zip(pulled.paths, pulled.sha256, strict=True)
        ]
        _line(given, {"event": "done", "name": plan.name, "files": files})
    else:
        given.show.note(f"{plan.name} is here. To talk to it: sotto --model {plan.name}")


async def _fit(given: Given, home: Home, plan: Plan) -> Fit | None:
    """Say how it would do here; None where the engine cannot measure this machine."""
    from sottovoce.core.errors import ModelProblem
    from sottovoce.fit.estimate import Run
    from sottovoce.fit.probe import here
    from sottovoce.fit.shape import shape_of
    from sottovoce.models.fitting import bounded

    shape = shape_of(plan.header)
    try:
        found = await here(home, given.show.note)
    except ModelProblem as problem:
        given.show.note(f"How it would do here is not known: {problem.sentence}")
        return None
    return found.fit(shape, bounded(Run(USUAL_WINDOW), shape.context))


async def planned(given: Given, home: Home, ref: Ref) -> Plan:
    """Look at what is meant, where it lies."""
    from sottovoce.core.settings import load, read_environment
    from sottovoce.engine.memory import available
    from sottovoce.models.hub import HUB, open_hub
    from sottovoce.models.names import HubRef, UrlRef
    from sottovoce.models.pull import plan_hub, plan_url

    environment = read_environment()
    settings = load(home, environment, {})
    if isinstance(ref, UrlRef):
        return await plan_url(_door(home, settings.network), ref)
    # A hub of one's own may lie within: the person said so by naming it.
    door = _door(home, settings.network, local=settings.hub.rstrip("/") != HUB)
    hub = open_hub(door, settings.hub, environment.get("hf_token"))
    return await plan_hub(hub, ref if isinstance(ref, HubRef) else _of_catalogue(home, str(ref)), available())


def _door(home: Home, network: str, *, local: bool = False) -> Door:
    from sottovoce.net.fetch import Door
    from sottovoce.net.ledger import Ledger

    return Door(network, Ledger(home.ledger), local=local)


def _of_catalogue(home: Home, handle: str) -> Any:
    from sottovoce.core.errors import NotFound
    from sottovoce.models.catalogue import find
    from sottovoce.models.names import HubRef

    card = find(handle, home)
    if card is None:
        raise NotFound(
            f"There is no model named {handle!r} in the catalogue.", hint="sotto models suggest names some"
        )
    return HubRef(card.repository)


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
            "decode_tokens_per_s": None if fit is None else round(fit.decode.expected, 3),
        }
        _line(given, facts)
        return
    parts = f" in {len(plan.files)} files" if len(plan.files) > 1 else ""
    given.show.note(f"{plan.name}: {plan.size / 1e9:.2f} GB{parts}; {free / 1e9:.0f} GB of disk are free.")
    given.show.note(f"{plan.header.architecture}, packed as {plan.header.file_type}; from {plan.page}")
    if fit is not None:
        given.show.note(_fit_told(fit))


def _fit_told(fit: Fit) -> str:
    """Say in a line how it would do here."""
    speed = f"about {fit.decode.expected:.0f} tokens a second" if fit.decode.expected >= 1 else "very slow"
    memory = f"{fit.memory.total / 1e9:.1f} GB of memory"
    words = {
        "runs": f"It runs here: {speed}, {memory}.",
        "tight": f"It is tight here: {fit.reason}; {speed}.",
    }
    return words.get(fit.verdict, f"It does not run here now: it {fit.reason}. What does: sotto fit")


def _have(home: Home, database: Database, plan: Plan) -> str | None:
    """Return what this very content is called on the shelf, if it is there."""
    from sottovoce.models.pull import here

    if len(here(home, plan)) == len(plan.files):
        return plan.name
    one_file = plan.sha256 is not None and len(plan.files) == 1
    same = (path for path in sorted(home.models.glob("*.gguf")) if _holds(database, path, plan.sha256))
    return next((path.stem for path in same), None) if one_file else None


def _holds(database: Database, path: Path, sha256: str | None) -> bool:
    """Tell whether a file's content is known to be this, and the file is as it was then."""
    from sottovoce.models import shelf

    known = database.look(lambda conn: shelf.known(conn, path))
    if known is None or known.sha256 != sha256 or not path.exists():
        return False
    info = path.stat()
    return (info.st_size, info.st_mtime_ns) == (known.size, known.modified_ns)


def _tell_already(given: Given, wish: Wish, name: str) -> None:
    if wish.as_json:
        _line(given, {"event": "already", "name": name})
    else:
        given.show.note(f"You already have this: it is {name}.")


def _linked(given: Given, home: Home, plan: Plan) -> Pulled | None:
    """Link the file where another program keeps it on this machine, if one does and it is sound."""
    from sottovoce.core.errors import BadModelFile
    from sottovoce.core.settings import read_others
    from sottovoce.models.adding import examine, put
    from sottovoce.models.found import everything, places
    from sottovoce.models.pull import Pulled

    if plan.sha256 is None or len(plan.files) > 1:
        return None
    for file in everything(places(Path.home(), read_others())):
        if file.size != plan.size or file.sha256 not in (None, plan.sha256):
            continue
        try:
            candidate = examine(file.path)
        except BadModelFile:  # theirs is damaged: ours comes from the hub
            continue
        if candidate.sha256 == plan.sha256:
            given.show.note(f"{file.program} keeps this file here already: it is linked, not fetched.")
            (there,) = put(home, candidate, plan.name)
            return Pulled((there.path,), (there.sha256,))
    return None


def _agree(given: Given, database: Database, wish: Wish, plan: Plan) -> None:
    """Tell the licence, and go on only when a person accepts it, or did before. Raises LicenceRefused."""
    from sottovoce.core.errors import LicenceRefused
    from sottovoce.models.licences import allows, digest, of, plain
    from sottovoce.models.records import accept, accepted_for

    licence = of(plan.licence or "")
    allows(licence, _use(given))
    lines = plain(licence, plan.gated)
    words = digest(lines)
    for line in lines:
        given.show.note(line)
    accepted = database.look(lambda conn: accepted_for(conn, licence.id, words))
    if not accepted and not wish.accept:
        if not given.show.can_ask:
            raise LicenceRefused(
                "This licence was not accepted yet, and there is nobody to ask.", hint="Add --accept-licence"
            )
        _confirm(given, f"\nAccept this licence, and download {plan.size / 1e9:.2f} GB?")
    elif given.show.can_ask and not wish.yes:
        _confirm(given, f"\nDownload {plan.size / 1e9:.2f} GB?")
    database.call(lambda conn: accept(conn, _acceptance(given, plan, plan.sha256 or "")))


def _acceptance(given: Given, plan: Plan, sha256: str) -> Acceptance:
    """Return the yes that was said, for the file with this content; empty while it is not known."""
    from sottovoce.models.licences import digest, of, plain
    from sottovoce.models.records import Acceptance

    licence = of(plan.licence or "")
    return Acceptance(
        file_sha256=sha256,
        licence=licence.id,
        text_sha256=digest(plain(licence, plan.gated)),
        text_source="the sentences shown by Sottovoce",
        model=plan.name,
        source=plan.ref,
        use=_use(given),
        accepted=time.time(),
    )


def _confirm(given: Given, question: str) -> None:
    if not given.show.confirm(question):
        given.show.note("Nothing was done.")
        raise click.exceptions.Exit(1)


def _use(given: Given) -> str:
    """Return what models are used for here: private, or commercial."""
    from sottovoce.core.settings import load, read_environment

    return load(given.open_home(), read_environment(), {}).use


async def _fetch(given: Given, home: Home, wish: Wish, plan: Plan) -> Pulled:
    from sottovoce.models.progress import Progress
    from sottovoce.models.pull import carry_out

    told = 0.0
    try:
        async with aclosing(carry_out(plan, home)) as coming:
            async for step in coming:
                if not isinstance(step, Progress):
                    return step
                if not wish.as_json:
                    given.show.passing(_progress(plan, step))
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


def _progress(plan: Plan, step: Progress) -> str:
    """Return one line: how far, how fast, how long still."""
    share = f"{step.received / step.size:4.0%}" if step.size else ""
    speed = f", {step.speed / 1e6:.1f} MB/s" if step.speed else ""
    left = f", {_spoken(step.seconds_left)} left" if step.seconds_left is not None else ""
    return f"{plan.name}: {share} of {(step.size or 0) / 1e9:.2f} GB{speed}{left}"


def _progress_data(step: Progress) -> dict[str, Any]:
    return {
        "event": "progress",
        "received": step.received,
        "bytes": step.size,
        "bytes_per_second": None if step.speed is None else round(step.speed),
        "seconds_left": None if step.seconds_left is None else round(step.seconds_left),
    }


def _spoken(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _remember(database: Database, plan: Plan, pulled: Pulled, acceptance: Acceptance) -> None:
    """Note where the files came from, and what they hold, so that neither is asked again."""
    from sottovoce.models import shelf
    from sottovoce.models.records import Record, accept, note_model

    record = Record(
        path=pulled.paths[0],
        name=plan.name,
        sha256=pulled.sha256[0],
        source=plan.ref,
        licence=plan.licence or "",
        repository=plan.repository,
        added=time.time(),
    )

    def note(conn: sqlite3.Connection) -> None:
        note_model(conn, record)
        if plan.sha256 is None:  # what the yes was for is known only now
            accept(conn, acceptance)
        for path, digest in zip(pulled.paths, pulled.sha256, strict=True):
            info = path.stat()
            shelf.remember(conn, shelf.KnownFile(path, info.st_size, info.st_mtime_ns, info.st_ino, digest))

    database.call(note)


def _line(given: Given, value: dict[str, Any]) -> None:
    given.show.line(json.dumps(value, ensure_ascii=True))
    given.show.flush()
