"""The engine for a model that only makes vectors of texts, as BERT and its kin do.

It loads nothing else: what a chat would need, slots and kept states, such a model has no use for.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence

from sottovoce.core.errors import Unsupported
from sottovoce.core.events import Piece
from sottovoce.core.messages import OWNER, Conversation
from sottovoce.core.sampling import Sampling
from sottovoce.engine.embedder import Embedder
from sottovoce.engine.plan import Plan
from sottovoce.engine.protocol import Asked, Load, ModelFacts, Queue


class VectorEngine:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._embedder = Embedder(plan)

    async def ready(self) -> ModelFacts:
        return await self._embedder.ready()

    async def hold(self) -> Callable[[], None]:
        return await self._embedder.life.hold()

    def queue(self, owner: str) -> Queue:
        return self._embedder.queue(owner)

    def load(self) -> Load | None:
        return self._embedder.life.load()

    def keep(self, seconds: float | None) -> None:
        self._embedder.life.keep(seconds)

    async def count(self, asked: Asked) -> int:
        if not isinstance(asked, str):
            raise self._cannot_answer()
        return await self._embedder.count(asked)

    async def weigh(self, texts: Sequence[str]) -> list[int]:
        return await self._embedder.weigh(texts)

    async def answer(
        self, asked: Asked, sampling: Sampling, conversation: Conversation
    ) -> AsyncGenerator[Piece, None]:
        """See Engine.answer. Always raises Unsupported."""
        raise self._cannot_answer()
        yield  # a generator, as every engine's is

    async def embed(self, texts: Sequence[str], owner: str = OWNER) -> list[list[float]]:
        return await self._embedder.embed(texts, owner) if texts else []

    async def forget(self, conversation: Conversation) -> None:
        """Nothing of a conversation is ever here."""

    async def close(self) -> None:
        await self._embedder.close()

    def _cannot_answer(self) -> Unsupported:
        return Unsupported(
            f"{self.plan.name} only makes vectors of texts and cannot answer.",
            hint="Ask another model; sotto models list shows what is here",
            field="model",
        )
