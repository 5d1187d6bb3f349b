"""What every engine does: messages in, pieces of an answer out.

Implemented by `llama.LlamaEngine` (the real one), and `echo.EchoEngine` (by rule, for tests and docs), and
in front of one by `held.HeldEngine` (what one asker has) and `permitted.PermittedEngine` (may it still?).
Knows nothing of disks, chats or people.
"""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sottovoce.core.errors import Busy, Unsupported
from sottovoce.core.events import Piece
from sottovoce.core.messages import OWNER, Conversation, Framed, Message
from sottovoce.core.sampling import Sampling

MOST_WAITING = 1000
"""Whatever the wait: each of them holds a connection and a text in memory."""


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
    build: str = ""
    """The engine's own version; the same text is drawn again only on the same one."""
    address: str = ""
    """Where it computes, if that is another machine."""


@dataclass(frozen=True, slots=True)
class Queue:
    """How full the engine is. `seconds` is when a newcomer would likely begin, `limit` the longest wait."""

    slots: int
    computing: int
    waiting: int
    seconds: float
    limit: float = math.inf
    most: int = MOST_WAITING

    def require_room(self) -> None:
        """Raise Busy where a newcomer would wait too long, or too many wait already."""
        if self.seconds > self.limit or self.waiting >= self.most:
            raise Busy(
                f"Too many are waiting: an answer would begin in about {self.seconds:.0f} seconds.",
                hint=f"Try again in {max(1, math.ceil(self.seconds))} seconds",
                retry_after=max(1.0, self.seconds),
            )


@dataclass(frozen=True, slots=True)
class Load:
    """What a loaded model takes. It is unloaded in `left` seconds if nobody asks; infinity: never."""

    bytes: int
    window: int
    left: float


Asked = Sequence[Message] | str | Framed
"""What is to be answered: messages, bare text that the model goes on with, or a prompt that is written out.

It goes on with the last message, too, where that is an answer: what it says belongs right behind it.
"""


def texts_of(asked: Asked) -> list[str]:
    """Return the texts in what is asked."""
    if isinstance(asked, str):
        return [asked]
    return list(asked.parts) if isinstance(asked, Framed) else [message.text for message in asked]


class Engine(Protocol):
    async def ready(self) -> ModelFacts:
        """Start or wake the engine and return what it runs. Raises ModelProblem or Refused."""

    async def hold(self) -> Callable[[], None]:
        """Have the model loaded, and keep it until what is returned is called, once.

        Whoever means to ask more than one thing holds it meanwhile: no other model takes its place between
        them. Waits while it has to make way for one that was asked for before.
        Raises ModelProblem or Refused.
        """

    def queue(self, owner: str) -> Queue:
        """Return how full it is, as a newcomer of this owner would find it. Costs next to nothing."""

    def load(self) -> Load | None:
        """Return what it takes while its model is loaded; None while it is not. Costs next to nothing."""

    def keep(self, seconds: float | None) -> None:
        """Unload the model after so long without a question; 0 at once, infinity never.

        Holds until it is unloaded. None: as the settings say.
        """

    async def count(self, asked: Asked) -> int:
        """Return how many tokens the prompt made of this has, as the model will see it."""

    async def weigh(self, texts: Sequence[str]) -> list[int]:
        """Return the tokens of each text alone. Remembered, so asking again is cheap."""

    def answer(
        self, asked: Asked, sampling: Sampling, conversation: Conversation
    ) -> AsyncGenerator[Piece, None]:
        """Stream one answer, ending with Finished. Closing the generator frees the slot.

        While others come first it yields Waiting, at once and then about once a second. The same
        conversation finds its history already computed; one without a chat takes up whatever its owner
        said last that begins alike. With a seed, the turn runs alone and its prompt is computed afresh.
        Raises Busy; ModelProblem; TooLong when the prompt does not fit.
        """

    async def embed(self, texts: Sequence[str], owner: str = OWNER) -> list[list[float]]:
        """Return one vector for each text, in its owner's turn.

        Raises BadValue or TooLong naming a text (`input.2`), and ModelProblem where the model cannot.
        """

    async def rank(self, question: str, texts: Sequence[str], owner: str = OWNER) -> list[float]:
        """Return how well each text fits a question, in its owner's turn: the higher, the better.

        What is longer than the model sees is read by its start. Only scores for one question can be
        compared. Raises ModelProblem, Refused, and Unsupported where the model cannot.
        """

    async def forget(self, conversation: Conversation) -> None:
        """Erase all state of one conversation, in memory and on disk."""

    async def close(self) -> None:
        """Save what is worth saving and stop."""


def cannot_embed(name: str) -> Unsupported:
    return Unsupported(
        f"{name} puts texts in order and makes no vectors.",
        hint="Choose a model for vectors; sotto models list shows what is here",
        field="model",
    )


def cannot_rank(name: str) -> Unsupported:
    return Unsupported(
        f"{name} does not tell how well a text fits a question.",
        hint="Choose a rerank model; sotto models list shows what is here",
        field="model",
    )
