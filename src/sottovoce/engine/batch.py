"""The one batch of prompt tokens that is inside the engine at a time, and whose piece goes into it next.

The engine reads prompts first come, first served, each to its end, and writes hardly a word meanwhile. Fed
one batch at a time, in fair turns, a short question is read next even while a long one is being read; and
with a rest after each piece, a long prompt leaves as much of the engine to each of those who had less of it
and are being answered.
Knows nothing of what a piece says.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from sottovoce.engine.fair import Fair

BATCH = 128
"""What the engine computes in one go; see child.parameters."""

MUCH_MORE = 2
"""Who had less than this many times as much as another, had about the same."""


class Piece:
    """Some tokens of a prompt on their way into the engine, and then, if it is the last, the answer.

    `had` is how many tokens of the same prompt were read before. `since`: what each owner had read in all
    when this one's answer began.
    """

    def __init__(self, batch: Batch, owner: str, tokens: int, had: int) -> None:
        self.owner = owner
        self.tokens = tokens
        self.had = had
        self.since: dict[str, int] = {}
        self.turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.began = 0.0
        self._batch = batch

    def read(self) -> None:
        """Make room for the next piece: this one is read, and from now on the answer is written."""
        self._batch.read(self)


class Batch:
    def __init__(self, size: int = BATCH) -> None:
        self.size = size
        self._fair: Fair[Piece] = Fair()
        self._inside: dict[Piece, None] = {}
        self._next: Piece | None = None
        """Whose turn it is, and who finds no room yet. Nobody passes: small pieces could do so for ever."""
        self._writing: dict[Piece, None] = {}
        self._read: Counter[str] = Counter()
        """Tokens that each owner has read, for as long as anybody is here."""
        self._last: dict[str, tuple[float, float]] = {}
        """When each owner's last piece began, and how long it took."""
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_idle(self) -> bool:
        return not self._inside and not self._fair.owners and not self._writing

    @contextmanager
    def piece(self, owner: str, tokens: int, had: int = 0) -> Iterator[Piece]:
        """Stand in line for the block; the piece may go in once its `turn` has come."""
        piece = Piece(self, owner, tokens, had)
        self._fair.ask(owner, piece, tokens)
        self._let_in()
        try:
            yield piece
        finally:
            self._end(piece)

    def read(self, piece: Piece) -> None:
        if piece not in self._inside:
            return
        self._take_out(piece)
        piece.since = dict(self._read)
        self._writing[piece] = None
        self._let_in()

    def _end(self, piece: Piece) -> None:
        if piece in self._inside:
            self._take_out(piece)
        elif piece in self._writing:
            del self._writing[piece]
        elif piece is self._next:
            self._next = None
            self._fair.end(piece.owner, -piece.tokens)
        else:
            piece.turn.cancel()
            self._fair.leave(piece.owner, piece)
        self._let_in()

    def _take_out(self, piece: Piece) -> None:
        now = asyncio.get_running_loop().time()
        del self._inside[piece]
        self._last.pop(piece.owner, None)
        self._read[piece.owner] += piece.tokens
        # Words of those who are answered went into the same batch; a piece of one token took little of it.
        part = piece.tokens / (piece.tokens + len(self._writing))
        self._last[piece.owner] = (piece.began, (now - piece.began) * part)
        self._fair.end(piece.owner)

    def _let_in(self) -> None:
        now = asyncio.get_running_loop().time()
        while True:
            if self._next is None:
                self._next = self._fair.take(fits=lambda piece: self._rest(piece, now) <= 0)
            piece = self._next
            if piece is None or not self._has_room(piece):
                break
            self._next = None
            self._inside[piece] = None
            piece.began = now
            if not piece.turn.done():
                piece.turn.set_result(None)
        self._wake_later(now)

    def _has_room(self, piece: Piece) -> bool:
        inside = sum(other.tokens for other in self._inside)
        return not inside or inside + piece.tokens <= self.size

    def _rest(self, piece: Piece, now: float) -> float:
        """Return the seconds until this piece may go in.

        While others are being answered who had much less, of this prompt or since their answer began, each
        owner's reading takes no more than its share of the time. Of those who had about the same, whoever
        waits for a first word goes first.
        """
        read = self._read[piece.owner]
        others = {
            other.owner
            for other in self._writing
            if other.owner != piece.owner
            and (other.had + other.tokens) * MUCH_MORE
            <= max(piece.had, read - other.since.get(piece.owner, 0))
        }
        if not others or piece.owner not in self._last:
            return 0.0
        began, took = self._last[piece.owner]
        return began + took * (len(others) + self._fair.owners) - now

    def _wake_later(self, now: float) -> None:
        """Look again when the first of those who rest may go on."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        rests = [self._rest(piece, now) for piece in self._fair.waiting_items()]
        if self._next is None and rests:
            self._timer = asyncio.get_running_loop().call_later(max(0.001, min(rests)), self._let_in)
        if self.is_idle:
            self._read.clear()
        while len(self._last) > 2 * len(rests) + 100:
            del self._last[next(iter(self._last))]
