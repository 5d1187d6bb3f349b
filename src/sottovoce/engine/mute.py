"""What engines have in common whose model writes nothing: one that makes vectors, one that ranks.

They load nothing else: what a chat would need, slots and kept states, such a model has no use for.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace

from sottovoce.core.errors import Unsupported
from sottovoce.core.events import Piece
from sottovoce.core.messages import Conversation
from sottovoce.core.sampling import Sampling
from sottovoce.engine.life import Life
from sottovoce.engine.line import Line
from sottovoce.engine.protocol import Asked, Load, ModelFacts, Queue


class MuteEngine:
    """`does` goes on from the model's name, for whoever wants an answer of it."""

    def __init__(self, name: str, does: str, life: Life, line: Line) -> None:
        self._name = name
        self._does = does
        self._life = life
        self._line = line

    async def ready(self) -> ModelFacts:
        async with self._life.use() as running:
            return running.facts

    async def hold(self) -> Callable[[], None]:
        return await self._life.hold()

    def queue(self, owner: str) -> Queue:
        queue = self._line.queue(owner)
        return replace(queue, waiting=queue.waiting + self._life.waiting)

    def load(self) -> Load | None:
        return self._life.load()

    def keep(self, seconds: float | None) -> None:
        self._life.keep(seconds)

    async def count(self, asked: Asked) -> int:
        """Return the tokens of a text, with those that the model wants around it."""
        if not isinstance(asked, str):
            raise self._cannot_answer()
        async with self._life.use() as running:
            return len((await running.words.prompt(asked)).ids)

    async def weigh(self, texts: Sequence[str]) -> list[int]:
        async with self._life.use() as running:
            return await running.words.weigh(texts)

    async def answer(
        self, asked: Asked, sampling: Sampling, conversation: Conversation
    ) -> AsyncGenerator[Piece, None]:
        """See Engine.answer. Always raises Unsupported."""
        raise self._cannot_answer()
        yield  # a generator, as every engine's is

    async def forget(self, conversation: Conversation) -> None:
        """Nothing of a conversation is ever here."""

    async def close(self) -> None:
        await self._life.close()

    def _cannot_answer(self) -> Unsupported:
        return Unsupported(
            f"{self._name} {self._does} and cannot answer.",
            hint="Ask another model; sotto models list shows what is here",
            field="model",
        )
