"""Asks a model elsewhere: within its budget, through the door, once. Knows no consent and no masking.

What is sent is what was given: whoever calls has shown it to the person, and put placeholders into it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from sqlite3 import Connection

from sottovoce.core.aside import aside
from sottovoce.core.errors import NetworkProblem
from sottovoce.core.events import Finished, Notice, Reasoning, Text, Timings, Usage
from sottovoce.core.messages import Message
from sottovoce.core.sampling import Sampling
from sottovoce.hybrid import budget
from sottovoce.hybrid.answering import said
from sottovoce.hybrid.dialects import anthropic, openai, words
from sottovoce.hybrid.dialects.words import Call, Ended, Named
from sottovoce.hybrid.means import Means
from sottovoce.hybrid.trust import trust_of
from sottovoce.hybrid.upstream import Kind, Upstream
from sottovoce.net.answer import Answer, Limits
from sottovoce.net.ledger import Trace
from sottovoce.net.policy import Purpose
from sottovoce.net.post import posted
from sottovoce.store import spending
from sottovoce.store.spending import NOTHING, Spent

MOST_SENT = 16_000_000
"""Bytes of a question."""
BYTES_OF_A_TOKEN = 128
"""More than this for each token of an answer, and the server does not stop where it was told to."""

ONCE = "Idempotency-Key"
"""The header in which a question's own name goes along."""

Piece = Named | Text | Reasoning | Notice | Finished


@dataclass(slots=True)
class Course:
    """One question, and how far it has come: `began` on the watch, after how many seconds the `first` words.

    `written` are the bytes of the answer's text and thoughts.
    """

    upstream: Upstream
    messages: Sequence[Message]
    longest: int
    call: Call
    began: float
    trace: Trace
    first: float | None = None
    written: int = 0
    usage: Usage | None = None


def call(upstream: Upstream, messages: Sequence[Message], sampling: Sampling) -> Call:
    """Return exactly what would be sent, for a preview. Raises Unsupported, BadValue."""
    speak = anthropic.request if upstream.kind is Kind.ANTHROPIC else openai.request
    return speak(upstream, messages, sampling, longest(upstream, sampling))


def longest(upstream: Upstream, sampling: Sampling) -> int:
    """Return how many tokens an answer may have."""
    return min(sampling.max_tokens or upstream.longest, upstream.longest)


def most(upstream: Upstream, messages: Sequence[Message], sampling: Sampling) -> Spent:
    """Return the most that a question may use, for a preview; the budget is held against the same."""
    sent = len(call(upstream, messages, sampling).body)
    return budget.most(upstream, messages, longest(upstream, sampling), sent)


async def ask(
    upstream: Upstream,
    messages: Sequence[Message],
    sampling: Sampling,
    means: Means,
    *,
    explicit: bool = False,
    trace: Trace | None = None,
    name: str = "",
) -> AsyncGenerator[Piece, None]:
    """Yield an answer as it comes, and last one `Finished`. Close the generator to stop.

    `trace` is written as it goes. `name` is the question's own, sent along: a server that knows it has been
    asked before, and need not answer, or count, it twice.

    Nothing is tried twice. The most that the question may use is taken from the budget before it is sent, and
    put right after. Raises OverBudget, Offline, Refused, UpstreamProblem for a server that fails or lies,
    NetworkProblem, and what `call` raises; what was yielded before stays good.
    """
    asked = call(upstream, messages, sampling)
    if name:
        asked = replace(asked, headers={**asked.headers, ONCE: name})
    began, trace = means.watch(), trace or Trace(upstream.host)
    course = Course(upstream, messages, longest(upstream, sampling), asked, began, trace)
    means.breakers.begin(upstream.name, means.clock())
    try:
        made, granted = await means.database.run(partial(_reserve, course, means.clock(), means.owner))
        try:
            async with contextlib.aclosing(_answered(course, granted, means, explicit)) as pieces:
                async for piece in pieces:
                    yield piece
        finally:
            used = _used(course)
            await means.database.run(lambda conn: spending.settle(conn, made, used))
    except NetworkProblem as problem:
        if 0 < trace.status < 500 and trace.status != 200 and problem.retry_after is None:
            means.breakers.stopped(upstream.name)  # the question was at fault, or the key
        else:
            means.breakers.failed(upstream.name, means.clock(), problem.retry_after)
        raise
    except BaseException:  # a stop as well: it says nothing against the server
        means.breakers.stopped(upstream.name)
        raise
    means.breakers.went_well(upstream.name)


