"""The watches over an answer as it is written: what of it may be shown, and where it ends.

What a model thinks before it answers has watches of its own. Knows nothing of what any of them looks for.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import TypeVar

from sottovoce.chat.guarded import Guards, Said, Stop, Watch
from sottovoce.core.errors import SottoError
from sottovoce.core.events import Finished, Reasoning, Text, Timings, Usage, Waiting

T = TypeVar("T")


async def made(guards: Guards, said: Said | None, begun: str) -> Watching:
    """Make them in a thread: the first ones load much, and the engine works meanwhile. Nothing said: none."""
    if said is None:
        return over(guards, None)
    return await asyncio.to_thread(over, guards, replace(said, begun=begun))


def over(guards: Guards, said: Said | None) -> Watching:
    """Return the watches over an answer to this."""
    if said is None:
        return Watching((), ())
    return Watching(_made(guards.watches, said), _made(guards.listeners, said))


def _made(makers: Sequence[Callable[[Said], Watch | None]], said: Said) -> list[Watch]:
    return [watch for make in makers if (watch := make(said)) is not None]


async def watched(
    pieces: AsyncGenerator[T, None], watching: Watching
) -> AsyncGenerator[T | Text | Reasoning | Finished | Stop, None]:
    """Yield the pieces of an answer as far as they may be shown; a `Stop` is the last."""
    clock = _Clock()
    try:
        async with aclosing(pieces):
            async for piece in pieces:
                clock.note(piece)
                for shown in watching.shown(piece):
                    yield shown
                    if isinstance(shown, Stop):
                        yield clock.finished(shown.reason)
                        return
    except SottoError:
        for rest in watching.rest():
            yield rest  # written before the engine broke off, and held back until now; or not to stand
        raise


class Watching:
    """The watches over one answer. What a model thinks has its own: it is no part of the text."""

    def __init__(self, watches: Sequence[Watch], listeners: Sequence[Watch]) -> None:
        self._watches = watches
        self._listeners = listeners
        self._seconds = 0.0

    def shown(self, piece: T) -> Iterator[T | Text | Reasoning | Stop]:
        """Yield what may be shown now that this has come."""
        if isinstance(piece, Reasoning):
            self._seconds = piece.seconds
            thought = _fed(self._listeners, piece.text)
            if isinstance(thought, Stop):
                yield thought
            elif thought:
                yield Reasoning(thought, piece.seconds)
        elif isinstance(piece, Text):
            yield from self._thoughts()
            said = _fed(self._watches, piece.text)
            if isinstance(said, Stop):
                yield said
            elif said:
                yield Text(said, piece.likelihoods)
        elif isinstance(piece, Finished):
            yield from self.rest()
            yield piece
        else:
            yield piece

    def rest(self) -> Iterator[Text | Reasoning | Stop]:
        """Yield what was held back."""
        yield from self._thoughts()
        said = _ended(self._watches)
        if isinstance(said, Stop):
            yield said
        elif said:
            yield Text(said)

    def _thoughts(self) -> Iterator[Reasoning | Stop]:
        """Yield what was held back of the thoughts, which are over: once."""
        listeners, self._listeners = self._listeners, ()
        thought = _ended(listeners)
        if isinstance(thought, Stop):
            yield thought
        elif thought:
            yield Reasoning(thought, self._seconds)


def _fed(watches: Sequence[Watch], text: str) -> str | Stop:
    """Return what of a text comes through all watches."""
    for watch in watches:
        shown = watch.feed(text)
        if isinstance(shown, Stop):
            return shown
        text = shown
        if not text:
            break
    return text


def _ended(watches: Sequence[Watch]) -> str | Stop:
    """Return what the watches held back: what one gives up, the next ones have yet to see."""
    text = ""
    for watch in watches:
        fed = watch.feed(text) if text else ""
        if isinstance(fed, Stop):
            return fed
        rest = watch.end()
        if isinstance(rest, Stop):
            return rest
        text = fed + rest
    return text


class _Clock:
    """Counts and times an answer, for one that ends before its engine says anything of that."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._first: float | None = None
        self._tokens = 0

    def note(self, piece: object) -> None:
        if isinstance(piece, Waiting):
            self._began = time.monotonic()
        if isinstance(piece, Text | Reasoning):
            self._tokens += 1
            if self._first is None:
                self._first = time.monotonic()

    def finished(self, reason: str) -> Finished:
        """Return the end. Of the prompt's tokens nothing is known: the engine tells them at its own end."""
        total = time.monotonic() - self._began
        first = total if self._first is None else self._first - self._began
        writing = total - first
        speed = round(self._tokens / writing, 2) if writing > 0 else 0.0
        return Finished(
            reason, Usage(0, 0, self._tokens), Timings(round(first, 4), round(total, 4), 0.0, speed)
        )
