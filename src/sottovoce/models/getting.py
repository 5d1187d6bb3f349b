"""Get a model: from what a person calls it to a file on the shelf with a record of where it came from.

First an offer, which says what it is and under which terms; after a yes it is linked, where this machine
has it already, or fetched. Knows nothing of people: how they are told and asked is the caller's business.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path

from sottovoce.core.account import account
from sottovoce.core.errors import BadModelFile, BadValue, NotEnoughMemory, NotFound
from sottovoce.core.finishing import to_its_end
from sottovoce.core.paths import Home
from sottovoce.core.settings import Value, read_others
from sottovoce.core.standing import StandingSettings
from sottovoce.engine.architectures import require_known
from sottovoce.engine.header import Header
from sottovoce.engine.memory import available
from sottovoce.fit import known as machine
from sottovoce.models import (
    adding,
    catalogue,
    fitting,
    found,
    licences,
    names,
    records,
    shelf,
    starter,
    suggest,
)  # fmt: skip
from sottovoce.models.adding import Candidate
from sottovoce.models.catalogue import Card
from sottovoce.models.hub import HUB, open_hub
from sottovoce.models.licences import Licence, Ruling
from sottovoce.models.names import CatalogueRef, FileRef, HubRef, OllamaRef, Ref, UrlRef
from sottovoce.models.plan import Plan, plan_hub, plan_url
from sottovoce.models.progress import Progress
from sottovoce.models.pull import Pulled, carry_out, here
from sottovoce.models.records import Acceptance, Record
from sottovoce.models.shelf import KnownFile
from sottovoce.models.vouched import as_in_catalogue
from sottovoce.net.address import Where
from sottovoce.net.door import Door
from sottovoce.net.ledger import Ledger
from sottovoce.store.db import Database

TEXT_SOURCE = "the sentences shown by Sottovoce"


@dataclass(frozen=True, slots=True)
class Means:
    """How far a home may go for a model, to which hub, with which token, and what models are used for.

    `network` tells the setting as it is at that moment.

    `taken` bytes, which models have that are loaded now, count as free: they are put to rest for another.
    """

    home: Home
    network: Callable[[], str]
    hub: str
    use: str
    token: str | None = field(default=None, repr=False)
    taken: int = 0
    proxy: str = ""

    @property
    def room(self) -> int:
        """The bytes of memory that another model may have."""
        return available() + self.taken


def means(home: Home, environment: Mapping[str, str], given: Mapping[str, Value | None]) -> Means:
    """Return what the settings say now. Raises BadSettings."""
    standing = StandingSettings(home, environment, given)
    said = standing()
    token = environment.get("hf_token")
    return Means(home, lambda: standing().network, said.hub, said.use, token, proxy=said.proxy)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a person is told before a yes. One of `plan` and `candidate`: it lies elsewhere, or here.

    `ref` goes on record as the source. `terms` are the licence's sentences, `spelt` is how its publisher
    writes it. `sha256` is that of the first file, None: not known beforehand.
    """

    ref: str
    name: str
    header: Header
    size: int
    sha256: str | None
    licence: Licence
    spelt: str
    terms: tuple[str, ...]
    plan: Plan | None = None
    candidate: Candidate | None = None

    @property
    def words(self) -> str:
        """Return the hash of the terms, by which a yes to them is known again."""
        return licences.digest(self.terms)


@dataclass(frozen=True, slots=True)
class Linked:
    """Another program keeps the file on this machine: it is linked, not fetched."""

    program: str


Step = Progress | Linked | Pulled


# ── what it would be ──────────────────────────────────────────────────────────────────────────────


async def offer(means: Means, text: str) -> Offer:
    """Look at what is meant, where it lies. Raises BadValue, NotFound, BadModelFile, and what a plan does."""
    ref = names.parse(text)
    if isinstance(ref, FileRef | OllamaRef):
        return await asyncio.to_thread(on_disk, means.home, text)
    return of_plan(await planned(means, ref))


