"""Walk forward through a file of which nothing is believed: a window of it in memory, never more.

Every length is held against what is left of the file before it is used. Knows numbers and texts as
GGUF writes them (little-endian, texts with their length in front), and nothing of their meaning.
"""

from __future__ import annotations

import stat
from pathlib import Path
from struct import Struct
from struct import error as StructError
from typing import Any, BinaryIO

from sottovoce.core.errors import BadModelFile
from sottovoce.engine.header import bad_model

WINDOW = 1 << 20
MAX_HEADER = 128 << 20
MAX_STRINGS = 1 << 22
MAX_KEPT = 1 << 20
"""The longest text that is kept out of an array of texts."""

U64 = Struct("<Q")


class NotYet(Exception):
    """What is to be read lies behind the bytes that are here so far; see Reader's `size`."""


def open_file(path: Path) -> BinaryIO:
    """Open an ordinary file. A folder or a pipe is refused: opening a pipe would wait for ever."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise bad_model(path, "is not a file")
        return path.open("rb")
    except FileNotFoundError as problem:
        raise bad_model(path, f"is missing: there is no such file in {path.parent}") from problem
    except OSError as problem:
        raise bad_model(path, f"cannot be read: {problem.strerror}") from problem


class Reader:
    """Reads from `start` on. `doing` names what is being read, for the sentence if that fails.

    With `size`, `file` is only the beginning of one of that many bytes; reading past it raises NotYet.
    """

    def __init__(self, file: BinaryIO, path: Path, start: int = 0, *, size: int | None = None) -> None:
        self.path = path
        self.size = file.seek(0, 2) if size is None else size
        self._is_beginning = size is not None
        self.doing = "its first bytes"
        self._file = file
        self._data = b""
        self._base = start  # where the window starts in the file
        self._at = 0
        self._strings_left = MAX_STRINGS
        file.seek(start)

    @property
    def position(self) -> int:
        return self._base + self._at

    @property
    def left(self) -> int:
        return self.size - self.position

    def peek(self, count: int) -> bytes:
        """Return the next bytes, fewer at the end of the file, and stay."""
        self._have(min(count, self.left))
        return self._data[self._at : self._at + count]

    def take(self, count: int) -> bytes:
        self._have(count)
        data = self._data[self._at : self._at + count]
        self._at += count
        return data

    def number(self, form: Struct) -> Any:
        self._have(form.size)
        (value,) = form.unpack_from(self._data, self._at)
        self._at += form.size
        return value

    def numbers(self, form: Struct, count: int) -> tuple[Any, ...]:
        return tuple(value for (value,) in form.iter_unpack(self.take(form.size * count)))

    def text(self, limit: int) -> str:
        length: int = self.number(U64)
        if limit < length <= self.left:
            raise self.damaged(f"{self.doing} has {length:,} bytes")
        try:
            return self.take(length).decode()
        except UnicodeDecodeError:
            raise self.damaged(f"{self.doing} is not UTF-8 text") from None

    def strings(self, count: int, *, keep: bool = False) -> list[bytes]:
        """Walk over that many texts, and return them if asked."""
        if count > self.left // U64.size:
            raise self.cut_short()
        self._strings_left -= count
        if self._strings_left < 0:
            raise self.damaged(f"{self.doing} has {count:,} texts")
        kept: list[bytes] = []
        while count:
            walked = self._walk(count, kept if keep else None)
            count -= walked
            if not walked:  # the next one does not lie in the window as a whole
                length: int = self.number(U64)
                if not keep:
                    self.skip(length)
                elif MAX_KEPT < length <= self.left:
                    raise self.damaged(f"{self.doing} holds a text of {length:,} bytes")
                else:
                    kept.append(self.take(length))
                count -= 1
        return kept

    def skip(self, count: int) -> None:
        """Step over that many bytes without reading them."""
        if count > self.left:
            raise self.cut_short()
        if self._at + count <= len(self._data):
            self._at += count
        else:
            self._base, self._at, self._data = self.position + count, 0, b""
            self._file.seek(self._base)

    def damaged(self, reason: str) -> BadModelFile:
        return bad_model(self.path, f"is damaged: {reason}")

    def cut_short(self) -> BadModelFile:
        return bad_model(self.path, f"is cut short: it ends within {self.doing}")

    def _walk(self, count: int, kept: list[bytes] | None) -> int:
        """Step over as many texts as lie in the window as a whole, at most `count`."""
        data, at, length_at = self._data, self._at, U64.unpack_from
        end = len(data)
        walked = 0
        try:
            while walked < count:
                after = at + 8 + length_at(data, at)[0]
                if after > end:
                    break
                if kept is not None:
                    kept.append(data[at + 8 : after])
                at = after
                walked += 1
        except StructError:  # the length itself crosses the window's end
            pass
        self._at = at
        return walked

    def _have(self, count: int) -> None:
        """Bring the next bytes into the window."""
        if self._at + count <= len(self._data):
            return
        if count > self.left:
            raise self.cut_short()
        if self.position + count > MAX_HEADER:
            raise self.damaged(f"its header has more than {MAX_HEADER >> 20} MB")
        rest = self._data[self._at :]
        self._base, self._at = self.position, 0
        self._data = rest + self._file.read(max(count - len(rest), WINDOW))
        if len(self._data) < count:
            if self._is_beginning:
                raise NotYet
            raise self.cut_short()  # the file became shorter while it was read
