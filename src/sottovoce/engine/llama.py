"""The real engine: llama.cpp in a child process, with a line in front and a slot for each conversation.

Joins the line, the child's life, its slots, the kept states and the words. Knows nothing of chats as
people see them; the caller says which model file it is, how its content is verified, and which chats
still exist.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sottovoce.core.errors import TooLong
from sottovoce.core.events import Piece, Reading, Text
from sottovoce.core.messages import OWNER, Conversation
from sottovoce.core.sampling import Sampling, checked, laid_over
from sottovoce.engine.batch import Batch
from sottovoce.engine.client import EngineGone
from sottovoce.engine.embedder import Embedder
from sottovoce.engine.kvfiles import KeptState, KvFiles
from sottovoce.engine.life import Life
from sottovoce.engine.line import Line, Place
from sottovoce.engine.openings import Fixed, Opening, nothing_fixed
from sottovoce.engine.pace import guessed_tokens
from sottovoce.engine.plan import Plan
from sottovoce.engine.protocol import Asked, Load, ModelFacts, Queue, cannot_rank
from sottovoce.engine.request import Spoken, check_bias, finished, piece_request, request
from sottovoce.engine.seats import Exists, Seats
from sottovoce.engine.slots import Slot, Slots
from sottovoce.engine.starting import Running, start

__all__ = ["LlamaEngine", "Plan"]

log = logging.getLogger(__name__)

SHORT_PIECE = 60
BATCH_PIECE = 2 * SHORT_PIECE
LONG_PIECE = 512
"""A prompt is fed in pieces. Beside others, two short ones and a word of each who is answered make a batch.
While others read long prompts too, each takes a batch in turn: as fair, and 12 % quicker, as long ones are
when alone."""

EMBEDDER_IDLE_SECONDS = 60.0
"""It is the model a second time, for vectors, and soon gives its memory back."""


async def everything_exists(_: Conversation) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Turn:
    """What is asked, how, and from which place in the line."""

    asked: Asked
    sampling: Sampling
    place: Place
    began: float

    @property
    def conversation(self) -> Conversation:
        return self.place.conversation

    @property
    def afresh(self) -> bool:
        return self.sampling.seed is not None


@dataclass(slots=True)
class Work:
    """One answer on its way through the engine. `read` counts the prompt's tokens that are in the slot."""

    running: Running
    turn: Turn
    slot: Slot
    prompt: list[int]
    read: int
    spoken: Spoken
    opening: Opening | None = None
    """What its prompt begins with, where that is fixed."""
    reused: int | None = None
    """What the engine says it had not to read; None before it has said so."""

    @property
    def left(self) -> int:
        return len(self.prompt) - self.read

    def stream(self, body: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        return self.running.client.stream("/completion", body)

    def note_read(self, tokens: int) -> None:
        self.read += tokens
        self.turn.place.read += tokens
        self.slot.stale = False  # what the engine held of somebody else is gone

    def note_reused(self, event: dict[str, Any]) -> None:
        """Learn from the first request's last event how much was there already."""
        if self.reused is None and event["stop"]:
            self.reused = int(event["timings"]["cache_n"])


class LlamaEngine:
    def __init__(
        self,
        plan: Plan,
        kept: KvFiles | None = None,
        exists: Exists = everything_exists,
        fixed: Fixed = nothing_fixed,
    ) -> None:
        self.plan = plan
        self.line = Line(plan.slots, plan.longest_wait)
        self._batch = Batch()
        self._seats = Seats(Slots(plan.slots), kept, exists, fixed)
        self._life = Life(plan, partial(start, kv=self._seats.folder), self._seats.save_all)
        self._embedder: Embedder | None = None

    async def ready(self) -> ModelFacts:
        async with self._life.use() as running:
            self.line.pace.presume(running.weights)
            return running.facts

    async def hold(self) -> Callable[[], None]:
        return await self._life.hold()

    def queue(self, owner: str) -> Queue:
        queue = self.line.queue(owner)
        return replace(queue, waiting=queue.waiting + self._life.waiting)

    def load(self) -> Load | None:
        """See Engine.load. Its second child, for vectors, counts as well."""
        loads = [life.load() for life in self._lives]
        found = [load for load in loads if load is not None]
        if not found:
            return None
        left = max(load.left for load in found)
        return Load(sum(load.bytes for load in found), max(load.window for load in found), left)

    def keep(self, seconds: float | None) -> None:
        self._life.keep(seconds)
        if self._embedder is not None:  # the model a second time soon goes, however long the first stays
            self._embedder.life.keep(0 if seconds == 0 else None)

    @property
    def _lives(self) -> list[Life]:
        return [self._life, *([] if self._embedder is None else [self._embedder.life])]

    async def count(self, asked: Asked) -> int:
        async with self._life.use() as running:
            return len((await running.words.prompt(asked)).ids)

    async def weigh(self, texts: Sequence[str]) -> list[int]:
        async with self._life.use() as running:
            return await running.words.weigh(texts)

    async def answer(
        self, asked: Asked, sampling: Sampling, conversation: Conversation
    ) -> AsyncGenerator[Piece, None]:
        """See Engine.answer. A child that died unnoticed is replaced once, before the first word."""
        checked(sampling)
        began = time.monotonic()
        most = laid_over(self.plan.defaults, sampling).max_tokens
        prompt, answer = guessed_tokens(asked), self.line.pace.expected(most)
        with self.line.place(conversation, prompt, answer, alone=sampling.seed is not None) as place:
            async for waiting in place.until_inside():
                yield waiting
            async with contextlib.aclosing(self._inside(Turn(asked, sampling, place, began))) as pieces:
                async for piece in pieces:
                    yield piece

    async def embed(self, texts: Sequence[str], owner: str = OWNER) -> list[list[float]]:
        if not texts:
            return []
        if self._embedder is None:
            self._embedder = Embedder(replace(self.plan, idle_seconds=EMBEDDER_IDLE_SECONDS))
        return await self._embedder.embed(texts, owner)

    async def rank(self, question: str, texts: Sequence[str], owner: str = OWNER) -> list[float]:
        """See Engine.rank. Always raises Unsupported."""
        raise cannot_rank(self.plan.name)

    async def forget(self, conversation: Conversation) -> None:
        await self._seats.forget(self._life.running, conversation)

    async def close(self) -> None:
        try:
            if self._embedder is not None:
                await self._embedder.close()
        finally:
            try:
                await self._life.close()
            finally:
                if self._seats.kept is not None:
                    self._seats.kept.close()

    # ── one answer ────────────────────────────────────────────────────────────────────────────────

    async def _inside(self, turn: Turn) -> AsyncGenerator[Piece, None]:
        """Answer, now that it is this one's turn, with a living child."""
        for last_try in (False, True):
            begun = False
            turn.place.read = 0
            looked_up = asyncio.create_task(self._seats.look_up(turn.conversation, turn.afresh))
            try:
                async with self._life.use() as running:
                    self._seats.meet(running)
                    self.line.pace.presume(running.weights)
                    try:
                        async with contextlib.aclosing(self._seated(running, turn, looked_up)) as pieces:
                            async for piece in pieces:
                                begun = begun or isinstance(piece, Text)
                                yield piece
                        self._life.went_well()
                        return
                    except EngineGone:
                        problem = await self._life.bury(running)
            finally:
                looked_up.cancel()
            if begun or last_try:
                raise problem
            log.warning("The engine was gone and is started again: %s", problem.sentence)

    async def _seated(
        self, running: Running, turn: Turn, looked_up: asyncio.Task[KeptState | None]
    ) -> AsyncGenerator[Piece, None]:
        """Answer from a slot that is made ready for the conversation."""
        seats = self._seats
        usual = await running.words.prompt(turn.asked, turn.sampling.thinking)
        require_room(usual.ids, running.facts)
        check_bias(turn.sampling, running.vocabulary)
        kept = await looked_up
        async with seats.slots.seat(turn.conversation, usual, self.line.is_inside) as slot:
            if kept is None:  # it may have been saved while we waited for the slot
                kept = await seats.look_up(turn.conversation, turn.afresh)
            await seats.seat(running, slot, turn.conversation, kept, usual)
            opening = None
            if not turn.afresh:
                opening = await seats.openings.of(running, turn.asked, usual, slot.shared(usual.ids))
            if opening is not None:
                await seats.begin(running, slot, opening)
            prompt = usual.ids if turn.afresh else await running.words.continued(usual, slot.script)
            require_room(prompt, running.facts)
            # The last token is always read: the answer begins from it.
            held = 0 if turn.afresh else min(slot.shared(prompt), len(prompt) - 1)
            turn.place.prompt = len(prompt) - held
            self.line.let_in()  # it may turn out shorter than was guessed
            seats.note(running, slot, slot.script.cut(held))
            slot.unsaved = True
            # What must follow a schema is no thought, whatever the template has begun.
            opened = usual.opened if turn.sampling.schema is None else ""
            spoken = Spoken(turn.sampling.likelihoods, opened)
            work = Work(running, turn, slot, prompt, held, spoken, opening)
            try:
                for part in (self._feed(work), self._write(work)):
                    async with contextlib.aclosing(part) as pieces:
                        async for piece in pieces:
                            yield piece
            finally:
                if work.spoken.began:
                    seats.note(running, slot, work.spoken.script(slot.script, usual, prompt))

    async def _feed(self, work: Work) -> AsyncGenerator[Reading, None]:
        """Have a prompt read in pieces, all but the last.

        So a stop is noticed, and other callers are served, between two of them.
        """
        place, slot, prompt = work.turn.place, work.slot, work.prompt
        # Before the first is read, also afresh: it counts though nobody stays until then.
        yield Reading(work.read, len(prompt))
        while not work.turn.afresh and work.left > (size := self._next_piece(work)):
            with self._batch.piece(place.owner, size, place.read) as piece:
                await piece.turn
                body = piece_request(prompt[: work.read + size], slot.number, afresh=slot.stale)
                with self.line.pace.timing(size):
                    async with contextlib.aclosing(work.stream(body)) as events:
                        async for event in events:
                            work.note_reused(event)
            work.note_read(size)
            script = replace(slot.script, tokens=tuple(prompt[: work.read]))
            self._seats.note(work.running, slot, script)
            if work.opening is not None and work.read == len(work.opening.tokens):
                await self._seats.keep(work.running, slot, work.opening)
            yield Reading(work.read, len(prompt))

    async def _write(self, work: Work) -> AsyncGenerator[Piece, None]:
        """Have the last piece of the prompt read, and the answer written."""
        turn, spoken, pace = work.turn, work.spoken, self.line.pace
        afresh = turn.afresh or work.slot.stale
        running = work.running
        window, kept = running.facts.window, running.kept
        body = request(
            work.prompt,
            turn.sampling,
            self.plan.defaults,
            window,
            work.slot.number,
            afresh=afresh,
            kept=kept,
        )
        with self._batch.piece(turn.place.owner, max(1, work.left), turn.place.read) as piece:
            await piece.turn
            sent = time.monotonic()
            async with contextlib.aclosing(work.stream(body)) as events:
                async for event in events:
                    if work.left:  # the first event: the prompt is read
                        pace.read(work.left, time.monotonic() - sent)
                        company = self.line.computing
                        piece.read()
                        work.note_read(work.left)
                        self.line.let_in()
                        yield Reading(work.read, work.read)
                    if event["stop"]:
                        spoken.end(event["stop_type"])
                        work.note_reused(event)
                        pace.wrote(spoken.count, time.monotonic() - spoken.began, company)
                        words = running.words
                        if event["stop_type"] == "limit" and spoken.held_back:
                            # The engine forgets to send it.
                            yield spoken.reveal(await words.text(spoken.held_back, work.prompt[-1]))
                        if spoken.holes:
                            spoken.fill(await words.each(spoken.holes))
                        most = max(company, self.line.computing)
                        yield finished(event, work.read, work.reused or 0, turn.began, spoken.began, most)
                        return
                    text = spoken.add(event)
                    turn.place.written = spoken.count
                    if text is not None:
                        yield text

    def _next_piece(self, work: Work) -> int:
        """Return how many tokens are read next: none beyond an opening that is not kept yet."""
        size = self._piece_size(work.turn.place)
        unread = 0 if work.opening is None else len(work.opening.tokens) - work.read
        return min(size, unread) if unread > 0 else size

    def _piece_size(self, place: Place) -> int:
        """Return how many tokens are read at once."""
        if not self.line.has_company(place):
            return LONG_PIECE
        return BATCH_PIECE if self.line.others_read(place, BATCH_PIECE) else SHORT_PIECE


def require_room(prompt: list[int], facts: ModelFacts) -> None:
    """Raise TooLong where there is no room for an answer after the prompt."""
    if len(prompt) < facts.window:
        return
    wider = -(-len(prompt) * 4 // 3 // 1024) * 1024
    can_widen = wider <= facts.longest
    raise TooLong(
        f"The question takes {len(prompt):,} tokens; this model sees {facts.window:,} at once.",
        hint=f"Ask with less text, or give it a larger window: sotto settings set context {wider}"
        if can_widen
        else f"Ask with less text; this model cannot see more than {facts.longest:,} tokens",
    )
