"""Tells beside an answer that its question is about a time after all that the model learnt."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sottovoce.chat.grounds import is_chinese
from sottovoce.chat.guarded import Said, Verdict
from sottovoce.core.events import Notice
from sottovoce.guard import age

CODE = "model_age"


@dataclass(frozen=True, slots=True)
class AgeCheck:
    """`until` tells when what the model learnt ends, as 2024-06; "" where nobody published that.

    Shelves have an age of their own, which is told where they are asked.
    """

    until: Callable[[], Awaitable[str]]

    async def __call__(self, said: Said) -> Verdict:
        if said.shelves or not age.asks_for(said.text, said.now):
            return Verdict()
        until = await self.until()
        asked = age.later(said.text, until, said.now) if until else None
        if asked is None:
            return Verdict()
        text = age.sentence(asked, until, chinese=is_chinese(said.text))
        return Verdict(notices=(Notice(CODE, text),))
