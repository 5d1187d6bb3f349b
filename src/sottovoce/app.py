"""The only place that builds the real parts from the settings and joins them."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sottovoce import __version__, guards
from sottovoce.chat import turn
from sottovoce.chat.guarded import Guards
from sottovoce.chat.turn import Parts, Question
from sottovoce.core import settings as settings_of
from sottovoce.core.errors import DiskFull, NotFound
from sottovoce.core.events import Event
from sottovoce.core.messages import OWNER, Conversation
from sottovoce.core.paths import Home, open_home
from sottovoce.core.sampling import Sampling, laid_over
from sottovoce.core.settings import Settings, Value
from sottovoce.core.standing import StandingSettings
from sottovoce.engine import sign as signs
from sottovoce.engine.attached import AttachedEngine, tell_server_to_forget
from sottovoce.engine.memory import MOST_SLOTS
from sottovoce.engine.permitted import PermittedEngine
from sottovoce.engine.protocol import Engine, ModelFacts
from sottovoce.knowledge.shelves import Shelves
from sottovoce.models import checking, records, shelf
from sottovoce.models.engines import Engines
from sottovoce.models.kinds import EMBEDDING, RERANK
from sottovoce.models.permission import Permission
from sottovoce.models.shelf import ModelFile
from sottovoce.net.ledger import Ledger
from sottovoce.store import chats, memory, pruning
from sottovoce.store.db import Database, open_database
from sottovoce.store.memory import Remembered
from sottovoce.store.place import find_home

if TYPE_CHECKING:
    from sqlite3 import Connection

    from sottovoce.chat.marks.pen import Pen
    from sottovoce.engine.plan import Plan
    from sottovoce.knowledge.likeness import Ask
    from sottovoce.knowledge.questions import Questions
    from sottovoce.knowledge.reranking import Reranking

T = TypeVar("T")

ABLE = 10**9
"""Bytes of a model that is taken to know other words for what is asked, and a sum when it is asked for one.