async def planned(means: Means, ref: Ref) -> Plan:
    """Look at what lies elsewhere. Raises NotFound, Refused, Offline, and what the door raises."""
    if isinstance(ref, UrlRef):
        return await plan_url(_door(means), ref)
    # A hub of one's own may lie within: the person said so by naming it.
    door = _door(means, Where.OUTSIDE if means.hub.rstrip("/") == HUB else Where.ANYWHERE)
    hub = open_hub(door, means.hub, means.token)
    if not isinstance(ref, HubRef):
        ref = await asyncio.to_thread(_of_catalogue, means, ref)
    cards = await asyncio.to_thread(catalogue.cards, means.home)
    try:
        plan = await plan_hub(hub, ref, means.room)
    except NotEnoughMemory as problem:
        instead = await asyncio.to_thread(_instead, means, cards)
        problem.hint = ". ".join(filter(None, (instead, problem.hint)))
        raise
    return as_in_catalogue(plan, ref, cards)


def of_plan(plan: Plan) -> Offer:
    """Return the offer that a plan makes. Raises BadModelFile for one that the engine cannot load."""
    require_known(plan.header)
    licence = Ruling(plan.licence or "", plan.dispute).licence
    return Offer(
        ref=plan.ref,
        name=plan.name,
        header=plan.header,
        size=plan.size,
        sha256=plan.sha256,
        licence=licence,
        spelt=plan.licence or "",
        terms=tuple(licences.plain(licence, plan.gated)),
        plan=plan,
    )


def on_disk(home: Home, file: str, name: str | None = None) -> Offer:
    """Return the offer of a file on this machine: a path, or a name of another program's.

    Reads all of it. Raises NotFound, BadModelFile, BadValue.
    """
    path, called = located(file, name)
    candidate = adding.examine(path)
    card = catalogue.with_content(candidate.sha256, catalogue.cards(home))
    terms = licences.of(card[0].licence if card else licences.in_header(candidate.header))
    return Offer(
        ref=str(path),
        name=called,
        header=candidate.header,
        size=candidate.size,
        sha256=candidate.sha256,
        licence=terms,
        spelt=terms.id,
        terms=tuple(licences.plain(terms)),
        candidate=candidate,
    )


def located(file: str, name: str | None = None) -> tuple[Path, str]:
    """Return where a file on this machine is, and what it is to be called. Raises NotFound, BadValue."""
    path = Path(file).expanduser().absolute()
    if not path.exists() and file.startswith(found.NAMED):
        other = found.named(file, found.places(Path.home(), read_others()))
        if other is None:
            raise NotFound(
                f"No program here keeps a model named {file!r}.", hint="sotto models list --elsewhere"
            )
        return other.path, adding.name_for(other.path, name or other.called)
    if path.is_dir():
        raise BadValue(f"{path} is a folder.", hint="Name the model's file in it; it ends in .gguf")
    return path, adding.name_for(path, name)


def already(home: Home, database: Database, offer: Offer) -> Path | None:
    """Return the file on the shelf, or the starter's, that has this very content, if one has.

    May hash files, and blocks. Raises BadValue where another file of a plan's has the name.
    """
    known = database.look(shelf.known_files)
    if offer.candidate is not None:
        return adding.already(home, offer.candidate, known)
    assert offer.plan is not None  # noqa: S101  (an offer has one of the two)
    there = here(home, offer.plan, _ours(home, database, offer))
    if len(there) == len(offer.plan.files):
        return there[0]
    if offer.sha256 == starter.SHA256 and starter.path().is_file():
        return starter.path()
    if offer.sha256 is None or len(offer.plan.files) > 1:
        return None
    same = (path for path in shelf.paths(home) if _holds(path, known.get(path), offer.sha256))
    return next(same, None)


def called(path: Path) -> str:
    """Return what a file that `already` found goes by."""
    return shelf.STARTER if path == starter.path() else shelf.name_of(path)


