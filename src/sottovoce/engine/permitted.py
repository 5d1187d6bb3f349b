"""An engine that is asked about before each turn: is its model still allowed to answer?

Whether it is, and why not, it is told. Knows no licences and no settings.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing

from sottovoce.core.events import Piece
from sottovoce.core.messages import OWNER, Conversation
from sottovoce.core.sampling import Sampling
from sottovoce.engine.protocol import Asked, Engine, ModelFacts
from sottovoce.engine.wrapped import WrappedEngine


class PermittedEngine(WrappedEngine):
    """`permit` raises Refused where the model may not be used now."""

    def __init__(self, engine: Engine, permit: Callable[[], Awaitable[None]]) -> None:
        super().__init__(engine)
        self._permit = permit

    async def ready(self) -> ModelFacts:
        await self._permit()
        return await super().ready()

    async def hold(self) -> Callable[[], None]:
        await self._permit()
        return await super().hold()

    async def answer(
        self, asked: Asked, sampling: Sampling, conversation: Conversation
    ) -> AsyncGenerator[Piece, None]:
        """See Engine.answer. Raises what `permit` does, before anything is computed."""
        await self._permit()
        async with aclosing(super().answer(asked, sampling, conversation)) as pieces:
            async for piece in pieces:
                yield piece

    async def embed(self, texts: Sequence[str], owner: str = OWNER) -> list[list[float]]:
        await self._permit()
        return await super().embed(texts, owner)

    async def rank(self, question: str, texts: Sequence[str], owner: str = OWNER) -> list[float]:
        await self._permit()
        return await super().rank(question, texts, owner)