The starter, of a tenth, does not.
"""


@dataclass(frozen=True, slots=True)
class App:
    """One home, open. Everything a person can do goes through here or through `chats`."""

    home: Home
    settings: Settings
    model: ModelFile
    database: Database
    engine: Engine
    ledger: Ledger
    engines: Engines
    shelves: Shelves
    patient: Callable[[ModelFile], Engine]
    """Builds an engine of its own for vectors that are made in the background."""
    standing: Callable[[], Settings]
    """Tells the settings as they are now; `settings` are those that it was opened with."""
    common: guards.Common
    """What the guards of this home have in common."""
    owner: str = OWNER
    runs_on: str = ""
    """Names what the engine runs, so that another program knows whether it would suit it."""
    taken: Callable[[], int] = int
    """Tells the bytes that the models loaded here have: another may have them in their place."""

    async def ready(self) -> ModelFacts:
        """Load the model, if it is not loaded."""
        return await self.engine.ready()

    def parts(self) -> Parts:
        """Return what a turn of this home is made with."""
        return self.parts_of(self.model, self.engine)

    def parts_of(self, model: ModelFile, engine: Engine) -> Parts:
        """Return the same for another model; a variant brings its instructions, settings and shelves."""
        variant = model.variant
        return Parts(
            self.database,
            engine,
            model.name,
            self.owner,
            self.instructions(model),
            self.sampling(model),
            shelves=self.shelves,
            writes_queries=self.writes_queries(model),
            guards=self.guards(model),
            knowledge=() if variant is None else variant.knowledge,
            quote=variant is not None and variant.quote,
            remembers=self.remembers,
            base="" if model.base is None else model.base.name,
        )

    def instructions(self, model: ModelFile) -> str:
        """Return what stands before a new chat: as a variant says, else as the settings do."""
        return self.settings.system if model.variant is None else model.variant.system

    def sampling(self, model: ModelFile) -> Sampling:
        """Return how answers are drawn where nobody says: as a variant says, else as the settings do."""
        usual = self.settings.sampling()
        return usual if model.variant is None else laid_over(usual, model.variant.settings.sampling())

    def guards_of_calls(self, model: ModelFile) -> Guards:
        """Return what stands around this model's answers to programs, which are not kept."""
        return guards.around_calls(self.standing, model, self.common)

    def remembers(self) -> bool:
        """Return whether the person has chosen to have things remembered in all chats."""
        return self.standing().memory == "on"

    def guards(self, model: ModelFile) -> Guards:
        """Return what stands around this model's answers."""
        is_able = shelf.size(model.path) >= ABLE
        return guards.around(self.home, self.standing, self.database, model, self.common, is_able=is_able)

    def pen(self, labels: str | None = None) -> Pen:
        """Return what puts marks on what leaves this home; see pen_of."""
        return pen_of(self.home, labels or self.settings.labels)[0]

    def writes_queries(self, model: ModelFile) -> bool:
        """Return whether this model is to write queries for an encyclopaedia."""
        wanted = self.settings.write_queries
        return shelf.size(model.path) >= ABLE if wanted == "auto" else wanted == "on"

    def ask(self, question: Question) -> AsyncGenerator[Event, None]:
        """Ask one question; see chat.turn.ask."""
        return turn.ask(self.parts(), question)

    async def delete_chat(self, chat_id: str) -> None:
        """Delete a chat; see delete_chat."""
        await delete_chat(self.home, self.database, chat_id, self.owner, self.engines)

    async def embedder(self) -> tuple[ModelFile, Engine]:
        """Return the model that makes vectors here, and its engine. Raises NotFound or BadModelFile."""
        if not self.settings.embed_model:
            return self.model, self.engine
        model = await asyncio.to_thread(self.engines.resolve, self.settings.embed_model)
        return model, await self.engines.get(model)

    async def ranker(self) -> Engine:
        """Return the engine of the model that ranks texts here. Raises NotFound or BadModelFile."""
        return await _ranker(self.engines, self.settings.rerank_model)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        _, engine = await self.embedder()
        return await engine.embed(texts)

    @asynccontextmanager
    async def background(self) -> AsyncIterator[Engine | None]:
        """Give an engine that makes vectors and lets all others come first, for the block.

        A process of its own: a question's vector never stands behind a whole shelf. None where no model is
        set for vectors: what one that answers makes of its words is of little use to search by.
        Raises NotFound or BadModelFile.
        """
        if not self.settings.embed_model:
            yield None
            return
        engine = self.patient(await asyncio.to_thread(self.engines.resolve, self.settings.embed_model))
        try:
            yield engine
        finally:
            await engine.close()

    @property
    def server(self) -> str | None:
        """The address of the server whose engine is used, if one is."""
        return self.engine.address if isinstance(self.engine, AttachedEngine) else None

    @contextmanager
    def shared(self, socket: Path, address: str) -> Iterator[None]:
        """For a server: let this home's other programs use the engine, through its socket, meanwhile.

        The socket stands in a folder of its own, 0700. `address` is what people are told.
        """
        runs = (__version__, self.runs_on, self.settings.context)
        sign = signs.Sign(os.getpid(), str(socket), address, *runs)
        signs.put_up(self.home, sign)
        try:
            yield
        finally:
            signs.take_down(self.home, sign)


def pen_of(home: Home, labels: str) -> tuple[Pen, str | None]:
    """Return what puts marks on copies and exports, and what a person should know of its key, if anything.

    `labels` is a profile of guard/labels.py. The key is made where there is none.
    Raises StoreProblem, DiskFull or ReadOnly.
    """
    from sottovoce.chat.marks.pen import Pen
    from sottovoce.guard.labels import label_of
    from sottovoce.guard.provenance import Signer
    from sottovoce.store import signing

    key, product = signing.open_key(home), f"sottovoce {__version__}"
    return Pen(Signer(key.private, product), label_of(labels), product), key.told


