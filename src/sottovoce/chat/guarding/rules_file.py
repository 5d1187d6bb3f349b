"""The owner's rules on the disk: read again when their file changes, the last good ones kept in force.

A file that cannot be used, or is gone, changes nothing but that it is told: what was last read without a
fault stays in force, from a copy beside it, also in the next program. Where the copy is gone as well, there
are no rules, in every program at once. Knows files; what rules mean it is told by guard/own_file.py.
"""

from __future__ import annotations

import logging
import os
import stat
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sottovoce.core.errors import SottoError
from sottovoce.core.paths import Home, write_whole
from sottovoce.core.ruled import Wrong
from sottovoce.guard.own import NO_RULES, OwnRules
from sottovoce.guard.own_file import LARGEST, read

log = logging.getLogger(__name__)

Mark = tuple[int, int, int] | str
"""A file's size, time and number; or why there is none of it to read."""

GONE = "gone"
EMPTY = Wrong("It is empty; to have no rules, write a line with # into it.")
LOST = Wrong("It is gone; to have no rules, remove rules.good.toml as well.")


@dataclass(frozen=True, slots=True)
class InForce:
    """The rules that hold by now. `wrong` is what the file has, if these are not what it says."""

    rules: OwnRules
    wrong: Wrong | None = None


class RulesFile:
    """The rules file of one home. Cheap to ask before every turn: it looks whether the file has changed."""

    def __init__(self, home: Home, write: Callable[[Path, bytes], None] = write_whole) -> None:
        self.path = home.rules
        self.good = home.good_rules
        self._write = write
        self._marks: tuple[Mark, Mark] | None = None
        self._in_force = InForce(NO_RULES)
        self._reading = threading.Lock()

    def in_force(self) -> InForce:
        """Return the rules that hold now. Raises nothing: whatever is wrong is in it."""
        with self._reading:
            mark = _mark(self.path)
            # The copy counts only where there is no file.
            marks = mark, _mark(self.good) if mark == GONE else ""
            if marks != self._marks:
                self._in_force = InForce(NO_RULES) if marks == (GONE, GONE) else self._read(mark)
                self._marks = marks
            return self._in_force

    def _read(self, mark: Mark) -> InForce:
        """Return what holds, now that the file is another one than before."""
        data = _bytes(self.path, mark)
        if isinstance(data, Wrong):
            return self._refused(data)
        found = read(data)
        if isinstance(found, Wrong):
            return self._refused(found)
        if not data.strip() and self._last_good().rules:
            return self._refused(EMPTY)  # a save that was not finished, as a rule
        self._keep(data)
        return InForce(found)

    def _refused(self, wrong: Wrong) -> InForce:
        last = self._last_good()
        if wrong is LOST and not last.rules:
            return InForce(NO_RULES)
        log.warning("%s is not used: %s", self.path, wrong)
        return InForce(last, wrong)

    def _last_good(self) -> OwnRules:
        """Return the last rules without a fault: those of this program, or the copy on the disk."""
        if self._in_force.rules.rules:
            return self._in_force.rules
        data = _bytes(self.good, _mark(self.good))
        kept = data if isinstance(data, Wrong) else read(data)
        return NO_RULES if isinstance(kept, Wrong) else kept

    def _keep(self, data: bytes) -> None:
        """Keep a copy of a good file, unless there is one. That it cannot be written stops nobody."""
        if _bytes(self.good, _mark(self.good)) == data:
            return
        try:
            self._write(self.good, data)
        except SottoError as problem:
            log.warning("The last good rules are not kept: %s", problem.sentence)


def read_file(path: Path) -> OwnRules | Wrong:
    """Return the rules in any file, or what is wrong with it."""
    data = _bytes(path, _mark(path))
    if isinstance(data, Wrong):
        return Wrong("There is no such file.") if data is LOST else data
    return read(data)


def _mark(path: Path) -> Mark:
    try:
        info = path.stat()
    except FileNotFoundError:
        return GONE
    except OSError as problem:
        return f"It cannot be read: {problem.strerror}."
    if not stat.S_ISREG(info.st_mode):
        return "It is a folder, no file." if stat.S_ISDIR(info.st_mode) else "It is no ordinary file."
    return info.st_size, info.st_mtime_ns, info.st_ino


def _bytes(path: Path, mark: Mark) -> bytes | Wrong:
    """Return a file's bytes, or why it has none."""
    if isinstance(mark, str):
        return LOST if mark == GONE else Wrong(mark)
    if mark[0] > LARGEST:
        return Wrong(f"It has {mark[0]:,} bytes; a rules file has at most {LARGEST:,}.")
    try:
        # It may have become a pipe meanwhile, which nobody is to wait for.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            return file.read(LARGEST + 1)
    except FileNotFoundError:
        return LOST
    except OSError as problem:
        return Wrong(f"It cannot be read: {problem.strerror}.")
