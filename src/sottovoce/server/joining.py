"""A connection's transport that hands over at once what is written to it in one step of the loop.

A head and its body, or the words that came from the engine together, then cost one call of the system and
wake their reader once. All else is the transport's own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

MOST_HELD = 64 << 10
"""Bytes: more are handed over within the step, so that the transport can say that nobody takes them."""


class Joining:
    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: list[bytes] = []
        self._bytes = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._held:
            self._loop.call_soon(self.hand_over)
        self._held.append(data)
        self._bytes += len(data)
        if self._bytes > MOST_HELD:
            self.hand_over()

    def writelines(self, parts: Iterable[bytes]) -> None:
        self.write(b"".join(parts))

    def get_write_buffer_size(self) -> int:
        return self._bytes + int(self._transport.get_write_buffer_size())

    def write_eof(self) -> None:
        self.hand_over()
        self._transport.write_eof()

    def close(self) -> None:
        self.hand_over()
        self._transport.close()

    def abort(self) -> None:
        self._held, self._bytes = [], 0
        self._transport.abort()

    def hand_over(self) -> None:
        """Do it now: before the transport closes by itself."""
        held, self._held, self._bytes = self._held, [], 0
        if held:
            self._transport.write(b"".join(held))
