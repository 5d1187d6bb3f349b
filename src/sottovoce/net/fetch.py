"""The one door to the network: policy, then ledger, then a connection to an address that was checked.

Fetches bytes with GET, a whole file or a part. Knows nothing of what they are for: files, digests and
resuming are the caller's. No proxy or certificate setting of the environment is followed, no cookie is
kept, and what is sent names the program and nobody, but for a token that the caller ties to one origin.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sottovoce.core.errors import BadValue, NetworkProblem, Refused
from sottovoce.net.address import Resolve, is_named, may_reach, resolve, without_secrets
from sottovoce.net.bearer import PORTS, Bearer, Origin
from sottovoce.net.ledger import Ledger
from sottovoce.net.policy import Purpose, Verdict, decide, refusal
from sottovoce.net.ranges import Facts, Span, facts

if TYPE_CHECKING:
    import httpx2

HEADERS = {"User-Agent": "sottovoce", "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}
MAX_REDIRECTS = 5
EXAMPLE = "For example: https://example.org/model.gguf"
RIGHT = "Check that this is the right address."
LATER = "Try again later."
CONNECT_SECONDS = 10.0
PIECE = 1 << 20
LONGEST_WAIT = 7 * 86_400.0
"""A server that asks to wait longer has made a mistake, or hopes for one."""


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

    host: str
    sent: int = 0
    received: int = 0
    outcome: str = "stopped"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may come, and how slowly. `bytes` of the body and `seconds` in all; `silence` is the longest
    wait for the next bytes. Less than `slowest` bytes a second over `patience` seconds of waiting is a
    server that only holds us; 0 allows it.
    """

    bytes: int
    seconds: float = 3600.0
    silence: float = 30.0
    slowest: int = 0
    patience: float = 30.0


class Declined(NetworkProblem):
    """The server at `origin` answered with something else than the file. `reason` is the hub's own word."""

    def __init__(
        self, sentence: str, *, origin: Origin, status: int, reason: str, hint: str, wait: float | None
    ) -> None:
        super().__init__(sentence, hint=hint, retry_after=wait)
        self.origin = origin
        self.status = status
        self.reason = reason


