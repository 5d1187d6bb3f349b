"""What every engine does: messages in, pieces of an answer out.

Implemented by `llama.LlamaEngine` (the real one), and `echo.EchoEngine` (by rule, for tests and docs).
Knows nothing of disks, chats or people.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol

from sottovoce.core.events import Piece
from sottovoce.core.messages import Conversation, Message
from sottovoce.core.sampling import Sampling


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What the engine knows of its model once it is ready.

    `window` is how many tokens it sees at once here, `longest` how many the model was made for.
    """

    name: str
    digest: str
    window: int
    longest: int
    can_embed: bool


class Engine(Protocol):
    async def ready(self) -> ModelFacts:
        """Start or wake the engine and return what it runs. Raises ModelProblem or Refused."""

    async def count(self, messages: Sequence[Message]) -> int:
        """Return how many tokens the prompt made of these messages has, as the model will see it."""

    async def weigh(self, texts: Sequence[str]) -> list[int]:
        """Return the tokens of each text alone. Remembered, so asking again is cheap."""

    def answer(
        self, messages: Sequence[Message], sampling: Sampling, conversation: Conversation
    ) -> AsyncGenerator[Piece, None]:
        """Stream one answer, ending with Finished. Closing the generator frees the slot.

        The same conversation finds its history already computed. With a seed, the turn runs alone
        and its prompt is computed afresh. Raises ModelProblem; TooLong when the prompt does not fit.
        """

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one vector for each text. Raises ModelProblem where the model cannot."""

    async def forget(self, conversation: Conversation) -> None:
        """Erase all state of one conversation, in memory and on disk."""

    async def close(self) -> None:
        """Save what is worth saving and stop."""
