"""The line in front of an engine: who computes now, who waits, and for how long.

At most as many are inside as there are slots, in fair turns over owners. One owner leaves a place free for
every other that is here or was a moment ago, so that nobody stands behind a whole queue of one program.
Knows nothing of prompts, models or processes.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sottovoce.core.events import Waiting
from sottovoce.core.messages import Conversation
from sottovoce.engine.fair import Fair
from sottovoce.engine.pace import Pace
from sottovoce.engine.protocol import Queue

LATELY_SECONDS = 10.0
REMEMBERED_SECONDS = 600.0
TICK_SECONDS = 1.0
LONG_PROMPT = 512
"""Of one owner's prompts longer than this, one is read at a time: two at once would end no sooner, and each
would keep a place from those who could be answered in it."""


class Place:
    """One asker's place in the line, and then inside.

    `prompt` and `answer` are the tokens it will likely take, `read` and `written` what it took so far;
    whoever works for it keeps them up to date.
    """

    def __init__(self, line: Line, conversation: Conversation, prompt: float, answer: float, alone: bool):
        self.conversation = conversation
        self.prompt = prompt
        self.answer = answer
        self.read = 0
        self.written = 0
        self.alone = alone
        self.cost = (prompt + answer) * (line.slots if alone else 1)
        self.is_inside = False
        self._line = line
        self._turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def owner(self) -> str:
        return self.conversation.owner

    @property
    def reads_long(self) -> bool:
        """Is a long prompt still to be read?"""
        return self.prompt > LONG_PROMPT and self.read < self.prompt

    @property
    def beyond(self) -> float:
        """What it took above what it was charged; below zero if less."""
        return (self.read + self.written) * (self._line.slots if self.alone else 1) - self.cost

    def let_in(self) -> None:
        self.is_inside = True
        if not self._turn.done():
            self._turn.set_result(None)

    async def until_inside(self) -> AsyncGenerator[Waiting, None]:
        """Wait for the turn: yield the outlook at once if it is to be waited for, then as it changes."""
        told: Waiting | None = None
        while not self.is_inside:
            outlook = self._line.outlook(self)
            if outlook != told:
                told = outlook
                yield outlook
            if not self.is_inside:
                await asyncio.wait([self._turn], timeout=TICK_SECONDS)
                self._line.let_in()  # who was here a moment ago may be so no longer


@dataclass(slots=True)
class _Load:
    """What waits, all together."""

    asks: int = 0
    prompt: float = 0.0
    answer: float = 0.0
    cost: float = 0.0

    def add(self, place: Place, sign: int) -> None:
        self.asks += sign
        self.prompt += sign * place.prompt
        self.answer += sign * place.answer
        self.cost += sign * place.cost

    def seconds_a_token(self, pace: Pace) -> float:
        """Return how long one token of cost takes, by what has been learned since it was guessed."""
        answer = min(self.answer, self.asks * pace.answer)
        return pace.seconds(self.prompt, answer) / self.cost if self.cost > 0 else pace.seconds(0.5, 0.5)


class Line:
    def __init__(
        self, slots: int, limit: float = math.inf, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.slots = slots
        self.limit = limit
        self.pace = Pace()
        self._clock = clock
        self._fair: Fair[Place] = Fair()
        self._inside: dict[Place, None] = {}
        self._next: Place | None = None
        """Must be alone, and waits for those inside to end; nobody else comes in before."""
        self._ahead = _Load()
        self._gone: dict[str, float] = {}
        """Owners with nothing here, and when they left; the first to leave stands first."""

    @property
    def waiting(self) -> int:
        return self._fair.waiting + (self._next is not None)

    @property
    def computing(self) -> int:
        return len(self._inside)

    @property
    def is_idle(self) -> bool:
        return not self._inside and not self.waiting

    def queue(self, owner: str) -> Queue:
        """Return how full it is, as a newcomer of this owner would find it."""
        seconds = 0.0 if self._has_place(owner) else self._seconds(owner, None)
        return Queue(self.slots, self.computing, self.waiting, seconds, self.limit)

    def outlook(self, place: Place) -> Waiting:
        """Return how many come before, and about when this one begins."""
        if place is self._next:
            return Waiting(self.computing, float(math.ceil(self._seconds_to_empty())))
        before, _ = self._fair.ahead(place.owner, place, place.cost)
        before += self._next is not None
        return Waiting(before, float(math.ceil(self._seconds(place.owner, place))))

    @contextmanager
    def place(
        self,
        conversation: Conversation,
        prompt: float,
        answer: float,
        *,
        alone: bool = False,
        refuse: bool = True,
    ) -> Iterator[Place]:
        """Stand in line for the block, and be inside once `until_inside` has ended.

        Raises Busy, unless told not to refuse: the same work has waited before.
        """
        if refuse:
            self.queue(conversation.owner).require_room()
        place = Place(self, conversation, prompt, answer, alone and self.slots > 1)
        self._gone.pop(place.owner, None)
        self._fair.ask(place.owner, place, place.cost)
        self._ahead.add(place, 1)
        self.let_in()
        try:
            yield place
        finally:
            self._leave(place)

    def is_inside(self, conversation: Conversation) -> bool:
        """Is a turn of this chat computed now? Conversations without a chat are all different."""
        if conversation.chat is None:
            return False
        return any(place.conversation == conversation for place in self._inside)

    def has_company(self, place: Place) -> bool:
        """Is anybody else here, or another owner a moment ago?"""
        self._forget_gone()
        return self.computing + self.waiting > 1 or any(owner != place.owner for owner in self._lately())

    def others_read(self, place: Place, tokens: int) -> bool:
        """Does anybody else inside have more than so many tokens still to read?"""
        return any(other is not place and other.prompt - other.read > tokens for other in self._inside)

    def let_in(self) -> None:
        """Let in whoever may come in now. To be called when a prompt has been read, too."""
        while self._is_open():
            place = self._fair.take(self._fits, self._may)
            if place is None:
                break
            self._ahead.add(place, -1)
            if place.alone:
                self._next = place
            else:
                self._enter(place)
        if self._next is not None and not self._inside:
            place, self._next = self._next, None
            self._enter(place)

    def _enter(self, place: Place) -> None:
        self._inside[place] = None
        place.let_in()

    def _leave(self, place: Place) -> None:
        if place in self._inside:
            del self._inside[place]
            self._fair.end(place.owner, place.beyond)
        elif place is self._next:
            self._next = None
            self._fair.end(place.owner, -place.cost)
        else:
            self._fair.leave(place.owner, place)
            self._ahead.add(place, -1)
        if not self._fair.knows(place.owner):
            self._gone[place.owner] = self._clock()
        self.let_in()

    def _is_open(self) -> bool:
        alone = self._next is not None or any(place.alone for place in self._inside)
        return not alone and self.computing < self.slots

    def _fits(self, place: Place) -> bool:
        """May this one come in beside those of its own owner?"""
        own = [other for other in self._inside if other.owner == place.owner]
        if place.reads_long and any(other.reads_long for other in own):
            return False
        return not self.is_inside(place.conversation)

    def _has_place(self, owner: str) -> bool:
        return self._is_open() and self._may(owner)

    def _may(self, owner: str) -> bool:
        """May this owner have one more inside? A place is left for each of the others, and for a newcomer.

        Who has long been the only one has it all.
        """
        self._forget_gone()
        here = self._fair.owners - self._fair.knows(owner)
        others = here + sum(name != owner for name in self._lately())
        alone = not here and not (self._gone.keys() - {owner})
        return self._fair.inside(owner) < max(1, self.slots - max(not alone, others))

    def _lately(self) -> Iterator[str]:
        """Yield the owners that left a moment ago."""
        old = self._clock() - LATELY_SECONDS
        for owner in reversed(self._gone):
            if self._gone[owner] < old:
                return
            yield owner

    def _forget_gone(self) -> None:
        old = self._clock() - REMEMBERED_SECONDS
        while self._gone and next(iter(self._gone.values())) < old:
            del self._gone[next(iter(self._gone))]

    def _seconds(self, owner: str, place: Place | None) -> float:
        """Return when this asker will likely begin: once somebody inside ends and those ahead had theirs."""
        newcomer = self.pace.answer
        _, tokens = self._fair.ahead(owner, place, newcomer if place is None else place.cost)
        first = min((self._left(inside) for inside in self._in_the_way(owner)), default=0.0)
        wait = first * self.computing + tokens * self._ahead.seconds_a_token(self.pace)
        if self._next is not None:
            wait += self._seconds_to_empty() - first * self.computing + self._left(self._next)
        return wait

    def _in_the_way(self, owner: str) -> list[Place]:
        """Return those inside of whom one must end first: an owner with its full share waits for its own."""
        own = [place for place in self._inside if place.owner == owner]
        return own if own and not self._may(owner) else list(self._inside)

    def _seconds_to_empty(self) -> float:
        return sum(self._left(place) for place in self._inside)

    def _left(self, place: Place) -> float:
        """Return the seconds of work left, were it done alone. An answer past its time has some more."""
        answer = max(min(place.answer, self.pace.answer) - place.written, place.written / 4)
        return self.pace.seconds(max(0.0, place.prompt - place.read), answer)
