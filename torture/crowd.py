"""Callers of one server: far too many at once, some that hardly move, and a modest one beside a greedy one.

Each is a socket of its own. They say what was wrong with what they got; how many there are is told to them.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass

import psutil

from torture.serving import Reply, Server, read

CHAT = "/v1/chat/completions"
REFUSED = (429, 503)

EVERY = 0.1
ROOM = 96 << 20
"""Bytes that a server may come to hold above what it held at first: connections, and what waits on them."""

AGAIN = 0.25
"""Seconds after a refusal, whatever it said, in which a greedy one comes again."""


class Gauge:
    """Looks how much memory a server holds, until it is closed."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self.first = self.most = self._process.memory_info().rss
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        self._thread.join()

    @property
    def fault(self) -> str | None:
        grown = self.most - self.first
        return f"it came to hold {grown >> 20} MiB more" if grown > ROOM else None

    def _look(self) -> None:
        while not self._ended.wait(EVERY):
            with suppress(psutil.NoSuchProcess):
                self.most = max(self.most, self._process.memory_info().rss)


def question(text: str, *, stream: bool = False, **more: object) -> bytes:
    said = [{"role": "user", "content": text}]
    return json.dumps({"model": "default", "messages": said, "stream": stream, **more}).encode()


# ── one of very many ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Caller:
    """Asks once, and must get all of the answer or one clear refusal, within so many seconds."""

    server: Server
    key: str
    words: str
    pause: int
    """Milliseconds that the answer takes for each word."""
    stream: bool
    seconds: float

    def __call__(self) -> str | None:
        began = time.monotonic()
        body = question(f"/slow {self.pause} {self.words}", stream=self.stream)
        try:
            reply = self.server.ask(CHAT, body, key=self.key, leave_after=4 * self.seconds)
        except OSError as problem:
            return f"it was turned away without a word: {problem!r}"
        took = time.monotonic() - began
        if took > self.seconds:
            return f"it heard {'all' if reply.is_whole else 'no end'} only after {took:.0f} s"
        if reply.status in REFUSED:
            return refusal_fault(reply)
        if not reply.is_well:
            return f"neither an answer nor a refusal: {reply.raw[:200]!r}"
        return None if self.words in _said(reply, stream=self.stream) else "its answer is not whole"


def refusal_fault(reply: Reply) -> str | None:
    """Say what a refusal lacks: when to come again, or why not now."""
    head, _, body = reply.raw.partition(b"\r\n\r\n")
    seconds = [line for line in head.lower().split(b"\r\n") if line.startswith(b"retry-after: ")]
    if len(seconds) != 1 or not 0 < int(seconds[0].removeprefix(b"retry-after: ")) < 3600:
        return f"a refusal does not say when to come again: {head!r}"
    try:
        error = json.loads(body)
    except ValueError:
        return f"a refusal is not whole: {body[:200]!r}"
    told = error.get("error", error)
    return None if told.get("message") or told.get("sentence") else f"a refusal says nothing: {body[:200]!r}"


def _said(reply: Reply, *, stream: bool) -> str:
    if not stream:
        return str(json.loads(reply.body)["choices"][0]["message"]["content"])
    events = [line.removeprefix(b"data: ") for line in reply.body.split(b"\n") if line.startswith(b"data: {")]
    choices = [json.loads(event).get("choices") or [] for event in events]
    said = "".join(choice[0]["delta"].get("content") or "" for choice in choices if choice)
    return said if b"data: [DONE]" in reply.body else ""


# ── slow ones ─────────────────────────────────────────────────────────────────────────────────────

SLOW = {
    "a head, a byte a second": 10.0,
    "half a body": 15.0,
    "a stream that is not read": 15.0,
}
"""What slow clients do, and the seconds that the server gives them."""

SLOWER = {"a body, a byte a second": 60.0, "answers that are not read": 90.0}
"""In the long form as well. The system takes some of the answers before the server's sixty seconds begin."""

LATE = 6.0
"""Seconds by which a server may be late with it."""

SMALL = 4096
"""Bytes that such a client's system takes for it, so that the rest waits at the server."""

