"""Which conversation sits in which of the engine's slots, and who waits for one.

Bookkeeping only: what to do with the slot that was handed out is the holder's affair.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sottovoce.core.messages import Conversation


@dataclass(frozen=True, slots=True)
class Script:
    """A chat as the model has seen it: what it was given and what it really wrote, token by token.

    The same text has many spellings in tokens, and a model does not always write the usual one. `marks`
    are places where text and tokens are known to agree, as (characters, tokens), in rising order.
    """

    tokens: tuple[int, ...] = ()
    text: str = ""
    marks: tuple[tuple[int, int], ...] = ()

    def agreed(self, text: str) -> tuple[int, int]:
        """Return the last mark up to which another text is the same."""
        return next((mark for mark in reversed(self.marks) if text.startswith(self.text[: mark[0]])), (0, 0))

    def cut(self, tokens: int) -> Script:
        """Return the part that these first tokens hold."""
        marks = tuple(mark for mark in self.marks if mark[1] <= tokens)
        return Script(self.tokens[:tokens], self.text[: marks[-1][0] if marks else 0], marks)

    def said(self, text: str, tokens: Iterable[int]) -> Script:
        """Return the script with something added, and a mark behind it."""
        whole, ids = self.text + text, (*self.tokens, *tokens)
        return Script(ids, whole, (*self.marks, (len(whole), len(ids))))


@dataclass(slots=True)
class Slot:
    """`script` is what the slot is known to hold the state of; `unsaved` if the disk has less."""

    number: int
    conversation: Conversation | None = None
    script: Script = field(default_factory=Script)
    unsaved: bool = False
    busy: bool = False
    last_used: int = 0

    def shared(self, prompt: list[int]) -> int:
        """Return how many leading tokens of the prompt the slot holds already."""
        return common_prefix(self.script.tokens, prompt)

    def empty(self) -> None:
        self.conversation = None
        self.script = Script()
        self.unsaved = False


def common_prefix(one: Iterable[int], other: Iterable[int]) -> int:
    """Return how many leading tokens two sequences share."""
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


class Slots:
    """Hands out slots in the order of asking. A conversation gets its own slot back."""

    def __init__(self, count: int) -> None:
        self.all = [Slot(number) for number in range(count)]
        self._queue: list[object] = []
        self._sleepers: list[asyncio.Future[None]] = []
        self._alone = False
        self._clock = itertools.count(1)

    @property
    def waiting(self) -> int:
        return len(self._queue)

    @property
    def is_idle(self) -> bool:
        return not any(slot.busy for slot in self.all) and not self._queue

    def of(self, conversation: Conversation) -> Slot | None:
        """Return the slot that holds this conversation, if one does."""
        if conversation.chat is None:
            return None
        return next((slot for slot in self.all if slot.conversation == conversation), None)

    def empty(self) -> None:
        """Forget what every slot held: the engine was started anew."""
        for slot in self.all:
            slot.empty()

    @asynccontextmanager
    async def hold(self, conversation: Conversation, *, alone: bool = False) -> AsyncGenerator[Slot, None]:
        """Wait for a slot and keep it. Alone: nobody else computes meanwhile."""
        await self._turn(conversation, alone)
        slot = self._choose(conversation)
        slot.busy = True
        slot.last_used = next(self._clock)
        self._alone = alone
        try:
            yield slot
        finally:
            slot.busy = False
            self._alone = False
            self._wake()

    async def _turn(self, conversation: Conversation, alone: bool) -> None:
        """Return when this asker is first in the queue and fits beside those who compute."""
        place = object()
        self._queue.append(place)
        try:
            while self._queue[0] is not place or not self._fits(conversation, alone):
                sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._sleepers.append(sleeper)
                await sleeper
        finally:
            self._queue.remove(place)
            self._wake()  # whoever is next may fit as well, or we gave up and held them back

    def _fits(self, conversation: Conversation, alone: bool) -> bool:
        busy = [slot for slot in self.all if slot.busy]
        if self._alone or (alone and busy):
            return False
        own = self.of(conversation)
        return not own.busy if own is not None else len(busy) < len(self.all)

    def _choose(self, conversation: Conversation) -> Slot:
        own = self.of(conversation)
        if own is not None:
            return own
        free = [slot for slot in self.all if not slot.busy]
        return min(free, key=lambda slot: (slot.conversation is not None, slot.last_used))

    def _wake(self) -> None:
        for sleeper in self._sleepers:
            if not sleeper.done():
                sleeper.set_result(None)
        self._sleepers.clear()
