"""An engine with something in front of it: hands every call on. What stands in front says what it changes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from sottovoce.core.events import Piece
from sottovoce.core.messages import OWNER, Conversation
from sottovoce.core.sampling import Sampling
from sottovoce.engine.protocol import Asked, Engine, Load, ModelFacts, Queue


class WrappedEngine:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    async def ready(self) -> ModelFacts:
        return await self.engine.ready()

    async def hold(self) -> Callable[[], None]:
        return await self.engine.hold()

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

    async def answer(
        self, asked: Asked, sampling: Sampling, conversation: Conversation
    ) -> AsyncGenerator[Piece, None]:
        async with aclosing(self.engine.answer(asked, sampling, conversation)) as pieces:
            async for piece in pieces:
                yield piece

    async def embed(self, texts: Sequence[str], owner: str = OWNER) -> list[list[float]]:
        return await self.engine.embed(texts, owner)

    async def rank(self, question: str, texts: Sequence[str], owner: str = OWNER) -> list[float]:
        return await self.engine.rank(question, texts, owner)

    async def forget(self, conversation: Conversation) -> None:
        await self.engine.forget(conversation)

    async def close(self) -> None:
        await self.engine.close()
