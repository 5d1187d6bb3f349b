"""A file as it is put on a shelf: what it says, or why it could not be read. Knows no format and no shelf."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from pathlib import Path

from sottovoce.core.errors import BadDocument, SottoError
from sottovoce.knowledge.chunk import cut
from sottovoce.knowledge.document import Passage, Reading
from sottovoce.knowledge.documents import Document, dated
from sottovoce.knowledge.sources import Seen, modified_of

CHANGED_MEANWHILE = "was changed while it was read; it is read again the next time."


@dataclass(frozen=True, slots=True)
class Taken:
    """`notes` tell of how it was read; see Reading."""

    document: Document
    text: str = ""
    passages: tuple[Passage, ...] = ()
    notes: tuple[str, ...] = ()


async def take(seen: Seen, digest: str, now: float, reading: Awaitable[Reading]) -> Taken:
    """Return what a file says as soon as it is read.

    Raises what the reader raises, OSError, and BadDocument where the file changed meanwhile.
    """
    read = await reading
    text, passages = await asyncio.to_thread(cut, read)
    info = seen.path.stat()
    if (info.st_size, modified_of(info)) != (seen.size, seen.modified):
        raise BadDocument(
            f"{seen.name} {CHANGED_MEANWHILE}", hint="Put it on the shelf again when it is finished"
        )
    document = replace(
        _document(seen, digest, now),
        title=read.title,
        written=dated(read.written) or seen.changed,
        pages=read.pages,
    )
    return Taken(document, text, tuple(passages), read.notes)


def failed(seen: Seen, digest: str, now: float, problem: SottoError) -> Taken:
    """Return what stands on the shelf of a file that could not be read."""
    is_locked = problem.field == "password"
    document = replace(
        _document(seen, digest if is_locked else "", now),
        problem=problem.sentence,
        is_locked=is_locked,
        modified=0 if problem.sentence.endswith(CHANGED_MEANWHILE) else seen.modified,
    )
    return Taken(document)


def unreadable(seen: Seen, problem: OSError) -> BadDocument:
    """Return how a person is told of what the operating system says of a file."""
    return BadDocument(
        f"{seen.name} cannot be read: {problem.strerror or problem}.",
        hint="Look whether it is still there and may be read, and put it on the shelf again",
    )


def digest_of(path: Path) -> str:
    """Return a file's SHA-256, in hexadecimal. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _document(seen: Seen, digest: str, now: float) -> Document:
    return Document(
        number=0,
        source=seen.source,
        path=seen.key,
        name=seen.name,
        title="",
        digest=digest,
        size=seen.size,
        modified=seen.modified,
        written=None,
        pages=None,
        length=0,
        read=now,
    )
