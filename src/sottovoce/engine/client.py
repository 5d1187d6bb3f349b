"""HTTP to one engine child, over its socket: a call that returns JSON, and a stream of JSON events.

Written for the token path: one callback per arriving block, no layers between. Speaks just the part
of HTTP/1.1 that the engine uses, one request a connection. Knows nothing of models or chats.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from sottovoce.core.errors import BadSchema, EngineFailed, TooLong

MAX_BODY = 256 << 20
CONNECT_SECONDS = 10.0
CALL_SECONDS = 30.0
"""For all but answers and embeddings: what does not come by then does not come."""

BLOCK = 256 << 10
"""Bytes taken at once, as the loop's own transports take them."""

GATHER_SECONDS = 0.03
"""Words that follow each other quicker than this are taken together.

Each waking takes a core from the engine for longer than a word is worth; nobody reads 30 words a second.
"""

ASK_AGAIN = "Ask again; sotto doctor checks the engine"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Address:
    """Where a child listens: a unix socket, or a loopback port guarded by a key."""

    socket: str | None
    port: int = 0
    key: str = ""


class EngineGone(EngineFailed):
    """The connection broke, or nothing comes: the child is dead, dying or stuck."""

    def __init__(self, sentence: str, *, detail: str | None = None) -> None:
        super().__init__(sentence, hint="Ask again; sotto doctor checks the engine", detail=detail)


class Client:
    """`refused` raises our error for one that comes over the wire; without it, the engine's own."""

    def __init__(self, address: Address, refused: Callable[[Json], NoReturn] | None = None) -> None:
        self._address = address
        self._refused = refused or _refuse

    async def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        seconds: float | None = CALL_SECONDS,
    ) -> Any:
        """Return the parsed answer. Raises TooLong, BadSchema, EngineFailed or EngineGone."""
        reply = await self._send(method, path, body)
        try:
            async with asyncio.timeout(seconds):
                while not reply.ended:
                    await reply.wait()
        except TimeoutError:
            raise EngineGone(f"The engine has not answered for {seconds:.0f} seconds.") from None
        finally:
            reply.close()
        return self._parse(reply.status, bytes(reply.body))

    async def stream(self, path: str, body: Mapping[str, Any]) -> AsyncGenerator[Json, None]:
        """Yield each server-sent event as JSON. Closing the generator closes the connection: it cancels."""
        reply = await self._send("POST", path, body)
        try:
            while True:
                while reply.events:
                    event = json.loads(reply.events.popleft().decode("utf-8", "surrogatepass"))
                    if "error" in event:
                        self._refused(event["error"])
                    yield event
                if reply.ended:
                    break
                await reply.wait()
            if reply.status != 200:
                self._parse(reply.status, bytes(reply.body))
        finally:
            reply.close()

    def _parse(self, status: int, body: bytes) -> Any:
        try:
            parsed = json.loads(body)
        except ValueError as problem:
            raise EngineFailed(
                "The engine's answer cannot be read.", hint=ASK_AGAIN, detail=repr(body[:200])
            ) from problem
        if isinstance(parsed, dict) and "error" in parsed:
            self._refused(parsed["error"])
        if status != 200:
            raise EngineFailed(
                f"The engine refused with status {status}.", hint=ASK_AGAIN, detail=repr(body[:200])
            )
        return parsed

    async def _send(self, method: str, path: str, body: Mapping[str, Any] | None) -> _Reply:
        data = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        guard = f"Authorization: Bearer {self._address.key}\r\n" if self._address.key else ""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{guard}"
            f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                if self._address.socket is not None:
                    _, reply = await loop.create_unix_connection(_Reply, self._address.socket)
                else:
                    _, reply = await loop.create_connection(_Reply, "127.0.0.1", self._address.port)
        except (OSError, TimeoutError) as problem:
            raise EngineGone("The engine does not answer.", detail=str(problem)) from problem
        reply.transport.write(head.encode() + data)
        return reply


