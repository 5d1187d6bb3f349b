"""Verify a model: its content against its record, and what is found to be sound is remembered.

Joins what checking looks at with what the records say it must be. Blocks: call it from a thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from sqlite3 import Connection

from sottovoce.models import checking, records, shelf
from sottovoce.models.checking import Verdict
from sottovoce.models.file import ModelFile
from sottovoce.models.shelf import KnownFile
from sottovoce.store.db import Database


def verify(database: Database, model: ModelFile) -> list[Verdict]:
    """Read a model anew, and return a verdict for each of its parts."""
    known, said = _known_of(database, model)
    found = checking.check(model.path, known, said)
    _remember(database, found, known)
    return found


def _known_of(
    database: Database, model: ModelFile
) -> tuple[dict[Path, KnownFile], dict[Path, dict[str, str]]]:
    """Return what was remembered of each part, and what each must be by whom."""
    parts = shelf.parts(model.path)
    kept = database.look(lambda conn: [shelf.known(conn, path) for path in parts])
    said: dict[Path, dict[str, str]] = {}
    record = database.look(lambda conn: records.of(conn, model.path))
    if record is not None and record.sha256:
        # Of the later parts it is what was remembered then: it is never replaced by anything else.
        digests = {file.path: file.sha256 for file in kept if file is not None} | {model.path: record.sha256}
        said = {path: {"the record of when it was added": digest} for path, digest in digests.items()}
    if model.sha256:
        said[model.path] = {"the program it came with": model.sha256}
    return {file.path: file for file in kept if file is not None}, said


def _remember(database: Database, found: Iterable[Verdict], known: Mapping[Path, KnownFile]) -> None:
    """Remember what is sound or new, so that it need not be computed again; what changed is none of both."""

    def remember(conn: Connection) -> None:
        for verdict in found:
            is_new = verdict.state == checking.UNKNOWN and verdict.path not in known
            if verdict.file is not None and (is_new or verdict.state == checking.SOUND):
                shelf.remember(conn, verdict.file)

    database.call(remember)
