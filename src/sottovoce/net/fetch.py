"""The one door to the network: policy, then ledger, then a connection to an address that was checked.

Fetches bytes with GET. Knows nothing of what they are for: files, digests and resuming are the caller's.
No proxy or certificate setting of the environment is followed, no cookie is kept, and what is sent
names the program and nobody.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sottovoce.core.errors import BadValue, NetworkProblem, Refused, SottoError
from sottovoce.net.ledger import Ledger
from sottovoce.net.policy import Purpose, Verdict, decide, refusal

if TYPE_CHECKING:
    import httpx2

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]

HEADERS = {"User-Agent": "sottovoce", "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}
MAX_REDIRECTS = 5
EXAMPLE = "For example: https://example.org/model.gguf"
RIGHT = "Check that this is the right address."
CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 30.0
TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv6 addresses that stand for an IPv4 one (RFC 6052)."""


async def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, as the system orders them."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Door:
    """How this machine may be left.

    `setting`: the network setting. `ask` puts a question to the person; without it, ask means no.
    `local`: addresses of this machine and of private networks may be reached too, and without TLS.
    `trust`: certificates to accept instead of the system's, for a company's own authority.
    """

    setting: str
    ledger: Ledger
    ask: Callable[[str], Awaitable[bool]] | None = None
    local: bool = False
    trust: ssl.SSLContext | None = None
    resolve: Resolve = resolve


@dataclass(slots=True)
class _Trace:
    """What one connection did, for the ledger: bytes of the request, and of the answer's body."""

    sent: int = 0
    received: int = 0
    outcome: str = "stopped"


async def fetch(
    door: Door,
    url: str,
    *,
    purpose: Purpose,
    explicit: bool,
    limit_bytes: int,
    limit_seconds: float = 3600.0,
    elsewhere: Collection[str] = (),
) -> AsyncGenerator[bytes, None]:
    """Yield the body found at an address, piece by piece. Close the generator to stop.

    A redirect is followed on the same host only, or to a host named in `elsewhere`; each is a
    connection of its own, with its own permission and line in the ledger. Raises Offline, Refused,
    BadValue for an address that cannot be used, and NetworkProblem for all that goes wrong beyond.
    """
    deadline = asyncio.get_running_loop().time() + limit_seconds
    target = _checked_url(door, url)
    for _ in range(MAX_REDIRECTS + 1):
        await _permit(door, _host(target), purpose, explicit)
        with _recorded(door.ledger, target, purpose) as trace:
            async with _answer(door, target, trace, deadline) as response:
                if not response.has_redirect_location:
                    _check_answer(response, target, limit_bytes)
                    async with contextlib.aclosing(_body(response, deadline)) as pieces:
                        async for piece in pieces:
                            trace.received += len(piece)
                            if trace.received > limit_bytes:
                                raise NetworkProblem(
                                    f"{_host(target)} sent more than {limit_bytes} bytes.", hint=RIGHT
                                )
                            yield piece
                    trace.outcome = "done"
                    return
                moved = target.join(response.headers["location"])
                trace.outcome = f"sent on to {_host(moved)}"
        target = _checked_redirect(door, target, moved, elsewhere)
    raise NetworkProblem(f"{_host(target)} sends from one address to the next without end.", hint=RIGHT)


@contextlib.contextmanager
def _recorded(ledger: Ledger, url: httpx2.URL, purpose: Purpose) -> Iterator[_Trace]:
    """Write the connection down before it is made, and how it went after."""
    leaving = ledger.begin(_host(url), _port(url), purpose, "GET")
    trace = _Trace()
    try:
        yield trace
    except SottoError as problem:
        trace.outcome = problem.sentence
        raise
    finally:
        ledger.finish(leaving, sent=trace.sent, received=trace.received, outcome=trace.outcome)


@contextlib.asynccontextmanager
async def _answer(
    door: Door, url: httpx2.URL, trace: _Trace, deadline: float
) -> AsyncGenerator[httpx2.Response, None]:
    """Connect, ask, and hold the answer open. What breaks inside becomes a NetworkProblem."""
    import httpx2

    transport = httpx2.AsyncHTTPTransport(verify=door.trust or True, trust_env=False)
    limits = httpx2.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS)
    try:
        async with httpx2.AsyncClient(transport=transport, trust_env=False, timeout=limits) as client:
            async with asyncio.timeout_at(deadline):
                addresses = await _addresses(door, url)
                response = await _first_answer(client, url, addresses, trace)
            async with contextlib.aclosing(response):
                yield response
    except (TimeoutError, httpx2.TimeoutException) as problem:
        raise NetworkProblem(f"{_host(url)} took too long.", hint="Try again later.") from problem
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as problem:
        raise NetworkProblem(
            f"{_host(url)} could not be reached, or broke off.",
            hint="Check the connection and the address, then try again.",
            detail=f"{type(problem).__name__}: {problem}",
        ) from problem


async def _body(response: httpx2.Response, deadline: float) -> AsyncGenerator[bytes, None]:
    pieces = response.aiter_raw()
    while True:
        # Around each read, not the loop: a deadline must not strike where the reader is at work.
        async with asyncio.timeout_at(deadline):
            piece = await anext(pieces, None)
        if piece is None:
            return
        yield piece


