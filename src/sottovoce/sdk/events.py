"""The events of a turn as a program takes them: the text piece by piece, or the whole answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from sottovoce.core.errors import SottoError
from sottovoce.core.events import Done, Event, Failed, Text


async def texts(events: AsyncGenerator[Event, None]) -> AsyncGenerator[str, None]:
    """Yield the answer's text as it is written. Raises SottoError."""
    async with aclosing(events) as all_events:
        async for event in all_events:
            match event:
                case Text(piece):
                    yield piece
                case Failed(problem):
                    raise problem


async def last(events: AsyncGenerator[Event, None]) -> Done:
    """Return the whole answer. Raises SottoError."""
    async with aclosing(events) as all_events:
        async for event in all_events:
            match event:
                case Done():
                    return event
                case Failed(problem):
                    raise problem
    raise SottoError("The answer ended without a result.", hint="Ask again")
