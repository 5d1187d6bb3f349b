"""The only place that builds the real parts from the settings and joins them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sottovoce.chat import turn
from sottovoce.chat.turn import Parts, Question
from sottovoce.core import settings as settings_of
from sottovoce.core.errors import DiskFull
from sottovoce.core.events import Event
from sottovoce.core.messages import OWNER, Conversation
from sottovoce.core.paths import Home, open_home
from sottovoce.core.settings import Settings, Value
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

    async def ready(self) -> ModelFacts:
        """Load the model, if it is not loaded."""
        return await self.engine.ready()

    def ask(self, question: Question) -> AsyncGenerator[Event, None]:
        """Ask one question; see chat.turn.ask."""
        parts = Parts(
            self.database,
            self.engine,
            self.model.name,
            self.owner,
            self.settings.system,
            self.settings.sampling(),
        )
        return turn.ask(parts, question)

    async def delete_chat(self, chat_id: str) -> None:
        """Delete a chat; see delete_chat."""
        await delete_chat(self.home, self.database, chat_id, self.owner, self.engine)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return await self.engine.embed(texts)


async def delete_chat(
    home: Home, database: Database, chat_id: str, owner: str = OWNER, engine: Engine | None = None
) -> None:
    """Delete a chat so that nothing of it is left: rows, index, free pages, KV state, backups.

    Needs no model; an engine that is running here forgets the chat as well. Raises NotFound.
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
    KvFiles(home.kv, 0).forget(conversation)
    await asyncio.to_thread(database.scrub)


@asynccontextmanager
async def open_app(
    *,
    home: Home | None = None,
    given: Mapping[str, Value | None] | None = None,
    environment: Mapping[str, str] | None = None,
    engine: Engine | None = None,
) -> AsyncIterator[App]:
    """Open the home and build its parts; nothing is loaded before it is needed.

    `given` are settings from a command, which win over all others.
    """
    environment = settings_of.read_environment() if environment is None else environment
    home = home or open_home(find_home(environment))
    settings = settings_of.load(home, environment, given or {})
    model = shelf.resolve(settings.model, home)
    database = open_database(home)
    try:
        if engine is None:
            engine = _engine(environment, home, settings, model, database)
        try:
            yield App(home, settings, model, database, engine, Ledger(home.ledger))
        finally:
            await engine.close()
    finally:
        database.close()


def _engine(
    environment: Mapping[str, str], home: Home, settings: Settings, model: ModelFile, database: Database
) -> Engine:
    if environment.get("engine") == "echo":
        from sottovoce.engine.echo import EchoEngine

        return EchoEngine()
    from sottovoce.engine.kvfiles import KvFiles, name_of
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
        threads=settings.threads,
        idle_seconds=settings.idle_minutes * 60.0,
        watch=environment.get("watch"),
    )
    return LlamaEngine(plan, kept, exists)
