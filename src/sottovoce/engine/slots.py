"""Which conversation sits in which of the engine's slots.

Bookkeeping only: who may compute is the line's affair, and what to do with a slot its holder's.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sottovoce.core.messages import Conversation
from sottovoce.engine.script import Prompt, Script, common_prefix


def nobody(_: Conversation) -> bool:
    return False


@dataclass(slots=True)
class Slot:
    """`script` is what the slot is known to hold the state of; `unsaved` if the disk has less.

    `stale`: the engine may hold another state in it still, which nobody may go on from.
    """

    number: int
    conversation: Conversation | None = None
    script: Script = field(default_factory=Script)
    unsaved: bool = False
    stale: bool = False
    busy: bool = False
    last_used: int = 0

    def shared(self, prompt: list[int]) -> int:
        """Return how many leading tokens of the prompt the slot holds already."""
        return common_prefix(self.script.tokens, prompt)

    def continues(self, prompt: Prompt) -> int:
        """Return how many tokens of its script the prompt goes on from; 0 if from less than half of it."""
        shared = self.script.shared(prompt)
        return shared if shared * 2 >= len(self.script.tokens) else 0

    def empty(self) -> None:
        self.conversation = None
        self.script = Script()
        self.unsaved = False
        self.stale = True


class Slots:
    def __init__(self, count: int) -> None:
        self.all = [Slot(number) for number in range(count)]
        self._sleepers: list[asyncio.Future[None]] = []
        self._clock = itertools.count(1)

    @property
    def is_idle(self) -> bool:
        return not any(slot.busy for slot in self.all)

    def of(self, conversation: Conversation) -> Slot | None:
        """Return the slot that holds this conversation, if one does."""
        if conversation.chat is None:
            return None
        return next((slot for slot in self.all if slot.conversation == conversation), None)

    def empty(self) -> None:
        """Forget what every slot held: the engine was started anew."""
        for slot in self.all:
            slot.empty()
            slot.stale = False

    @asynccontextmanager
    async def seat(
        self,
        conversation: Conversation,
        prompt: Prompt,
        spoken_for: Callable[[Conversation], bool] = nobody,
    ) -> AsyncGenerator[Slot, None]:
        """Keep the slot that suits for the block. Waits only for one that is being saved or erased.

        Asked for by no more than there are slots at once. `spoken_for`: that chat is about to sit down.
        """
        while (slot := self._choose(conversation, prompt, spoken_for)) is None:
            await self._change()
        slot.last_used = next(self._clock)
        async with self._kept(slot):
            yield slot

    @asynccontextmanager
    async def hold(self, conversation: Conversation) -> AsyncGenerator[Slot | None, None]:
        """Keep a chat's slot for the block, once nobody uses it; None if it has none."""
        while (slot := self.of(conversation)) is not None and slot.busy:
            await self._change()
        if slot is None:
            yield None
            return
        async with self._kept(slot):
            yield slot

    @asynccontextmanager
    async def _kept(self, slot: Slot) -> AsyncGenerator[None, None]:
        slot.busy = True
        try:
            yield
        finally:
            slot.busy = False
            for sleeper in self._sleepers:
                if not sleeper.done():
                    sleeper.set_result(None)
            self._sleepers.clear()

    async def _change(self) -> None:
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append(sleeper)
        await sleeper

    def _choose(
        self, conversation: Conversation, prompt: Prompt, spoken_for: Callable[[Conversation], bool]
    ) -> Slot | None:
        """Return a chat's own slot; for a call without a chat, where its owner said what it goes on from.

        Else an empty one; else, without a chat, one of the same owner's calls, so that a program that
        asks much does not push out everybody else; else whichever was not used for longest.
        """
        own = self.of(conversation)
        if own is not None:
            return None if own.busy else own
        free = [
            slot
            for slot in self.all
            if not slot.busy and (slot.conversation is None or not spoken_for(slot.conversation))
        ]
        if conversation.chat is None:
            alike = [slot for slot in free if slot.conversation == conversation and slot.continues(prompt)]
            if alike:
                return max(alike, key=lambda slot: (slot.continues(prompt), slot.last_used))
        return min(free, key=lambda slot: _in_use(slot, conversation), default=None)


def _in_use(slot: Slot, newcomer: Conversation) -> tuple[bool, bool, int]:
    """Order slots by how little is lost when a newcomer takes one."""
    if slot.conversation is None:
        return False, False, slot.last_used
    own_call = newcomer.chat is None and slot.conversation == newcomer
    return True, not own_call, slot.last_used
