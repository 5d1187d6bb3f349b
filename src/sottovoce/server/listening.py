"""Connections on their way in: taken from listening sockets, counted while they last, ended in good order.

Knows neither what is asked nor why there is an end.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import cast

from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.server import ServerState

from sottovoce.server.sockets import BACKLOG
from sottovoce.server.wire import IDLE_SECONDS, Wire, watch

CUT_SECONDS = 2.0
"""For an answer that was cut to notice it, and for what was written of it to be saved."""

TELL_SECONDS = 0.05
"""For the last words to leave."""


class Listening:
    def __init__(self, app: ASGIApp) -> None:
        self._config = _config(app)
        self._config.load()
        self._state = ServerState()
        self._servers: list[asyncio.Server] = []

    async def open(self, listeners: Sequence[socket.socket]) -> None:
        loop = asyncio.get_running_loop()
        for listener in listeners:
            if listener.family == getattr(socket, "AF_UNIX", None):
                server = await loop.create_unix_server(self._wire, sock=listener, backlog=BACKLOG)
            else:
                server = await loop.create_server(self._wire, sock=listener, backlog=BACKLOG)
            self._servers.append(server)

    async def watch(self) -> None:
        """Hold every connection to its deadlines. Never returns."""
        await watch(self._state)

    @property
    def is_busy(self) -> bool:
        """Whether anything is being answered, or on its way to somebody."""
        return bool(self._state.tasks or self._state.connections)

    def take_no_more(self) -> None:
        """Accept nobody; connections end at once where nothing is asked, others behind their answer."""
        for server in self._servers:
            server.close()
        for wire in tuple(self._state.connections):
            wire.shutdown()

    async def cut(self) -> None:
        """Cut what is being answered, and end every connection. Each reader is told, if it takes it."""
        for task in tuple(self._state.tasks):
            task.cancel()
        if self._state.tasks:
            await asyncio.wait(tuple(self._state.tasks), timeout=CUT_SECONDS)
            await asyncio.sleep(TELL_SECONDS)
        for wire in tuple(cast("set[Wire]", self._state.connections)):
            wire.shut()

    def _wire(self) -> Wire:
        return Wire(self._config, self._state, {})


@asynccontextmanager
async def listening(app: ASGIApp, listeners: Sequence[socket.socket]) -> AsyncIterator[Listening]:
    """Serve the application on these bound sockets for as long as this lasts."""
    front = Listening(app)
    watching = asyncio.create_task(front.watch())
    try:
        await front.open(listeners)
        yield front
    finally:
        front.take_no_more()
        await front.cut()
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


def _config(app: ASGIApp) -> Config:
    """Return uvicorn's settings. What is not said here it would look for in the environment."""
    return Config(
        app,
        loop="asyncio",
        http=Wire,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        forwarded_allow_ips="",
        server_header=False,
        date_header=False,
        workers=1,
        timeout_keep_alive=IDLE_SECONDS,
    )
