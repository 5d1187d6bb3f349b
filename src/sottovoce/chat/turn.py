"""One turn of a chat: the question is saved, the answer streams, what was written is kept.

The one path that the terminal, `sotto ask`, the Python API and the server share. Knows neither
terminals nor HTTP, and nothing of how an engine works.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from sottovoce.chat import (
    drawing,
    guarded,
    remembering,
    saving,
    schema,
    shelved,
    view,
    watching,
)
from sottovoce.chat.following import Following
from sottovoce.chat.guarded import UNGUARDED, Guards, Said
from sottovoce.chat.question import Question
from sottovoce.chat.waking import awake
from sottovoce.chat.writing import Answer
from sottovoce.core import chat_settings
from sottovoce.core.blank import is_blank
from sottovoce.core.errors import BadValue, EngineFailed, SottoError, StoreProblem
from sottovoce.core.events import Asked, Done, Event, Failed, Finished, Grounds, Text, Whole
from sottovoce.core.grounds import read_cited
from sottovoce.core.messages import BASE, MADE, MADE_HERE, OWNER, Conversation, State
from sottovoce.core.sampling import Sampling, laid_over
from sottovoce.core.sampling import checked as checked_sampling
from sottovoce.engine.held import held
from sottovoce.engine.protocol import Engine, ModelFacts
from sottovoce.store import chats, memory
from sottovoce.store.db import Database
from sottovoce.store.rows import Chat, StoredMessage

if TYPE_CHECKING:
    from sottovoce.chat.grounded import Looked
    from sottovoce.knowledge.shelves import Shelves


@dataclass(frozen=True, slots=True)
class Parts:
    """What a turn is made with. `defaults` fill in where neither the question nor its chat says anything.

    `writes_queries`: the model is able enough to write queries for an encyclopaedia. `guards` look at what is
    asked and at what is answered. `knowledge` are the shelves that a new chat asks, and `quote` whether their
    sentences alone answer it. `remembers` tells whether the model is to know what is remembered in all chats.
    """

    database: Database
    engine: Engine
    model: str
    owner: str = OWNER
    system: str = ""
    defaults: Sampling = field(default_factory=Sampling)
    clock: Callable[[], float] = time.time
    shelves: Shelves | None = None
    writes_queries: bool = False
    guards: Guards = UNGUARDED
    knowledge: tuple[str, ...] = ()
    quote: bool = False
    remembers: Callable[[], bool] = bool
    is_temporary: bool = False
    base: str = ""
    """The model's own name, where `model` is that of a variant of it."""


async def ask(parts: Parts, question: Question) -> AsyncGenerator[Event, None]:
    """Ask, and yield what comes: see core.events for the order.

    Raises BadInput before anything is saved; after `Asked`, problems come as `Failed`. Closing the
    generator, or cancelling its task, stops the answer.
    """
    question = checked(parts, question)
    try:
        asks = await shelved.asks(parts, question)
        asked, begun = await saving.saved(parts, question, asks)
    except StoreProblem as problem:
        await guarded.unkept(parts, question, problem)
        raise
    began = time.monotonic()
    answer = Answer(parts.database, asked.answer, begun, parts.clock)
    try:
        yield asked
        if answer.text:
            yield Whole(answer.text, answer.reasoning, answer.facts.get("thought"))
        for notice in question.told:
            answer.note(notice)
            yield notice
        lead = None
        said = await guarded.said(parts, question, asked, asks.names) if parts.guards else None
        if said is not None and question.go_on is None:
            verdict = await guarded.before(parts.guards, said)
            for notice in verdict.notices:
                answer.note(notice)
                yield notice
            lead = verdict.instead
            if lead is not None and lead.quotes and asks.shelves:
                asks = replace(asks, quote=True)
                answer.add(Text(lead.text))
                yield Text(lead.text)
            elif lead is not None:
                async with contextlib.aclosing(guarded.answered(asked, lead, answer, began)) as events:
                    async for event in events:
                        yield event
                return
        looked = None
        if asks.shelves:
            from sottovoce.chat import further, grounded

            looked = await grounded.look(parts, asks, asked)
        if looked is not None:
            yield looked.event
            for notice in looked.notices:
                answer.note(notice)
                yield notice
            async with contextlib.aclosing(further.look(parts, asks, asked, looked)) as steps:
                async for step in steps:
                    yield step
                    if isinstance(step, Grounds):
                        looked = replace(looked, event=step)
            if asks.quote or not looked.event.answers:
                for event in await grounded.without_model(asks, asked, looked, answer, began, lead):
                    yield event
                return
        with held(parts.engine) as engine:
            holding = replace(parts, engine=engine)
            writing = _answered(holding, question, asked, answer, looked, said)
            async with contextlib.aclosing(writing) as events:
                async for event in events:
                    yield event
    except SottoError as problem:
        await answer.fail(problem)
        yield Failed(problem)
    finally:
        await answer.settle()


