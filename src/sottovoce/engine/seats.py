"""A slot made ready for a conversation: whoever sat there is saved, and what is kept is brought back.

No state ever passes from one owner to another: a slot whose owner changes is computed from its first token,
or from where an opening ends, which holds nobody's words.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from sottovoce.core.errors import EngineFailed
from sottovoce.core.messages import Conversation
from sottovoce.engine.client import EngineGone
from sottovoce.engine.kvfiles import KeptState, KvFiles
from sottovoce.engine.openings import Fixed, Opening, Openings
from sottovoce.engine.script import Prompt, Script
from sottovoce.engine.slots import Slot, Slots
from sottovoce.engine.starting import Running

log = logging.getLogger(__name__)

WORTH_KEEPING = 64
"""Fewer tokens than this are computed again sooner than their state is read and checked."""

Exists = Callable[[Conversation], Awaitable[bool]]


class Seats:
    def __init__(self, slots: Slots, kept: KvFiles | None, exists: Exists, fixed: Fixed) -> None:
        self.slots = slots
        self.kept = kept if kept is not None and kept.is_ours else None
        self.openings = Openings(self.kept, fixed)
        self._exists = exists
        self._seen: Running | None = None

    @property
    def folder(self) -> str | None:
        """Where the engine writes the states of slots."""
        return None if self.kept is None else f"{self.kept.folder}/"

    def meet(self, running: Running) -> None:
        """Know that a new child's slots are empty."""
        if self._seen is not running:
            self._seen = running
            self.slots.empty()

    def note(self, running: Running, slot: Slot, script: Script) -> None:
        """Write down what a slot holds now, unless its child has been replaced meanwhile."""
        if self._seen is running:
            slot.script = script

    async def look_up(self, conversation: Conversation, fresh: bool) -> KeptState | None:
        """Read and check the kept state of a chat that sits in no slot, while the engine starts."""
        kept = self.kept
        if fresh or kept is None or conversation.chat is None:
            return None
        if self.slots.of(conversation) is not None:
            return None
        async with kept.had(conversation):
            return await asyncio.to_thread(kept.read, conversation)

    async def seat(
        self,
        running: Running,
        slot: Slot,
        conversation: Conversation,
        kept: KeptState | None,
        prompt: Prompt,
    ) -> None:
        """Make the slot this conversation's: save who sat there, and bring back what is kept."""
        if slot.conversation == conversation:  # its own chat's, or one that its owner goes on from
            return
        if slot.unsaved:
            await self._save(running, slot)
        if slot.conversation is not None and slot.conversation.owner != conversation.owner:
            slot.empty()
        slot.conversation = conversation
        slot.unsaved = False
        if kept is None or kept.binding != running.binding:
            return
        if kept.script.shared(prompt) > slot.script.shared(prompt):
            await self._restore(running, slot, kept)

    async def begin(self, running: Running, slot: Slot, opening: Opening) -> None:
        """Give a slot what its prompt begins with, where that is kept."""
        kept = await self.openings.kept(opening)
        if kept is not None:
            await self._restore(running, slot, kept)

    async def keep(self, running: Running, slot: Slot, opening: Opening) -> None:
        """Keep what a slot holds, which is an opening and no more, for all chats that begin so."""
        kept = self.kept
        if kept is None or slot.script.tokens != opening.tokens or slot.stale:
            return
        async with kept.had(opening.conversation):
            await self._write(running, slot, opening.conversation)

    async def save_all(self, running: Running) -> None:
        """Save what is unsaved in every slot."""
        self.meet(running)
        for slot in self.slots.all:
            if slot.unsaved and slot.conversation is not None and not slot.busy:
                async with self.slots.hold(slot.conversation) as held:
                    if held is not None:
                        with contextlib.suppress(EngineGone):  # the next question will notice and say so
                            await self._save(running, held)

    async def forget(self, running: Running | None, conversation: Conversation) -> None:
        """Erase a conversation in the engine and on disk, once nobody computes it."""
        async with self.slots.hold(conversation) as slot:
            if slot is not None:
                slot.empty()
                if running is not None and running is self._seen:
                    await self._erase(running, slot)
        if self.kept is not None:
            self.kept.forget(conversation)

    async def _save(self, running: Running, slot: Slot) -> None:
        """Keep what the slot holds on disk. Failing to costs only time later, so it is logged, not raised."""
        kept, conversation = self.kept, slot.conversation
        if kept is None or conversation is None or conversation.chat is None:
            slot.unsaved = False
            return
        async with kept.had(conversation):
            if not await self._exists(conversation):  # deleted by another program
                kept.forget(conversation)
                slot.script, slot.stale, slot.unsaved = Script(), True, False
                return
            slot.unsaved = False
            if len(slot.script.tokens) >= WORTH_KEEPING and not slot.stale:
                await self._write(running, slot, conversation)
                if not await self._exists(conversation):
                    kept.forget(conversation)

    async def _write(self, running: Running, slot: Slot, whose: Conversation) -> None:
        """Write what the slot holds under this name, where there is room for it."""
        kept, script = self.kept, slot.script
        part = (
            None if kept is None else kept.make_room(whose, len(script.tokens) * running.kv_bytes_per_token)
        )
        if kept is None or part is None:
            return
        try:
            path = f"/slots/{slot.number}?action=save"
            await running.client.call("POST", path, {"filename": part})
        except EngineGone:
            raise
        except EngineFailed as problem:
            log.warning("A chat state is not saved: %s %s", problem.sentence, problem.detail)
            return
        await asyncio.to_thread(kept.keep, whose, running.binding, script, part)

    async def _restore(self, running: Running, slot: Slot, kept: KeptState) -> None:
        """Have the engine read a kept state, unless another model's has taken its place meanwhile."""
        files = self.kept
        if files is None:
            return
        path = f"/slots/{slot.number}?action=restore"
        async with files.had(kept.conversation):
            if not files.is_current(kept):
                return
            slot.script, slot.stale = Script(), True  # whatever happens to the call
            try:
                await running.client.call("POST", path, {"filename": kept.file_name})
            except EngineGone:
                raise
            except EngineFailed as problem:
                log.warning("A kept chat state is not restored: %s %s", problem.sentence, problem.detail)
                return
            slot.script, slot.stale = kept.script, False
            files.note_used(kept)

    async def _erase(self, running: Running, slot: Slot) -> None:
        """Have the engine drop what it holds in a slot. It is not used again even where that fails."""
        if running.child.is_alive:
            with contextlib.suppress(EngineFailed):
                await running.client.call("POST", f"/slots/{slot.number}?action=erase", {})
