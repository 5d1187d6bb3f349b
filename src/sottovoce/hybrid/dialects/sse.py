"""Server-sent events out of bytes that come in pieces of any size, within bounds."""

from __future__ import annotations

from collections.abc import Iterator

LONGEST_EVENT = 1 << 20
"""Bytes."""


class TooLong(Exception):
    """An event without end."""


class Events:
    """Takes bytes and gives events: a name, mostly empty, and the data. Comments are passed over."""

    def __init__(self) -> None:
        self._rest = b""
        self._name, self._data, self._size = "", list[str](), 0

    def fed(self, piece: bytes) -> Iterator[tuple[str, str]]:
        """Yield the events that are whole now. Raises TooLong, and UnicodeDecodeError for no UTF-8."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        if len(self._rest) + self._size > LONGEST_EVENT:
            raise TooLong
        for line in lines:
            yield from self._line(line.rstrip(b"\r"))

    def end(self) -> Iterator[tuple[str, str]]:
        """Yield what stands after the last blank line: some servers forget that one."""
        yield from self._line(self._rest.rstrip(b"\r"))
        yield from self._line(b"")

    def _line(self, line: bytes) -> Iterator[tuple[str, str]]:
        if not line:
            if self._data:
                yield self._name, "\n".join(self._data)
            self._name, self._data, self._size = "", [], 0
            return
        self._size += len(line)
        if self._size > LONGEST_EVENT:
            raise TooLong
        field, _, value = line.decode("utf-8").partition(":")
        if field == "data":
            self._data.append(value.removeprefix(" "))
        elif field == "event":
            self._name = value.strip()
        elif field == "error":  # llama.cpp's server tells an error so
            self._name, self._data = "error", [value.strip()]
