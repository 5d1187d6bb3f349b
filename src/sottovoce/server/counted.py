"""One answer for one request, with what it took counted: also when nobody stays to read its end."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from sottovoce.chat.call import Call, answer
from sottovoce.core.events import Called, Finished, Piece, Reading, Text, Usage
from sottovoce.core.sampling import laid_over
from sottovoce.server.endpoint import Visit


async def counted(visit: Visit[Any], call: Call) -> AsyncGenerator[Piece | Called, None]:
    """Yield what comes; see chat.call.answer. Counts it against the caller's limits, and in the metrics.

    What the call leaves open about how to draw is as the person's settings say.
    """
    house = visit.house
    call = replace(call, sampling=laid_over(house.app.settings.sampling(), call.sampling))
    began, taken, pieces_written = time.monotonic(), Usage(0, 0, 0), 0
    try:
        async with aclosing(answer(house.app.engine, call)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Text | Called):
                    if not pieces_written:
                        house.metrics.first_token(time.monotonic() - began)
                    pieces_written += 1
                    # A piece is a token, or a little more; the true count comes with the end.
                    taken = replace(taken, answer=pieces_written)
                elif isinstance(piece, Reading):
                    taken = replace(taken, prompt=piece.total)
                elif isinstance(piece, Finished):
                    taken = piece.usage
                yield piece
    finally:
        visit.used(taken)
