"""One connection: bytes to requests and back, by uvicorn and httptools, with deadlines and an end.

What uvicorn leaves open is closed here. A head has ten seconds, a body sixty, or an hour where it is a
file, and never fifteen of silence; an answer that nobody takes is dropped; requests in a pile (pipelining)
get the first one answered; headers that come behind a body are nobody's; an offer to speak another protocol
is passed over; HTTP/1.0 gets no chunks; and a client that has closed its side (`nc -N`) counts as gone, as
does every one whose connection ends. Knows no paths.
"""

from __future__ import annotations

import asyncio
import socket
from email.utils import formatdate
from enum import Enum, auto
from typing import Any, cast

import httptools
from starlette.types import Message, Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from sottovoce.core.errors import BadValue, Crowded, SottoError, TooLarge, TooSlow
from sottovoce.server import crowd, problems
from sottovoce.server.crowd import Held
from sottovoce.server.gate.headers import dress
from sottovoce.server.joining import Joining

HEAD_SECONDS = 10.0
BODY_SECONDS = 60.0
FILE_SECONDS = 3600.0
STALL_SECONDS = 15.0
TAKEN_SECONDS = 60.0
"""For an answer that waits to be written until something of what is written is taken."""

IDLE_SECONDS = 60
"""Between two requests of one connection."""

LINGER_SECONDS = 1.0
"""How long one who was sent away may go on talking: closing at once can destroy our answer on its way."""

