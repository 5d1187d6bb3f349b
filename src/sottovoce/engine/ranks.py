"""The engine for a model that reads a question with a text and tells how well the two fit: a re-ranker.

A text at a time, in fair turns over owners, so that a stop is quick. Knows nothing of passages.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sottovoce.core.errors import EngineFailed
from sottovoce.core.messages import OWNER, Conversation
from sottovoce.engine.client import ASK_AGAIN, EngineGone
from sottovoce.engine.embedder import WINDOW
from sottovoce.engine.life import Life
from sottovoce.engine.line import Line
from sottovoce.engine.mute import MuteEngine
from sottovoce.engine.plan import Plan
from sottovoce.engine.protocol import cannot_embed
from sottovoce.engine.starting import Running, start

NEARLY = 0.95
"""A text is cut to a little less than would fit by its average: its first words may have more tokens."""

SLACK = 4
"""Tokens that may come of joining what was counted alone."""


@dataclass(frozen=True, slots=True)
class _Around:
    """The tokens that a model's own words around a question and a text take; of this child."""

    running: Running
    tokens: int


class RankEngine(MuteEngine):
    def __init__(self, plan: Plan) -> None:
        self.plan = replace(plan, window=min(plan.window or WINDOW, WINDOW), slots=1, rank=True)
        life = Life(self.plan, start, _nothing_to_save)
        super().__init__(plan.name, "only ranks texts", life, Line(1, plan.longest_wait))
        self._around: _Around | None = None

    async def embed(self, texts: Sequence[str], owner: str = OWNER) -> list[list[float]]:
        """See Engine.embed. Always raises Unsupported."""
        raise cannot_embed(self.plan.name)

    async def rank(self, question: str, texts: Sequence[str], owner: str = OWNER) -> list[float]:
        """See Engine.rank. The question has half of the window at most, each text what is left."""
        if not texts:
            return []
        self._line.queue(owner).require_room()
        scores: list[float] = []
        async with self._life.turn() as running:
            self._line.pace.presume(running.weights)
            try:
                room = running.facts.window - await self._taken(running)
                question, asked = await _cut(running, question, room // 2)
                for text in texts:
                    fitting, weight = await _cut(running, text, room - asked)
                    scores.append(await self._score(running, question, fitting, asked + weight, owner))
            except EngineGone:
                raise await self._life.bury(running) from None
            self._life.went_well()
        return scores

    async def _score(self, running: Running, question: str, text: str, cost: int, owner: str) -> float:
        with self._line.place(Conversation(owner), cost, 0, refuse=False) as place:
            async for _ in place.until_inside():
                pass
            with self._line.pace.timing(cost):
                score, place.read = await _asked(running, question, text)
        return score

    async def _taken(self, running: Running) -> int:
        """Return the tokens that stand around a question and a text, which differ from model to model."""
        if self._around is None or self._around.running is not running:
            _, read = await _asked(running, "a", "a")
            self._around = _Around(running, read - sum(await running.words.weigh(["a", "a"])))
        return max(0, self._around.tokens) + SLACK


async def _asked(running: Running, question: str, text: str) -> tuple[float, int]:
    """Return how well a text fits a question, and the tokens that were read. Raises as Client.call does."""
    body = {"query": question, "documents": [text]}
    reply = await running.client.call("POST", "/v1/rerank", body, seconds=None)
    return _finite(reply["results"][0]["relevance_score"]), int(reply["usage"]["prompt_tokens"])


def _finite(score: Any) -> float:
    """Return a score. Raises EngineFailed for what cannot be put in order: null stands for no number."""
    if score is None or not math.isfinite(score):
        raise EngineFailed("The model gives a text a score that is no number.", hint=ASK_AGAIN)
    return float(score)


async def _cut(running: Running, text: str, most: int) -> tuple[str, int]:
    """Return as much from a text's start as has so many tokens, and how many those are."""
    while (count := (await running.words.weigh([text]))[0]) > most and text:
        text = text[: min(len(text) - 1, int(len(text) * most / count * NEARLY))]
    return text, count


async def _nothing_to_save(_: Running) -> None:
    """It keeps no state of anybody's."""
