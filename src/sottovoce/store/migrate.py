"""Brings a database to this version's schema, one numbered file after another.

Knows nothing of what the tables mean. Runs inside the entrance, so only one program migrates.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from sottovoce.core.errors import UPDATE, StoreBusy, StoreNewer, StoreProblem
from sottovoce.core.paths import Home
from sottovoce.store import backup, presence
from sottovoce.store.faults import damaged

SCHEMA = 14
"""How many files stand in migrations/: counted here, since listing them costs 15 ms at every start."""

OLDEST_SQLITE = (3, 37)  # STRICT tables


def migrate(connection: sqlite3.Connection, home: Home, steps: Sequence[str] | None = None) -> bool:
    """Bring the database up to date, and say whether it was made just now.

    Each step is one transaction, with a backup before it. A new database, which has nothing to lose,
    takes all of them in one: of that a start would notice each. `steps` replaces the package's own files.
    Raises StoreNewer, StoreBusy while an older program still runs, StoreDamaged.
    """
    target = SCHEMA if steps is None else len(steps)
    version = _version(connection)
    if version > target:
        raise StoreNewer(
            "These chats were written by a later version of Sottovoce.",
            hint=UPDATE,
            detail=f"schema {version}; this version knows {target}",
        )
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if version == target:
        return False
    if version == 0 and tables:
        raise damaged(f"{home.database} is a database, but not one of Sottovoce's.", home.database)
    if version and presence.living(home):
        raise StoreBusy(
            "An older Sottovoce is running, and its database has to be brought up to date first.",
            hint="Close it and try again.",
        )
    _check_sqlite()
    connection.execute("PRAGMA journal_mode = WAL")
    scripts = steps or packaged()
    if version == 0:
        _step(connection, target, "\n;".join(scripts))
        return True
    for number, script in enumerate(scripts[version:], version + 1):
        backup.make(home)
        _step(connection, number, script)
    return False


def packaged() -> list[str]:
    """Return the text of the migrations that come with this version, in order."""
    from importlib import resources

    folder = resources.files("sottovoce.store") / "migrations"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda f: f.name)
    return [file.read_text(encoding="utf-8") for file in files]


def _step(connection: sqlite3.Connection, number: int, script: str) -> None:
    try:
        connection.executescript(f"BEGIN IMMEDIATE;\n{script}\n;PRAGMA user_version = {number};\nCOMMIT;")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _check_sqlite() -> None:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreProblem(
            f"This Python comes with SQLite {sqlite3.sqlite_version}; the chats need 3.37 or later.",
            hint="Use a newer Python, such as the one of python.org.",
        )
