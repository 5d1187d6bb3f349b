"""A question is saved, with an empty answer: from here on nothing loses it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sottovoce.chat.shelved import Asks
from sottovoce.chat.titles import title_of
from sottovoce.chat.writing import Answer
from sottovoce.core.events import Asked
from sottovoce.core.messages import State
from sottovoce.store import attachments, chats, going_on
from sottovoce.store.attachments import Attachment, name_of
from sottovoce.store.rows import Chat, StoredMessage

if TYPE_CHECKING:
    from sottovoce.chat.question import Question
    from sottovoce.chat.turn import Parts


async def saved(parts: Parts, question: Question, asks: Asks) -> tuple[Asked, StoredMessage | None]:
    """Save the question; return it, and the answer to go on with, as it was."""
    return await kept(parts, lambda conn: _save_question(conn, parts, question, asks))


async def kept(
    parts: Parts, work: Callable[[sqlite3.Connection], tuple[Asked, StoredMessage | None]]
) -> tuple[Asked, StoredMessage | None]:
    """Do what begins an answer. Cancelled meanwhile, the answer that will never come is marked as stopped."""
    saving = asyncio.ensure_future(parts.database.run(work))
    try:
        return await asyncio.shield(saving)
    except asyncio.CancelledError:
        asked, begun = await saving
        await Answer(parts.database, asked.answer, begun, parts.clock).finish(State.STOPPED)
        raise


def posed(conn: sqlite3.Connection, parts: Parts, question: Question, asks: Asks) -> tuple[str, str]:
    """Write a new question that nobody answers yet; return its chat and its id. Raises NotFound."""
    given = attachments.taken(conn, parts.owner, question.attached)
    chat = _chat(conn, parts, question, asks, given)
    parent = chat.leaf if question.parent is None else question.parent or None
    asked = chats.pose(
        conn, parts.owner, chat.id, parent=parent, text=question.text, now=parts.clock(), attached=given
    )
    return chat.id, asked


def _chat(
    conn: sqlite3.Connection, parts: Parts, question: Question, asks: Asks, given: Sequence[Attachment]
) -> Chat:
    """Return the chat that a question is asked in, as it says; begin one where it names none."""
    if question.chat is None:
        system = parts.system if question.system is None else question.system
        chat = chats.start(
            conn, parts.owner, system=system, model=parts.model, now=parts.clock(),
            settings=question.settings, shelves=asks.ids, quote=asks.quote,
        )  # fmt: skip
        title = title_of(question.text, name_of(given[0].name) if given else "")
        chats.rename(conn, parts.owner, chat.id, title)
        return chat
    chat = chats.get(conn, parts.owner, question.chat)
    if question.system is not None:
        chats.set_system(conn, parts.owner, chat.id, question.system)
    if asks.is_new:
        chats.set_shelves(conn, parts.owner, chat.id, asks.ids, quote=asks.quote)
    return chat


def _save_question(
    conn: sqlite3.Connection, parts: Parts, question: Question, asks: Asks
) -> tuple[Asked, StoredMessage | None]:
    """Write the question and an empty answer, or open one, in one transaction; return it as it was."""
    now = parts.clock()
    given = attachments.taken(conn, parts.owner, question.attached)
    chat = _chat(conn, parts, question, asks, given)
    writer = parts.database.writer
    if question.go_on is not None:
        cut = going_on.go_on(
            conn, parts.owner, chat.id, question.go_on, model=parts.model, writer=writer, now=now
        )
        return Asked(chat.id, cut.parent or "", cut.id), cut
    if question.again is not None and question.over is not None:
        going_on.begin_over(conn, parts.owner, chat.id, question.over, model=parts.model, writer=writer)
        return Asked(chat.id, question.again, question.over), None
    if question.again is not None:
        answer = chats.again(
            conn,
            parts.owner,
            chat.id,
            question.again,
            model=parts.model,
            writer=writer,
            now=now,
            beside=question.beside,
        )
        return Asked(chat.id, question.again, answer), None
    parent = chat.leaf if question.parent is None else question.parent or None
    asked, answer = chats.ask(
        conn,
        parts.owner,
        chat.id,
        parent=parent,
        text=question.text,
        model=parts.model,
        writer=writer,
        now=now,
        attached=given,
    )
    return Asked(chat.id, asked, answer), None