async def _answered(
    parts: Parts,
    question: Question,
    asked: Asked,
    answer: Answer,
    looked: Looked | None,
    said: Said | None,
) -> AsyncGenerator[Event, None]:
    """Yield the events between `Asked` and the end."""
    watches = asyncio.ensure_future(watching.made(parts.guards, said, answer.text))
    async with contextlib.aclosing(awake(parts.engine)) as loading:
        async for waiting in loading:
            yield waiting
    facts = await parts.engine.ready()
    if looked is not None:
        from sottovoce.chat import grounded

        passages = await grounded.given(parts, asked, looked, facts)
        yield Grounds(passages, True, looked.event.shelves)
    answer.passages = await shelved.told(parts, asked.question)
    chat, branch = await _told(parts, asked)
    question = replace(question, sampling=drawing.drawn(parts, chat, question))
    seen = await view.fitted(
        parts.engine, facts, chat, branch, begun=answer.text, max_tokens=question.sampling.max_tokens
    )
    before = view.left_out([*branch, answer.begun] if answer.begun else branch)
    answer.facts |= {"digest": facts.digest, "left_out": seen.left_out, MADE: facts.address or MADE_HERE}
    answer.facts |= {BASE: parts.base} if parts.base else {}
    notice = await view.notice(parts.engine, facts, seen, before)
    if notice is not None:
        answer.note(notice)
        yield notice
    finished: Finished | None = None
    conversation = Conversation(parts.owner, asked.chat)
    pieces = drawing.pieces(parts.engine, facts, question.sampling, seen, conversation, answer)
    following = Following(answer, await watches, parts.guards, said)
    async with contextlib.aclosing(following.shown(pieces)) as shown:
        async for piece in shown:
            if isinstance(piece, Finished):
                finished = piece
            else:
                yield piece
    if finished is None:
        raise EngineFailed("The engine ended the answer without saying why.", hint="Ask again")
    if looked is not None and not answer.cited.citations and not answer.is_replaced:
        answer.quotes = await looked.quotes(answer.passages)
    if question.sampling.schema is not None and not answer.is_replaced:
        schema.held(answer.text, question.sampling.schema)
    yield await _done(parts, asked, answer, facts, finished)


async def _done(parts: Parts, asked: Asked, answer: Answer, facts: ModelFacts, finished: Finished) -> Done:
    """Keep the whole answer with how it ended; return that as an event."""
    answer.facts |= {
        "reason": finished.reason,
        "usage": asdict(finished.usage),
        "timings": asdict(finished.timings),
        "company": finished.company,
    }
    await answer.finish(State.COMPLETE)
    return Done(
        chat=asked.chat,
        answer=asked.answer,
        text=answer.text,
        reason=finished.reason,
        model=parts.model,
        digest=facts.digest,
        usage=finished.usage,
        timings=finished.timings,
        reasoning=answer.reasoning,
        thought=answer.facts.get("thought"),
        cited=read_cited(answer.facts),
    )


def checked(parts: Parts, question: Question) -> Question:
    """Return the question as it can be asked. Raises BadValue or BadSchema."""
    # A lone half of a character pair has no UTF-8; nothing later could write it down.
    text = question.text.encode("utf-8", "replace").decode()
    given = question.sampling
    is_new = question.again is None and question.go_on is None
    if is_new and is_blank(text) and not question.attached:
        raise BadValue("The question is empty.", hint='For example: sotto ask "Why is the sky blue?"')
    if given.schema is not None:
        given = replace(given, schema=schema.checked(given.schema))
        if question.go_on is not None:
            raise BadValue(
                "An answer that follows a schema cannot be gone on with.",
                hint="Have its question answered again, or leave the schema out",
                field="go_on",
            )
    checked_sampling(laid_over(parts.defaults, given))
    return replace(question, text=text, sampling=given, settings=chat_settings.checked(question.settings))


async def _told(parts: Parts, asked: Asked) -> tuple[Chat, list[StoredMessage]]:
    """Return the chat with the instructions that the model is given, and what is said up to the question."""

    def work(conn: sqlite3.Connection) -> tuple[Chat, list[StoredMessage]]:
        chat = chats.get(conn, parts.owner, asked.chat)
        if parts.remembers() and not parts.is_temporary:
            lines = memory.listed(conn, parts.owner)
            chat = replace(chat, system=remembering.instructions(chat.system, lines))
        branch = chats.branch(conn, parts.owner, asked.chat, asked.question)
        return chat, view.as_told(conn, parts.owner, branch)

    return await parts.database.read(work)
