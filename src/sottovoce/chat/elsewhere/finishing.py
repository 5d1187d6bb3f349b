"""One try to have a question that waits answered: taken in hand, sent, and its answer added, once.

A question is taken in hand on the disk before it leaves, and let go of in the transaction that adds its
answer. Whatever ends the program between these, the answer is in the chat once or not yet; the server may
then be asked twice, which is told with the answer.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace

from sottovoce.chat import guarded
from sottovoce.chat.elsewhere import allowed, keeping
from sottovoce.chat.elsewhere.pacing import later
from sottovoce.chat.elsewhere.persisting import written
from sottovoce.chat.elsewhere.preview import There
from sottovoce.chat.elsewhere.sending import Course, answered, said_of
from sottovoce.chat.elsewhere.whole import WholeAnswer
from sottovoce.core.errors import DiskFull, SottoError, StoreBusy, StoreProblem
from sottovoce.core.events import Asked, Event, Notice
from sottovoce.core.messages import DRAFT
from sottovoce.net.ledger import Trace
from sottovoce.store import beside, hidden, waiting
from sottovoce.store.db import Database
from sottovoce.store.values import new_id
from sottovoce.store.waiting import Waiting

GIVEN_UP, SENT_AGAIN = "given_up", "sent_again"
"""Codes of notices: no better answer comes by itself; the question left more than once."""

ON_ITS_WAY = "Another program of yours is asking just now."
GONE = "It does not wait any more."


def heard_by_nobody(event: Event) -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How questions that wait are tried. `chance` is from 0 to 1, for the pause before the next try.

    `pause`: seconds between two looks whether the disk has room for what must be written; None: no room is
    raised. `heard` is told what comes.
    """

    chance: Callable[[], float] = random.random
    pause: float | None = None
    heard: Callable[[Event], None] = heard_by_nobody


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one try. `answer` is the id of the one that was added; None: `reason` says why not."""

    question: Waiting
    answer: str | None = None
    reason: str = ""
    is_given_up: bool = False
    """Nothing more is sent until somebody asks for it."""


async def finish(there: There, one: Waiting, manner: Manner) -> Outcome:
    """Try to have a question answered, where it may be sent. Raises StoreProblem."""
    reason = allowed.network_objection(there.means.door.setting())
    reason = reason or await there.parts.database.read(lambda conn: _consent_objection(conn, one))
    if reason:
        return await held(there.parts.database, one, reason)
    try:
        seen = keeping.as_seen(one, there.upstream)
    except SottoError as problem:
        return await held(there.parts.database, one, problem.sentence)
    own = await there.parts.database.read(lambda conn: hidden.of(conn, one.owner, one.chat).own)
    reason = await asyncio.to_thread(allowed.text_objection, one, seen, (*there.words, *own))
    if reason:
        return await held(there.parts.database, one, reason)
    asked, trace = Asked(one.chat, one.question, new_id()), Trace(there.upstream.host)
    answer = WholeAnswer(there, asked, one, manner.pause)
    said = await said_of(there, seen, asked)
    reason = await there.parts.database.run(lambda conn: _taken(conn, there, one))
    if reason:
        return Outcome(one, reason=reason)
    return await _tried(Course(there, seen, asked, answer, said, trace, one.id), answer, one, manner)


async def held(database: Database, one: Waiting, reason: str) -> Outcome:
    """Have a question wait on, for a reason that its owner can do something about."""
    if reason != one.reason:
        await database.run(lambda conn: waiting.hold(conn, one.id, reason))
    return Outcome(one, reason=reason)


def _taken(conn: sqlite3.Connection, there: There, one: Waiting) -> str:
    """Take a question in hand where the yes still stands at this moment; return why not."""
    stands = next((row for row in waiting.listed(conn, one.owner, one.chat) if row.id == one.id), None)
    if stands is None:
        return GONE
    objection = _consent_objection(conn, stands)
    if objection:
        return objection
    if stands.sent != one.sent:  # another program has tried it since
        return ON_ITS_WAY
    return "" if waiting.claim(conn, one.id, there.parts.database.writer) else ON_ITS_WAY


def _consent_objection(conn: sqlite3.Connection, one: Waiting) -> str:
    return allowed.consent_objection(one, hidden.of(conn, one.owner, one.chat).always)


async def _tried(course: Course, answer: WholeAnswer, one: Waiting, manner: Manner) -> Outcome:
    """Send what is in hand, and add its answer or put it back."""
    clock, trace = course.there.parts.clock, course.trace
    try:
        if not await _heard(course, one, manner):
            return await _put_back(course, one, manner, "Your rules do not let it be asked any more.", None)
    except SottoError as problem:
        due = later(one, problem, trace, manner.chance(), clock())
        outcome = await _put_back(course, one, manner, problem.sentence, due)
        if isinstance(problem, StoreProblem):
            raise
        return outcome
    except BaseException:  # a stop: the next program takes it up, also what there is no room to put back
        with suppress(DiskFull, StoreBusy):
            await _put_back(course, one, replace(manner, pause=None), one.reason, clock())
        raise
    return Outcome(one, course.asked.answer) if answer.is_added else Outcome(one, reason=GONE)


async def _heard(course: Course, one: Waiting, manner: Manner) -> bool:
    """Hear the answer to its end; return False, with nothing sent, where the rules here speak first."""
    answer, guards = course.answer, course.there.parts.guards
    if course.said is not None:
        verdict = await guarded.before(guards, course.said)
        if verdict.instead is not None:
            return False
        for notice in verdict.notices:
            answer.note(notice)
    if one.sent:
        name, times = one.upstream, one.sent + 1
        told = f"{name} was sent this question {times} times; each may be counted there."
        answer.note(Notice(SENT_AGAIN, told))
    async with aclosing(answered(course)) as events:
        async for event in events:
            manner.heard(event)
    return True


async def _put_back(course: Course, one: Waiting, manner: Manner, reason: str, due: float | None) -> Outcome:
    database, was_sent = course.there.parts.database, bool(course.trace.sent)

    def work(conn: sqlite3.Connection) -> None:
        waiting.put_back(conn, one.id, database.writer, reason, due, sent=was_sent)
        if due is None:
            told = f"{one.upstream} gave no answer, and is not asked again by itself."
            beside.tell(conn, one.owner, one.question, DRAFT, Notice(GIVEN_UP, told))
        elif not was_sent:  # nor would the others be
            waiting.put_off(conn, one.upstream, due, reason)

    await written(database, work, manner.pause)
    return Outcome(one, reason=reason, is_given_up=due is None)
