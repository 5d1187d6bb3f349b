"""An engine as one asker has it: from the first question to the end, its model is not put to rest.

Else another model could take its place between loading and answering, and both be loaded without end.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager

from sottovoce.core.events import Piece
from sottovoce.core.messages import OWNER, Conversation
from sottovoce.core.sampling import Sampling
from sottovoce.engine.protocol import Asked, Engine, ModelFacts
from sottovoce.engine.wrapped import WrappedEngine


@contextmanager
def held(engine: Engine) -> Iterator[Engine]:
    """Yield the engine for one asker; its model is held from the first call to the end of the block."""
    asker = HeldEngine(engine)
    try:
        yield asker
    finally:
        asker.leave()


class HeldEngine(WrappedEngine):
    """See `held`. Once left it is the plain engine again."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._let_go: Callable[[], None] | None = None
        self._left = False
        self._coming = asyncio.Lock()

    def leave(self) -> None:
        self._left = True
        if self._let_go is not None:
            self._let_go()
            self._let_go = None

    async def ready(self) -> ModelFacts:
        await self._come()
        return await super().ready()

    async def count(self, asked: Asked) -> int:
        await self._come()
        return await super().count(asked)

    async def weigh(self, texts: Sequence[str]) -> list[int]:
        await self._come()
        return await super().weigh(texts)

    async def answer(
        self, asked: Asked, sampling: Sampling, conversation: Conversation
    ) -> AsyncGenerator[Piece, None]:
        await self._come()
        async with aclosing(super().answer(asked, sampling, conversation)) as pieces:
            async for piece in pieces:
                yield piece

    async def embed(self, texts: Sequence[str], owner: str = OWNER) -> list[list[float]]:
        """See Engine.embed. The vectors may need the memory of the very model that is held."""
        self.leave()
        return await super().embed(texts, owner)

    async def rank(self, question: str, texts: Sequence[str], owner: str = OWNER) -> list[float]:
        """See Engine.rank. That model may need the memory of the one that is held, too."""
        self.leave()
        return await super().rank(question, texts, owner)

    async def _come(self) -> None:
        async with self._coming:
            if self._left or self._let_go is not None:
                return
            let_go = await self.engine.hold()
            if self._left:
                let_go()
            else:
                self._let_go = let_go
