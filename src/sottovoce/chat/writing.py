"""An answer that is being written: kept on the disk while its words come, and finished exactly once.

Knows nothing of engines, nor of what was asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sottovoce.core import notices
from sottovoce.core.errors import SottoError
from sottovoce.core.events import Notice, Reasoning, Text
from sottovoce.core.grounds import NOTHING_CITED, Citation, Cited, Found
from sottovoce.core.messages import MADE, REPEATS, REPLACED, State
from sottovoce.store import chats
from sottovoce.store.db import Database
from sottovoce.store.rows import StoredMessage

WRITE_SECONDS = 0.25
WRITE_TOKENS = 32


class Answer:
    """An answer being written: to the disk every 250 ms or 32 pieces, and finished exactly once."""

    def __init__(
        self, database: Database, answer_id: str, begun: StoredMessage | None, clock: Callable[[], float]
    ) -> None:
        self.begun = begun
        self.facts: dict[str, Any] = {}
        self.passages: tuple[Found, ...] = ()
        """What the model was given to answer from: its claims are held against it at the end."""
        self.quotes: Sequence[Citation] = ()
        """What these passages say themselves: quoted where they support nothing that the model wrote."""
        self.model: str | None = None
        """Who wrote it, where that is not who was to; "" for no model."""
        self._database = database
        self._clock = clock
        self._id = answer_id
        self._pieces: list[str] = []
        self._thoughts: list[str] = []
        if begun is not None:
            self.facts |= _notices_of(begun)
        # What was thought and led to no word is thought anew, and kept until then.
        if begun is not None and begun.text:
            self._pieces.append(begun.text.rstrip(" "))  # the next word brings its own space
            self._thoughts.append(begun.reasoning)
            self.facts |= _kept_of(begun, "thought") | _kept_of(begun, MADE)
        self._unwritten = 0
        self._written_at = time.monotonic()
        self._writing: asyncio.Future[None] | None = None
        self._ending: asyncio.Task[None] | None = None

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    @property
    def reasoning(self) -> str:
        return self.unchanged.reasoning if self.unchanged else "".join(self._thoughts)

    @property
    def is_replaced(self) -> bool:
        """Whether what stands there took the place of what its model wrote."""
        return REPLACED in self.facts

    @property
    def unchanged(self) -> StoredMessage | None:
        """The answer to go on with, while nothing of it is written: it has thoughts at most."""
        return None if self._pieces or self._thoughts else self.begun

    @property
    def cited(self) -> Cited:
        """What of it the passages support so far."""
        if not self.passages:
            return NOTHING_CITED
        from sottovoce.knowledge.cite import cited

        found = cited(self.text, self.passages)
        return found if found.citations else replace(found, citations=tuple(self.quotes))

    def take(self, piece: Text | Reasoning) -> None:
        """Take over what has come, without writing it down."""
        if isinstance(piece, Reasoning):
            self._thoughts.append(piece.text)
            self.facts["thought"] = round(piece.seconds, 3)
        else:
            self._pieces.append(piece.text)

    def add(self, piece: Text | Reasoning) -> None:
        self.take(piece)
        self._unwritten += 1
        now = time.monotonic()
        if self._unwritten < WRITE_TOKENS and now - self._written_at < WRITE_SECONDS:
            return
        if self._writing is not None:
            if not self._writing.done():
                return  # a slow disk must not hold up the words
            self._writing.result()
        text, thoughts = self.text, self.reasoning
        facts = {name: fact for name, fact in self.facts.items() if name != "digest"}
        digest = self.facts.get("digest", "")
        self._writing = asyncio.ensure_future(
            self._database.run(lambda conn: chats.write(conn, self._id, text, thoughts, facts, digest))
        )
        self._unwritten = 0
        self._written_at = now

    def replace(self, text: str, *, is_part: bool = False) -> None:
        """Put a text in the place of all that was written: no model's, unless it is a part of that.

        The thoughts that led to what is taken away go with it.
        """
        self._pieces = [text]
        if not is_part:
            self._thoughts = []
            self.facts.pop("thought", None)
            self.facts[REPLACED] = True

    def note(self, notice: Notice) -> None:
        """Keep what its reader is told beside it."""
        self.facts.setdefault(notices.FACT, {})[notice.code] = notice.text

    async def fail(self, problem: SottoError) -> None:
        """Keep what came before the problem, and the problem."""
        self.facts["error"] = {"code": problem.code, "sentence": problem.sentence}
        # The store itself may be what failed; the person is told of the first problem.
        with contextlib.suppress(SottoError):
            await self.finish(State.INTERRUPTED if self.text or self.reasoning else State.FAILED)

    async def finish(self, state: State) -> None:
        """Write the end, once, whoever asks for it first; and wholly, even if the asker is cancelled."""
        if self._ending is None:
            self._ending = asyncio.create_task(self._end(state))
        await asyncio.shield(self._ending)

    async def settle(self) -> None:
        """See that it is ended before anybody goes on. Only a stop leaves an answer open until here.

        What took the place of a stopped one is whole, and nothing can be gone on with.
        """
        if self._ending is None:
            await self.finish(State.COMPLETE if self.is_replaced else State.STOPPED)
        else:
            await asyncio.wait({self._ending})

    async def _end(self, state: State) -> None:
        if self._writing is not None:
            with contextlib.suppress(SottoError):  # the write below says the same, if it still holds
                await self._writing
        if self.unchanged:
            self.facts |= _kept_of(self.unchanged, "thought")
        if self.passages:
            self.facts |= self.cited.facts()
        await self._keep(state)

    async def _keep(self, state: State) -> None:
        """Put the whole answer on the disk."""
        digest = self.facts.pop("digest", "")
        await self._database.run(
            lambda conn: chats.finish(
                conn,
                self._id,
                text=self.text,
                reasoning=self.reasoning,
                state=state,
                digest=digest,
                facts=self.facts,
                now=self._clock(),
                model=self.model,
            )
        )


def _notices_of(message: StoredMessage) -> dict[str, Any]:
    """Return what was told beside an answer that is gone on with, but not that it had gone round."""
    told = {one.code: one.text for one in notices.kept(message.facts) if one.code != REPEATS}
    return {notices.FACT: told} if told else {}


def _kept_of(message: StoredMessage, name: str) -> dict[str, Any]:
    """Return a fact of an answer that holds for what it is gone on with as well, as far as it is known."""
    return {name: message.facts[name]} if name in message.facts else {}
