"""The engine for a model that only makes vectors of texts, as BERT and its kin do."""

from __future__ import annotations

from collections.abc import Sequence

from sottovoce.core.messages import OWNER
from sottovoce.engine.embedder import Embedder
from sottovoce.engine.mute import MuteEngine
from sottovoce.engine.plan import Plan
from sottovoce.engine.protocol import cannot_rank


class VectorEngine(MuteEngine):
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._embedder = Embedder(plan)
        super().__init__(plan.name, "only makes vectors of texts", self._embedder.life, self._embedder.line)

    async def embed(self, texts: Sequence[str], owner: str = OWNER) -> list[list[float]]:
        return await self._embedder.embed(texts, owner) if texts else []

    async def rank(self, question: str, texts: Sequence[str], owner: str = OWNER) -> list[float]:
        """See Engine.rank. Always raises Unsupported."""
        raise cannot_rank(self.plan.name)