async def delete_chat(
    home: Home, database: Database, chat_id: str, owner: str = OWNER, engines: Engines | None = None
) -> None:
    """Delete a chat so that nothing of it is left: rows, index, free pages, KV state, backups.

    Needs no model; every engine that is running here or in this home's server forgets the chat as well.
    Raises NotFound.
    """
    chat = await database.read(lambda conn: chats.get(conn, owner, chat_id))
    # The rows go first: whoever holds the chat in a slot looks for them before keeping anything of it.
    await _deleted(database, lambda conn: chats.delete(conn, owner, chat.id))
    await _clear(home, database, Conversation(owner, chat.id), engines)


async def delete_message(
    home: Home, database: Database, chat_id: str, message_id: str, owner: str, engines: Engines
) -> list[str]:
    """Delete a message with all below it, as thoroughly as delete_chat; return their ids.

    What engines have computed of the chat goes as a whole. Raises NotFound, and Busy while one is answering.
    """
    gone = await _deleted(database, lambda conn: pruning.prune(conn, owner, chat_id, message_id))
    await _clear(home, database, Conversation(owner, chat_id), engines)
    return gone


async def erase_memory(
    home: Home, database: Database, owner: str, line: str | None, engines: Engines | None = None
) -> int:
    """Erase a line of what is remembered, or with None all of it; return how many lines went.

    What engines have computed of the owner's chats has read it, and goes as well. What was said in a chat
    stands there still. Raises NotFound.
    """

    def work(conn: Connection) -> int:
        doomed = [one.id for one in memory.listed(conn, owner)] if line is None else [line]
        for one in doomed:
            memory.remove(conn, owner, one)
        return len(doomed)

    count = await _deleted(database, work)
    await _forget_computed(home, database, owner, engines)
    return count


async def change_memory(
    home: Home, database: Database, owner: str, line: str, text: str, engines: Engines | None = None
) -> Remembered:
    """Put a line of what is remembered anew, as thoroughly. Raises NotFound and BadValue."""
    changed = await database.run(lambda conn: memory.change(conn, owner, line, text))
    await _forget_computed(home, database, owner, engines)
    return changed


async def _forget_computed(home: Home, database: Database, owner: str, engines: Engines | None) -> None:
    """Erase what engines have computed of all chats of an owner, and what stood where rows changed."""
    mine = await database.read(lambda conn: [chat for whose, chat in chats.everyone(conn) if whose == owner])
    async with AsyncExitStack() as stack:  # each is asked, also where one fails to
        stack.push_async_callback(asyncio.to_thread, database.scrub)
        for chat in mine:
            stack.push_async_callback(_forget, home, Conversation(owner, chat), engines)


async def _deleted(database: Database, work: Callable[[Connection], T]) -> T:
    try:
        return await database.run(work)
    except DiskFull as problem:
        problem.hint = "Free some space and delete it again; nothing that was saved is lost."
        raise


async def _clear(home: Home, database: Database, conversation: Conversation, engines: Engines | None) -> None:
    """Clear what is left of a conversation, or of a part of it, once its rows are gone."""
    try:
        await _forget(home, conversation, engines)
    finally:
        await asyncio.to_thread(database.scrub)


async def _forget(home: Home, conversation: Conversation, engines: Engines | None) -> None:
    """Erase what engines have computed of a conversation, here or in this home's server."""
    from sottovoce.engine.kvfiles import KvFiles

    try:
        if engines is not None:
            await engines.forget(conversation)
        else:
            await tell_server_to_forget(home, conversation)
    finally:  # whatever an engine answers, nothing may stay on the disk
        KvFiles(home.kv, 0).forget(conversation)


async def delete_all_chats(home: Home, database: Database, owner: str, engines: Engines) -> None:
    """Delete every chat of this owner, as delete_chat does with one."""
    from sottovoce.engine.kvfiles import KvFiles

    def work(conn: Connection) -> list[Conversation]:
        doomed = [chat for whose, chat in chats.everyone(conn) if whose == owner]
        for chat in doomed:
            chats.delete(conn, owner, chat)
        return [Conversation(owner, chat) for chat in doomed]

    gone = await database.run(work)
    try:
        async with AsyncExitStack() as stack:  # each is asked, also where one fails to
            for conversation in gone:
                stack.push_async_callback(engines.forget, conversation)
    finally:
        kept = KvFiles(home.kv, 0)
        for conversation in gone:
            kept.forget(conversation)
        await asyncio.to_thread(database.scrub)


