"""Looks whether a shelf is sound, and whether it is still in step with its sources."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field

from sottovoce.core.errors import StoreDamaged
from sottovoce.knowledge import documents, sources
from sottovoce.knowledge.sources import Seen

MOST_NAMED = 20
"""Of each kind; the rest is counted."""


@dataclass(slots=True)
class Verdict:
    """What is wrong, in sentences, and what has changed since, by the documents' names.

    `missing` has the paths of what is not there now or cannot be looked into; what was read of it is kept.
    """

    damage: list[str] = field(default_factory=list)
    is_broken: bool = False
    """Whether the shelf's own file is damaged, and not only an encyclopaedia on it."""
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not self.damage

    @property
    def is_in_step(self) -> bool:
        return not (self.missing or self.changed or self.new or self.gone)


def damage(connection: sqlite3.Connection) -> list[str]:
    """Read all of the shelf; return what is wrong with it, in sentences."""
    found = [str(line) for (line,) in connection.execute(f"PRAGMA integrity_check({MOST_NAMED})")]
    wrong = [] if found == ["ok"] else [f"Its database is damaged: {line}." for line in found]
    for document in documents.listed(connection):
        try:
            data = documents.text_of(connection, document.number)
        except StoreDamaged as problem:
            wrong.append(f"{document.name}: {problem.sentence}")
            continue
        if len(data) != document.length:
            wrong.append(f"{document.name}: a part of its text is missing.")
        elif not _is_whole(connection, document.number, data):
            wrong.append(f"{document.name}: a passage of it does not stand in its text.")
        if len(wrong) >= MOST_NAMED:
            break
    return wrong


def compared(connection: sqlite3.Connection, is_readable: Callable[[str], bool]) -> Verdict:
    """Return what has changed in the sources since they were last looked through."""
    verdict = Verdict()
    known = {one.path: one for one in documents.listed(connection) if one.source is not None}
    seen: dict[str, Seen] = {}
    for source in sources.listed(connection):
        if not source.path.exists():
            verdict.missing.append(str(source.path))
            continue
        look = sources.look_through(source, is_readable)
        verdict.missing += map(str, look.closed)
        seen |= {one.key: one for one in look.seen}
    for key, one in seen.items():
        before = known.get(key)
        if before is None:
            verdict.new.append(one.name)
        elif (before.size, before.modified) != (one.size, one.modified):
            verdict.changed.append(one.name)
    lost = tuple(verdict.missing)
    verdict.gone = [
        one.name for key, one in known.items() if key not in seen and not one.path.startswith(lost)
    ]
    return verdict


def _is_whole(connection: sqlite3.Connection, document: int, data: bytes) -> bool:
    for start, end in connection.execute('SELECT start, "end" FROM passages WHERE document = ?', (document,)):
        try:
            if not 0 <= start < end <= len(data) or not data[start:end].decode():
                return False
        except UnicodeDecodeError:
            return False
    return True
