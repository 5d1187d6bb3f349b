"""A preview is sent, and its answer becomes one more answer to the question, with the originals put back.

To call `send` is to consent: whoever does has shown the preview, or knows that consent stands for the chat.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from sottovoce.chat import guarded, reasoning, saving, watching
from sottovoce.chat.elsewhere.consent import mark
from sottovoce.chat.elsewhere.preview import Preview, There, permitted
from sottovoce.chat.following import Following
from sottovoce.chat.guarded import Said
from sottovoce.chat.question import Question
from sottovoce.chat.writing import Answer
from sottovoce.core.errors import Refused, SottoError, UpstreamProblem
from sottovoce.core.events import Asked, Done, Event, Failed, Finished, Notice, Reasoning, Text
from sottovoce.core.messages import MADE, State
from sottovoce.guard.privacy.masks import Masks
from sottovoce.guard.privacy.restoring import Restorer
from sottovoce.hybrid import asking, budget
from sottovoce.hybrid.dialects.words import Named
from sottovoce.net.door import Door
from sottovoce.net.ledger import Trace
from sottovoce.store import chats, hidden
from sottovoce.store.rows import StoredMessage
from sottovoce.store.waiting import Consent

ELSEWHERE = "elsewhere"
"""The fact of an answer that says who gave it, and what it took."""


@dataclass(slots=True)
class Course:
    """One answer on its way. `trace` tells how far its question has come, which goes by the `name`."""

    there: There
    preview: Preview
    asked: Asked
    answer: Answer
    said: Said | None
    trace: Trace
    name: str = ""


def nothing_more(conn: sqlite3.Connection) -> None:
    """Write nothing."""


async def send(
    there: There,
    preview: Preview,
    because: Notice | None = None,
    *,
    begun: Callable[[sqlite3.Connection], None] = nothing_more,
    trace: Trace | None = None,
    name: str = "",
    consent: Consent = Consent.TEXT,
) -> AsyncGenerator[Event, None]:
    """Send what was seen, and yield what comes: see core.events for the order.

    `because` says why it was not answered here, and is kept with the answer. `begun` writes down what else is
    to be with the empty answer, in the same transaction; `trace` is written as it goes, and the question goes
    by the `name`.

    Raises Offline where nothing may leave and Refused where the chat has changed since, or the `consent` to
    all of it has ended, with nothing saved; after `Asked`, problems come as `Failed`. Closing the generator
    stops the answer.
    """
    permitted(there)
    asked, _ = await saving.kept(there.parts, lambda conn: _begun(conn, there, preview, begun, consent))
    began = time.monotonic()
    answer = Answer(there.parts.database, asked.answer, None, there.parts.clock)
    try:
        yield asked
        if because is not None:
            answer.note(because)
            yield because
        said = await said_of(there, preview, asked)
        if said is not None:
            verdict = await guarded.before(there.parts.guards, said)
            for notice in verdict.notices:
                answer.note(notice)
                yield notice
            if verdict.instead is not None:
                async with aclosing(guarded.answered(asked, verdict.instead, answer, began)) as told:
                    async for event in told:
                        yield event
                return
        way = trace or Trace(there.upstream.host)
        course = Course(there, preview, asked, answer, said, way, name)
        async with aclosing(answered(course)) as events:
            async for event in events:
                yield event
    except SottoError as problem:
        await answer.fail(problem)
        yield Failed(problem)
    finally:
        await answer.settle()


def _begun(
    conn: sqlite3.Connection,
    there: There,
    preview: Preview,
    begun: Callable[[sqlite3.Connection], None],
    consent: Consent,
) -> tuple[Asked, StoredMessage | None]:
    """Write an empty answer, and what stands for what in it: nothing leaves that could not be put back."""
    parts = there.parts
    now = hidden.of(conn, parts.owner, preview.chat)
    if replace(now, always=preview.before.always) != preview.before:
        raise Refused("This chat has changed since you saw what would be sent.", hint="Look at it again")
    if consent is Consent.CHAT and now.always != mark(preview.upstream):
        raise Refused(
            f"What you allowed for {preview.upstream.name} has ended since, so nothing was sent.",
            hint="Ask again",
        )
    answer = chats.again(
        conn, parts.owner, preview.chat, preview.question,
        model=there.upstream.model, writer=parts.database.writer, now=parts.clock(),
    )  # fmt: skip
    chats.write(
        conn, answer, "", facts=_about(there, preview)
    )  # whose it will be is known from its first word
    hidden.keep(conn, parts.owner, preview.chat, replace(preview.hidden, always=now.always))
    begun(conn)
    return Asked(preview.chat, preview.question, answer), None


async def said_of(there: There, preview: Preview, asked: Asked) -> Said | None:
    """Return the question as the guards of a profile see it: they hold for answers from elsewhere as well."""
    if not there.parts.guards:
        return None
    said = await guarded.said(there.parts, Question(sampling=preview.sampling), asked, ())
    return said if preview.edits.text is None else replace(said, text=preview.edits.text)


def _about(there: There, preview: Preview) -> dict[str, Any]:
    upstream = preview.upstream
    about = {
        "upstream": upstream.name,
        "by": upstream.by,
        "where": upstream.where.value,
        "masked": len(preview.items),
        "sent_sha256": preview.sha256,
    }
    return {MADE: there.upstream.url, ELSEWHERE: about}


async def answered(course: Course) -> AsyncGenerator[Event, None]:
    """Ask, and yield what comes after `Asked`, `Done` last; the answer is kept. Raises what `ask` does."""
    there, answer = course.there, course.answer
    answer.facts |= _about(there, course.preview)
    watches = await watching.made(there.parts.guards, course.said, "")
    finished: Finished | None = None
    following = Following(answer, watches, there.parts.guards, course.said)
    async with aclosing(following.shown(_restored(course))) as shown:
        async for piece in shown:
            if isinstance(piece, Finished):
                finished = piece
            elif isinstance(piece, Named):
                answer.model = piece.name
            else:
                if isinstance(piece, Notice):
                    answer.note(piece)
                yield piece
    if finished is None:
        raise UpstreamProblem(f"{there.upstream.name} ended without an answer.", hint="Ask the model here.")
    yield await _done(course, finished)


async def _restored(course: Course) -> AsyncGenerator[asking.Piece, None]:
    """Yield the pieces of the answer with the originals in the place of what was hidden."""
    there, preview = course.there, course.preview
    restoring = _Restoring(preview.masks)
    means = replace(there.means, door=_door(there, preview.chat))
    asked = asking.ask(
        there.upstream, preview.messages, preview.sampling, means, trace=course.trace, name=course.name
    )
    try:
        async with aclosing(reasoning.told_apart(asked)) as pieces:
            async for piece in pieces:
                for shown in restoring.shown(piece):
                    yield shown
    except SottoError:
        for rest in restoring.rest():
            yield rest
        raise


def _door(there: There, chat: str) -> Door:
    """Return the door for a text to which the person has said yes. Of a temporary chat nothing is kept."""
    door = there.means.door
    return replace(door, ask=_yes, chat=chat, keeps=bool if there.parts.is_temporary else door.keeps)


async def _yes(_question: str) -> bool:
    return True


class _Restoring:
    """The words of an answer, and the thoughts before them: each may end in half a placeholder."""

    def __init__(self, masks: Masks) -> None:
        self._words, self._thoughts = Restorer(masks), Restorer(masks)
        self._seconds = 0.0

    def shown(self, piece: asking.Piece) -> Iterator[asking.Piece]:
        """Yield what may be shown now that this has come."""
        if isinstance(piece, Reasoning):
            self._seconds = piece.seconds
            if thought := self._thoughts.feed(piece.text):
                yield replace(piece, text=thought)
        elif isinstance(piece, Text):
            yield from self._thought()
            if words := self._words.feed(piece.text):
                yield Text(words)
        else:
            if isinstance(piece, Finished):
                yield from self.rest()
            yield piece

    def rest(self) -> Iterator[Text | Reasoning]:
        """Yield what was held back, and was no placeholder."""
        yield from self._thought()
        if words := self._words.end():
            yield Text(words)

    def _thought(self) -> Iterator[Reasoning]:
        if thought := self._thoughts.end():
            yield Reasoning(thought, self._seconds)


async def _done(course: Course, finished: Finished) -> Done:
    """Keep the whole answer with who gave it and what it took; return that as an event."""
    answer, upstream = course.answer, course.there.upstream
    about = answer.facts[ELSEWHERE]
    if upstream.price is not None:
        used = budget.used(upstream, finished.usage, 0)
        about |= {"cost": format(Decimal(used.micro) / budget.MILLION, "f"), "currency": upstream.currency}
    answer.facts |= {
        "reason": finished.reason,
        "usage": asdict(finished.usage),
        "timings": asdict(finished.timings),
    }
    await answer.finish(State.COMPLETE)
    return Done(
        chat=course.asked.chat,
        answer=course.asked.answer,
        text=answer.text,
        reason=finished.reason,
        model=answer.model or upstream.model,
        digest="",
        usage=finished.usage,
        timings=finished.timings,
        reasoning=answer.reasoning,
        thought=answer.facts.get("thought"),
    )
