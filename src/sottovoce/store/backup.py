"""Copies of the database, whole and checked, and the way back from one.

`make` and `renew` are called inside the entrance (presence.py); `restore` passes it itself.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from sottovoce.core.errors import NotFound, StoreBusy
from sottovoce.core.paths import PRIVATE_FILE, Home, make_folder, move_away, sync_folder
from sottovoce.store import presence
from sottovoce.store.faults import damaged, translated

KEPT = 3
DAY = 86_400.0

# Numbered, not dated: a clock that was wrong once must not decide which copy is the newest.
_NAME = re.compile(r"sotto-(\d{6,})\.db")
_ASIDE = re.compile(r"sotto\.db\.damaged-(\d+)\.db")


def make(home: Home) -> Path:
    """Write a checked copy of the database and remove the oldest beyond three. Raises StoreDamaged."""
    path = _write(home)
    _remove(_all(home)[:-KEPT])
    return path


def renew(home: Home) -> None:
    """Replace all copies by a fresh one, so that nothing deleted lives on in them."""
    old = _all(home)
    if old:
        _write(home)
    _clear_parts(home)
    _remove([*old, *home.root.glob("sotto.db.damaged*")])


def newest(home: Home) -> Path | None:
    return next(reversed(_all(home)), None)


def due(home: Home, now: float) -> bool:
    """Say whether the newest copy is older than a day, or there is none."""
    path = newest(home)
    return path is None or abs(now - path.stat().st_mtime) > DAY


def flaw(connection: sqlite3.Connection, check: str = "integrity_check") -> str | None:
    """Return the first thing that is wrong with a database, or None: what `sound` means everywhere.

    `check` is SQLite's own, of the pages; quick_check leaves out whether the indexes fit. No check of
    SQLite's looks into a text, so every one is read here as well. Raises sqlite3.DatabaseError where
    the damage is too deep to name.
    """
    (verdict,) = connection.execute(f"PRAGMA {check}(1)").fetchone()
    if verdict != "ok":
        return str(verdict).splitlines()[-1]
    table = _with_broken_text(connection)
    return f"a text in {table} cannot be read" if table else None


def restore(home: Home) -> tuple[Path, Path | None]:
    """Put the newest sound copy in the database's place; return it, and where the damaged file went.

    The damaged file stays beside the database until the next deletion of a chat. Raises NotFound when
    there is no sound copy, StoreBusy while a program has the database open.
    """
    with presence.entrance(home), translated(home.database):
        if presence.living(home):
            raise StoreBusy("Another sotto has the database open.", hint="Close it and try again.")
        source = next((path for path in reversed(_all(home)) if _sound(path)), None)
        if source is None:
            raise NotFound(
                "There is no sound backup to go back to.",
                hint="To begin anew, move both away and keep them: "
                f"{move_away(home.backups)} && {move_away(home.database)}",
            )
        fresh = _on_the_way_back(home)
        try:
            shutil.copyfile(source, fresh)
            _settle(fresh)
            aside = _set_aside(home)
            fresh.replace(home.database)
        finally:
            fresh.unlink(missing_ok=True)
        sync_folder(home.root)
        return source, aside


def _write(home: Home) -> Path:
    make_folder(home.backups)
    with translated(home.database):
        _clear_parts(home)
        last = newest(home)
        number = _number(last) + 1 if last else 1
        path = home.backups / f"sotto-{number:06}.db"
        part = path.with_suffix(".part")
        try:
            _copy(home.database, part)
            if not _sound(part):
                raise damaged(f"The database {home.database} is damaged in places.", home.database)
            _settle(part)
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        sync_folder(home.backups)
        return path


def _clear_parts(home: Home) -> None:
    """Remove what a killed program left half copied, there or on the way back."""
    for part in [*home.backups.glob("*.part"), _on_the_way_back(home)]:
        part.unlink(missing_ok=True)


def _copy(database: Path, target: Path) -> None:
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))
    with (
        closing(sqlite3.connect(database, timeout=presence.PATIENCE)) as source,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        copy.execute("PRAGMA synchronous = OFF")  # _settle syncs the whole file once
        source.backup(copy)
        _sign_all_out(copy)
        # A copy is one file: the log's mode would make two more at the first look into it.
        copy.execute("PRAGMA journal_mode = DELETE")


def _sign_all_out(copy: sqlite3.Connection) -> None:
    """Leave no sign-in in a copy: going back to it must let in nobody who was signed out since."""
    if copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'sessions'").fetchone():
        copy.execute("DELETE FROM sessions")


def _sound(path: Path) -> bool:
    """Say whether a copy has no flaw. A file without a schema is no copy of anything."""
    broken = (sqlite3.DatabaseError, UnicodeDecodeError)  # the latter from a complaint about the schema
    with suppress(*broken), closing(sqlite3.connect(path)) as connection:
        (schema,) = connection.execute("PRAGMA user_version").fetchone()
        return bool(schema > 0 and flaw(connection, "quick_check") is None)
    return False


def _with_broken_text(connection: sqlite3.Connection) -> str | None:
    """Return the first table that holds a text which is not UTF-8."""
    columns: dict[str, list[str]] = {}
    for table, column in connection.execute(
        """SELECT t.name, c.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c
           WHERE t.type = 'table' AND t.rootpage > 0 AND c.type = 'TEXT'"""  # a virtual one has no page
    ).fetchall():
        columns.setdefault(table, []).append(f'"{column}"')
    factory, connection.text_factory = connection.text_factory, bytes
    try:
        for table, names in columns.items():
            rows = connection.execute(f'SELECT {", ".join(names)} FROM "{table}"')  # noqa: S608
            try:
                for row in rows:
                    for text in filter(None, row):
                        text.decode()
            except UnicodeDecodeError:
                return table
        return None
    finally:
        connection.text_factory = factory


def _settle(path: Path) -> None:
    """Make a finished file private and safe from a power cut."""
    path.chmod(PRIVATE_FILE)
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _set_aside(home: Home) -> Path | None:
    """Copy the damaged database and its log out of the way, then remove the log.

    The log has to go before the new file comes: SQLite would play it into the wrong database.
    """
    if not home.database.exists():
        return None
    # Beyond the highest, logs included: one removed by hand must not lead to another's number.
    taken = [int(found[1]) for path in home.root.iterdir() if (found := _ASIDE.match(path.name))]
    aside = home.root / f"sotto.db.damaged-{max(taken, default=0) + 1}.db"
    for ending in ("", "-wal"):
        file = home.database.with_name(home.database.name + ending)
        if file.exists():
            shutil.copyfile(file, aside.with_name(aside.name + ending))
            _settle(aside.with_name(aside.name + ending))
    for ending in ("-wal", "-shm"):
        home.database.with_name(home.database.name + ending).unlink(missing_ok=True)
    return aside


def _on_the_way_back(home: Home) -> Path:
    return home.database.with_name("sotto.db.part")


def _all(home: Home) -> list[Path]:
    """Return the copies, oldest first."""
    if not home.backups.is_dir():
        return []
    copies = [path for path in home.backups.iterdir() if _NAME.fullmatch(path.name)]
    return sorted(copies, key=_number)


def _number(path: Path) -> int:
    return int(path.stem.removeprefix("sotto-"))


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
    for folder in {path.parent for path in paths}:
        sync_folder(folder)
