"""Keeps what a message asks to be remembered, and says so; or that nothing is, where that is off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sottovoce.chat import remembering
from sottovoce.chat.grounds import is_chinese
from sottovoce.chat.guarded import Instead, Said, Verdict
from sottovoce.core.errors import BadValue
from sottovoce.core.events import Notice
from sottovoce.store import memory
from sottovoce.store.db import Database

REMEMBERED = "remembered"
"""The reason of an answer that says that something is kept."""

OFF = "memory_off"


@dataclass(frozen=True, slots=True)
class MemoryCheck:
    """`is_on` tells whether the person has chosen by now to have things remembered."""

    database: Database
    is_on: Callable[[], bool]

    async def __call__(self, said: Said) -> Verdict:
        line = None if said.is_shaped or not said.is_kept else remembering.asked(said.text)
        if line is None:
            return Verdict()
        in_chinese = is_chinese(said.text)
        if not self.is_on():
            return Verdict(notices=(Notice(OFF, _OFF_ZH if in_chinese else _OFF),))
        try:
            kept = await self.database.run(
                lambda conn: memory.add(
                    conn, said.owner, line, said.now, chat=said.chat, message=said.message
                )
            )
        except BadValue as problem:
            return Verdict(Instead(REMEMBERED, f"{problem.sentence} {problem.hint}"))
        text = (_KEPT_ZH if in_chinese else _KEPT).format(line=kept.text)
        return Verdict(Instead(REMEMBERED, text, {REMEMBERED: kept.id}))


_OFF = (
    "Nothing is remembered beyond this chat: that is off. To turn it on: sotto settings set memory on, "
    "or in the page's settings."
)
_OFF_ZH = (
    "这个聊天之外不会记住任何内容：该功能处于关闭状态。开启方法：sotto settings set memory on，"
    "或在网页的设置中开启。"
)
_KEPT = "Remembered for all chats: “{line}”. `sotto memory list` and the page's settings show all that is."
_KEPT_ZH = "已为所有聊天记住：“{line}”。运行 `sotto memory list` 或在网页的设置中可以查看全部内容。"