def spent_in(conn: Connection, upstream: Upstream, now: float) -> dict[str, Spent]:
    """Return what an upstream has used in the day and in the month of a moment, by the name of the period."""
    return {
        period.name: spending.total(conn, upstream.name, upstream.currency, period.start, period.end)
        for period in budget.periods(now)
    }


def _reserve(course: Course, now: float, owner: str, conn: Connection) -> tuple[str, Spent]:
    """Look what is left and take it, in one transaction: two questions at once never take the same."""
    upstream, sent = course.upstream, len(course.call.body)
    wanted = budget.most(upstream, course.messages, course.longest, sent)
    granted = budget.allowed(upstream, spent_in(conn, upstream, now), wanted, sent)
    return spending.reserve(conn, upstream.name, granted, upstream.currency, now, owner), granted


def _used(course: Course) -> Spent:
    """Return what a question has used; estimated where nobody counted, and the most where nobody knows."""
    data = course.trace.sent + course.trace.received
    if not course.trace.sent:
        return NOTHING
    if course.trace.status not in (0, 200):
        return Spent(0, 0, data)
    usage = course.usage or _estimated(course, course.written or course.longest * budget.BYTES_PER_TOKEN)
    return budget.used(course.upstream, usage, data)


def _estimated(course: Course, written: int) -> Usage:
    return Usage(budget.likely(course.messages), 0, -(-written // budget.BYTES_PER_TOKEN))


async def _answered(
    course: Course, granted: Spent, means: Means, explicit: bool
) -> AsyncGenerator[Piece, None]:
    upstream, asked = course.upstream, course.call
    if asked.unsaid:
        names = ", ".join(asked.unsaid)
        yield Notice("unsaid", f"{upstream.name} is not told {names}: its protocol has no place for it.")
    bearer = await asyncio.wrap_future(aside(partial(means.key, upstream)))  # a keyring may open a window
    async with (
        posted(
            replace(means.door, where=upstream.where, trust=trust_of(upstream) or means.door.trust),
            upstream.url.rstrip("/") + asked.path,
            asked.body,
            purpose=Purpose.ANSWER,
            explicit=explicit,
            limits=_limits(budget.room_for_answer(granted, len(asked.body)), means),
            bearer=bearer,
            headers=asked.headers,
            trace=course.trace,
        ) as answer,
        contextlib.aclosing(_words(course, answer, means)) as pieces,
    ):
        async for piece in pieces:
            yield piece


def _limits(room: int, means: Means) -> Limits:
    patience = means.patience
    return Limits(
        room,
        patience.total,
        patience.between,
        first=patience.first,
        connect=patience.connect,
        outgoing=MOST_SENT,
    )


async def _words(course: Course, answer: Answer, means: Means) -> AsyncGenerator[Piece, None]:
    """Yield what is said, `Finished` last."""
    async with contextlib.aclosing(said(course.upstream, answer)) as pieces:
        async for piece in pieces:
            elapsed = means.watch() - course.began
            if isinstance(piece, Ended):
                course.trace.outcome = "done"
                for last in _last(course, piece, elapsed):
                    yield last
                return
            if isinstance(piece, Text | Reasoning):
                course.first = elapsed if course.first is None else course.first
                _count(course, piece.text)
            if isinstance(piece, Reasoning):
                yield replace(piece, seconds=elapsed - (course.first or 0.0))
            else:
                yield piece


def _last(course: Course, ended: Ended, total: float) -> list[Notice | Finished]:
    """Return what is said after the last word. Raises UpstreamProblem where there was none."""
    upstream, first = course.upstream, course.first
    course.usage = ended.usage or _estimated(course, course.written)
    if first is None:
        raise words.wrong(upstream, "ended without an answer")
    reading, writing = max(first, 1e-6), max(total - first, 1e-6)
    timings = Timings(first, total, course.usage.prompt / reading, course.usage.answer / writing)
    finished = Finished(ended.reason, course.usage, timings, ended.stop)
    if ended.usage is None and upstream.price is not None:
        told = f"{upstream.name} did not count its tokens; what this cost is estimated."
        return [Notice("uncounted", told), finished]
    return [finished]


def _count(course: Course, text: str) -> None:
    """Raise UpstreamProblem where more comes than was asked for."""
    course.written += len(text.encode())
    if course.written > BYTES_OF_A_TOKEN * course.longest + 4096:
        raise words.wrong(course.upstream, "does not stop where it was told to")
