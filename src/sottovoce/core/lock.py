"""One program at a time: an advisory lock on a file, gone with the process that held it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from sottovoce.core.paths import PRIVATE_FILE, disk_problem


class FileLock:
    """Held from a successful `take` until `release` or the end of the process, however it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def take(self) -> bool:
        """Take the lock if nobody has it, and say whether we have it now."""
        if self._handle is not None:
            return True
        while self._handle is None:
            try:
                handle = os.open(self.path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
            except OSError as problem:
                raise disk_problem(problem, self.path) from problem
            if not _lock(handle):
                os.close(handle)
                return False
            if _is_at(handle, self.path):
                self._handle = handle
            else:  # whoever had it has removed the file: the next one would lock another
                os.close(handle)
        return True

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _is_at(handle: int, path: Path) -> bool:
    """Tell whether the path still leads to the open file. On Windows an open file cannot be removed."""
    try:
        return os.name == "nt" or os.path.samestat(os.fstat(handle), path.stat())
    except OSError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
