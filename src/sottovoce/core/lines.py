"""Files of JSON lines that are only added to, by several programs at once, and that a person can read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from sottovoce.core.errors import StoreProblem
from sottovoce.core.paths import PRIVATE_FILE, disk_problem, sync_folder

APPEND = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)


def written(record: Mapping[str, str | int | float]) -> bytes:
    """Return a record as its line."""
    return json.dumps(record, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def append(path: Path, line: bytes) -> None:
    """Put a line on the disk. Raises DiskFull, ReadOnly or StoreProblem."""
    try:
        is_new = not path.exists()
        handle = os.open(path, APPEND, PRIVATE_FILE)
        try:
            if _torn_end(handle):
                line = b"\n" + line
            # One write: with O_APPEND two processes never mix their lines.
            count = os.write(handle, line)
            os.fsync(handle)
        finally:
            os.close(handle)
        if is_new:
            sync_folder(path.parent)
    except OSError as problem:
        raise disk_problem(problem, path) from problem
    if count != len(line):
        raise StoreProblem(f"{path} took only part of a line.", hint="Free some space; try again.")


def whole(path: Path) -> Iterator[bytes]:
    """Yield whole lines, none where there is no file. Raises as `append` does.

    A torn last one was being written when the power went: nothing followed it.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return
    except OSError as problem:
        raise disk_problem(problem, path) from problem
    *lines, _torn = data.split(b"\n")
    yield from (line for line in lines if line)


def _torn_end(handle: int) -> bool:
    """Tell whether the file ends in the middle of a line, which must not swallow the next one."""
    size = os.fstat(handle).st_size
    if size == 0:
        return False
    os.lseek(handle, size - 1, os.SEEK_SET)
    return os.read(handle, 1) != b"\n"
