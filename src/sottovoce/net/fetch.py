"""Fetches bytes with GET through the door, a whole file or a part.

Knows nothing of what they are for: files, digests and resuming are the caller's. A token goes to the one
origin that the caller ties it to.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Collection

from sottovoce.core.errors import NetworkProblem, Refused
from sottovoce.net.answer import RIGHT, Answer, Limits, checked_answer, told
from sottovoce.net.bearer import Bearer
from sottovoce.net.door import Door, through
from sottovoce.net.policy import Purpose
from sottovoce.net.ranges import Span
from sottovoce.net.target import Outgoing, checked, host_of, origin_of, redirected

MAX_REDIRECTS = 5


async def fetch(
    door: Door,
    url: str,
    *,
    purpose: Purpose,
    explicit: bool,
    limit_bytes: int,
    limit_seconds: float = 3600.0,
    elsewhere: Collection[str] = (),
    bearer: Bearer | None = None,
) -> AsyncGenerator[bytes, None]:
    """Yield the body found at an address, piece by piece. Close the generator to stop. See `opened`."""
    limits = Limits(limit_bytes, limit_seconds)
    async with (
        opened(
            door, url, purpose=purpose, explicit=explicit, limits=limits, elsewhere=elsewhere, bearer=bearer
        ) as answer,
        contextlib.aclosing(answer.pieces()) as pieces,
    ):
        async for piece in pieces:
            yield piece


@contextlib.asynccontextmanager
async def opened(
    door: Door,
    url: str,
    *,
    purpose: Purpose,
    explicit: bool,
    limits: Limits,
    span: Span | None = None,
    elsewhere: Collection[str] = (),
    bearer: Bearer | None = None,
    follow: bool = True,
) -> AsyncGenerator[Answer, None]:
    """Hold open the answer found at an address; leaving ends the connection, read or not.

    With `span`, a part of the file is asked for; a server may still send all of it, and the answer's facts
    tell. A redirect is followed on the same host only, or to a host named in `elsewhere`; each is a
    connection of its own, with its own permission and line in the ledger, and sees the bearer's token only
    if it goes to the bearer's origin. Without `follow` each redirect is Refused. Raises Offline, Refused,
    BadValue for an address that cannot be used, Declined, WrongRange, and NetworkProblem for all else that
    goes wrong beyond.
    """
    deadline = asyncio.get_running_loop().time() + limits.seconds
    target = checked(url, door.where)
    for _ in range(MAX_REDIRECTS + 1):
        headers = {
            **(span.headers() if span else {}),
            **(bearer.headers(origin_of(target)) if bearer else {}),
        }
        asked = Outgoing("GET", target, headers)
        async with through(door, asked, limits, deadline, purpose=purpose, explicit=explicit) as passage:
            response = passage.response
            if not response.has_redirect_location:
                about = checked_answer(response, target, limits.bytes, span)
                yield Answer(response, about, limits, passage.trace, deadline, passage.still)
                return
            if not follow:
                raise Refused(
                    f"{host_of(target)} sends on to another address, and only the one you gave is asked.",
                    hint="If you trust that other address, give it instead.",
                )
            with told(host_of(target)):
                moved = target.join(response.headers["location"])
            passage.trace.outcome = f"sent on to {host_of(moved)}"
        target = redirected(target, moved, elsewhere, door.where)
    raise NetworkProblem(f"{host_of(target)} sends from one address to the next without end.", hint=RIGHT)