class _Reply(asyncio.Protocol):
    """Takes one response apart as it arrives.

    `body` holds what is not a server-sent event; `events` the data of each event, in order.
    """

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.status = 0
        self.body = bytearray()
        self.events: deque[bytes] = deque()
        self.ended = False
        self._raw = bytearray()
        self._chunked = False
        self._is_stream = False
        self._left: int | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._arrived = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  (narrowing for the type checker)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if self.ended:
            return  # the last blank line may come by itself, after the last chunk
        self._raw += data
        if self.status == 0 and not self._take_head():
            return
        if self._chunked:
            self._take_chunks()
        else:
            self.body += self._raw
            self._raw.clear()
            if self._left is not None and len(self.body) >= self._left:
                self.ended = True
        if len(self.body) > MAX_BODY:
            self.transport.abort()
        if self._is_stream:
            self._take_events()
            self._gather()
        self._wake()

    def connection_lost(self, problem: Exception | None) -> None:
        if self.status == 200 and not self._chunked and self._left is None:
            self.ended = True
        self._wake()

    async def wait(self) -> None:
        """Return when something arrived. Raises EngineGone when nothing more can."""
        if self.transport.is_closing() and not self.ended:
            raise EngineGone("The engine stopped before its answer was whole.")
        self._waiter = self._loop.create_future()
        await self._waiter

    def close(self) -> None:
        self.transport.abort()

    def _gather(self) -> None:
        """Leave what comes in the next moment to the system's buffer, once words come quickly."""
        if self.ended:
            return
        now = self._loop.time()
        quick, self._arrived = now - self._arrived < GATHER_SECONDS * 2, now
        if quick and not self.transport.is_closing():
            self.transport.pause_reading()
            self._loop.call_later(GATHER_SECONDS, self._read_on)
        else:
            self.transport.resume_reading()

    def _read_on(self) -> None:
        """Take what has come by now; where that is nothing, or the end, have the transport say what comes."""
        if self.transport.is_closing():
            return
        if data := self._waiting():
            self.data_received(data)
        else:
            self.transport.resume_reading()

    def _waiting(self) -> bytes:
        """Return what the system's buffer holds: without the selector, which costs more than a word."""
        if sys.platform == "win32":
            return b""
        try:
            return os.read(self.transport.get_extra_info("socket").fileno(), BLOCK)
        except OSError:
            return b""

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _take_head(self) -> bool:
        head, mark, rest = bytes(self._raw).partition(b"\r\n\r\n")
        if not mark:
            return False
        lines = head.split(b"\r\n")
        self.status = int(lines[0].split(b" ", 2)[1])
        for line in lines[1:]:
            name, _, value = line.partition(b":")
            match name.strip().lower():
                case b"transfer-encoding":
                    self._chunked = b"chunked" in value.lower()
                case b"content-length":
                    self._left = int(value)
                case b"content-type":
                    self._is_stream = b"text/event-stream" in value
        self._raw = bytearray(rest)
        return True

    def _take_chunks(self) -> None:
        raw = self._raw
        at = 0
        while (end := raw.find(b"\r\n", at)) >= 0:
            try:
                size = int(raw[at:end], 16)
            except ValueError:  # this is no chunk, and nothing behind it can be told
                self.transport.abort()
                return
            start = end + 2
            if size == 0:
                self.ended = True
                at = len(raw)
                break
            if len(raw) < start + size + 2:
                break
            self.body += raw[start : start + size]
            at = start + size + 2
        del raw[:at]

    def _take_events(self) -> None:
        body = self.body
        while (end := body.find(b"\n\n")) >= 0:
            for line in body[:end].split(b"\n"):
                if line.startswith(b"data: ") and line != b"data: [DONE]":
                    self.events.append(bytes(line[6:]))
                elif line.startswith(b"error: "):
                    self.events.append(b'{"error":' + bytes(line[7:]) + b"}")
            del body[: end + 2]


def _refuse(error: Json) -> NoReturn:
    """Raise our error for the engine's."""
    message = str(error.get("message", error))
    if error.get("type") == "exceed_context_size_error":
        raise TooLong(
            f"This takes {error.get('n_prompt_tokens')} tokens; the model sees {error.get('n_ctx')}.",
            hint="Ask with less text, or give it a larger window: sotto settings set context 8192",
        )
    if "too large to process" in message:
        raise TooLong(
            "The text is longer than the engine takes at once.",
            hint="Split it into shorter parts",
            detail=message,
        )
    if any(word in message.lower() for word in ("schema", "grammar", "lark", "regex")):
        raise BadSchema("The engine cannot follow this schema.", hint="Simplify it", detail=message)
    raise EngineFailed("The engine refused the request.", hint=ASK_AGAIN, detail=message)