@asynccontextmanager
async def open_app(
    *,
    home: Home | None = None,
    given: Mapping[str, Value | None] | None = None,
    environment: Mapping[str, str] | None = None,
    engine: Engine | None = None,
    slots: int = 1,
    queue_seconds: float = 0,
    attach: bool = True,
) -> AsyncIterator[App]:
    """Open the home and build its parts; nothing is loaded before it is needed.

    `given` are settings from a command, which win over all others. `attach`: use the engine of this
    home's server while one runs. A server itself does not; it has `slots` (0: as many as fit), and lets
    nobody wait longer than `queue_seconds` (0: however long it takes).
    """
    environment = settings_of.read_environment() if environment is None else environment
    home = home or open_home(find_home(environment))
    standing = StandingSettings(home, environment, given or {})
    settings = standing()
    model = shelf.resolve(settings.model, home)
    # What a watched program says to the outside must be its own words.
    attach = attach and "watch" not in environment
    by_rule = environment.get("engine") == "echo"
    runs_on = _runs_on("echo" if by_rule else str(model.path.resolve()), settings)
    database = open_database(home)
    try:
        permission = Permission(home, database, standing)
        permission.require(model)
        workshop = _Workshop(home, settings, database, environment.get("watch"), slots, queue_seconds)
        make = _by_rule(slots, queue_seconds, attach=attach) if by_rule else workshop.engine

        def build(wanted: ModelFile) -> Engine:
            """Return an engine for a model; that of this home's server where it runs the same."""
            permission.require(wanted)
            is_shared = wanted.path == model.path or wanted.kind in (EMBEDDING, RERANK)
            if attach and is_shared:
                return AttachedEngine(home, runs_on, settings.context, lambda: permitted(wanted), wanted.kind)
            return permitted(wanted)

        def permitted(wanted: ModelFile) -> Engine:
            return PermittedEngine(make(wanted), partial(permission.ask, wanted))

        def patient(wanted: ModelFile) -> Engine:
            permission.require(wanted)
            own = make(wanted) if by_rule else workshop.patient(wanted)
            return PermittedEngine(own, partial(permission.ask, wanted))

        engines = Engines(home, build)
        if engine is not None:
            engines.put(model, PermittedEngine(engine, partial(permission.ask, model)))
        shelves = Shelves(
            home, database, _questions(engines, settings), reranking=_reranking(engines, settings)
        )
        try:
            yield App(
                home,
                settings,
                model,
                database,
                engines.of(model),
                Ledger(home.ledger),
                engines,
                shelves,
                patient,
                standing,
                guards.common(
                    home,
                    engines,
                    "here" if attach else "server",
                    workshop.taken,
                    by_rule=by_rule or engine is not None,
                ),
                runs_on=runs_on,
                taken=workshop.taken,
            )
        finally:
            await shelves.close()
            await engines.close()
    finally:
        database.close()


def _runs_on(model: str, settings: Settings) -> str:
    """Return what programs of one home must have in common to share an engine.

    The model by the one path of a file that they may name differently, what makes the vectors, what ranks.
    """
    shared = f"{model} and {settings.embed_model}" if settings.embed_model else model
    return f"{shared}, ranked by {settings.rerank_model}" if settings.rerank_model else shared


def _questions(engines: Engines, settings: Settings) -> Ask:
    """Return who makes the vectors of questions: the model that is set for vectors, or nobody."""
    made: list[Questions] = []

    async def ask() -> Questions | None:
        if settings.embed_model and not made:
            from sottovoce.knowledge.questions import Questions

            model = await asyncio.to_thread(engines.resolve, settings.embed_model)
            made.append(Questions(await engines.get(model)))
        return made[0] if made else None

    return ask


