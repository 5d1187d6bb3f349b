"""What on one shelf is like a question: where the shelf has vectors, and a model makes one of the question.

Without vectors no engine is started. Where the engine fails, it goes on by words.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from sottovoce.core.errors import ModelProblem, NotFound, Refused
from sottovoce.knowledge import vectors
from sottovoce.knowledge.extract import Sentence
from sottovoce.knowledge.file import ShelfFile
from sottovoce.knowledge.search import Nearest

if TYPE_CHECKING:
    from sottovoce.knowledge.nearest import Vectors
    from sottovoce.knowledge.questions import Questions

log = logging.getLogger(__name__)

MOST_NEAR = 100
"""Passages that are fused with those found by words."""

FAR = 0.25
"""The cosine below which a sentence is about something else."""

JUDGE_SECONDS = 3.0
"""So long may it take to compare the sentences of a few passages."""

Ask = Callable[[], Awaitable["Questions | None"]]
"""Returns who makes a question's vector; None where no model does."""


class Likeness:
    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._held: Vectors | None = None

    async def near(self, file: ShelfFile, question: str) -> Nearest:
        """Return the passages that are nearest to a question, nearest first."""
        if await file.read(vectors.made_by) is None:
            return ()
        from sottovoce.knowledge.nearest import Vectors

        try:
            questions = await self._ask()
            if questions is None:
                return ()
            self._held = self._held or Vectors()
            return await questions.near(file, self._held, question, MOST_NEAR)
        except (ModelProblem, NotFound, Refused) as problem:
            log.warning("searched by words alone: %s", problem)
            return ()

    async def judge(self, question: str, judged: Sequence[Sentence]) -> Sequence[float]:
        """Return how like a question each sentence is; see extract.Judge. For a shelf with vectors."""
        try:
            questions = await self._ask()
            if questions is None:
                return ()
            async with asyncio.timeout(JUDGE_SECONDS):
                cosines = await questions.cosines(question, [one.text for one in judged])
        except (ModelProblem, NotFound, Refused, TimeoutError) as problem:
            log.warning("quoted by words alone: %s", str(problem) or "the vectors took too long")
            return ()
        return [cosine if cosine >= FAR else 0.0 for cosine in cosines]
