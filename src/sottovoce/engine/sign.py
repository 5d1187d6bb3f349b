"""The sign at the door: where this home's server can be reached by the person's other programs.

A file in the home folder, there while the server runs. Believed only where nobody else could have
written it. Knows nothing of what is said through that door.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from sottovoce.core.paths import Home, write_whole

LARGEST = 64 << 10


@dataclass(frozen=True, slots=True)
class Sign:
    """`address` is what people are told. The last three say what the server is, and what its engine runs."""

    process: int
    socket: str
    address: str
    version: str
    model: str
    window: int

    @property
    def runs(self) -> tuple[str, str, int]:
        """What must be the same for another program to be served as by an engine of its own."""
        return self.version, self.model, self.window


def put_up(home: Home, sign: Sign) -> None:
    """Tell this home's programs of a server that listens. Raises DiskFull or ReadOnly."""
    write_whole(path_of(home), json.dumps(asdict(sign)).encode())


def take_down(home: Home, sign: Sign) -> None:
    """Remove the sign, unless it is another server's by now."""
    if _read(path_of(home)) == sign:
        with suppress(OSError):
            path_of(home).unlink()


def read(home: Home) -> Sign | None:
    """Return the sign of a server that lives, or None. One that cannot be trusted is none."""
    if sys.platform == "win32":  # no unix sockets there
        return None
    sign = _read(path_of(home))
    if sign is None or not _lives(sign.process) or not _is_ours(Path(sign.socket)):
        return None
    return sign


def path_of(home: Home) -> Path:
    return home.root / "server.json"


def _read(path: Path) -> Sign | None:
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        try:
            if not _is_private(os.fstat(handle)):
                return None
            said = json.loads(file.read(LARGEST))
            sign = Sign(**said)
            kinds = (int, str, str, str, str, int)
        except (OSError, ValueError, TypeError, RecursionError):
            return None
    return sign if tuple(map(type, asdict(sign).values())) == kinds else None


def _lives(process: int) -> bool:
    if process <= 0:
        return False
    try:
        os.kill(process, 0)
    except (OSError, OverflowError):  # gone, or another person's
        return False
    return True


def _is_ours(socket: Path) -> bool:
    """Whether a socket and its folder are this person's, and the folder nobody else's to enter."""
    try:
        folder, door = socket.parent.lstat(), socket.lstat()
    except (OSError, ValueError):
        return False
    return stat.S_ISDIR(folder.st_mode) and _is_private(folder) and stat.S_ISSOCK(door.st_mode)


def _is_private(found: os.stat_result) -> bool:
    return found.st_uid == os.getuid() and not found.st_mode & 0o077 if os.name != "nt" else True
