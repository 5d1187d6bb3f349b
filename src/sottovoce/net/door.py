"""The one door to the network: policy, then ledger, then a connection to an address that was checked.

Knows no redirects and reads no body: fetch.py and post.py do, each in its way.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sottovoce.core.errors import NetworkProblem, Refused
from sottovoce.net.address import Resolve, Where, resolve
from sottovoce.net.answer import Limits
from sottovoce.net.connection import connected
from sottovoce.net.ledger import Ledger, Trace
from sottovoce.net.policy import Purpose, Verdict, decide, refusal, withdrawn
from sottovoce.net.target import Outgoing, host_of, port_of

if TYPE_CHECKING:
    import httpx2


@dataclass(frozen=True, slots=True)
class Door:
    """How this machine may be left.

    `setting` tells the network setting as it is now: whoever switches it off cuts what is under way as well.
    `ask` puts a question to the person; without it, ask means no.
    `where`: on which side of the house's door the hosts are; an address on another side is not contacted.
    `trust`: certificates to accept instead of the system's, for a company's own authority.
    `proxy`: the address of one that stands between this machine and public addresses; empty: none does.
    `keeps` tells whether the ledger keeps the text of what is sent, `chat` for which chat that is, by its id.
    """

    setting: Callable[[], str]
    ledger: Ledger
    ask: Callable[[str], Awaitable[bool]] | None = None
    where: Where = Where.OUTSIDE
    trust: ssl.SSLContext | None = None
    resolve: Resolve = resolve
    proxy: str = ""
    keeps: Callable[[], bool] = bool
    chat: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """An answer that has begun, its line in the ledger, and what raises once it is not allowed any more."""

    response: httpx2.Response
    trace: Trace
    still: Callable[[], None]


@contextlib.asynccontextmanager
async def through(
    door: Door,
    outgoing: Outgoing,
    limits: Limits,
    deadline: float,
    *,
    purpose: Purpose,
    explicit: bool,
    trace: Trace | None = None,
) -> AsyncGenerator[Passage, None]:
    """Send one request and hold its answer open; leaving ends the connection, read or not.

    `deadline` is in the event loop's time; `trace` is written as it goes. Raises Offline, Refused and
    NetworkProblem, and what keeps the ledger from being written.
    """
    host = host_of(outgoing.url)
    await _permit(door, host, purpose, explicit)
    trace = trace or Trace(host)
    with _recorded(door, outgoing, purpose, trace):
        async with connected(door, outgoing, limits, trace, deadline) as response:
            yield Passage(response, trace, partial(_require, door, host, purpose, explicit=explicit))


@contextlib.contextmanager
def _recorded(door: Door, outgoing: Outgoing, purpose: Purpose, trace: Trace) -> Iterator[None]:
    """Write the connection down before it is made, and how it went after."""
    to = host_of(outgoing.url), port_of(outgoing.url)
    keep, body = door.keeps(), outgoing.body
    leaving = door.ledger.begin(*to, purpose, outgoing.method, body, keep=keep, chat=door.chat)
    try:
        yield
    except (NetworkProblem, Refused) as problem:
        # The door's own words. A reader's may name files of this machine, which the ledger does not know.
        trace.outcome = problem.sentence
        raise
    finally:
        door.ledger.finish(leaving, sent=trace.sent, received=trace.received, outcome=trace.outcome)


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