MOST_HEAD = 64 << 10

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
        self._inside = self.app
        self.app = self._answer
        self.is_socket = False
        self.holder = crowd.HERE
        self._waits = Waits.HEAD
        self._body_seconds = BODY_SECONDS
        self._since = self._heard = self._taken = self._idle_since = self.loop.time()
        self._head = 0
        self._left = 0
        self._deaf = False
        self._sent_away = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._joining = Joining(transport, self.loop)
        super().connection_made(cast("asyncio.Transport", self._joining))
        end: socket.socket | None = transport.get_extra_info("socket")
        self.is_socket = end is not None and end.family == getattr(socket, "AF_UNIX", None)
        if not self.is_socket:
            self.holder = crowd.whose(self.client[0] if self.client else "")
        # Looking at every connection costs something; a crowd must not wait for it in vain.
        if len(self.connections) > (crowd.MOST if self.holder == crowd.HERE else crowd.MOST_OF_ONE):
            self._find_place()

    def eof_received(self) -> None:
        self._joining.hand_over()  # what was answered already; the loop closes the transport behind this
        super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.app = self._inside  # or it would hold itself, and wait for the collector

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
        if self._waits is not Waits.HEAD:
            self._feed(data)
            return
        # No more at once than a head may have: in one read its end can come before anybody has counted.
        room = MOST_HEAD - self._head
        first, rest = data[:room], data[room:]
        self._head += len(first)
        self._feed(first)
        if rest and self._waits is Waits.HEAD:
            self.refuse(TooLarge("The request's head is too long.", hint="Send fewer and shorter headers"))
        elif rest:
            self.data_received(rest)

    def refuse(self, problem: SottoError) -> None:
        """Answer in our own shape, unless the request was answered before its body came; listen no more."""
        if self._deaf or self.transport.is_closing():
            return
        self._deaf = self._sent_away = True
        is_answered = self._waits is Waits.BODY and not self._is_answering
        if self._is_answering:
            cycle = self.cycle
            started = cycle.response_started
            cycle.disconnected = True
            cycle.message_event.set()
            if started:
                self.transport.abort()
                return
        if not is_answered:
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

    def be_patient(self) -> None:
        """Let the body of this request take its time, as a large file does; silence still ends it."""
        self._body_seconds = FILE_SECONDS

    @property
    def place(self) -> Held | None:
        """What place this connection takes, if any: those sent away are counted no more."""
        left = self.transport.get_write_buffer_size()
        if self._sent_away or (self.transport.is_closing() and not left):
            return None
        return Held(self.holder, None if left or self._is_answering else self._idle_since)

    def give_way(self, *, told: bool) -> None:
        """End a connection on which nothing is being answered.

        One that has not asked yet may just be doing so: it is told why. Others know that a connection which
        is kept may end.
        """
        if told and self.cycle is None:
            self.refuse(crowd.full())
            return
        self._deaf = self._sent_away = True
        self.transport.close()

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
        extension = {
            "transport": self.transport,
            "socket": self.is_socket,
            "be_patient": self.be_patient,
        }
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
            self._body_seconds = BODY_SECONDS

    def on_body(self, body: bytes) -> None:
        if not self._deaf:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self._deaf and self._waits is Waits.BODY:
            self._waits = Waits.NOTHING
            super().on_message_complete()

    def on_response_complete(self) -> None:
        self._idle_since = self.loop.time()
        super().on_response_complete()

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the application answer; to HTTP/1.0, without what that does not know."""
        if scope["http_version"] == "1.0":
            self.cycle.waiting_for_100_continue = False
            send = _unchunked(self.cycle)
        await self._inside(scope, receive, send)

    def _find_place(self) -> None:
        """Have another connection give way where all places are taken, or send this one away."""
        others = [one for one in cast("set[Wire]", self.connections) if one is not self]
        near = [one for one in others if one.is_socket == self.is_socket]
        held = {one: place for one in near if (place := one.place) is not None}
        # Each of those who hear why holds a file for a second.
        told = len(near) - len(held) < crowd.MOST
        try:
            one = crowd.giving_way(self.holder, held)
        except Crowded:
            self.give_way(told=told)
        else:
            if one is not None:
                one.give_way(told=told)

    def _feed(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            if not self._deaf:
                self._decline(data[offer.args[0] :])
        except httptools.HttpParserError:
            self.refuse(BadValue("This is not HTTP as it should be.", hint="Use an HTTP/1.1 client"))

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
            return now - self._since > self._body_seconds or now - self._heard > STALL_SECONDS
        return False

    def _drop_if_not_taken(self, now: float) -> None:
        """Drop a client that leaves the end of an answer lying, or has us wait before the next.

        While one streams, its writer does that.
        """
        left = self.transport.get_write_buffer_size()
        writes = self._is_answering and not self.flow.write_paused
        if left != self._left or not left or writes:
            self._left, self._taken = left, now
        elif now - self._taken > (TAKEN_SECONDS if self._is_answering else STALL_SECONDS):
            self.shut()


async def watch(state: ServerState) -> None:
    """Keep every connection to its deadlines, and the Date header right. Never returns."""
    loop = asyncio.get_running_loop()
    while True:
        state.default_headers = [(b"date", formatdate(usegmt=True).encode())]
        for wire in tuple(cast("set[Wire]", state.connections)):
            wire.look(loop.time())
        await asyncio.sleep(1)


def _unchunked(cycle: RequestResponseCycle) -> Send:
    """Return a `send` that marks the end of an answer without a length by the connection's end alone."""
    is_endless = False

    async def sent(message: Message) -> None:
        nonlocal is_endless
        if message["type"] == "http.response.start":
            is_endless = all(name.lower() != b"content-length" for name, _ in message.get("headers", ()))
            if is_endless:
                cycle.chunked_encoding = False
        elif is_endless:
            cycle.expected_content_length = len(message.get("body", b""))  # of this part: all of it is right
        await cycle.send(message)  # type: ignore[arg-type]

    return sent


def _spoken(problem: SottoError) -> bytes:
    """Return a whole response for what never became a request."""
    response = problems.OURS.response(problem)
    headers = [*dress(response.raw_headers), (b"connection", b"close")]
    lines = [b"%b: %b\r\n" % pair for pair in headers]
    return b"".join([STATUS_LINE[response.status_code], *lines, b"\r\n", bytes(response.body)])
