"""Read a whole ZIM file and compare it with the checksum at its end.

The checksum is MD5: it finds what a disk or a copy did, not what somebody did on purpose.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from sottovoce.core.errors import BadDocument
from sottovoce.knowledge.zim.header import AGAIN, CHECKSUM, Header, read_header

PIECE = 8 << 20

Told = Callable[[int, int], None]
"""Is told the bytes that were read, of how many."""


async def check(path: Path, told: Told = lambda read, of: None) -> Header:
    """Compare every byte with the checksum: minutes for 100 GB. Cancel the task to stop it.

    Raises BadDocument if they differ, or if the file cannot be read to its end.
    """
    header = await asyncio.to_thread(read_header, path)
    sum_ = hashlib.md5(usedforsecurity=False)
    end = header.checksum_at
    try:
        with await asyncio.to_thread(path.open, "rb") as file:
            done = 0
            while done < end:
                done += await asyncio.to_thread(_take, file, sum_, min(PIECE, end - done))
                told(done, end)
            written = await asyncio.to_thread(file.read, CHECKSUM)
    except (OSError, EOFError) as problem:
        raise BadDocument(
            f"{path.name} could not be read to its end.",
            hint="The disk may be failing, or was unplugged. " + AGAIN,
            detail=str(problem),
        ) from problem
    if sum_.digest() != written:
        raise BadDocument(f"{path.name} is damaged: its content does not match its checksum.", hint=AGAIN)
    return header


def _take(file: BinaryIO, sum_: hashlib._Hash, size: int) -> int:
    """Add the next bytes to the sum. One call at a time; a cancelled one ends by itself."""
    piece = file.read(size)
    if not piece:
        raise EOFError("It ended early.")
    sum_.update(piece)
    return len(piece)
