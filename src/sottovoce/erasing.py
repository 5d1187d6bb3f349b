"""Deleted is deleted: chats, messages and what is remembered, with all that engines have computed of them.

The rows go first; then what engines hold in memory and on the disk; then what the database left behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, TypeVar

from sottovoce.core.errors import DiskFull
from sottovoce.core.messages import OWNER, Conversation
from sottovoce.core.paths import Home
from sottovoce.engine.attached import tell_server_to_forget
from sottovoce.models.engines import Engines
from sottovoce.store import chats, memory, pruning
from sottovoce.store.db import Database
from sottovoce.store.memory import Remembered

if TYPE_CHECKING:
    from sqlite3 import Connection

T = TypeVar("T")


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
    home: Home,
    database: Database,
    owner: str,
    line: str,
    text: str,
    engines: Engines | None = None,
    *,
    now: float,
) -> Remembered:
    """Put a line of what is remembered anew, as thoroughly. Raises NotFound and BadValue.

    `now` is in seconds since 1970.
    """
    changed = await database.run(lambda conn: memory.change(conn, owner, line, text, now))
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
