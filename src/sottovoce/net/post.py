"""Sends one body with POST through the door, and gives what is answered as it comes.

Knows nothing of what is said. What was sent is never sent again: no redirect is followed, and nothing is
tried a second time once a connection stands.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping

from sottovoce.core.errors import Refused, TooLarge
from sottovoce.net.answer import Answer, Limits, reply_facts
from sottovoce.net.bearer import Bearer
from sottovoce.net.door import Door, through
from sottovoce.net.ledger import Trace
from sottovoce.net.policy import Purpose
from sottovoce.net.target import Outgoing, checked, host_of, origin_of

KINDS = {"Content-Type": "application/json", "Accept": "text/event-stream, application/json"}


@contextlib.asynccontextmanager
async def posted(
    door: Door,
    url: str,
    body: bytes,
    *,
    purpose: Purpose,
    explicit: bool,
    limits: Limits,
    bearer: Bearer | None = None,
    headers: Mapping[str, str] | None = None,
    trace: Trace | None = None,
) -> AsyncGenerator[Answer, None]:
    """Send a JSON body and hold the answer open; leaving ends the connection, read or not.

    Of whatever status: the answer tells it. `limits.outgoing` bounds the body; `trace` is written as it goes.
    Raises Offline, Refused for an
    address on another side of the house's door than `door.where`, for a redirect and for a key of another
    origin, BadValue for an address that cannot be used, TooLarge, and NetworkProblem.
    """
    deadline = asyncio.get_running_loop().time() + limits.seconds
    target = checked(url, door.where)
    host, to = host_of(target), origin_of(target)
    if bearer is not None and bearer.origin != to:
        raise Refused(
            f"The key is for {bearer.origin[1]}, not for {host}, so nothing was sent.",
            hint="Give the key again with the address that it is for.",
        )
    if len(body) > limits.outgoing:
        raise TooLarge(
            f"{len(body):,} bytes are too many to send to {host}; {limits.outgoing:,} are allowed.",
            hint="Ask less at once, or begin a new chat.",
        )
    key = bearer.headers(to) if bearer else {}
    sending = Outgoing("POST", target, {**KINDS, **(headers or {}), **key}, body)
    async with through(
        door, sending, limits, deadline, purpose=purpose, explicit=explicit, trace=trace
    ) as passage:
        response = passage.response
        if response.is_redirect:
            raise Refused(
                f"{host} sends on to another address. What you ask goes nowhere but where you said.",
                hint="If you trust that other address, give it instead.",
            )
        passage.trace.status = response.status_code
        about = reply_facts(response, target, limits.bytes)
        yield Answer(response, about, limits, passage.trace, deadline, passage.still)
        if passage.trace.outcome == "done" and response.status_code != 200:
            passage.trace.outcome = f"answered {response.status_code}"