# ── the yes ───────────────────────────────────────────────────────────────────────────────────────


def is_accepted(conn: sqlite3.Connection, offer: Offer) -> bool:
    """Tell whether these very terms were accepted before.

    Under the words for what is not known here lie all kinds of licences: they count for one content alone.
    """
    if offer.licence.commercial != licences.UNCLEAR:
        return records.accepted_for(conn, offer.licence.id, offer.words)
    source = offer.ref if offer.sha256 is None else None
    return records.accepted_for(conn, offer.licence.id, offer.words, file_sha256=offer.sha256, source=source)


def accept(conn: sqlite3.Connection, offer: Offer, use: str, sha256: str | None = None) -> None:
    """Remember the yes to these terms, for the file with this content; the offer's where none is given."""
    records.accept(
        conn,
        Acceptance(
            file_sha256=sha256 or offer.sha256 or "",
            licence=offer.licence.id,
            text_sha256=offer.words,
            text_source=TEXT_SOURCE,
            model=offer.name,
            source=offer.ref,
            use=use,
            accepted=time.time(),
            account=account(),
        ),
    )


# ── after the yes ─────────────────────────────────────────────────────────────────────────────────


async def get(offer: Offer, means: Means, database: Database) -> AsyncGenerator[Step, None]:
    """Link or fetch what was agreed to and note it; yield how far it is, and at the end what is here.

    Closing the generator keeps what has come. Raises what pull.carry_out and adding.put do.
    """
    pulled = None
    if offer.plan is None:
        assert offer.candidate is not None  # noqa: S101  (an offer has one of the two)
        pulled = await to_its_end(asyncio.to_thread(_link, means.home, offer.candidate, offer.name))
    elif (kept := await _kept_elsewhere(offer.plan)) is not None:
        program, candidate = kept
        yield Linked(program)
        pulled = await to_its_end(asyncio.to_thread(_link, means.home, candidate, offer.name))
    else:
        ours = await asyncio.to_thread(_ours, means.home, database, offer)
        async with aclosing(carry_out(offer.plan, means.home, ours)) as coming:
            async for step in coming:
                if isinstance(step, Pulled):
                    pulled = step
                else:
                    yield step
    assert pulled is not None  # noqa: S101  (a download ends with what was pulled)
    await to_its_end(_note(pulled, offer, means, database))
    yield pulled


def licensed(conn: sqlite3.Connection, offer: Offer, licence: str, here: Path | None) -> Offer:
    """Return the offer of a file under the licence that a person knows it to have.

    `here` is where the shelf has it already. Raises BadValue where what is known leaves nothing unclear.
    """
    record = None if here is None else records.of(conn, here)
    name = offer.name if here is None else shelf.name_of(here)
    known, named = offer.licence, licences.of(licence)
    if record is not None and record.repository:
        known = licences.ruled(record.licence, offer.spelt).licence
    if known.commercial != licences.UNCLEAR and named.id != known.id:
        raise BadValue(
            f"{name} has a licence: {known.name}. Another cannot be named for it.",
            hint="Leave out --licence",
        )
    return replace(offer, name=name, licence=named, spelt=named.id, terms=tuple(licences.plain(named)))


def note(conn: sqlite3.Connection, offer: Offer, files: Sequence[KnownFile], use: str) -> None:
    """Remember where the files came from, and what they hold, so that neither is asked again."""
    first = files[0]
    before = records.of(conn, first.path)
    is_same = before is not None and before.sha256 == first.sha256 and offer.plan is None
    record = Record(
        path=first.path,
        name=offer.name,
        sha256=first.sha256,
        source=before.source if before and is_same else offer.ref,
        licence=offer.spelt,
        repository=before.repository if before and is_same else offer.plan.repository if offer.plan else "",
        added=time.time(),
    )
    records.note_model(conn, record)
    if offer.sha256 is None:  # what the yes was for is known only now
        accept(conn, offer, use, first.sha256)
    for file in files:
        shelf.remember(conn, file)


