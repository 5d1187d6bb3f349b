"""What is remembered of model files: where each came from, when it was used, which licences were accepted.

Functions over a connection, inside a transaction of store/db.py. Times are in seconds since 1970. Looks at no
disk but to see whether a file has changed.
"""

from __future__ import annotations

import sqlite3
from dataclasses import astuple, dataclass
from pathlib import Path

from sottovoce.core.paths import Home
from sottovoce.models import shelf
from sottovoce.models.file import ModelFile
from sottovoce.store.faults import intact

PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Record:
    """One file. `source` is how the person named it. What is not known is empty; `used` None: not yet."""

    path: Path
    name: str
    sha256: str
    source: str
    licence: str
    repository: str
    added: float
    used: float | None = None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A yes to a licence. `text_sha256` is the hash of the words shown, `text_source` where they came from.

    `file_sha256` is empty where the content was not known beforehand. `use`: private or commercial.
    `account` of the operating system: who said it; empty for what was accepted before this was kept.
    """

    file_sha256: str
    licence: str
    text_sha256: str
    text_source: str
    model: str
    source: str
    use: str
    accepted: float
    account: str


_RECORD = "path, name, sha256, source, licence, repository, added, used"
_RECORD_KINDS = (str, str, str, str, str, str, float, float | None)
_ACCEPTANCE = 'file_sha256, licence, text_sha256, text_source, model, source, "use", accepted, account'
_ACCEPTANCE_KINDS = (str, str, str, str, str, str, str, float, str)


def accept(conn: sqlite3.Connection, acceptance: Acceptance) -> None:
    """Remember that a person said yes to a licence."""
    conn.execute(
        f"INSERT INTO licence_acceptances ({_ACCEPTANCE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        astuple(acceptance),
    )


def acceptances(conn: sqlite3.Connection) -> list[Acceptance]:
    """Return every yes that was said, in the order of saying."""
    rows = conn.execute(f"SELECT {_ACCEPTANCE} FROM licence_acceptances ORDER BY number")  # noqa: S608
    return [Acceptance(*intact(row, _ACCEPTANCE_KINDS)) for row in rows]


def accepted_for(
    conn: sqlite3.Connection,
    licence_id: str,
    text_sha256: str,
    *,
    file_sha256: str | None = None,
    source: str | None = None,
) -> bool:
    """Tell whether these very words of this licence were accepted before.

    Where content or source are given: for that alone; else for whichever file.
    """
    row = conn.execute(
        "SELECT 1 FROM licence_acceptances WHERE licence = ? AND text_sha256 = ?"
        " AND file_sha256 = coalesce(?, file_sha256) AND source = coalesce(?, source)",
        (licence_id, text_sha256, file_sha256, source),
    ).fetchone()
    return row is not None


def note_model(conn: sqlite3.Connection, record: Record) -> None:
    """Remember a file put on the shelf; when it was used last too, where the content is the same."""
    before = of(conn, record.path)
    used = record.used
    if used is None and before is not None and before.sha256 in ("", record.sha256):
        used = before.used
    conn.execute(
        f"INSERT OR REPLACE INTO models ({_RECORD}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (str(record.path), *astuple(record)[1:-1], used),
    )


def note_used(conn: sqlite3.Connection, path: Path, now: float) -> None:
    """Remember that a file was loaded just now, also one that came here by hand."""
    conn.execute(
        f"INSERT INTO models ({_RECORD}) VALUES (?, ?, '', '', '', '', ?, ?)"  # noqa: S608
        " ON CONFLICT (path) DO UPDATE SET used = excluded.used",
        (str(path), path.stem, now, now),
    )


def of(conn: sqlite3.Connection, path: Path) -> Record | None:
    """Return what is remembered of a file, if anything is."""
    row = conn.execute(f"SELECT {_RECORD} FROM models WHERE path = ?", (str(path),)).fetchone()  # noqa: S608
    return None if row is None else _record(row)


def every(conn: sqlite3.Connection) -> dict[Path, Record]:
    """Return what is remembered of all files, also of those that are gone."""
    rows = conn.execute(f"SELECT {_RECORD} FROM models ORDER BY added, path")  # noqa: S608
    return {record.path: record for record in map(_record, rows)}


def forget(conn: sqlite3.Connection, path: Path) -> None:
    """Forget a file that was removed. The licences accepted for it stay on record."""
    conn.execute("DELETE FROM models WHERE path = ?", (str(path),))
    conn.execute("DELETE FROM checked_files WHERE path = ?", (str(path),))


def licence_for(conn: sqlite3.Connection, home: Home, model: ModelFile) -> str:
    """Return the licence that a file goes by.

    The catalogue's, where it knows the content; else what counted when it was added, which the yes was for;
    else the file's own word. Where the content may be another by now, the stricter of the last two.
    """
    from sottovoce.models import catalogue, licences

    content = shelf.known(conn, model.path)
    if content is not None and not shelf.is_unchanged(content):
        content = None  # another file may lie there by now
    card = catalogue.with_content(content.sha256, catalogue.cards(home)) if content else None
    if card is not None:
        return card[0].licence
    record = of(conn, model.path)
    if record is None or not record.licence:
        return model.licence
    if content is not None and content.sha256 == record.sha256:
        return record.licence
    return licences.ruled(record.licence, model.licence).spelt


def check_use(conn: sqlite3.Connection, home: Home, model: ModelFile, use: str) -> None:
    """Raise LicenceRefused where the model may not be used so, `use` being the setting."""
    if use != PRIVATE:
        from sottovoce.models import licences

        licences.allows(licences.of(licence_for(conn, home, model)), use)


def _record(row: tuple[object, ...]) -> Record:
    path, *rest = intact(row, _RECORD_KINDS)
    return Record(Path(path), *rest)
