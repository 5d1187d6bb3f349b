"""Read the header of a model that lies elsewhere, without the model.

Asks once for the beginning and leaves the connection when the header is whole: what a header needs is
known only from the header. Knows nothing of what is to be done with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sottovoce.core.errors import BadModelFile, NetworkProblem
from sottovoce.engine import gguf
from sottovoce.engine.header import Header, bad_model
from sottovoce.engine.reader import NotYet, Reader
from sottovoce.models.names import last_name
from sottovoce.models.way import Way
from sottovoce.net.answer import Declined, Limits
from sottovoce.net.fetch import opened
from sottovoce.net.policy import Purpose
from sottovoce.net.ranges import Span

EMPTY = 416
"""How a server answers that a file has no first byte (RFC 9110, 15.5.17)."""

ELSEWHERE = "Look at it there, or take it from elsewhere"
FIRST = 256 << 10
MOST = 32 << 20
"""The largest header met is one of 15 MB: half a million pairs of a vocabulary."""


@dataclass(frozen=True, slots=True)
class FarFile:
    """A file and where it is. `size` and `sha256` where they are known."""

    url: str
    path: str
    size: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class FarHeader:
    """`received` is how many bytes it took; `sizes` are those of the parts, in order."""

    header: Header
    received: int
    sizes: tuple[int, ...]


async def read_header(way: Way, files: Sequence[FarFile]) -> FarHeader:
    """Return the header of a model from its parts, in order: one request for each.

    Raises BadModelFile, and what the door raises.
    """
    headers, received = [], 0
    for file in files:
        try:
            header, came = await _read(way, file)
        except Declined as problem:
            if problem.status == EMPTY:
                raise bad_model(Path(last_name(file.path)), "is empty there", hint=ELSEWHERE) from problem
            raise
        headers.append(header)
        received += came
    return FarHeader(joined(headers), received, tuple(header.file_size for header in headers))


def joined(headers: list[Header]) -> Header:
    """Return the header of a model from those of its files. Raises BadModelFile where some are missing."""
    count = headers[0].metadata.get("split.count", 1)
    if isinstance(count, int) and count > 1 and count != len(headers):
        raise bad_model(
            headers[0].path,
            f"is one of {count} parts by its header, and not by its name",
            hint=f"Take a file whose name ends in -00001-of-{count:05}.gguf",
        )
    return gguf.join(headers)


async def _read(way: Way, file: FarFile) -> tuple[Header, int]:
    limits = Limits(way.manner.limits.bytes, 300.0, slowest=1000)
    here, tried = bytearray(), 0
    async with opened(
        way.door,
        file.url,
        purpose=Purpose.DOWNLOAD,
        explicit=way.explicit,
        limits=limits,
        span=Span(0, min(MOST, file.size or MOST)),
        elsewhere=way.elsewhere,
        bearer=way.bearer,
    ) as answer:
        size = answer.facts.size
        if size is None or file.size not in (None, size):
            raise NetworkProblem(
                f"The size of {file.path} is not what was announced.", hint="Try again later"
            )
        path = Path(last_name(file.path))
        async with contextlib.aclosing(answer.pieces()) as pieces:
            async for piece in pieces:
                here += piece
                # Read again only when there is a quarter more: the work stays that of five readings.
                if len(here) >= max(FIRST, tried + tried // 4) or len(here) == answer.facts.length:
                    tried = len(here)
                    header = await asyncio.to_thread(_header, bytes(here), path, size)
                    if header is not None:
                        return header, len(here)
                if len(here) > MOST:
                    break
    raise BadModelFile(
        f"{path.name} has a header of more than {MOST >> 20} MB.",
        hint="Download it, then: sotto models add FILE",
    )


def _header(start: bytes, path: Path, size: int) -> Header | None:
    """Return the header, or None where it goes on behind what is here."""
    gguf.check_start(start[:64], path.name)
    try:
        return gguf.parse(Reader(io.BytesIO(start), path, size=size))
    except NotYet:
        return None
