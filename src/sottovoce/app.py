"""The only place that builds the real parts from the settings and joins them."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sottovoce import __version__
from sottovoce.core import settings as settings_of
from sottovoce.core.errors import NotFound
from sottovoce.core.messages import OWNER
from sottovoce.core.paths import Home, open_home
from sottovoce.core.sampling import Sampling, laid_over
from sottovoce.core.settings import Settings, Value
from sottovoce.core.standing import StandingSettings
from sottovoce.engine import sign as signs
from sottovoce.engine.attached import AttachedEngine
from sottovoce.engine.permitted import PermittedEngine
from sottovoce.engine.protocol import Engine, ModelFacts
from sottovoce.hybrid.breakers import Breakers
from sottovoce.knowledge.shelves import Shelves
from sottovoce.models import shelf
from sottovoce.models.engines import Engines
from sottovoce.models.kinds import EMBEDDING, RERANK
from sottovoce.models.permission import Permission
from sottovoce.models.shelf import ModelFile
from sottovoce.net.ledger import Ledger
from sottovoce.store.db import Database, open_database
from sottovoce.store.place import find_home
from sottovoce.updates.settling import settle, stay_out
from sottovoce.workshop import Workshop, engine_by_rule

if TYPE_CHECKING:
    from sottovoce.chat.elsewhere.finishing import Outcome
    from sottovoce.chat.elsewhere.preview import There
    from sottovoce.chat.elsewhere.routing import Router
    from sottovoce.chat.guarded import Guards
    from sottovoce.chat.marks.pen import Pen
    from sottovoce.chat.question import Question
    from sottovoce.chat.turn import Parts
    from sottovoce.core.events import Event
    from sottovoce.guards import Common
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
    common: Callable[[], Common]
    """Returns what the guards of this home have in common."""
    owner: str = OWNER
    runs_on: str = ""
    """Names what the engine runs, so that another program knows whether it would suit it."""
    taken: Callable[[], int] = int
    """Tells the bytes that the models loaded here have: another may have them in their place."""
    breakers: Breakers = field(default_factory=Breakers)
    """Of the models elsewhere."""

    async def ready(self) -> ModelFacts:
        """Load the model, if it is not loaded."""
        return await self.engine.ready()

    async def prepare(self) -> None:
        """Load what looks at questions, so that the first one need not wait for it; in a thread."""
        given_up = threading.Event()

        def load() -> None:
            from sottovoce import guards

            guards.prepare(given_up)

        try:
            await asyncio.to_thread(load)
        finally:
            given_up.set()  # a thread cannot be cancelled; it looks here

    def parts(self) -> Parts:
        """Return what a turn of this home is made with."""
        return self.parts_of(self.model, self.engine)

    def parts_of(self, model: ModelFile, engine: Engine) -> Parts:
        """Return the same for another model; a variant brings its instructions, settings and shelves."""
        from sottovoce.chat.turn import Parts

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
        return self.standing().system if model.variant is None else model.variant.system

    def sampling(self, model: ModelFile) -> Sampling:
        """Return how answers are drawn where nobody says: as a variant says, else as the settings do."""
        usual = self.settings.sampling()
        return usual if model.variant is None else laid_over(usual, model.variant.settings.sampling())

    def guards_of_calls(self, model: ModelFile) -> Guards:
        """Return what stands around this model's answers to programs, which are not kept."""
        from sottovoce import guards

        return guards.around_calls(self.standing, model, self.common())

    def remembers(self) -> bool:
        """Return whether the person has chosen to have things remembered in all chats."""
        return self.standing().memory == "on"

    def guards(self, model: ModelFile) -> Guards:
        """Return what stands around this model's answers."""
        from sottovoce import guards

        is_able = shelf.size(model.path) >= ABLE
        return guards.around(self.home, self.standing, self.database, model, self.common(), is_able=is_able)

    def pen(self, labels: str | None = None) -> Pen:
        """Return what puts marks on what leaves this home; see pen_of."""
        return pen_of(self.home, labels or self.standing().labels)[0]

    def writes_queries(self, model: ModelFile) -> bool:
        """Return whether this model is to write queries for an encyclopaedia."""
        wanted = self.settings.write_queries
        return shelf.size(model.path) >= ABLE if wanted == "auto" else wanted == "on"

    def ask(self, question: Question) -> AsyncGenerator[Event, None]:
        """Ask one question; see chat.turn.ask."""
        from sottovoce.chat import turn

        return turn.ask(self.parts(), question)

    def there(self, name: str) -> There:
        """Return a model elsewhere, by its name, and what asking it takes.

        The guards of the profile stand around its answers as well. Raises NotFound, BadUpstream, BadText.
        """
        from sottovoce.chat.elsewhere import words
        from sottovoce.chat.elsewhere.preview import There
        from sottovoce.hybrid import upstreams
        from sottovoce.hybrid.means import means

        parts = replace(self.parts(), guards=self.guards_of_calls(self.model))
        ways = replace(
            means(self.home, self.database, self.standing), breakers=self.breakers, owner=self.owner
        )
        return There(parts, ways, upstreams.get(name, self.home), words.read(self.home))

    def router(self) -> Router:
        """Return what this home decides by where a question goes."""
        from sottovoce.chat.elsewhere.routing import Router

        return Router(self.parts(), self.home, self.standing, self.there)

    async def finish_later(self, told: Callable[[Outcome], None]) -> None:
        """Have what waits for models elsewhere answered, where it may be sent; see chat.awaited."""
        from sottovoce.chat import awaited

        await awaited.keep_on(self.database, self.there, told)

    async def delete_chat(self, chat_id: str) -> None:
        """Delete a chat; see erasing.delete_chat."""
        from sottovoce.erasing import delete_chat

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
    settle(home)
    standing = StandingSettings(home, environment, given or {})
    settings = standing()
    model = shelf.resolve(settings.model, home)
    # What a watched program says to the outside must be its own words.
    attach = attach and "watch" not in environment
    by_rule = environment.get("engine") == "echo"
    runs_on = _runs_on("echo" if by_rule else str(model.path.resolve()), settings)
    database = open_database(home)
    stay_out(database)
    try:
        permission = Permission(home, database, standing)
        permission.require(model)
        watch = environment.get("watch")
        workshop = Workshop(home, settings, database, watch, slots, queue_seconds, standing)
        make = engine_by_rule(slots, queue_seconds, attach=attach) if by_rule else workshop.engine

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

        @cache
        def common() -> Common:
            from sottovoce import guards

            surface = "here" if attach else "server"
            is_rule = by_rule or engine is not None
            return guards.common(home, engines, surface, workshop.taken, by_rule=is_rule)

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
                common,
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
