"""What a server answered, held against what was asked, and its body, piece by piece, within limits.

Says in a sentence what broke on the way. Opens nothing, and knows no policy.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sottovoce.core.errors import NetworkProblem
from sottovoce.net.bearer import Origin
from sottovoce.net.ledger import Trace
from sottovoce.net.ranges import Facts, Span, facts
from sottovoce.net.target import host_of, origin_of

if TYPE_CHECKING:
    import httpx2

RIGHT = "Check that this is the right address."
LATER = "Try again later."
PIECE = 1 << 20
LONGEST_WAIT = 7 * 86_400.0
"""A server that asks to wait longer has made a mistake, or hopes for one."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may come, and how slowly. `bytes` of the body and `seconds` in all; `silence` is the longest
    wait for the next bytes, `first` for the first ones (0: as for others). Less than `slowest` bytes a second
    over `patience` seconds of waiting is a server that only holds us; 0 allows it. `connect` is the longest
    wait for a connection. `outgoing` bytes of a body may leave.
    """

    bytes: int
    seconds: float = 3600.0
    silence: float = 30.0
    slowest: int = 0
    patience: float = 30.0
    first: float = 0.0
    connect: float = 10.0
    outgoing: int = 0


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
    """An answer whose body is read once. `wait`: seconds after which the server likes to be asked again."""

    def __init__(
        self,
        response: httpx2.Response,
        about: Facts,
        limits: Limits,
        trace: Trace,
        deadline: float,
        still: Callable[[], None],
    ) -> None:
        self.facts = about
        self.status = response.status_code
        self.wait = _wait(response)
        self._response = response
        self._limits = limits
        self._trace = trace
        self._deadline = deadline
        self._still = still

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Yield the body. Raises NetworkProblem where it breaks off, is too long or too slow.

        And what `still` raises, once what was allowed is not any more.
        """
        host, limits = self._trace.host, self._limits
        body = _counted_body if self.facts.length is not None else _open_body
        waited, came = 0.0, 0
        async with contextlib.aclosing(body(self._response, self.facts, self._until)) as pieces:
            while True:
                self._still()
                asked = time.monotonic()
                with told(host):
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
        limits = self._limits
        return min(limits.silence if self._trace.received or not limits.first else limits.first, left)


def checked_answer(response: httpx2.Response, url: httpx2.URL, limit_bytes: int, span: Span | None) -> Facts:
    """Return what a good answer says of the file. Raises Declined, WrongRange, NetworkProblem."""
    host = host_of(url)
    if response.status_code != 200 and not (response.status_code == 206 and span is not None):
        raise _declined(response, url)
    if _is_packed(response):
        raise NetworkProblem(
            f"{host} sent the file packed, though it was asked not to.",
            hint="Give another address of the same file.",
        )
    return _bounded(host, facts(host, response.status_code, response.headers, span), limit_bytes)


def reply_facts(response: httpx2.Response, url: httpx2.URL, limit_bytes: int) -> Facts:
    """Return what an answer of any status says of its body. Raises WrongRange, NetworkProblem."""
    host = host_of(url)
    if _is_packed(response):
        raise NetworkProblem(f"{host} sent its answer packed, though it was asked not to.", hint=RIGHT)
    return _bounded(host, facts(host, 200, response.headers, None), limit_bytes)


def _is_packed(response: httpx2.Response) -> bool:
    return bool(response.headers.get("content-encoding", "identity") != "identity")


def _bounded(host: str, about: Facts, limit_bytes: int) -> Facts:
    if about.length is not None and about.length > limit_bytes:
        raise NetworkProblem(
            f"{host} offers {about.length} bytes; at most {limit_bytes} are expected.", hint=RIGHT
        )
    return about


def _wait(response: httpx2.Response) -> float | None:
    # The other form, a date, is rare, and its clock may be wrong.
    wait = response.headers.get("retry-after", "")
    return min(float(wait), LONGEST_WAIT) if wait.isdecimal() and wait.isascii() else None


def _declined(response: httpx2.Response, url: httpx2.URL) -> Declined:
    status = response.status_code
    return Declined(
        f"{host_of(url)} answered {status} {response.reason_phrase}".strip() + ".",
        origin=origin_of(url),
        status=status,
        reason=response.headers.get("x-error-code", ""),
        hint="Check the address." if status < 500 and status != 429 else LATER,
        wait=_wait(response),
    )


@contextlib.contextmanager
def told(host: str) -> Iterator[None]:
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
