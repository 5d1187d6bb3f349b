"""Checks of the home folder: settings, who may read it, database, backups, and what has left.

Reads only. Nothing is made, migrated or mended; each finding names the command that would.
"""

from __future__ import annotations

import os
import shlex
import sqlite3
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from sottovoce.chat.guarding.rules_file import RulesFile
from sottovoce.core import settings as settings_of
from sottovoce.core.errors import UPDATE, SottoError, StoreNewer
from sottovoce.core.paths import Home
from sottovoce.core.settings import Settings, Value
from sottovoce.doctor.finding import Finding, failure, fine, from_error, size, warning
from sottovoce.guard.provenance import short
from sottovoce.hybrid import keys, upstreams
from sottovoce.net.ledger import Ledger
from sottovoce.store import backup, signing
from sottovoce.store.faults import damaged, translated
from sottovoce.store.migrate import SCHEMA

NAMED_AT_MOST = 3
OLD_BACKUP_DAYS = 14


def read_settings(
    home: Home, environment: Mapping[str, str], given: Mapping[str, Value | None]
) -> tuple[Settings, Finding]:
    """Return the settings, or the defaults where they cannot be read, and what was found."""
    try:
        settings = settings_of.load(home, environment, given)
    except SottoError as problem:
        return Settings(), from_error("settings", problem, "sotto --debug settings list shows more")
    except OSError as problem:
        step = f"give yourself read access to {home.config}"
        return Settings(), failure("settings", f"{home.config} cannot be read: {problem.strerror}.", step)
    return settings, fine(
        "settings", "config.toml is in order" if home.config.exists() else "all as they came"
    )


def access(home: Home) -> Finding:
    """Look whether this user, and nobody else, can use the home."""
    root = home.root
    if not root.exists():
        return fine("home", f"{root} will be made by the first chat")
    if not os.access(root, os.R_OK | os.W_OK | os.X_OK):
        step = "give yourself write access, or choose another home: SOTTO_HOME=/some/folder sotto"
        return failure("home", f"{root} cannot be written.", step)
    if sys.platform == "win32":  # rights are lists there, inherited from the user's own folder
        return fine("home", str(root))
    if root.stat().st_uid != os.geteuid():
        step = f'sudo chown -R "$(id -un)" {shlex.quote(str(root))}'
        return warning("home", f"{root} belongs to another user of this machine.", step)
    wide = list(too_open(root))
    if not wide:
        return fine("home", f"{root}, private to you")
    named = ", ".join(str(path.relative_to(root)) for path in wide[:NAMED_AT_MOST])
    more = f" and {len(wide) - NAMED_AT_MOST} more" if len(wide) > NAMED_AT_MOST else ""
    step = f"chmod -R u=rwX,go= {shlex.quote(str(root))}"
    if root in wide:
        return failure("home", f"Others on this machine can look into {root}.", step)
    return warning("home", f"Only the folder above keeps others out of {named}{more}.", step)


def rules(home: Home) -> Finding:
    """Look whether the owner's rules can be used, and which are in force."""
    held = RulesFile(home, lambda path, data: None).in_force()
    count = len(held.rules.rules)
    if held.wrong is not None:
        stay = f"the last good ones ({count}) stay in force" if count else "no rules are in force"
        return warning(
            "rules", f"{home.rules} is not used: {held.wrong} Until then, {stay}.", "sotto guard check"
        )
    return fine("rules", f"{count} of the owner's own" if count else "none of the owner's own")


def too_open(root: Path) -> Iterator[Path]:
    """Yield what grants others anything."""
    for path in (root, *root.rglob("*")):
        try:
            status = path.lstat()
        except OSError:  # gone meanwhile
            continue
        if not stat.S_ISLNK(status.st_mode) and status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield path


def database(home: Home) -> Finding:
    try:
        return fine("database", read_database(home))
    except SottoError as problem:
        return from_error("database", problem, "sotto --debug chats list shows more")


