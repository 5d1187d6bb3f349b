"""Runs the calls that one request makes, one after the other. Knows no shapes."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from sottovoce.chat.call import Call
from sottovoce.core.errors import SottoError, TooLong
from sottovoce.core.events import (
    Called,
    Finished,
    Grounds,
    Notice,
    Quoted,
    Reading,
    Reasoning,
    Text,
    Usage,
    Waiting,
)
from sottovoce.engine.protocol import ModelFacts
from sottovoce.server.counted import Tally
from sottovoce.server.endpoint import Visit

NAMES = {"bias": "logit_bias"}
"""What this API calls what others name otherwise."""

Piece = Waiting | Reasoning | Text | Called | Grounds | Notice | Quoted | Finished


class Answers:
    """The answers to one request, in order. `prompt` names the field that a too long one stood in."""

    def __init__(self, visit: Visit[Any], calls: Sequence[Call], prompt: str) -> None:
        self._visit = visit
        self._calls = calls
        self._prompt = prompt
        self._tally = Tally(visit)

    @property
    def usage(self) -> Usage:
        """What was taken so far. A prompt that several choices answer counts once."""
        return self._tally.usage

    async def pieces(self) -> AsyncGenerator[tuple[int, Piece], None]:
        """Yield what comes, with the number of the choice it belongs to; `Finished` ends each."""
        try:
            for at, call in enumerate(self._calls):
                async with aclosing(self._tally.answer(call)) as pieces:
                    async for piece in pieces:
                        if not isinstance(piece, Reading):
                            yield at, piece
        except SottoError as problem:
            if isinstance(problem, TooLong) and problem.field is None:
                problem.field = self._prompt
            problem.field = NAMES.get(problem.field or "", problem.field)
            raise
        finally:
            self._visit.used(self.usage)


def fingerprint(facts: ModelFacts) -> str:
    """Return a name for this model on this engine: the same name, the same text from the same seed."""
    return "fp_" + hashlib.sha256(f"{facts.digest} {facts.build}".encode()).hexdigest()[:10]
