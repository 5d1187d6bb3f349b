"""An answer that is added to its chat when it is whole, or not at all: no reader sees half of it."""

from __future__ import annotations

import sqlite3

from sottovoce.chat.elsewhere.persisting import written
from sottovoce.chat.elsewhere.preview import There
from sottovoce.chat.writing import Answer
from sottovoce.core.events import Asked, Reasoning, Text
from sottovoce.core.messages import Role, State
from sottovoce.store import beside, waiting
from sottovoce.store.rows import StoredMessage
from sottovoce.store.waiting import Waiting


class WholeAnswer(Answer):
    """Held in memory until its end. Then it is added, and its question waits no more, in one transaction."""

    def __init__(self, there: There, asked: Asked, one: Waiting, pause: float | None) -> None:
        super().__init__(there.parts.database, asked.answer, None, there.parts.clock)
        self._there, self._asked, self._one, self._pause = there, asked, one, pause
        self.is_added = False

    def add(self, piece: Text | Reasoning) -> None:
        self.take(piece)

    async def _keep(self, state: State) -> None:
        """Add it where it is whole. Where the question is gone by now, with its chat for one, so is this."""
        if state is State.COMPLETE:
            self.is_added = await written(self._there.parts.database, self._added, self._pause)

    def _added(self, conn: sqlite3.Connection) -> bool:
        parts, one = self._there.parts, self._one
        if not waiting.take_out(conn, one.id, parts.database.writer):
            return False
        answer = StoredMessage(
            0, self._asked.answer, one.chat, one.question, Role.ASSISTANT, State.COMPLETE, self.text,
            self.model or self._there.upstream.model, "", self.facts, parts.clock(), self.reasoning,
        )  # fmt: skip
        beside.add(conn, parts.owner, answer)
        waiting.put_off(conn, one.upstream, 0.0)  # it can be reached: the others go as well
        return True
