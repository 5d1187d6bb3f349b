"""Checks of the machine: interpreter, clock, disk, screen, and what other runs have left behind.

Each takes values and judges them; the few that look at the system say so in their name.
"""

from __future__ import annotations

import codecs
import os
import re
import shlex
import shutil
import socket
import sqlite3
import stat
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sottovoce.doctor.finding import Finding, failure, fine, size, warning

OLDEST_PYTHON = (3, 11)
RELEASED = 1_793_491_200
"""Seconds since 1970 of 2026-11-01: a clock that says less is wrong."""
AHEAD_SECONDS = 86_400

DISK_LOW = 1_000_000_000
DISK_OUT = 50_000_000

REMOTE_KINDS = frozenset({
    "nfs", "nfs3", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afs", "afpfs", "webdav", "davfs", "9p",
    "ceph", "glusterfs", "lustre", "beegfs", "fuse.sshfs", "fuse.rclone", "fuse.davfs2", "fuse.glusterfs",
    "fuse.s3fs",
})  # fmt: skip

ENGINE = "sottovoce.engine.child"

TEMPORARY = re.compile(r"sotto-((doctor|proof)-)?[a-z0-9_]{8}")
"""What `tempfile` makes of the prefixes used here; nobody's own folder is likely to be named so."""
ABANDONED_SECONDS = 3600


def python(version: tuple[int, int, int]) -> Finding:
    said = ".".join(map(str, version))
    if version[:2] < OLDEST_PYTHON:
        return failure("python", f"Python {said} is too old; Sottovoce needs 3.11.", "install a newer Python")
    return fine("python", f"Python {said}")


def sqlite() -> Finding:
    """Look whether this Python's SQLite can do the full-text search."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE probe USING fts5 (words)")
    except sqlite3.Error:
        return failure(
            "sqlite",
            f"This Python's SQLite {sqlite3.sqlite_version} has no full-text search (FTS5).",
            "use the Python from python.org, from your system's packages, or from uv",
        )
    finally:
        connection.close()
    return fine("sqlite", f"SQLite {sqlite3.sqlite_version} with full-text search")


def clock(now: float, newest: float | None) -> Finding:
    """Judge the time: not before this program was made, nor long before what was last written."""
    said = time.strftime("%Y-%m-%d %H:%M", time.localtime(now))
    step = "set the date and time of this machine, then run sotto doctor again"
    if now < RELEASED:
        return warning("clock", f"The clock says {said}, which is before this program was made.", step)
    if newest is not None and newest > now + AHEAD_SECONDS:
        return warning("clock", f"The clock says {said}, but files here were written later than that.", step)
    return fine("clock", said)


def disk(free: int) -> Finding:
    if free < DISK_OUT:
        return failure("disk", f"Only {size(free)} are free.", "free some space; nothing saved is lost")
    if free < DISK_LOW:
        return warning("disk", f"Only {size(free)} are free.", "free some space soon")
    return fine("disk", f"{size(free)} are free")


def free_space(folder: Path) -> int:
    """Look at the disk that holds a folder, or would hold it once it is made."""
    return shutil.disk_usage(existing(folder)).free


def existing(path: Path) -> Path:
    """Return the nearest folder above that exists."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


@dataclass(frozen=True, slots=True)
class Mount:
    at: Path
    kind: str


def file_system(root: Path, mounts: Iterable[Mount]) -> Finding:
    holding = [mount for mount in mounts if root.is_relative_to(mount.at)]
    kind = max(holding, key=lambda mount: len(mount.at.parts)).kind if holding else "unknown"
    if kind.lower() in REMOTE_KINDS:
        return warning(
            "file system",
            f"{root} lies on a network drive ({kind}), where locks fail and a database can be damaged.",
            "keep the home on this machine's own disk: SOTTO_HOME=/some/folder sotto",
        )
    return fine("file system", kind)


def mounts_here() -> list[Mount]:
    """Look at what is mounted where."""
    import psutil

    return [Mount(Path(part.mountpoint), part.fstype) for part in psutil.disk_partitions(all=True)]


def screen(encoding: str | None) -> Finding:
    """Judge the encoding of standard output."""
    try:
        name = codecs.lookup(encoding or "").name
    except LookupError:
        name = "unknown"
    if name == "utf-8":
        return fine("screen", "shows UTF-8")
    return warning(
        "screen",
        f"The terminal's encoding is {encoding or 'unknown'}; accents and Chinese show as question marks.",
        "export LANG=C.UTF-8   (Windows: chcp 65001)",
    )


@dataclass(frozen=True, slots=True)
class Process:
    number: int
    command: tuple[str, ...]
    parent: tuple[str, ...] | None
    """The parent's command line; None where the parent is gone."""


def leftovers(processes: Iterable[Process], folders: Sequence[Path] = ()) -> Finding:
    """Judge whether engines, or folders of theirs, outlived the program that started them."""
    numbers = [
        str(process.number) for process in processes if ENGINE in process.command and _is_orphan(process)
    ]
    said, steps = [], []
    if numbers:
        which = "An engine runs" if len(numbers) == 1 else f"{len(numbers)} engines run"
        said.append(f"{which} on though the program that started it is gone (process {', '.join(numbers)}).")
        steps.append(f"kill {' '.join(numbers)}")
    if folders:
        which = "A temporary folder is" if len(folders) == 1 else f"{len(folders)} temporary folders are"
        said.append(f"{which} left of a program that was killed.")
        steps.append(f"rm -r {' '.join(shlex.quote(str(folder)) for folder in folders)}")
    if said:
        return warning("leftovers", " ".join(said), "; ".join(steps))
    return fine("leftovers", "no engine left over from before")


def _is_orphan(process: Process) -> bool:
    """An orphan's new parent is the system's first process or a session's keeper, never Python."""
    if process.parent is None:
        return True
    return not any("python" in word or "sotto" in word for word in process.parent[:2])


def processes_here() -> list[Process]:
    """Look at this machine's engine processes; those of other people may hide what they are."""
    import psutil

    found = []
    for process in psutil.process_iter(["pid", "cmdline"]):
        command = tuple(process.info["cmdline"] or ())
        if ENGINE not in command:
            continue
        try:
            parent = process.parent()
            found.append(Process(process.info["pid"], command, tuple(parent.cmdline()) if parent else None))
        except psutil.Error:  # ended meanwhile, or not ours to look at
            continue
    return found


def folders_here(now: float, room: Path | None = None) -> list[Path]:
    """Look for private folders that nobody uses any more, where temporary files are kept.

    Not on Windows, where an engine in use shows nothing in its folder.
    """
    if sys.platform == "win32":
        return []
    room = room or Path(tempfile.gettempdir())
    return [path for path in sorted(room.glob("sotto-*")) if _is_abandoned(path, now)]


def _is_abandoned(folder: Path, now: float) -> bool:
    try:
        seen = folder.lstat()
        is_ours = stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.geteuid() and not seen.st_mode & 0o077
        return (
            is_ours
            and TEMPORARY.fullmatch(folder.name) is not None
            and now - seen.st_mtime > ABANDONED_SECONDS
            and not any(_is_served(path) for path in folder.glob("*.sock"))
        )
    except OSError:  # gone meanwhile
        return False


def _is_served(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:  # there, but too busy to answer
            return True
    return True
