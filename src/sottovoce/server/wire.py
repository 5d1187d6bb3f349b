"""One connection: bytes to requests and back, by uvicorn and httptools, with deadlines and an end.

What uvicorn leaves open is closed here. A head has ten seconds, a body sixty and never fifteen of silence;
an answer that nobody takes is dropped; requests in a pile (pipelining) get the first one answered; headers
that come behind a body are nobody's; an offer to speak another protocol is passed over; and a client that
has closed its side (`nc -N`) counts as gone, as does every one whose connection ends. Knows no paths.
"""

from __future__ import annotations

import asyncio
import socket
from email.utils import formatdate
from enum import Enum, auto
from typing import Any, cast

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from sottovoce.core.errors import BadValue, Crowded, SottoError, TooLarge, TooSlow
from sottovoce.server import problems
from sottovoce.server.gate.headers import dress

HEAD_SECONDS = 10.0
BODY_SECONDS = 60.0
STALL_SECONDS = 15.0
IDLE_SECONDS = 60
"""Between two requests of one connection."""

LINGER_SECONDS = 1.0
"""How long one who was sent away may go on talking: closing at once can destroy our answer on its way."""

MOST_HEAD = 64 << 10
MOST_CONNECTIONS = 512
"""Of a kind: strangers who fill the network's cannot shut the person's own programs out of the socket."""

HOP = (b"connection", b"upgrade", b"http2-settings")


class Waits(Enum):
    """What a connection expects of its client."""

    HEAD = auto()
    BODY = auto()
    NOTHING = auto()


class Wire(HttpToolsProtocol):
    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.is_socket = False
        self._waits = Waits.HEAD
        self._since = self._heard = self._taken = self.loop.time()
        self._head = 0
        self._left = 0
        self._deaf = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        end: socket.socket | None = transport.get_extra_info("socket")
        self.is_socket = end is not None and end.family == getattr(socket, "AF_UNIX", None)
        others = cast("set[Wire]", self.connections)
        if sum(other.is_socket == self.is_socket for other in others) > MOST_CONNECTIONS:
            self.refuse(
                Crowded(
                    f"This server holds {MOST_CONNECTIONS} connections already.",
                    hint="Close some, or try again in a moment",
                    retry_after=1,
                )
            )

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            return
        self._unset_keepalive_if_required()
        self._heard = self.loop.time()
        if self._waits is Waits.NOTHING:
            if self._is_answering:
                self._end_after_this(data)
                return
            self._expect_head()
        if self._waits is Waits.HEAD:
            self._head += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            if not self._deaf:
                self._decline(data[offer.args[0] :])
        except httptools.HttpParserError:
            self.refuse(BadValue("This is not HTTP as it should be.", hint="Use an HTTP/1.1 client"))
        if self._waits is Waits.HEAD and self._head > MOST_HEAD:
            self.refuse(TooLarge("The request's head is too long.", hint="Send fewer and shorter headers"))

    def refuse(self, problem: SottoError) -> None:
        """Answer in our own shape, and listen no more."""
        if self._deaf or self.transport.is_closing():
            return
        self._deaf = True
        if self._is_answering:
            cycle = self.cycle
            started = cycle.response_started
            cycle.disconnected = True
            cycle.message_event.set()
            if started:
                self.transport.abort()
                return
        self.transport.write(_spoken(problem))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    def look(self, now: float) -> None:
        """Let go of a client that keeps us waiting. Called about once a second, never per byte."""
        self._drop_if_not_taken(now)
        if self._deaf:
            return
        if self.flow.read_paused:  # it is we who do not read
            self._since = self._heard = now
        if self._is_late(now):
            if self._waits is Waits.HEAD and not self._head:
                self.transport.close()  # a browser's spare connection: nothing was asked
            else:
                self.refuse(
                    TooSlow("The request did not arrive in time.", hint="Send it again, without pauses")
                )

    def shut(self) -> None:
        """End the connection now, and with it whatever is being answered on it."""
        self.transport.abort()

    def on_message_begin(self) -> None:
        if self._deaf:
            return
        if self._is_answering:
            self._end_after_this(b"more")
            return
        self._waits = Waits.HEAD
        super().on_message_begin()
        extension = {"transport": self.transport, "socket": self.is_socket}
        cast("dict[str, Any]", self.scope)["extensions"] = {"sotto": extension}

    def on_url(self, url: bytes) -> None:
        if not self._deaf:
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        # What follows a chunked body would come behind every check.
        if not self._deaf and self._waits is Waits.HEAD:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self._deaf:
            return
        path, connect = self.url.startswith(b"/"), self.parser.get_method() == b"CONNECT"
        if not path or connect or self.parser.get_http_version() not in ("1.0", "1.1"):
            self.refuse(BadValue("This server answers no such request.", hint="Ask for a path, in HTTP/1.1"))
        elif not self.parser.should_upgrade():
            super().on_headers_complete()
            self._waits, self._since = Waits.BODY, self._heard

    def on_body(self, body: bytes) -> None:
        if not self._deaf:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self._deaf and self._waits is Waits.BODY:
            self._waits = Waits.NOTHING
            super().on_message_complete()

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _expect_head(self) -> None:
        self._waits, self._since, self._head = Waits.HEAD, self._heard, 0

    def _end_after_this(self, more: bytes) -> None:
        """Answer the request at hand and no further one of this connection.

        Were requests kept in a pile, a client that leaves would not be noticed. The closing tells it to ask
        the rest again. An empty line behind a body is an old habit and no request.
        """
        if more.strip(b"\r\n"):
            self.cycle.keep_alive = False
            self._deaf = True

    def _decline(self, rest: bytes) -> None:
        """Go on as if no other protocol had been offered, as Java's client does with its first request."""
        method, url, headers = self.parser.get_method(), self.url, self.headers
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn has it
        lines = [b": ".join(pair) for pair in headers if pair[0] not in HOP]
        self._expect_head()
        self.data_received(b"\r\n".join([b"%b %b HTTP/1.1" % (method, url), *lines, b"", rest]))

    def _is_late(self, now: float) -> bool:
        if self._waits is Waits.HEAD:
            return now - self._since > HEAD_SECONDS
        if self._waits is Waits.BODY:
            return now - self._since > BODY_SECONDS or now - self._heard > STALL_SECONDS
        return False

    def _drop_if_not_taken(self, now: float) -> None:
        """Drop a client that leaves the end of an answer lying. While one streams, its writer does that."""
        left = self.transport.get_write_buffer_size()
        if left != self._left or not left or self._is_answering:
            self._left, self._taken = left, now
        elif now - self._taken > STALL_SECONDS:
            self.shut()


async def watch(state: ServerState) -> None:
    """Keep every connection to its deadlines, and the Date header right. Never returns."""
    loop = asyncio.get_running_loop()
    while True:
        state.default_headers = [(b"date", formatdate(usegmt=True).encode())]
        for wire in tuple(cast("set[Wire]", state.connections)):
            wire.look(loop.time())
        await asyncio.sleep(1)


def _spoken(problem: SottoError) -> bytes:
    """Return a whole response for what never became a request."""
    response = problems.OURS.response(problem)
    headers = [*dress(response.raw_headers), (b"connection", b"close")]
    lines = [b"%b: %b\r\n" % pair for pair in headers]
    return b"".join([STATUS_LINE[response.status_code], *lines, b"\r\n", bytes(response.body)])
