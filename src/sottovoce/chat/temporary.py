"""Chats that are never written down: each has a store of its own in memory, and goes with it.

One is gone when somebody ends it, when nobody has used it for hours, when its owner begins more of them than
there may be, and with the program. No state of it is kept on the disk either: an engine asks the home's store
whether a chat exists before it saves anything of it, and there it never did. Knows nothing of HTTP.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

from sottovoce.chat.runs import Runs, noted_by_nobody
from sottovoce.chat.titles import title_of
from sottovoce.chat.turn import Parts
from sottovoce.core.chat_settings import UNSET, ChatSettings
from sottovoce.core.errors import BadInput, SottoError
from sottovoce.core.messages import Conversation, Role
from sottovoce.store import adopting, attachments, chats, grounds
from sottovoce.store.db import Database
from sottovoce.store.rows import Chat, StoredMessage

log = logging.getLogger(__name__)

MOST = 20
"""Of one owner, at a time."""

UNUSED_SECONDS = 4 * 3600.0
LOOK_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a chat is: what its turns are made with, its store among it, and the runs that write there."""

    parts: Parts
    runs: Runs
    is_temporary: bool = False

    @property
    def database(self) -> Database:
        return self.parts.database


@dataclass(slots=True)
class _Held:
    place: Place
    used: float


class TemporaryChats:
    """All of one program. `open_store` opens an empty store; `forget` has every engine forget a chat.

    `changed` hears the owner and the chat of everything that happens in one.
    """

    def __init__(
        self,
        parts: Callable[[], Parts],
        open_store: Callable[[], Database],
        forget: Callable[[Conversation], Awaitable[None]],
        clock: Callable[[], float] = time.monotonic,
        changed: Callable[[str, str], None] = noted_by_nobody,
    ) -> None:
        self._parts = parts
        self._open_store = open_store
        self._forget = forget
        self._changed = changed
        self._clock = clock
        self._held: dict[tuple[str, str], _Held] = {}

    async def begin(
        self,
        owner: str,
        system: str | None = None,
        settings: ChatSettings = UNSET,
        shelves: Sequence[str] = (),
        *,
        quote: bool = False,
    ) -> Chat:
        """Begin an empty chat; `system` None: with the usual instructions. Raises StoreProblem."""
        store = await asyncio.to_thread(self._open_store)
        parts = replace(self._parts(), database=store, is_temporary=True)
        instructions = parts.system if system is None else system
        try:
            chat = await store.run(
                lambda conn: chats.start(
                    conn,
                    owner,
                    system=instructions,
                    model=parts.model,
                    now=parts.clock(),
                    settings=settings,
                    shelves=shelves,
                    quote=quote,
                )
            )
        except BaseException:
            store.close()
            raise
        runs = Runs(parts)
        runs.changed = self._changed
        self._held[owner, chat.id] = _Held(Place(parts, runs, is_temporary=True), self._clock())
        await self._let_go_or_say(self._make_room(owner))
        return chat

    def find(self, owner: str, chat: str) -> Place | None:
        """Return where a temporary chat is, which counts as using it; None where there is none such."""
        held = self._held.get((owner, chat))
        if held is None or self._is_due(held):
            return None
        held.used = self._clock()
        return held.place

    async def end(self, owner: str, chat: str) -> None:
        """Stop what is written in a chat, and let go of all of it. One that is gone stays so."""
        held = self._held.pop((owner, chat), None)
        if held is not None:
            await self._let_go(held, owner, chat)

    async def keep(self, owner: str, chat: str, database: Database) -> None:
        """Store a chat in this database after all, under the title of its first question, and end it here.

        Raises BadInput while an answer is being written, StoreProblem.
        """
        held = self._held.get((owner, chat))
        if held is None:
            return
        place = held.place
        if place.runs.is_answering(owner, chat):
            raise BadInput(
                "An answer is being written in this chat.",
                hint="Wait for its end, or stop it, and keep the chat then",
                field="temporary",
            )
        del self._held[owner, chat]  # nobody may go on in it while it moves
        try:
            found, tree = await place.database.read(lambda conn: _whole(conn, owner, chat))
            named = replace(found, title=found.title or _title(tree))
            await database.run(lambda conn: adopting.adopt(conn, owner, named, tree))
        except BaseException:
            self._held[owner, chat] = held
            raise
        await self._let_go_or_say(self._let_go(held, owner, chat))

    async def end_all(self, owner: str | None = None) -> None:
        """End every chat of this owner, or of everybody, also where an engine fails to forget one."""
        async with AsyncExitStack() as stack:
            for whose, chat in self._held:
                if owner in (None, whose):
                    stack.push_async_callback(self.end, whose, chat)

    async def end_unused(self) -> None:
        """End, from now on, every chat that nobody has used for hours. Ends only when it is cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for place in [place for place, held in self._held.items() if self._is_due(held)]:
                await self._let_go_or_say(self.end(*place))

    def is_writing(self) -> bool:
        return any(held.place.runs.running(owner) for (owner, _), held in self._held.items())

    async def _let_go(self, held: _Held, owner: str, chat: str) -> None:
        try:
            await held.place.runs.forget(owner, chat)
            await self._forget(Conversation(owner, chat))
        finally:
            await asyncio.to_thread(held.place.database.close)

    async def _let_go_or_say(self, ending: Awaitable[None]) -> None:
        """Do it where nobody is to be turned away for it: the log says that it failed."""
        try:
            await ending
        except SottoError as problem:
            log.warning("An engine did not forget a temporary chat: %s", problem.code)

    def _is_due(self, held: _Held) -> bool:
        return self._clock() - held.used > UNUSED_SECONDS

    async def _make_room(self, owner: str) -> None:
        """End the one of this owner's that was not used for longest, where there are too many."""
        own = [place for place in self._held if place[0] == owner]
        if len(own) > MOST:
            await self.end(*min(own, key=lambda place: self._held[place].used))


def _whole(connection: sqlite3.Connection, owner: str, chat: str) -> tuple[Chat, list[StoredMessage]]:
    """Return a chat with all its messages, and what was given with each."""
    messages = chats.messages(connection, owner, chat)
    named = [message.id for message in messages]
    given, found = attachments.of(connection, owner, named), grounds.of(connection, owner, named)
    tree = [
        replace(message, attached=given.get(message.id, ()), grounds=found.get(message.id, ()))
        for message in messages
    ]
    return chats.get(connection, owner, chat), tree


def _title(tree: Sequence[StoredMessage]) -> str:
    first = next((message for message in tree if message.role is Role.USER), None)
    if first is None:
        return title_of("")
    return title_of(first.text, first.attached[0].name if first.attached else "")