def read_database(home: Home) -> str:
    """Read the whole database and say what is in it.

    Raises StoreDamaged, StoreNewer, and what else SQLite or the disk may say.
    """
    if not home.database.exists():
        return "none yet; the first chat makes it"
    version, problem, chats, bytes_used = _examined(home)
    if version > SCHEMA:
        raise StoreNewer(
            "These chats were written by a later version of Sottovoce.",
            hint=UPDATE,
        )
    if problem:
        raise damaged(f"The database {home.database} is damaged: {problem}.", home.database)
    if version == 0 and backup.newest(home) is not None:
        raise damaged(
            f"The database {home.database} is empty, though there are backups of it.", home.database
        )
    said = f"sound, {chats} chat{'' if chats == 1 else 's'}, {size(bytes_used)}"
    return said if version == SCHEMA else f"{said}; the next chat brings it up to date"


def _examined(home: Home) -> tuple[int, str | None, int, int]:
    with translated(home.database):
        address = f"{home.database.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=5)) as connection:
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            problem = backup.flaw(connection)
            chats = int(connection.execute("SELECT count(*) FROM chats").fetchone()[0]) if version else 0
            return version, problem, chats, home.database.stat().st_size


def backups(home: Home, now: float) -> Finding:
    newest = backup.newest(home)
    if newest is None:
        if home.database.exists():
            return warning(
                "backups", "There is no backup of the chats yet.", "sotto makes one when it starts"
            )
        return fine("backups", "none yet; there is nothing to back up")
    days = max(0, int((now - newest.stat().st_mtime) // 86_400))
    said = {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")
    if days > OLD_BACKUP_DAYS and home.database.stat().st_mtime > newest.stat().st_mtime + 86_400:
        return warning("backups", f"The newest backup was made {said}.", "sotto makes one when it starts")
    return fine("backups", f"the newest was made {said}")


def signing_key(home: Home) -> Finding:
    """Look whether what an AI writes can be signed, and whether the key is the one that it was."""
    try:
        public, known = signing.public_key(home), signing.public_keys(home)
    except SottoError as problem:
        return from_error("signing", problem, "see whether signing.key may be read")
    if public is None and not known:
        return fine("signing", "a key is made when an answer is first exported")
    if public is None:
        return warning("signing", "The signing key is gone.", "sotto verify --public-key makes a new one")
    if known and known[-1] != public:
        step = "sotto verify --public-key takes it over, and prints what others need"
        return warning("signing", "The signing key is another one than before.", step)
    if sys.platform != "win32" and home.signing_key.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        said = f"The rights of {home.signing_key} let others read it: who has it can sign in your name."
        return warning("signing", said, f"chmod 600 {shlex.quote(str(home.signing_key))}")
    return fine("signing", f"key {short(public)}")


def keys_elsewhere(home: Home) -> Finding | None:
    """Look whether the keys of models elsewhere can be read; None where there are none."""
    held = [one for one in upstreams.listed(home) if not one.problem and keys.place_of(home, one.name)]
    for one in held:
        try:
            keys.of(home, one, mend=False)
        except SottoError as problem:
            return warning("keys", problem.sentence, problem.hint or f"sotto upstreams show {one.name}")
    return fine("keys", f"{len(held)} of models elsewhere, to be read") if held else None


def network(home: Home, setting: str) -> Finding:
    """Tell what may leave and what has left."""
    try:
        summary = Ledger(home.ledger).summary()
    except SottoError as problem:
        return from_error("network", problem, f"look at {home.ledger}")
    if summary.unreadable:
        said = (
            f"{summary.unreadable} lines of the ledger cannot be read, so what left is not known for certain."
        )
        return warning("network", said, f"look at {home.ledger}")
    if summary.last is None:
        return fine("network", f"{setting}: nothing has left this machine")
    last = time.strftime("%Y-%m-%d %H:%M", time.localtime(summary.last))
    count = f"{summary.count} connection{'' if summary.count == 1 else 's'}"
    return fine("network", f"{setting}: {count}, the last on {last}; {home.ledger} names them")


def newest_written(home: Home) -> float | None:
    """Return when anything in the home was last written, to hold the clock against."""
    times = [path.stat().st_mtime for path in (home.database, home.config, home.ledger) if path.exists()]
    return max(times, default=None)
