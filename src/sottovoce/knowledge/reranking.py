"""Orders what was found on a shelf anew, by a model that reads the question with each passage.

Where the model fails or takes too long, the order stays. Whether the shelf holds the answer is not decided
here: scores of such models have no common scale.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from sottovoce.core.errors import ModelProblem, NotFound, Refused, Unsupported
from sottovoce.engine.protocol import Engine, ModelFacts
from sottovoce.knowledge.document import Found

log = logging.getLogger(__name__)

LOOKED_AT = 16
"""Passages that are ordered anew, the best ones."""

SECONDS = 5.0
"""So long may a question wait for it, the loading of the model included."""

SCORED, BEFORE = 2.0, 1.0
"""What the order by scores and the one before weigh where they are fused."""

SMOOTH = 2
"""Ranks are fused as 1 / (SMOOTH + rank). Less than is usual: the lists are short, and first places count."""

Ask = Callable[[], Awaitable[Engine]]
"""Returns the engine of the model that ranks. Raises NotFound or ModelProblem."""


class Reranking:
    """One model for all shelves. `seconds` is the longest that a question waits."""

    def __init__(self, ask: Ask, seconds: float = SECONDS) -> None:
        self._ask = ask
        self._seconds = seconds
        self._waking: asyncio.Task[ModelFacts] | None = None

    async def order(self, question: str, found: Sequence[Found], owner: str) -> tuple[Found, ...]:
        """Return passages in the order of `reordered`; what is not looked at stays behind.

        Where nothing can be told of them, they are returned as they are. Scores stay with the places: beside
        those of another shelf they say how far ahead a passage is, whether or not that was ordered anew.
        """
        best = found[:LOOKED_AT]
        if len(best) < 2:
            return tuple(found)
        try:
            async with asyncio.timeout(self._seconds):
                engine = await self._ask()
                await self._loaded(engine)
                scores = await engine.rank(question, [_told(passage) for passage in best], owner)
        except TimeoutError:
            log.warning("not ordered anew: it takes longer than %g seconds", self._seconds)
            return tuple(found)
        except (ModelProblem, NotFound, Refused, Unsupported) as problem:
            log.warning("not ordered anew: %s", problem)
            return tuple(found)
        of_places = sorted((passage.score for passage in best), reverse=True)
        anew = [best[place] for place in reordered(scores)]
        anew = [replace(passage, score=score) for passage, score in zip(anew, of_places, strict=True)]
        return (*anew, *found[LOOKED_AT:])

    async def close(self) -> None:
        if self._waking is not None:
            self._waking.cancel()
            await asyncio.wait({self._waking})

    async def _loaded(self, engine: Engine) -> None:
        """Have the model loaded. A load that takes too long goes on: else it would never be there."""
        if self._waking is None or self._waking.done():
            self._waking = asyncio.create_task(engine.ready())
            self._waking.add_done_callback(_known)
        await asyncio.shield(self._waking)


def reordered(scores: Sequence[float]) -> list[int]:
    """Return the places of passages in their new order. Pure.

    `scores` stand in the order from before, which has its say as well. It knows what a passage by itself does
    not show: how much else of its document is about the question. And a model that does not know the language
    cannot put what was first behind all that is shown. What has the highest score is among the first three.
    """
    by_score = sorted(range(len(scores)), key=lambda place: -scores[place])
    values = [BEFORE / (SMOOTH + rank) for rank in range(1, len(scores) + 1)]
    for rank, place in enumerate(by_score, 1):
        values[place] += SCORED / (SMOOTH + rank)
    return sorted(range(len(scores)), key=lambda place: -values[place])


def _told(passage: Found) -> str:
    """Return a passage with the headings that it stands under."""
    return "\n".join([*passage.headings, passage.text])


def _known(waking: asyncio.Task[ModelFacts]) -> None:
    """Take note of how a load ended, also where nobody waits for it any more."""
    if not waking.cancelled():
        waking.exception()
