"""Gets the files that the engine is built of: through the door, or out of a folder that was carried here.

A file counts only with the content that this program names. Knows nothing of what is done with them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path

from sottovoce.core.amounts import amount
from sottovoce.core.errors import BadValue
from sottovoce.core.paths import make_folder
from sottovoce.models.download import bring
from sottovoce.models.partial import Partial, Wanted
from sottovoce.models.way import Manner, Way
from sottovoce.native.sources import Source
from sottovoce.net.door import Door


async def fetch(
    door: Door, sources: Sequence[Source], folder: Path, manner: Manner | None = None
) -> AsyncGenerator[int, None]:
    """Bring what is not in a folder yet, and yield how many bytes of all are here.

    Closing the generator keeps what has come, for the next time. Raises what the door raises, DiskFull, and
    BadModelFile for content that is not what it must be.
    """
    make_folder(folder)
    way = Way(door, explicit=True, manner=manner or Manner(), check=_any_start, follow=False)
    here = 0
    for one in sources:
        target = folder / one.name
        if not _is_it(target, one):
            target.unlink(missing_ok=True)
            wanted = Wanted(one.url, one.name, one.url, one.size, one.sha256)
            with Partial(folder, wanted) as partial:
                async with aclosing(bring(way, partial)) as steps:
                    async for step in steps:
                        yield here + step.received
                partial.install(target)
                partial.forget()
        here += one.size
        yield here


def carried(sources: Sequence[Source], folder: Path) -> None:
    """Raise BadValue unless all that is needed lies in a folder, with the content that it must have."""
    missing = [one for one in sources if not (folder / one.name).is_file()]
    if missing:
        more = f", and {len(missing) - 1} more are missing" if len(missing) > 1 else ""
        raise BadValue(
            f"There is no {missing[0].name} in {folder}{more}.",
            hint="On a machine with a network, of the same kind: sotto engine build --fetch FOLDER",
            field="from",
        )
    for one in sources:
        if not _is_it(folder / one.name, one):
            raise BadValue(
                f"{folder / one.name} is not the file that this program is built with.",
                hint="Fetch it again; what is damaged or of another release cannot be used",
                detail=f"It must have {amount(one.size)} and the SHA-256 {one.sha256}.",
                field="from",
            )


def missing_bytes(sources: Sequence[Source], folder: Path) -> int:
    """Return how much is still to be fetched. What lies there is believed by its size until it is used."""
    return sum(one.size for one in sources if _size(folder / one.name) != one.size)


def _is_it(path: Path, source: Source) -> bool:
    if _size(path) != source.size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == source.sha256


def _size(path: Path) -> int:
    return path.stat().st_size if os.path.lexists(path) and path.is_file() else -1


def _any_start(_start: bytes, _name: str) -> None:
    """Let every beginning pass: the digest decides."""
