"""Builds the engines of one program: the real ones, which share its memory, or those that answer by rule."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from sottovoce.core.messages import Conversation
from sottovoce.core.paths import Home
from sottovoce.core.settings import Settings
from sottovoce.engine.memory import MOST_SLOTS
from sottovoce.engine.protocol import Engine
from sottovoce.models import checking, records, shelf, variants
from sottovoce.models.kinds import EMBEDDING, RERANK
from sottovoce.models.shelf import ModelFile
from sottovoce.store import chats
from sottovoce.store.db import Database

if TYPE_CHECKING:
    from sqlite3 import Connection

    from sottovoce.engine.plan import Plan


def engine_by_rule(slots: int, queue_seconds: float, *, attach: bool) -> Callable[[ModelFile], Engine]:
    from sottovoce.engine.echo import EchoEngine

    if attach:
        return lambda _: EchoEngine()
    return lambda _: EchoEngine(slots=slots or MOST_SLOTS, queue_seconds=queue_seconds)


class Workshop:
    """Builds the real engines of one program. They share its memory, and the folder of kept states."""

    def __init__(
        self,
        home: Home,
        settings: Settings,
        database: Database,
        watch: str | None,
        slots: int,
        queue_seconds: float,
        standing: Callable[[], Settings],
    ) -> None:
        from sottovoce.engine.kvfiles import KvFiles
        from sottovoce.engine.room import Room

        self._home = home
        self._settings = settings
        self._standing = standing
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
        return LlamaEngine(self._plan(model, self._slots), self._kept, self._exists, self.fixed)

    def patient(self, model: ModelFile) -> Engine:
        from sottovoce.engine.vectors import VectorEngine

        return VectorEngine(replace(self._plan(model, slots=1), patient=True))

    def taken(self) -> int:
        return self._room.taken()

    def _plan(self, model: ModelFile, slots: int) -> Plan:
        from sottovoce.engine.plan import Plan, slots_that_fit
        from sottovoce.fit import built
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
            gentle=settings.pace == "gentle",
            idle_seconds=settings.idle_minutes * 60.0,
            watch=self._watch,
            library=built.choice(self._home),
            room=self._room,
            needs=bytes_needed,
        )

    def _open_kept(self) -> None:
        """Take the folder of kept states once more; of chats that are gone nothing stays there."""
        from sottovoce.engine.kvfiles import name_of, opening_of

        is_new = not self._kept.is_ours
        if self._kept.open() and is_new:
            living = self._database.look(chats.everyone)
            names = {name_of(Conversation(owner, chat)) for owner, chat in living}
            self._kept.keep_only(frozenset(names | set(map(opening_of, self.fixed()))))

    def fixed(self) -> set[str]:
        """Return the instructions that hold for whoever asks: none, those of the settings, of variants."""
        return {"", self._standing().system, *(variant.system for variant in variants.listed(self._home))}

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