async def _note(pulled: Pulled, offer: Offer, means: Means, database: Database) -> None:
    files = await asyncio.to_thread(_as_they_are, pulled)
    await database.run(lambda conn: note(conn, offer, files, means.use))


def _door(means: Means, where: Where = Where.OUTSIDE) -> Door:
    return Door(means.network, Ledger(means.home.ledger), where=where, proxy=means.proxy)


def _of_catalogue(means: Means, ref: Ref) -> HubRef:
    """Return the very file of a card that `sotto fit` names."""
    home = means.home
    card = catalogue.find(ref.handle, home) if isinstance(ref, CatalogueRef) else None
    if card is None and str(ref) == shelf.STARTER:
        raise BadValue("The starter came with the program.", hint="To talk to it: sotto --model starter")
    if card is None:
        raise NotFound(
            f"There is no model named {str(ref)!r} in the catalogue.", hint="sotto models suggest names some"
        )
    return HubRef(card.repository, fitting.to_get(card, machine.here(home, means.taken), means.room).name)


def _instead(means: Means, cards: Sequence[Card]) -> str:
    """Say what of the catalogue runs here; by size alone where this machine was not measured."""
    speed = fitting.speeds(machine.here(means.home, means.taken), means.room)
    suggested = suggest.suggested(cards, speed, means.use)
    return f"What runs here: {catalogue.command(suggested[0].card)}" if suggested else ""


def _ours(home: Home, database: Database, offer: Offer) -> frozenset[Path]:
    """Return the plan's files on the shelf, if all came from there and are as they came."""
    assert offer.plan is not None  # noqa: S101  (called for a plan)
    paths = [home.models / file.name for file in offer.plan.files]
    record = database.look(lambda conn: records.of(conn, paths[0]))
    if record is None or record.source != offer.ref:
        return frozenset()
    known = database.look(shelf.known_files)
    as_they_came = [path in known and shelf.is_unchanged(known[path]) for path in paths]
    is_first = all(as_they_came) and known[paths[0]].sha256 == record.sha256
    return frozenset(paths) if is_first else frozenset()


def _holds(path: Path, known: KnownFile | None, sha256: str) -> bool:
    """Tell whether a file's content is known to be this, and the file is as it was then."""
    return known is not None and known.sha256 == sha256 and path.exists() and shelf.is_unchanged(known)


async def _kept_elsewhere(plan: Plan) -> tuple[str, Candidate] | None:
    """Return the file as another program keeps it on this machine, if one does and it is sound."""
    if plan.sha256 is None or len(plan.files) > 1:
        return None
    given_up = threading.Event()
    try:
        return await asyncio.to_thread(_sound_elsewhere, plan.size, plan.sha256, given_up)
    finally:
        given_up.set()  # a thread cannot be cancelled; it looks here


def _sound_elsewhere(size: int, sha256: str, given_up: threading.Event) -> tuple[str, Candidate] | None:
    for file in found.everything(found.places(Path.home(), read_others())):
        if given_up.is_set() or file.size != size or file.sha256 not in (None, sha256):
            continue
        try:
            candidate = adding.examine(file.path, given_up)
        except BadModelFile:  # theirs is damaged: ours comes from the hub
            continue
        if candidate.sha256 == sha256:
            return file.program, candidate
    return None


def _link(home: Home, candidate: Candidate, name: str) -> Pulled:
    files = adding.put(home, candidate, name)
    return Pulled(tuple(file.path for file in files), tuple(file.sha256 for file in files))


def _as_they_are(pulled: Pulled) -> list[KnownFile]:
    files = []
    for path, digest in zip(pulled.paths, pulled.sha256, strict=True):
        info = path.stat()
        files.append(KnownFile(path, info.st_size, info.st_mtime_ns, info.st_ino, digest))
    return files
