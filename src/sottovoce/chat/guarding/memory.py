"""Does what a message asks of the memory, and says so: keeps, forgets, shows; or says that it is off."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sottovoce.chat.grounds import is_chinese
from sottovoce.chat.guarded import Instead, Said, Verdict
from sottovoce.chat.guarding import memory_told as told
from sottovoce.core.errors import BadValue
from sottovoce.core.events import Notice
from sottovoce.core.messages import UNKEPT
from sottovoce.store import memory
from sottovoce.store.db import Database
from sottovoce.store.memory import Remembered

if TYPE_CHECKING:
    from sottovoce.chat.memory_asked import Asked

REMEMBERED = "remembered"
"""The reason of an answer about what is remembered, and the code of a notice of it."""

Erase = Callable[[str, str | None], Awaitable[int]]
"""Erases a line of an owner, or with None all, with what engines computed of them; returns how many went."""


@dataclass(frozen=True, slots=True)
class MemoryCheck:
    """`is_on` tells whether the person has chosen by now to have things remembered.

    What is off is never put to a model: it would say that it remembers.
    """

    database: Database
    is_on: Callable[[], bool]
    erase: Erase

    async def __call__(self, said: Said) -> Verdict:
        if said.is_shaped or not told.may_ask(said.text):
            return Verdict()
        from sottovoce.chat import memory_asked

        asked = memory_asked.asked(said.text)
        if asked is None:
            return Verdict()
        instead = await self._answered(said, asked, told.CHINESE if is_chinese(said.text) else told.ENGLISH)
        if asked.has_more:
            return Verdict(notices=(Notice(REMEMBERED, instead.text),))
        return Verdict(instead)

    async def _answered(self, said: Said, asked: Asked, say: told.Sentences) -> Instead:
        from sottovoce.chat.memory_asked import Kind, meant

        unkept = {UNKEPT: True} if asked.kind is Kind.KEEP else {}
        if not said.is_kept:
            return Instead(REMEMBERED, say.temporary if self.is_on() else say.temporary_off, unkept)
        is_on = self.is_on()
        lines = await self.database.read(lambda conn: memory.listed(conn, said.owner))
        if not is_on and (asked.kind is Kind.KEEP or not lines):
            return Instead(REMEMBERED, say.off, unkept)
        match asked.kind:
            case Kind.KEEP:
                return await self._kept(said, asked.line, say)
            case Kind.LIST:
                return Instead(REMEMBERED, say.listed(lines, is_on=is_on))
            case Kind.FORGET_ALL:
                return Instead(REMEMBERED, say.all_erased(await self.erase(said.owner, None)))
            case Kind.FORGET:
                return await self._forgotten(said.owner, meant(asked.line, lines), lines, say)

    async def _kept(self, said: Said, line: str, say: told.Sentences) -> Instead:
        try:
            kept = await self.database.run(
                lambda conn: memory.add(
                    conn, said.owner, line, said.now, chat=said.chat, message=said.message
                )
            )
        except BadValue as problem:
            return Instead(REMEMBERED, f"{problem.sentence} {problem.hint}", {UNKEPT: True})
        return Instead(REMEMBERED, say.kept.format(line=kept.text), {REMEMBERED: kept.id})

    async def _forgotten(
        self, owner: str, meant: Sequence[Remembered], lines: Sequence[Remembered], say: told.Sentences
    ) -> Instead:
        if len(meant) != 1:
            return Instead(REMEMBERED, say.which(meant, lines) if meant else say.none)
        await self.erase(owner, meant[0].id)
        return Instead(REMEMBERED, say.erased.format(line=meant[0].text))
