"""The one door to the network: policy, then ledger, then a connection to an address that was checked.

Fetches bytes with GET, a whole file or a part. Knows nothing of what they are for: files, digests and
resuming are the caller's. A token goes to the one origin that the caller ties it to.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sottovoce.core.errors import NetworkProblem, Refused
from sottovoce.net.address import Resolve, resolve
from sottovoce.net.answer import RIGHT, Answer, Limits, checked_answer, told
from sottovoce.net.bearer import Bearer
from sottovoce.net.connection import connected
from sottovoce.net.ledger import Ledger, Trace
from sottovoce.net.policy import Purpose, Verdict, decide, refusal, withdrawn
from sottovoce.net.ranges import Span
from sottovoce.net.target import checked, host_of, origin_of, port_of, redirected

if TYPE_CHECKING:
    import httpx2

MAX_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Door:
    """How this machine may be left.

    `setting` tells the network setting as it is now: whoever switches it off cuts what is under way as well.
    `ask` puts a question to the person; without it, ask means no.
    `local`: addresses of this machine and of private networks may be reached too, and without TLS.
    `trust`: certificates to accept instead of the system's, for a company's own authority.
    """

    setting: Callable[[], str]
    ledger: Ledger
    ask: Callable[[str], Awaitable[bool]] | None = None
    local: bool = False
    trust: ssl.SSLContext | None = None
    resolve: Resolve = resolve


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
) -> AsyncGenerator[Answer, None]:
    """Hold open the answer found at an address; leaving ends the connection, read or not.

    With `span`, a part of the file is asked for; a server may still send all of it, and the answer's facts
    tell. A redirect is followed on the same host only, or to a host named in `elsewhere`; each is a
    connection of its own, with its own permission and line in the ledger, and sees the bearer's token only
    if it goes to the bearer's origin. Raises Offline, Refused, BadValue for an address that cannot be used,
    Declined, WrongRange, and NetworkProblem for all else that goes wrong beyond.
    """
    deadline = asyncio.get_running_loop().time() + limits.seconds
    target = checked(url, local=door.local)
    for _ in range(MAX_REDIRECTS + 1):
        await _permit(door, host_of(target), purpose, explicit)
        headers = {
            **(span.headers() if span else {}),
            **(bearer.headers(origin_of(target)) if bearer else {}),
        }
        with _recorded(door.ledger, target, purpose) as trace:
            async with connected(door, target, headers, limits, trace, deadline) as response:
                if not response.has_redirect_location:
                    about = checked_answer(response, target, limits.bytes, span)
                    still = partial(_require, door, host_of(target), purpose, explicit=explicit)
                    yield Answer(response, about, limits, trace, deadline, still)
                    return
                with told(host_of(target)):
                    moved = target.join(response.headers["location"])
                trace.outcome = f"sent on to {host_of(moved)}"
        target = redirected(target, moved, elsewhere, local=door.local)
    raise NetworkProblem(f"{host_of(target)} sends from one address to the next without end.", hint=RIGHT)


@contextlib.contextmanager
def _recorded(ledger: Ledger, url: httpx2.URL, purpose: Purpose) -> Iterator[Trace]:
    """Write the connection down before it is made, and how it went after."""
    leaving = ledger.begin(host_of(url), port_of(url), purpose, "GET")
    trace = Trace(host_of(url))
    try:
        yield trace
    except (NetworkProblem, Refused) as problem:
        # The door's own words. A reader's may name files of this machine, which the ledger does not know.
        trace.outcome = problem.sentence
        raise
    finally:
        ledger.finish(leaving, sent=trace.sent, received=trace.received, outcome=trace.outcome)


async def _permit(door: Door, host: str, purpose: Purpose, explicit: bool) -> None:
    verdict = decide(door.setting(), purpose, explicit=explicit)
    if verdict is Verdict.ASK and door.ask is not None:
        if not await door.ask(f"May Sottovoce contact {host} ({purpose})?"):
            raise refusal(host, asked=True)
    elif verdict is not Verdict.ALLOW:
        raise refusal(host, asked=False)


def _require(door: Door, host: str, purpose: Purpose, *, explicit: bool) -> None:
    """Raise Offline where what was allowed is not any more. Asks nobody again."""
    if decide(door.setting(), purpose, explicit=explicit) is Verdict.REFUSE:
        raise withdrawn(host)