async def _permit(door: Door, host: str, purpose: Purpose, explicit: bool) -> None:
    verdict = decide(door.setting, purpose, explicit=explicit)
    if verdict is Verdict.ASK and door.ask is not None:
        if not await door.ask(f"May Sottovoce contact {host} ({purpose})?"):
            raise refusal(host, asked=True)
    elif verdict is not Verdict.ALLOW:
        raise refusal(host, asked=False)


async def _addresses(door: Door, url: httpx2.URL) -> list[str]:
    """Resolve once and return the addresses that may be connected to. Nothing resolves again."""
    try:
        found = await door.resolve(_host(url), _port(url))
    except (OSError, UnicodeError) as problem:
        raise NetworkProblem(
            f"There is no address for {_host(url)}.", hint="Check its spelling and the connection."
        ) from problem
    allowed = [address for address in found if may_reach(address, local=door.local)]
    if not allowed:
        raise Refused(
            f"{_host(url)} leads into this machine or a private network, so it was not contacted.",
            hint="Give an address on the public internet.",
        )
    return allowed


def may_reach(address: str, *, local: bool) -> bool:
    """Tell whether an address may be connected to. With `local`, private and loopback ones too."""
    try:
        plain = _unwrapped(ipaddress.ip_address(address))
    except ValueError:
        return False
    if plain.is_multicast or plain.is_unspecified or plain.is_reserved:
        return False
    return local or plain.is_global


def _unwrapped(address: Address) -> Address:
    """Return the IPv4 address inside an IPv6 one, where there is one: that is where packets go."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo is not None:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour or address


async def _first_answer(
    client: httpx2.AsyncClient, url: httpx2.URL, addresses: list[str], trace: _Trace
) -> httpx2.Response:
    """Ask at each address in turn until one can be connected to."""
    import httpx2

    problem: Exception | None = None
    for address in addresses:
        # The address stands in the URL, so that nothing looks the name up again; the name goes into
        # Host and into TLS, where the certificate is held against it.
        request = client.build_request(
            "GET",
            url.copy_with(host=address),
            headers={**HEADERS, "Host": url.netloc.decode("ascii")},
            extensions={"sni_hostname": _host(url)},
        )
        try:
            trace.sent += _size(request)
            return await client.send(request, stream=True)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as broken:
            trace.sent -= _size(request)
            problem = broken
    raise problem or httpx2.ConnectError("no address")


def _check_answer(response: httpx2.Response, url: httpx2.URL, limit_bytes: int) -> None:
    if response.status_code != 200:
        raise NetworkProblem(
            f"{_host(url)} answered {response.status_code} {response.reason_phrase}".strip() + ".",
            hint="Check the address." if response.status_code < 500 else "Try again later.",
        )
    if response.headers.get("content-encoding", "identity") != "identity":
        raise NetworkProblem(
            f"{_host(url)} sent the file packed, though it was asked not to.",
            hint="Give another address of the same file.",
        )
    length = response.headers.get("content-length", "")
    if length.isdigit() and int(length) > limit_bytes:
        raise NetworkProblem(
            f"{_host(url)} offers {length} bytes; at most {limit_bytes} are expected.", hint=RIGHT
        )


def _checked_url(door: Door, text: str) -> httpx2.URL:
    import httpx2

    try:
        url = httpx2.URL(text)
    except (httpx2.InvalidURL, TypeError) as problem:
        raise BadValue(
            f"{text!r} is not an address that can be fetched.", hint=EXAMPLE, detail=str(problem)
        ) from problem
    schemes = ("https", "http") if door.local else ("https",)
    if url.scheme not in schemes or not _host(url) or not 0 < _port(url) < 65536:
        raise BadValue(
            f"{text!r} cannot be fetched: the address must begin with https:// and name a host.", hint=EXAMPLE
        )
    if url.userinfo:
        raise BadValue("An address must not hold a name or password.", hint="Leave out the part before @.")
    return url


def _checked_redirect(
    door: Door, url: httpx2.URL, moved: httpx2.URL, elsewhere: Collection[str]
) -> httpx2.URL:
    same = (moved.scheme, _host(moved), _port(moved)) == (url.scheme, _host(url), _port(url))
    if not same and (_host(moved) not in elsewhere or (url.scheme == "https" and moved.scheme != "https")):
        raise Refused(
            f"{_host(url)} sends on to {moved.scheme}://{_host(moved)}, which was not asked for.",
            hint="If you trust that address, give it instead.",
        )
    return _checked_url(door, str(moved))


def _host(url: httpx2.URL) -> str:
    """Return the host as it is looked up: a name in other letters than a to z as its xn-- form."""
    return url.raw_host.decode("ascii")


def _port(url: httpx2.URL) -> int:
    return url.port or {"https": 443, "http": 80}.get(url.scheme, 0)


def _size(request: httpx2.Request) -> int:
    head = sum(len(name) + len(value) + 4 for name, value in request.headers.raw)
    return len(request.method) + len(request.url.raw_path) + len(b"  HTTP/1.1\r\n\r\n") + head