class Answer:
    """A good answer, whose body can be read once."""

    def __init__(
        self, response: httpx2.Response, about: Facts, limits: Limits, trace: _Trace, deadline: float
    ) -> None:
        self.facts = about
        self._response = response
        self._limits = limits
        self._trace = trace
        self._deadline = deadline

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Yield the body. Raises NetworkProblem where it breaks off, is too long or too slow."""
        host, limits = self._trace.host, self._limits
        body = _counted_body if self.facts.length is not None else _open_body
        waited, came = 0.0, 0
        async with contextlib.aclosing(body(self._response, self.facts, self._until)) as pieces:
            while True:
                asked = time.monotonic()
                with _told(host):
                    piece = await anext(pieces, b"")
                waited, came = waited + time.monotonic() - asked, came + len(piece)
                self._trace.received += len(piece)
                if not piece or self._trace.received == self.facts.length:
                    self._trace.outcome = "done"
                if not piece:
                    return
                if self._trace.received > limits.bytes:
                    raise NetworkProblem(f"{host} sent more than {limits.bytes} bytes.", hint=RIGHT)
                if waited >= limits.patience:
                    if came < limits.slowest * waited:
                        raise NetworkProblem(
                            f"{host} is too slow: {came:,} bytes in {waited:.0f} s.", hint=LATER
                        )
                    waited, came = 0.0, 0
                yield piece

    def _until(self) -> float:
        """Return how many seconds the next bytes may take."""
        left = self._deadline - asyncio.get_running_loop().time()
        if left <= 0:
            raise TimeoutError
        return min(self._limits.silence, left)


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
    target = _checked_url(door, url)
    for _ in range(MAX_REDIRECTS + 1):
        await _permit(door, _host(target), purpose, explicit)
        headers = {**(span.headers() if span else {}), **(bearer.headers(_origin(target)) if bearer else {})}
        with _recorded(door.ledger, target, purpose) as trace:
            async with _answer(door, target, headers, limits, trace, deadline) as response:
                if not response.has_redirect_location:
                    about = _checked_answer(response, target, limits.bytes, span)
                    yield Answer(response, about, limits, trace, deadline)
                    return
                with _told(_host(target)):
                    moved = target.join(response.headers["location"])
                trace.outcome = f"sent on to {_host(moved)}"
        target = _checked_redirect(door, target, moved, elsewhere)
    raise NetworkProblem(f"{_host(target)} sends from one address to the next without end.", hint=RIGHT)


@contextlib.contextmanager
def _recorded(ledger: Ledger, url: httpx2.URL, purpose: Purpose) -> Iterator[_Trace]:
    """Write the connection down before it is made, and how it went after."""
    leaving = ledger.begin(_host(url), _port(url), purpose, "GET")
    trace = _Trace(_host(url))
    try:
        yield trace
    except (NetworkProblem, Refused) as problem:
        # The door's own words. A reader's may name files of this machine, which the ledger does not know.
        trace.outcome = problem.sentence
        raise
    finally:
        ledger.finish(leaving, sent=trace.sent, received=trace.received, outcome=trace.outcome)


@contextlib.asynccontextmanager
async def _answer(
    door: Door, url: httpx2.URL, headers: dict[str, str], limits: Limits, trace: _Trace, deadline: float
) -> AsyncGenerator[httpx2.Response, None]:
    """Connect, ask, and hold the answer open."""
    import httpx2

    # Reading the system's certificates takes as long as a megabyte does: only where one is shown.
    verify = url.scheme == "https" and (door.trust or True)
    transport = httpx2.AsyncHTTPTransport(verify=verify, trust_env=False)
    times = httpx2.Timeout(limits.silence, connect=CONNECT_SECONDS)
    # A server may drip its headers, too: each letter would be a sign of life.
    head_by = asyncio.get_running_loop().time() + 2 * limits.silence
    async with httpx2.AsyncClient(transport=transport, trust_env=False, timeout=times) as client:
        with _told(_host(url)):
            async with asyncio.timeout_at(min(deadline, head_by)):
                addresses = await _addresses(door, url)
                response = await _first_answer(client, url, headers, addresses, trace)
        # Outside of `_told`: what goes wrong with the reader of the answer is not the network's doing.
        async with contextlib.aclosing(response):
            yield response


@contextlib.contextmanager
def _told(host: str) -> Iterator[None]:
    """Say in a sentence what broke on the way."""
    import httpcore2
    import httpx2

    try:
        yield
    except (TimeoutError, httpx2.TimeoutException, httpcore2.TimeoutException) as problem:
        raise NetworkProblem(f"{host} took too long.", hint=LATER) from problem
    except (
        httpx2.HTTPError,
        httpx2.InvalidURL,
        httpcore2.NetworkError,
        httpcore2.ProtocolError,
        OSError,
    ) as problem:
        raise NetworkProblem(
            f"{host} could not be reached, or broke off.",
            hint="Check the connection and the address, then try again.",
            detail=f"{type(problem).__name__}: {problem}",
        ) from problem


async def _open_body(
    response: httpx2.Response, _about: Facts, until: Callable[[], float]
) -> AsyncGenerator[bytes, None]:
    """Yield a body of which only the server knows where it ends."""
    pieces = response.aiter_raw()
    while True:
        # Around each read, not the loop: a deadline must not strike where the reader is at work.
        async with asyncio.timeout(until()):
            piece = await anext(pieces, b"")
        if not piece:
            return
        yield piece


async def _counted_body(
    response: httpx2.Response, about: Facts, until: Callable[[], float]
) -> AsyncGenerator[bytes, None]:
    """Yield a body of a known length: its first piece through the library, the rest from the connection.

    The library takes 64 KB at a time through its parser, which halves the speed of a fast line. Its first
    piece holds all that came with the headers; what follows is the body's own bytes.
    """
    import httpx2

    left = about.length or 0
    pieces, is_first = response.aiter_raw(), True
    while left:
        if is_first:
            async with asyncio.timeout(until()):
                piece = await anext(pieces, b"")
            is_first = False
        else:
            piece = await response.extensions["network_stream"].read(min(left, PIECE), timeout=until())
        if not piece:
            raise httpx2.RemoteProtocolError(f"{left} bytes are missing")
        left -= len(piece)
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


async def _first_answer(
    client: httpx2.AsyncClient,
    url: httpx2.URL,
    headers: dict[str, str],
    addresses: list[str],
    trace: _Trace,
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
            headers={**HEADERS, **headers, "Host": url.netloc.decode("ascii")},
            extensions={"sni_hostname": _host(url)},
        )
        try:
            trace.sent += _size(request)
            return await client.send(request, stream=True)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as broken:
            trace.sent -= _size(request)
            problem = broken
    raise problem or httpx2.ConnectError("no address")


def _checked_answer(response: httpx2.Response, url: httpx2.URL, limit_bytes: int, span: Span | None) -> Facts:
    host = _host(url)
    if response.status_code != 200 and not (response.status_code == 206 and span is not None):
        raise _declined(response, url)
    if response.headers.get("content-encoding", "identity") != "identity":
        raise NetworkProblem(
            f"{host} sent the file packed, though it was asked not to.",
            hint="Give another address of the same file.",
        )
    about = facts(host, response.status_code, response.headers, span)
    if about.length is not None and about.length > limit_bytes:
        raise NetworkProblem(
            f"{host} offers {about.length} bytes; at most {limit_bytes} are expected.", hint=RIGHT
        )
    return about


def _declined(response: httpx2.Response, url: httpx2.URL) -> Declined:
    wait = response.headers.get("retry-after", "")
    status = response.status_code
    return Declined(
        f"{_host(url)} answered {status} {response.reason_phrase}".strip() + ".",
        origin=_origin(url),
        status=status,
        reason=response.headers.get("x-error-code", ""),
        hint="Check the address." if status < 500 and status != 429 else LATER,
        # The other form, a date, is rare, and its clock may be wrong.
        wait=min(float(wait), LONGEST_WAIT) if wait.isdecimal() and wait.isascii() else None,
    )


def _checked_url(door: Door, text: str) -> httpx2.URL:
    import httpx2

    try:
        url = httpx2.URL(text)
    except (httpx2.InvalidURL, TypeError) as problem:
        raise BadValue(
            f"{without_secrets(text)!r} is not an address that can be fetched.", hint=EXAMPLE
        ) from problem
    schemes = ("https", "http") if door.local else ("https",)
    if url.scheme not in schemes or not _host(url) or not 0 < _port(url) < 65536:
        raise BadValue(
            f"{without_secrets(text)!r} cannot be fetched: the address must begin with https:// and name a host.",
            hint=EXAMPLE,
        )
    if url.userinfo:
        raise BadValue("An address must not hold a name or password.", hint="Leave out the part before @.")
    return url


def _checked_redirect(
    door: Door, url: httpx2.URL, moved: httpx2.URL, elsewhere: Collection[str]
) -> httpx2.URL:
    allowed = is_named(_host(moved), elsewhere) and (moved.scheme == "https" or url.scheme != "https")
    if _origin(moved) != _origin(url) and not allowed:
        raise Refused(
            f"{_host(url)} sends on to {moved.scheme}://{_host(moved)}, which was not asked for.",
            hint="If you trust that address, give it instead.",
        )
    return _checked_url(door, str(moved))


def _host(url: httpx2.URL) -> str:
    """Return the host as it is looked up: a name in other letters than a to z as its xn-- form."""
    return url.raw_host.decode("ascii")


def _port(url: httpx2.URL) -> int:
    return url.port or PORTS.get(url.scheme, 0)


def _origin(url: httpx2.URL) -> Origin:
    return url.scheme, _host(url), _port(url)


def _size(request: httpx2.Request) -> int:
    head = sum(len(name) + len(value) + 4 for name, value in request.headers.raw)
    return len(request.method) + len(request.url.raw_path) + len(b"  HTTP/1.1\r\n\r\n") + head
