"""Runs the calls that one request makes, one after the other, and counts what they took.

Knows no shapes. What was written counts also when nobody stays to read the end: else a limit would hold
only those who do.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from sottovoce.chat.call import Call, answer
from sottovoce.core.errors import SottoError, TooLong
from sottovoce.core.events import Called, Finished, Reading, Text, Usage, Waiting
from sottovoce.engine.protocol import ModelFacts
from sottovoce.server.endpoint import Visit

NAMES = {"bias": "logit_bias"}
"""What this API calls what others name otherwise."""

Piece = Waiting | Text | Called | Finished


class Answers:
    """The answers to one request, in order. `prompt` names the field that a too long one stood in."""

    def __init__(self, visit: Visit[Any], calls: Sequence[Call], prompt: str) -> None:
        self._visit = visit
        self._calls = calls
        self._prompt = prompt
        self._began = time.monotonic()
        self._first_came = False
        self._asked: object = None
        self._read: list[Usage] = []
        self._written = 0

    @property
    def usage(self) -> Usage:
        """What was taken so far. A prompt that several choices answer counts once."""
        prompt = sum(one.prompt for one in self._read)
        return Usage(prompt, sum(one.reused for one in self._read), self._written)

    async def pieces(self) -> AsyncGenerator[tuple[int, Piece], None]:
        """Yield what comes, with the number of the choice it belongs to; `Finished` ends each."""
        try:
            for at, call in enumerate(self._calls):
                async with aclosing(self._one(call)) as pieces:
                    async for piece in pieces:
                        yield at, piece
        except SottoError as problem:
            if isinstance(problem, TooLong) and problem.field is None:
                problem.field = self._prompt
            problem.field = NAMES.get(problem.field or "", problem.field)
            raise
        finally:
            self._visit.used(self.usage)

    async def _one(self, call: Call) -> AsyncGenerator[Piece, None]:
        before = self._written
        is_new = call.asked is not self._asked
        if is_new:
            self._asked = call.asked
            self._read.append(Usage(0, 0, 0))
        async with aclosing(answer(self._visit.house.app.engine, call)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Reading):
                    if is_new:
                        self._read[-1] = Usage(piece.total, 0, 0)
                    continue
                if isinstance(piece, Text | Called):
                    self._note_first()
                    self._written += 1
                elif isinstance(piece, Finished):
                    self._written = before + piece.usage.answer
                    if is_new:
                        self._read[-1] = piece.usage
                yield piece

    def _note_first(self) -> None:
        if not self._first_came:
            self._first_came = True
            self._visit.house.metrics.first_token(time.monotonic() - self._began)


def fingerprint(facts: ModelFacts) -> str:
    """Return a name for this model on this engine: the same name, the same text from the same seed."""
    return "fp_" + hashlib.sha256(f"{facts.digest} {facts.build}".encode()).hexdigest()[:10]