def _reranking(engines: Engines, settings: Settings) -> Reranking | None:
    """Return what orders passages anew, by the model that is set for it; None where none is."""
    if not settings.rerank_model:
        return None
    from sottovoce.knowledge.reranking import Reranking

    return Reranking(partial(_ranker, engines, settings.rerank_model))


async def _ranker(engines: Engines, name: str) -> Engine:
    if not name:
        raise NotFound("No model is set that ranks texts.", hint="sotto settings set rerank_model NAME")
    return await engines.get(await asyncio.to_thread(engines.resolve, name, (RERANK,)))


def _by_rule(slots: int, queue_seconds: float, *, attach: bool) -> Callable[[ModelFile], Engine]:
    from sottovoce.engine.echo import EchoEngine

    if attach:
        return lambda _: EchoEngine()
    return lambda _: EchoEngine(slots=slots or MOST_SLOTS, queue_seconds=queue_seconds)


class _Workshop:
    """Builds the real engines of one program. They share its memory, and the folder of kept states."""

    def __init__(
        self,
        home: Home,
        settings: Settings,
        database: Database,
        watch: str | None,
        slots: int,
        queue_seconds: float,
    ) -> None:
        from sottovoce.engine.kvfiles import KvFiles
        from sottovoce.engine.room import Room

        self._settings = settings
        self._database = database
        self._watch = watch
        self._slots = slots
        self._queue_seconds = queue_seconds
        self._kept = KvFiles(home.kv, settings.kv_megabytes << 20)
        self._room = Room()

    def engine(self, model: ModelFile) -> Engine:
        from sottovoce.engine.llama import LlamaEngine
        from sottovoce.engine.ranks import RankEngine
        from sottovoce.engine.vectors import VectorEngine

        if model.kind == RERANK:
            return RankEngine(self._plan(model, slots=1))
        if model.kind == EMBEDDING:
            return VectorEngine(self._plan(model, slots=1))
        self._open_kept()
        return LlamaEngine(self._plan(model, self._slots), self._kept, self._exists)

    def patient(self, model: ModelFile) -> Engine:
        from sottovoce.engine.vectors import VectorEngine

        return VectorEngine(replace(self._plan(model, slots=1), patient=True))

    def taken(self) -> int:
        return self._room.taken()

    def _plan(self, model: ModelFile, slots: int) -> Plan:
        from sottovoce.engine.plan import Plan, slots_that_fit
        from sottovoce.fit.advise import bytes_needed

        settings = self._settings
        return Plan(
            path=model.path,
            name=model.name,
            verify=partial(self._verify, model),
            defaults=model.sampling,
            window=settings.context,
            slots=slots or slots_that_fit(model.path, settings.context, self._room.free()),
            queue_seconds=self._queue_seconds,
            threads=settings.threads,
            idle_seconds=settings.idle_minutes * 60.0,
            watch=self._watch,
            room=self._room,
            needs=bytes_needed,
        )

    def _open_kept(self) -> None:
        """Take the folder of kept states once more; of chats that are gone nothing stays there."""
        from sottovoce.engine.kvfiles import name_of

        is_new = not self._kept.is_ours
        if self._kept.open() and is_new:
            living = self._database.look(chats.everyone)
            self._kept.keep_only(frozenset(name_of(Conversation(owner, chat)) for owner, chat in living))

    async def _verify(self, model: ModelFile) -> str:
        """Return the model's content hash, computed only when a file has changed."""
        known = await self._database.read(shelf.known_files)
        record = await self._database.read(lambda conn: records.of(conn, model.path))
        given_up = threading.Event()
        try:
            checked = await asyncio.to_thread(
                checking.as_added, model, known, record.sha256 if record else "", given_up
            )
        finally:
            given_up.set()  # a thread cannot be cancelled; it looks here

        def note(conn: Connection) -> None:
            for file in checked:
                if file != known.get(file.path):
                    shelf.remember(conn, file)
            records.note_used(conn, model.path, time.time())

        await self._database.run(note)
        return checked[0].sha256

    async def _exists(self, conversation: Conversation) -> bool:
        chat = conversation.chat or ""
        return await self._database.read(lambda conn: chats.exists(conn, conversation.owner, chat))
