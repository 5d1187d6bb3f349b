"""A file as what changed since an earlier one: made with zstandard, whose prefix is the earlier file.

Both are gone through in stretches, so that neither making nor applying takes more memory for a larger file.
Where the stretches lie follows from the two sizes alone: a delta can say nothing about itself but bytes.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from sottovoce.core.paths import PRIVATE_FILE, sync_folder
from sottovoce.updates.copying import BLOCK, Told, writing
from sottovoce.updates.folder import reading
from sottovoce.updates.metadata import damaged

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from sottovoce.updates.contents import File

METHOD = "zstd-32m"
"""Names this way of making deltas: one of another name is not used."""

STRETCH = 32 << 20
"""Bytes of the new file that are made at once."""

SLACK = 16 << 20
"""So much of the old file around the same place can be pointed to: what moved further comes anew."""

WINDOW_LOG = 25
"""2 to this power holds a stretch; a delta that asks for more memory is refused."""

SMALLEST = 64 << 10
"""A file below this is copied as it is."""

LEVEL = 3
"""Higher ones take five times as long for a twentieth less."""

Stretch = tuple[int, int, int, int]
"""From and to where in the new file, and from and to where in the old one."""


def stretches(old: int, new: int) -> Iterator[Stretch]:
    """Yield the stretches of a new file of so many bytes with what of the old one they may point to."""
    for start in range(0, new, STRETCH):
        end = min(start + STRETCH, new)
        yield start, end, min(max(0, start - SLACK), old), min(end + SLACK, old)


def make(old: Path, new: Path, into: Path, told: Told) -> int:
    """Write the delta from one file to another, and return its bytes. Blocks: a second for 60 MB."""
    options: dict[int, int] = {
        zstd.CompressionParameter.compression_level: LEVEL,
        zstd.CompressionParameter.window_log: WINDOW_LOG,
        zstd.CompressionParameter.enable_long_distance_matching: 1,
        zstd.CompressionParameter.checksum_flag: 0,  # what comes of it is held against what was signed
    }
    with _mapped(old) as before, _mapped(new) as after, into.open("wb") as file:
        for start, end, low, high in stretches(len(before), len(after)):
            compressor = zstd.ZstdCompressor(options=options, zstd_dict=_prefix(before, low, high))
            for at in range(start, end, BLOCK):
                file.write(compressor.compress(after[at : min(at + BLOCK, end)]))
                told(min(BLOCK, end - at))
            file.write(compressor.flush())
    return into.stat().st_size


def apply(old: Path, delta: Path, target: Path, file: File, told: Told) -> None:
    """Write the file that was signed, from an earlier one and a delta. It gets its name once it is right.

    Raises BadBundle where that does not come of it, StoreProblem where reading or writing fails.
    """
    part = target.with_name(f"{target.name}.part")
    digest = hashlib.sha256()
    with writing(target), os.fdopen(os.open(part, _NEW, PRIVATE_FILE), "wb") as into:
        for block in _applied(old, delta, file):
            digest.update(block)
            into.write(block)
            told(len(block))
        into.flush()
        os.fsync(into.fileno())
    if digest.hexdigest() != file.sha256:
        part.unlink()
        raise damaged(f"what changed in {file.name} does not lead to what was signed")
    with writing(target):
        part.replace(target)
        sync_folder(target.parent)


_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)


def _applied(old: Path, delta: Path, file: File) -> Iterator[bytes]:
    """Yield the new file, in blocks. However a delta is made, no more than the file's bytes come of it."""
    with reading(old), _mapped(old) as before, delta.open("rb") as source:
        rest = b""
        for start, end, low, high in stretches(len(before), file.size):
            decompressor = zstd.ZstdDecompressor(
                options={zstd.DecompressionParameter.window_log_max: WINDOW_LOG},
                zstd_dict=_prefix(before, low, high),
            )
            try:
                yield from _stretch(decompressor, source, rest, end - start, file.name)
            except zstd.ZstdError as problem:
                raise damaged(f"what changed in {file.name} cannot be read", problem) from problem
            rest = decompressor.unused_data
        if rest or source.read(1):
            raise damaged(f"what changed in {file.name} is longer than it may be")


def _stretch(
    decompressor: zstd.ZstdDecompressor, source: BinaryIO, data: bytes, size: int, name: str
) -> Iterator[bytes]:
    done = 0
    while not decompressor.eof:
        if decompressor.needs_input and not data and not (data := source.read(BLOCK)):
            raise damaged(f"what changed in {name} ends too early")
        block = decompressor.decompress(data, max_length=BLOCK)
        data = b""
        done += len(block)
        if done > size:
            raise damaged(f"what changed in {name} is longer than it may be")
        yield block
    if done < size:
        raise damaged(f"what changed in {name} ends too early")


def _prefix(before: bytes | mmap.mmap, low: int, high: int) -> tuple[zstd.ZstdDict, int] | None:
    """Return a part of the old file as what may be pointed to; None: too little is there to be worth it."""
    if high - low < 8:  # less is no dictionary by the library's rule
        return None
    with memoryview(before) as whole, whole[low:high] as part:
        return zstd.ZstdDict(part, is_raw=True).as_prefix


@contextmanager
def _mapped(path: Path) -> Iterator[bytes | mmap.mmap]:
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            yield content
