"""The one place that counts what a request takes of the engine: also when nobody stays to read its end.

Else a limit would hold only those who do. Knows no shapes.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from sottovoce.chat.call import Call, Told, answer
from sottovoce.core.errors import BadInput, Refused, TooLong
from sottovoce.core.events import Called, Finished, Grounds, Reading, Reasoning, Text, Usage
from sottovoce.core.grounds import Ground
from sottovoce.core.messages import Message, Role
from sottovoce.core.sampling import laid_over
from sottovoce.models.file import ModelFile
from sottovoce.server import marking
from sottovoce.server.endpoint import Visit


class Tally:
    """What the answers to one request take."""

    def __init__(self, visit: Visit[Any]) -> None:
        self._visit = visit
        self._began = time.monotonic()
        self._first_came = False
        self._asked: object = None
        self._read: list[Usage] = []
        self._written = 0

    @property
    def usage(self) -> Usage:
        """What was taken so far. A prompt that several answers in a row are to counts once."""
        prompt = sum(one.prompt for one in self._read)
        return Usage(prompt, sum(one.reused for one in self._read), self._written)

    async def answer(self, call: Call) -> AsyncGenerator[Told, None]:
        """Yield what comes; see chat.call.answer.

        What the call leaves open about how to draw is as the person's settings say.
        """
        app, before = self._visit.house.app, self._written
        is_new = call.asked is not self._asked
        if is_new:
            self._asked = call.asked
            self._read.append(Usage(0, 0, 0))
        model = self._visit.chosen.model
        call = _varied(model, call)
        sampling = laid_over(app.sampling(model), call.sampling)
        marks = self._visit.marks
        call = replace(call, sampling=sampling, guards=app.guards_of_calls(model), writes=marks.asked)
        marks.latest = None
        said: list[str] = []
        told: tuple[Ground, ...] = ()
        async with aclosing(answer(self._visit.chosen.engine, call)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Text):
                    said.append(piece.text)
                elif isinstance(piece, Grounds):
                    told = piece.passages
                marks.is_settled |= isinstance(piece, Text | Reasoning | Called | Finished)
                if isinstance(piece, Text | Reasoning | Called):
                    self._note_first()
                    # A piece is a token, or a little more; the true count comes with the end.
                    self._written += 1
                elif isinstance(piece, Reading) and is_new:
                    self._read[-1] = Usage(piece.total, 0, 0)
                elif isinstance(piece, Finished):
                    self._written = before + piece.usage.answer
                    if is_new:
                        self._read[-1] = piece.usage
                    await self._mark("".join(said), told, piece)
                yield piece

    async def _mark(self, text: str, told: Sequence[Ground], finished: Finished) -> None:
        """Sign what a model wrote; quotes, and what stands in place of an answer, took none of its tokens."""
        if not finished.usage.answer:
            return
        visit = self._visit
        if finished.reason not in marking.ITS_OWN:
            return
        signer = visit.house.signer()
        if signer is not None:
            facts = await visit.chosen.engine.ready()
            found = await marking.record(signer, text, visit.chosen.model, facts.digest, told)
            visit.marks.latest = found
            visit.marks.records += [] if found is None else [found]

    def _note_first(self) -> None:
        if not self._first_came:
            self._first_came = True
            self._visit.house.metrics.first_token(time.monotonic() - self._began)


def _varied(model: ModelFile, call: Call) -> Call:
    """Return a call with a variant's instructions, where it comes with none of its own."""
    system = "" if model.variant is None else model.variant.system
    if not system or isinstance(call.asked, str) or any(one.role is Role.SYSTEM for one in call.asked):
        return call
    return replace(call, asked=(Message(Role.SYSTEM, system), *call.asked))


async def counted(visit: Visit[Any], call: Call) -> AsyncGenerator[Told, None]:
    """Yield one answer, see Tally.answer. Counts it against the caller's limits, and in the metrics."""
    tally = Tally(visit)
    try:
        async with aclosing(tally.answer(call)) as pieces:
            async for piece in pieces:
                yield piece
    finally:
        visit.used(tally.usage)


async def embedded(visit: Visit[Any], texts: Sequence[str]) -> tuple[list[list[float]], int]:
    """Return the texts' vectors, and how many tokens they have. Those who leave meanwhile pay for all.

    What is refused costs nothing: it is refused before anything is computed.
    """
    engine = visit.chosen.engine
    tokens = sum(await engine.weigh(texts))
    taken = Usage(tokens, 0, 0)
    try:
        return await engine.embed(texts, visit.caller.owner), tokens
    except (BadInput, Refused, TooLong):
        taken = Usage(0, 0, 0)
        raise
    finally:
        visit.used(taken)
