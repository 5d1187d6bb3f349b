"""Sends a file while it is made: each piece once the reader has taken those before it.

Pure ASGI. One that cannot be made to its end, or that nobody takes, is cut: it must not look whole.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sottovoce.server.answering import DROPPED, Gone, unless_gone
from sottovoce.server.log import where

log = logging.getLogger(__name__)

TAKEN_SECONDS = 60.0
"""A reader who takes nothing for so long is dropped."""


class Download(Response):
    def __init__(self, pieces: AsyncGenerator[bytes, None], name: str, media_type: str) -> None:
        self.status_code = 200
        self.media_type = media_type
        self.background = None
        self.init_headers({"Content-Disposition": f'attachment; filename="{name}"'})
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await unless_gone(Request(scope, receive), self._sent(scope, send))
        except Gone:
            log.info("A file was not taken to its end.")

    async def _sent(self, scope: Scope, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async with aclosing(self._pieces) as pieces:
                async for piece in pieces:
                    async with asyncio.timeout(TAKEN_SECONDS):
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except Exception as problem:
            log.error("A file was cut: %s", where(problem))
            transport = scope.get("extensions", {}).get("sotto", {}).get("transport")
            if transport is not None:
                transport.abort()
                await asyncio.sleep(DROPPED)  # the server hears of it in its next round, and cancels this
            raise Gone from problem
