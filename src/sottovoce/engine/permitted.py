"""An engine that is asked about before each turn: is its model still allowed to answer?

Whether it is, and why not, it is told. Knows no licences and no settings.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing

from sottovoce.core.events import Piece
from sottovoce.core.messages import OWNER, Conversation
from sottovoce.core.sampling import Sampling
from sottovoce.engine.protocol import Asked, Engine, Load, ModelFacts, Queue


class PermittedEngine:
    """`permit` raises Refused where the model may not be used now."""

    def __init__(self, engine: Engine, permit: Callable[[], Awaitable[None]]) -> None:
        self.engine = engine
        self._permit = permit

    async def ready(self) -> ModelFacts:
        await self._permit()
        return await self.engine.ready()

    async def hold(self) -> Callable[[], None]:
        await self._permit()
        return await self.engine.hold()

    async def answer(
        self, asked: Asked, sampling: Sampling, conversation: Conversation
    ) -> AsyncGenerator[Piece, None]:
        """See Engine.answer. Raises what `permit` does, before anything is computed."""
        await self._permit()
        async with aclosing(self.engine.answer(asked, sampling, conversation)) as pieces:
            async for piece in pieces:
                yield piece

    async def embed(self, texts: Sequence[str], owner: str = OWNER) -> list[list[float]]:
        await self._permit()
        return await self.engine.embed(texts, owner)

    def queue(self, owner: str) -> Queue:
        return self.engine.queue(owner)

    def load(self) -> Load | None:
        return self.engine.load()

    def keep(self, seconds: float | None) -> None:
        self.engine.keep(seconds)

    async def count(self, asked: Asked) -> int:
        return await self.engine.count(asked)

    async def weigh(self, texts: Sequence[str]) -> list[int]:
        return await self.engine.weigh(texts)

    async def forget(self, conversation: Conversation) -> None:
        await self.engine.forget(conversation)

    async def close(self) -> None:
        await self.engine.close()
