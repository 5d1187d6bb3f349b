"""The zip file that an office document or a book is: its parts, unpacked as far as is sane.

Nothing is ever written to a disk, so names that climb and links within have nowhere to lead. What the
file says of its sizes is not believed; what comes out is counted.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import unquote

from sottovoce.knowledge.reading.refusal import Refusal, size

MOST_UNPACKED = 512_000_000
"""Bytes of all parts of one document."""

SUSPICIOUS = 16_000_000
"""Bytes. A document that unpacks to more than this must not have been much smaller."""

STEEPEST = 250
"""Times that a large document may be smaller when packed. Deflate can do 1,032; documents do 5 to 50."""

LARGEST_LIST = 4 << 20
"""Bytes of the list of parts at the end: some 40,000 of them."""

PIECE = 1 << 18

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError, ValueError)


class _Guarded(io.RawIOBase):
    """The file as the zip reader sees it. It asks for its whole list at once, however long that may be."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, count: int = -1) -> bytes:
        data = self._file.read(LARGEST_LIST + 1 if count < 0 else min(count, LARGEST_LIST + 1))
        if len(data) > LARGEST_LIST:
            raise Refusal("bomb", "it claims to have more parts than a document has")
        return data

    def seek(self, at: int, whence: int = 0) -> int:
        return self._file.seek(at, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True


class Archive:
    """An opened zip file."""

    def __init__(self, file: BinaryIO) -> None:
        self._length = file.seek(0, 2)
        self._packed = self._unpacked = 0
        try:
            self._zip = zipfile.ZipFile(_Guarded(file))
        except _BROKEN as broken:
            raise Refusal("damaged", detail=str(broken)) from broken
        self.names = frozenset(self._zip.namelist())

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield a part's bytes. Raises Refusal where it is missing, damaged, locked or without end."""
        try:
            info = self._zip.getinfo(name)
            if info.flag_bits & 0x1:
                raise Refusal("protected")
            self._packed += info.compress_size
            with self._zip.open(info) as part:
                while piece := part.read(PIECE):
                    self._count(len(piece))
                    yield piece
        except KeyError as missing:
            raise Refusal("damaged", detail=f"{name} is missing") from missing
        except _BROKEN as broken:
            raise Refusal("damaged", detail=f"{name}: {broken}") from broken

    def whole(self, name: str, most: int) -> bytes:
        """Return a part that must not be large."""
        pieces: list[bytes] = []
        left = most
        for piece in self.pieces(name):
            left -= len(piece)
            if left < 0:
                raise Refusal("long", f"{size(most)} in one part")
            pieces.append(piece)
        return b"".join(pieces)

    def _count(self, more: int) -> None:
        self._unpacked += more
        packed = min(self._packed, self._length)  # a part may claim to be larger than the file
        if self._unpacked > SUSPICIOUS and self._unpacked > STEEPEST * packed:
            raise Refusal("bomb", f"it unpacks to more than {STEEPEST} times its size")
        if self._unpacked > MOST_UNPACKED:
            raise Refusal("long", f"{size(MOST_UNPACKED)} when unpacked")


def beside(part: str, target: str) -> str:
    """Return the name of the part that `target` means, as written within `part`. Pure."""
    target = unquote(target.partition("#")[0])
    if target.startswith("/"):
        return posixpath.normpath(target).lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(part), target))
