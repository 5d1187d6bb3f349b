"""What a chat with fixed instructions begins with: read once by the model, kept, and given to each new chat.

The one state that chats of different people share. It is made of instructions that the owner has set for
everybody, or of none, and of what the model's template puts around them: of no word that a chat holds.
Knows nothing of slots.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sottovoce.core.messages import Conversation, Framed, Message, Role
from sottovoce.engine.kvfiles import KeptState, KvFiles, opening
from sottovoce.engine.protocol import Asked
from sottovoce.engine.script import Prompt, Script, common_prefix
from sottovoce.engine.starting import Running

WORTH_KEEPING = 16
"""Fewer tokens than this are read again sooner than their state is restored."""

Fixed = Callable[[], Collection[str]]
"""Tells the instructions that the owner has set for everybody, as they are now; "" if also none are."""


def nothing_fixed() -> Collection[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Opening:
    """The first tokens of every prompt with these instructions, and whose name their state goes by."""

    conversation: Conversation
    tokens: tuple[int, ...]

    @property
    def script(self) -> Script:
        return Script(self.tokens)


class Openings:
    def __init__(self, kept: KvFiles | None, fixed: Fixed = nothing_fixed) -> None:
        self._kept = kept
        self._fixed = fixed
        self._known: frozenset[str] = frozenset()
        self._seen: dict[Conversation, KeptState] = {}
        """Those that were checked: while this program has the folder, nobody else writes there."""

    async def of(self, running: Running, asked: Asked, prompt: Prompt, held: int) -> Opening | None:
        """Return what this prompt begins with, where that is fixed, and more than the tokens held already."""
        if self._kept is None or isinstance(asked, str | Framed):
            return None
        system = instructions(asked)
        if system is None:
            return None
        ids = await running.words.opening(system)
        count = common_prefix(ids, prompt.ids)
        # The last may be spelled together with what follows.
        if count <= held or count < max(WORTH_KEEPING, len(ids) - 1):
            return None
        if system not in await asyncio.to_thread(self._now_fixed):
            return None
        return Opening(opening(system, running.binding), tuple(ids[:count]))

    async def kept(self, wanted: Opening) -> KeptState | None:
        """Return its state, where that is kept, whole and of these very tokens."""
        files, whose = self._kept, wanted.conversation
        if files is None:
            return None
        found = self._seen.get(whose)
        if found is None or not files.is_current(found):
            async with files.had(whose):
                found = await asyncio.to_thread(files.read, whose)
        if found is None or found.script.tokens != wanted.tokens:
            self._seen.pop(whose, None)
            return None
        self._seen[whose] = found
        return found

    def _now_fixed(self) -> frozenset[str]:
        """Return what is fixed now, and forget what no longer is."""
        now = frozenset(self._fixed())
        if self._kept is not None:
            self._kept.forget_openings(self._known - now)
        self._known = now
        return now


def instructions(messages: Collection[Message]) -> str | None:
    """Return the instructions that a chat begins with, "" where it has none; None where it has several."""
    found = [message.text for message in messages if message.role is Role.SYSTEM]
    if not found:
        return ""
    first = next(iter(messages))
    return first.text if len(found) == 1 and first.role is Role.SYSTEM else None
