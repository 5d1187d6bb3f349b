"""An answer while it is written, by whatever model: held to watches, kept, and heard by judges at its end.

However it ends. One that a person stops, or that breaks off, is looked at as if its model had ended there,
before what there is of it counts as kept. Knows nothing of who writes it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from typing import TypeVar

from sottovoce.chat import guarded
from sottovoce.chat.guarded import Guards, Said, Stop
from sottovoce.chat.watching import Watching, watched
from sottovoce.chat.writing import Answer
from sottovoce.core.errors import SottoError
from sottovoce.core.events import Finished, Notice, Reasoning, Text, Whole

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Following:
    """An answer, and who follows it. Nothing `said`: nobody does."""

    answer: Answer
    watching: Watching
    guards: Guards
    said: Said | None

    async def shown(
        self, pieces: AsyncGenerator[T, None]
    ) -> AsyncGenerator[T | Text | Reasoning | Notice | Whole | Finished, None]:
        """Yield what is shown of an answer and keep its words; `Finished` last, with the guards' reason.

        Raises what `pieces` raises, once what came before it was looked at.
        """
        answer, finished = self.answer, None
        try:
            async with aclosing(watched(pieces, self.watching)) as seen:
                async for piece in seen:
                    if isinstance(piece, Finished):
                        finished = piece
                    elif isinstance(piece, Stop):
                        for event in guarded.stopped(answer, piece):
                            yield event
                    else:
                        if isinstance(piece, Text | Reasoning):
                            answer.add(piece)
                        yield piece
            objection = await self._objection() if finished is not None else None
        except SottoError:
            if objection := await self._objection():
                for event in guarded.stopped(answer, objection):
                    yield event
            raise
        except (asyncio.CancelledError, GeneratorExit):
            await self._left_off()
            raise
        if objection is not None and finished is not None:
            finished = replace(finished, reason=objection.reason or finished.reason)
            for event in guarded.stopped(answer, objection):
                yield event
        if finished is not None:
            yield finished

    async def _objection(self) -> Stop | None:
        """Return what judges say to the model's words, as far as they stand."""
        if self.said is None or self.answer.is_replaced:
            return None
        return await self.guards.judged(self.said, self.answer.text)

    async def _left_off(self) -> None:
        """Look at a stopped answer as it stands."""
        answer = self.answer
        if answer.is_replaced or not answer.text + answer.reasoning:
            return
        for rest in self.watching.rest():
            if isinstance(rest, Stop):  # the words that were held back nobody has seen: they are not kept
                guarded.stopped(answer, rest)
        objection = await _unhurried(self._objection())
        if objection is not None:
            guarded.stopped(answer, objection)


async def _unhurried(work: Coroutine[None, None, T]) -> T | None:
    """Wait for it to its end, also when told once more to stop: else what is stopped twice is not judged."""
    task = asyncio.ensure_future(work)
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.shield(task)
    return None if task.cancelled() else task.result()
