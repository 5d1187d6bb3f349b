"""One connection to an address that was checked. Only the door opens it, after policy and ledger.

The name is resolved once. What is sent names the program and nobody; no proxy or certificate setting of the
environment is followed, and no cookie is kept. A proxy of the settings is told the address, not the name.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from sottovoce.core.errors import NetworkProblem, Refused
from sottovoce.net.address import Where, may_reach
from sottovoce.net.answer import Limits, told
from sottovoce.net.ledger import Trace
from sottovoce.net.target import Outgoing, host_of, port_of

if TYPE_CHECKING:
    import httpx2

    from sottovoce.net.door import Door

HEADERS = {"User-Agent": "sottovoce", "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}


@contextlib.asynccontextmanager
async def connected(
    door: Door, outgoing: Outgoing, limits: Limits, trace: Trace, deadline: float
) -> AsyncGenerator[httpx2.Response, None]:
    """Connect, ask, and hold the answer open."""
    import httpx2

    url = outgoing.url
    times = httpx2.Timeout(max(limits.silence, limits.first), connect=limits.connect)
    # A server may drip its headers, too: each letter would be a sign of life.
    head_by = asyncio.get_running_loop().time() + (limits.first or 2 * limits.silence)
    async with contextlib.AsyncExitStack() as stack:
        with told(host_of(url)):
            async with asyncio.timeout_at(min(deadline, head_by)):
                addresses = await _addresses(door, url)
                # Reading the system's certificates takes as long as a megabyte does: only where one is shown.
                verify = url.scheme == "https" and (door.trust or True)
                transport = httpx2.AsyncHTTPTransport(
                    verify=verify, trust_env=False, proxy=_proxy(door, addresses)
                )
                client = httpx2.AsyncClient(transport=transport, trust_env=False, timeout=times)
                await stack.enter_async_context(client)
                response = await _first_answer(client, outgoing, addresses, trace)
        # Outside of `told`: what goes wrong with the reader of the answer is not the network's doing.
        async with contextlib.aclosing(response):
            yield response


def _proxy(door: Door, addresses: list[str]) -> str | None:
    """Return the proxy of the settings; None where it is not needed: within this machine and the house."""
    is_public = all(may_reach(address, Where.OUTSIDE) for address in addresses)
    return door.proxy if door.proxy and is_public else None


async def _addresses(door: Door, url: httpx2.URL) -> list[str]:
    """Resolve once and return the addresses that may be connected to. Nothing resolves again."""
    try:
        found = await door.resolve(host_of(url), port_of(url))
    except (OSError, UnicodeError) as problem:
        raise NetworkProblem(
            f"There is no address for {host_of(url)}.", hint="Check its spelling and the connection."
        ) from problem
    allowed = [address for address in found if may_reach(address, door.where)]
    if not allowed and door.where is Where.INSIDE:
        raise Refused(
            f"{host_of(url)} is said to be inside, but its address is of no private network: not contacted.",
            hint="Check the address, or say that it is outside.",
        )
    if not allowed:
        raise Refused(
            f"{host_of(url)} leads into this machine or a private network, so it was not contacted.",
            hint="Give an address on the public internet.",
        )
    return allowed


async def _first_answer(
    client: httpx2.AsyncClient, outgoing: Outgoing, addresses: list[str], trace: Trace
) -> httpx2.Response:
    """Ask at each address in turn until one can be connected to; nothing is sent before one is."""
    import httpx2

    url = outgoing.url
    problem: Exception | None = None
    for address in addresses:
        # The address stands in the URL, so that nothing looks the name up again; the name goes into
        # Host and into TLS, where the certificate is held against it.
        request = client.build_request(
            outgoing.method,
            url.copy_with(host=address),
            headers={**HEADERS, **outgoing.headers, "Host": url.netloc.decode("ascii")},
            content=outgoing.body or None,
            extensions={"sni_hostname": host_of(url)},
        )
        try:
            trace.sent += _size(request)
            return await client.send(request, stream=True)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as broken:
            trace.sent -= _size(request)
            problem = broken
    raise problem or httpx2.ConnectError("no address")


def _size(request: httpx2.Request) -> int:
    head = sum(len(name) + len(value) + 4 for name, value in request.headers.raw)
    line = len(request.method) + len(request.url.raw_path) + len(b"  HTTP/1.1\r\n\r\n")
    return line + head + len(request.content)
