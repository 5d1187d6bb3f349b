"""A small server on loopback that says what a test tells it to, and counts who came."""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol


class Speaker:
    """One answer for each path, as raw bytes or as a function that writes them. Keeps what it was asked."""

    def __init__(self) -> None:
        self.says: dict[str, bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]] = {}
        self.requests: list[str] = []
        self.bodies: list[bytes] = []
        self.connections = 0
        self.port = 0
        self.arrived: Callable[[], None] = lambda: None
        self.serving: set[asyncio.Task[None]] = set()

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self.serving.add(task)

    async def end(self) -> None:
        for task in self.serving:
            task.cancel()
        await asyncio.gather(*self.serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        finally:
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.arrived()
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            request = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.requests.append(request)
            length = re.search(r"^content-length: ([0-9]+)\r$", request, re.IGNORECASE | re.MULTILINE)
            if length is not None:
                self.bodies.append(await reader.readexactly(int(length[1])))
            say = self.says[request.split()[1]]
            if isinstance(say, bytes):
                writer.write(say)
                await writer.drain()
            else:
                await say(writer)
            writer.close()
            await writer.wait_closed()


class Open(Protocol):
    def __call__(self, context: ssl.SSLContext | None = None) -> Awaitable[Speaker]: ...


@contextlib.asynccontextmanager
async def speakers() -> AsyncIterator[Open]:
    """Open servers, as many as are asked for; all are closed after."""
    async with contextlib.AsyncExitStack() as stack:

        async def open_speaker(context: ssl.SSLContext | None = None) -> Speaker:
            made = Speaker()
            server = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=context)
            stack.callback(server.close)
            stack.push_async_callback(made.end)
            made.port = server.sockets[0].getsockname()[1]
            return made

        yield open_speaker
