"""Check a ZIM file once, and say what a shelf has to remember of it to open it again.

Nothing is copied and nothing is indexed. Knows nothing of shelves.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sottovoce.knowledge.zim.archive import Archive, open_archive
from sottovoce.knowledge.zim.checksum import Told, check
from sottovoce.knowledge.zim.header import Identity


@dataclass(frozen=True, slots=True)
class Mount:
    """What a shelf keeps of an encyclopaedia. `checked`: when all of it was; seconds since 1970, UTC."""

    path: Path
    """Absolute."""
    identity: Identity
    title: str
    language: str
    as_of: datetime.date | None
    """The day of the snapshot; None where the file does not say it."""
    articles: int
    indexed: bool
    """Whether its texts can be searched. If not, only its titles can."""
    checked: float


async def mount(
    path: Path, told: Told = lambda read, of: None, clock: Callable[[], float] = time.time
) -> Mount:
    """Read all of a file and compare it with its checksum, then open it once. Cancel the task to stop it.

    `told`: the bytes that were read, of how many: 100 GB take minutes. Raises BadDocument, or Unsupported
    where libzim is not installed, before anything long begins.
    """
    async with await open_archive(path) as archive:
        await check(path, told)
        archive.check_same()
        facts = archive.facts
        return Mount(
            archive.path,
            facts.identity,
            facts.title or path.stem,
            facts.language,
            facts.as_of,
            facts.articles,
            facts.indexed,
            clock(),
        )


async def open_mounted(mounted: Mount) -> Archive:
    """Open what was mounted; its header is looked at, no more. Raises BadDocument if it is not that file."""
    return await open_archive(mounted.path, mounted.identity)
