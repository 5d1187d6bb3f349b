"""Ask elsewhere; where that place cannot be reached, the model here answers at once, and the question waits.

The question is written down as one in hand before anything leaves. Once an answer begins it is one like any
other, and does not wait: what breaks off then is told, and tried again by nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial

from sottovoce.chat.elsewhere import keeping, pacing
from sottovoce.chat.elsewhere.pacing import later
from sottovoce.chat.elsewhere.persisting import written_or_soon
from sottovoce.chat.elsewhere.preview import Preview, There
from sottovoce.chat.elsewhere.sending import nothing_more, send
from sottovoce.chat.question import Question
from sottovoce.core.errors import NetworkProblem, SottoError, UpstreamProblem
from sottovoce.core.events import Asked, Event, Failed, Notice
from sottovoce.core.messages import DRAFT, NOT_WAITING
from sottovoce.hybrid.means import Means
from sottovoce.net.address import Resolve
from sottovoce.net.ledger import Trace
from sottovoce.store import waiting
from sottovoce.store.waiting import Consent, Waiting

SOON = 4.0
"""Seconds in which a place can be reached, or the model here answers meanwhile."""
AskHere = Callable[[Question], AsyncGenerator[Event, None]]


@dataclass(slots=True)
class _Hand:
    """The question while it is in hand here."""

    there: There
    one: Waiting
    trace: Trace
    is_held: bool = True

    async def let_go(self) -> None:
        """Have it wait no more, where it still is in hand."""
        if self.is_held:
            self.is_held = False
            database, name = self.there.parts.database, self.one.id
            await written_or_soon(database, lambda conn: waiting.take_out(conn, name, database.writer))

    async def wait(self, problem: SottoError) -> None:
        """Have it wait until the place can be reached."""
        self.is_held = False
        parts, one, trace = self.there.parts, self.one, self.trace
        first = replace(one, sent=0)
        due = later(first, problem, trace, 1.0, parts.clock())
        # What stays in hand is taken up by nobody while this program lives.
        await written_or_soon(
            parts.database,
            lambda conn: waiting.put_back(
                conn, one.id, parts.database.writer, problem.sentence, due, sent=bool(trace.sent)
            ),
        )


async def ask_there(
    there: There,
    preview: Preview,
    ask_here: AskHere,
    because: Notice | None = None,
    *,
    again: Question,
    consent: Consent = Consent.TEXT,
) -> AsyncGenerator[Event, None]:
    """Send what was seen and said yes to, and yield what comes; or a draft of the model here, marked as such.

    `because` is as `send` takes it. `again` asks the question of the preview here once more, by `ask_here`.
    In a temporary chat nothing waits.
    Raises what `send` does.
    """
    parts, trace = there.parts, Trace(there.upstream.host)
    one = keeping.in_hand(preview, consent, parts.owner, parts.database.writer, parts.clock())
    hand = _Hand(there, one, trace, is_held=not parts.is_temporary)
    begun = nothing_more if parts.is_temporary else partial(waiting.put, one=one)
    asked: Asked | None = None
    problem: SottoError | None = None
    is_silent = True
    try:
        hurried = _hurried(there)
        sending = send(hurried, preview, because, begun=begun, trace=trace, name=one.id, consent=consent)
        async with aclosing(sending) as events:
            async for event in events:
                if isinstance(event, Asked):
                    asked = event
                elif isinstance(event, Failed) and is_silent and is_passing(event.error, trace):
                    problem = event.error
                    break
                elif is_silent and not isinstance(event, Notice):
                    is_silent = False
                    await hand.let_go()
                yield event
        if problem is not None and hand.is_held:
            await hand.wait(problem)
    finally:
        await hand.let_go()
    if problem is None or asked is None:
        return
    question = replace(again, chat=asked.chat, again=asked.question, over=asked.answer, told=(_told(there),))
    async with aclosing(ask_here(question)) as events:
        async for event in events:
            if not isinstance(event, Asked):  # it is the same answer
                yield event


def is_passing(problem: SottoError, trace: Trace) -> bool:
    """Whether a place was not reached, or said nothing in time: the same question may be answered later."""
    if isinstance(problem, UpstreamProblem):
        return trace.status in (0, *pacing.PASSING) or trace.status >= 500
    return isinstance(problem, NetworkProblem)


def _told(there: There) -> Notice:
    name = there.upstream.name
    if there.parts.is_temporary:
        return Notice(
            NOT_WAITING, f"{name} could not be reached. This chat is not kept, so nothing waits for it."
        )
    return Notice(DRAFT, f"A draft: {name} could not be reached. Its answer will stand beside this one.")


def _hurried(there: There) -> There:
    """Return the same with little patience for a place that cannot be reached."""
    means: Means = there.means
    patience = replace(means.patience, connect=min(means.patience.connect, SOON))
    door = replace(means.door, resolve=_soon(means.door.resolve))
    return replace(there, means=replace(means, patience=patience, door=door))


def _soon(resolve: Resolve) -> Resolve:
    async def resolved(host: str, port: int) -> list[str]:
        return await asyncio.wait_for(resolve(host, port), SOON)

    return resolved