FLOOD = " ".join(["#" * 200] * 600)
"""Words, each with twenty others that might have been: more than systems take between two programs."""


CLOSED = (7, 8)
"""States of a socket in Linux (TCP_CLOSE, TCP_CLOSE_WAIT) once the other side has ended the connection."""


class Doors:
    """Looks from which of our ports a server has connections, for all who ask, until it is closed."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._open: frozenset[int] = frozenset()
        self._ever: set[int] = set()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        self._thread.join()

    def has(self, port: int) -> bool:
        return port in self._open

    def has_had(self, port: int) -> bool:
        return port in self._ever

    def _look(self) -> None:
        while not self._ended.wait(EVERY):
            with suppress(psutil.NoSuchProcess):
                found = self._process.net_connections("tcp")
                self._open = frozenset(one.raddr.port for one in found if one.raddr)
                self._ever |= self._open


@dataclass(frozen=True, slots=True)
class Slow:
    """A client that hardly moves. The server must be rid of it in time."""

    server: Server
    doors: Doors
    key: str
    what: str
    seconds: float

    def __call__(self) -> str | None:
        with closing(socket.socket()) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
            client.connect(("127.0.0.1", self.server.port))
            client.settimeout(1.0)
            drip = self._begin(client)
            port, ends = client.getsockname()[1], time.monotonic() + self.seconds + LATE
            taken = False
            while time.monotonic() < ends:
                # One that is refused at once may be gone before anybody has looked.
                taken |= self.doors.has_had(port) or _is_ended(client)
                if taken and not self.doors.has(port):
                    return None
                if taken:
                    with suppress(OSError):
                        drip()
                time.sleep(1.0 if taken else EVERY)
        if not taken:
            return f"{self.what}: it was never let in"
        return f"{self.what}: it was still there after {self.seconds + LATE:.0f} s"

    def _begin(self, client: socket.socket) -> Callable[[], object]:
        """Send what comes first, and return what is done once a second from then on."""
        match self.what:
            case "a head, a byte a second":
                client.sendall(b"GET /healthz HTTP/1.1\r\nHost: ")
                return lambda: client.send(b"a")
            case "half a body" | "a body, a byte a second":
                body = question("One half of this is all that comes.")
                client.sendall(self.server.head("POST", CHAT, body, self.key) + body[: len(body) // 2])
                return (lambda: client.send(b" ")) if "byte" in self.what else lambda: None
            case "a stream that is not read":
                body = question(FLOOD, stream=True, logprobs=True, top_logprobs=20)
                client.sendall(self.server.head("POST", CHAT, body, self.key) + body)
                return lambda: None
        asks = self.server.head("GET", "/openapi.json", None, self.key).replace(b"close", b"keep-alive")
        return lambda: client.send(asks)


def _is_ended(client: socket.socket) -> bool:
    """Whether the other side has ended the connection, whatever has still to be read of it."""
    return client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] in CLOSED


# ── a greedy one and a modest one ─────────────────────────────────────────────────────────────────


class Greedy:
    """Asks as many times at once as it is told to, again and again, until it is closed; refused, as soon as
    hardly any program does."""

    def __init__(self, server: Server, key: str, callers: int, text: str) -> None:
        self._ended = threading.Event()
        ask = (server, key, text)
        self._threads = [threading.Thread(target=self._ask, args=ask) for _ in range(callers)]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, server: Server, key: str, text: str) -> None:
        while not self._ended.is_set():
            with suppress(OSError):
                if not server.ask(CHAT, question(text), key=key).is_well:
                    self._ended.wait(AGAIN)


class Refused(Exception):
    """There was no answer."""


def timed(server: Server, key: str, text: str) -> float:
    """Return the seconds that an answer takes. Raises Refused."""
    began = time.monotonic()
    with closing(server.connect()) as client:
        body = question(text)
        client.sendall(server.head("POST", CHAT, body, key) + body)
        reply = read(client)
    if not reply.is_well:
        raise Refused(reply.raw[:40].decode("latin-1"))
    return time.monotonic() - began
