"""Looks at an answer that is given here, while it comes: whether it is one to have given elsewhere as well.

What safeguards refuse is no reason to ask elsewhere; they stand around answers from there as well.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from sottovoce.chat.question import Question
from sottovoce.chat.turn import Parts
from sottovoce.core.events import Done, Event, Likelihood, Notice, Text
from sottovoce.core.messages import REPEATS
from sottovoce.hybrid.routing import telling
from sottovoce.hybrid.routing.doubt import doubt
from sottovoce.hybrid.routing.signals import signals
from sottovoce.store import routes

LANGUAGE = "language"
"""The reason of an answer that was ended since its model does not write the question's language."""

WRITTEN = ("stop", "length", "stop_text")
"""Reasons of an answer that its model ended itself."""


def weighed(question: Question) -> Question:
    """Return the question with the likelihood of each token asked for."""
    return replace(question, sampling=replace(question.sampling, likelihoods=1))


class Look:
    """One answer, as it comes. From a doubt of `limit` on it is doubtful."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._written: list[Likelihood] = []
        self.done: Done | None = None
        self.doubt: float | None = None
        """None: no model wrote it, or it is not over."""

    async def heard(self, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        """Yield the events as they are."""
        async with aclosing(events) as coming:
            async for event in coming:
                if isinstance(event, Text):
                    self._written += event.likelihoods
                elif isinstance(event, Done):
                    self._over(event)
                yield event

    @property
    def reason(self) -> str:
        """Return why it should be asked elsewhere as well; "" for no reason."""
        if self.done is not None and self.done.reason == REPEATS:
            return telling.IN_CIRCLES
        if self.done is not None and self.done.reason == LANGUAGE:
            return telling.STRAYED
        if self.doubt is None or self.doubt < self._limit:
            return ""
        return telling.doubtful(self.doubt, self._limit)

    def _over(self, done: Done) -> None:
        self.done = done
        found = signals(self._written) if done.reason in WRITTEN else None
        self.doubt = None if found is None else doubt(found)


async def tell(parts: Parts, done: Done, notice: Notice) -> None:
    """Keep with an answer why it was given here. Raises NotFound where it is deleted meanwhile."""
    await parts.database.run(lambda conn: routes.tell(conn, parts.owner, done.chat, done.answer, notice))
