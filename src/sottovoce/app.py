"""The only place that builds the real parts from the settings and joins them."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sottovoce import __version__
from sottovoce.chat import turn
from sottovoce.chat.turn import Parts, Question
from sottovoce.core import settings as settings_of
from sottovoce.core.errors import DiskFull
from sottovoce.core.events import Event
from sottovoce.core.messages import OWNER, Conversation
from sottovoce.core.paths import Home, open_home
from sottovoce.core.settings import Settings, Value
from sottovoce.engine import sign as signs
from sottovoce.engine.attached import AttachedEngine, tell_server_to_forget
from sottovoce.engine.protocol import Engine, ModelFacts
from sottovoce.models import shelf
from sottovoce.models.shelf import ModelFile
from sottovoce.net.ledger import Ledger
from sottovoce.store import chats
from sottovoce.store.db import Database, open_database


def find_home(environment: Mapping[str, str]) -> Path:
    """Return SOTTO_HOME, or this platform's folder for a program's data."""
    if environment.get("home"):
        return Path(environment["home"]).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_data_dir("sottovoce", appauthor=False))


@dataclass(frozen=True, slots=True)
class App:
    """One home, open. Everything a person can do goes through here or through `chats`."""

    home: Home
    settings: Settings
    model: ModelFile
    database: Database
    engine: Engine
    ledger: Ledger
    owner: str = OWNER
    runs_on: str = ""
    """Names what the engine runs, so that another program knows whether it would suit it."""

    async def ready(self) -> ModelFacts:
        """Load the model, if it is not loaded."""
        return await self.engine.ready()

    def parts(self) -> Parts:
        """Return what a turn of this home is made with."""
        return Parts(
            self.database,
            self.engine,
            self.model.name,
            self.owner,
            self.settings.system,
            self.settings.sampling(),
        )

    def ask(self, question: Question) -> AsyncGenerator[Event, None]:
        """Ask one question; see chat.turn.ask."""
        return turn.ask(self.parts(), question)

    async def delete_chat(self, chat_id: str) -> None:
        """Delete a chat; see delete_chat."""
        await delete_chat(self.home, self.database, chat_id, self.owner, self.engine)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return await self.engine.embed(texts)

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


async def delete_chat(
    home: Home, database: Database, chat_id: str, owner: str = OWNER, engine: Engine | None = None
) -> None:
    """Delete a chat so that nothing of it is left: rows, index, free pages, KV state, backups.

    Needs no model; an engine that is running here or in this home's server forgets the chat as well.
    Raises NotFound.
    """
    from sottovoce.engine.kvfiles import KvFiles

    chat = await database.read(lambda conn: chats.get(conn, owner, chat_id))
    conversation = Conversation(owner, chat.id)
    # The rows go first: whoever holds the chat in a slot looks for them before keeping anything of it.
    try:
        await database.run(lambda conn: chats.delete(conn, owner, chat.id))
    except DiskFull as problem:
        problem.hint = "Free some space and delete it again; nothing that was saved is lost."
        raise
    if engine is not None:
        await engine.forget(conversation)
    else:
        await tell_server_to_forget(home, conversation)
    KvFiles(home.kv, 0).forget(conversation)
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
    settings = settings_of.load(home, environment, given or {})
    model = shelf.answering(settings.model, home)
    by_rule = environment.get("engine") == "echo"
    runs_on = "echo" if by_rule else _whole_path(model)
    database = open_database(home)
    try:
        if engine is None:

            def own() -> Engine:
                if by_rule:
                    from sottovoce.engine.echo import EchoEngine

                    return (
                        EchoEngine() if attach else EchoEngine(slots=slots or 4, queue_seconds=queue_seconds)
                    )
                return _engine(environment, home, settings, model, database, slots, queue_seconds)

            # What a watched program says to the outside must be its own words.
            alone = not attach or "watch" in environment
            engine = own() if alone else AttachedEngine(home, runs_on, settings.context, own)
        try:
            yield App(home, settings, model, database, engine, Ledger(home.ledger), runs_on=runs_on)
        finally:
            await engine.close()
    finally:
        database.close()


def _whole_path(model: ModelFile) -> str:
    """Return the one path of a file that programs in different folders name differently."""
    return str(model.path.resolve())


def _engine(
    environment: Mapping[str, str],
    home: Home,
    settings: Settings,
    model: ModelFile,
    database: Database,
    slots: int,
    queue_seconds: float,
) -> Engine:
    from sottovoce.engine.kvfiles import KvFiles, name_of
    from sottovoce.engine.life import slots_that_fit
    from sottovoce.engine.llama import LlamaEngine, Plan

    async def verify() -> str:
        """Return the model's content hash, computed only when the file has changed."""
        known = await database.read(lambda conn: shelf.known(conn, model.path))
        given_up = threading.Event()
        try:
            checked = await asyncio.to_thread(shelf.verified, model, known, given_up)
        finally:
            given_up.set()  # a thread cannot be cancelled; it looks here
        if checked != known:
            await database.run(lambda conn: shelf.remember(conn, checked))
        return checked.sha256

    async def exists(conversation: Conversation) -> bool:
        chat = conversation.chat or ""
        return await database.read(lambda conn: chats.exists(conn, conversation.owner, chat))

    kept = KvFiles(home.kv, settings.kv_megabytes << 20)
    if kept.open():
        living = database.look(chats.everyone)
        kept.keep_only(frozenset(name_of(Conversation(owner, chat)) for owner, chat in living))
    plan = Plan(
        path=model.path,
        name=model.name,
        verify=verify,
        defaults=model.sampling,
        window=settings.context,
        slots=slots or slots_that_fit(model.path, settings.context),
        queue_seconds=queue_seconds,
        threads=settings.threads,
        idle_seconds=settings.idle_minutes * 60.0,
        watch=environment.get("watch"),
    )
    return LlamaEngine(plan, kept, exists)
