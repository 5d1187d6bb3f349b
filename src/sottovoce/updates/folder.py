"""A bundle as it lies in a folder, on a stick or a disk: where what is in it, and reading it within bounds.

Believes nothing of what it reads. Names are such as every file system of a stick takes: no links, small
letters and digits, and no file larger than FAT can hold.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sottovoce.core.errors import BadBundle, BadValue, SottoError, StoreProblem

NAME = "sotto-bundle"
METADATA = "metadata"
BLOBS = "blobs"
PIECE = 1 << 30
"""Bytes of a blob: FAT holds none of 4 GiB, and one that was torn off is copied again from its beginning."""

GONE = (errno.EIO, errno.ENODEV, errno.ENXIO, errno.ENOMEDIUM if hasattr(errno, "ENOMEDIUM") else errno.EIO)
"""What the system says of a stick that was pulled out."""


class Folder:
    """One bundle. `root` is the folder named `sotto-bundle`, whether it is there or not."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def metadata(self) -> Path:
        return self.root / METADATA

    def blob(self, sha256: str) -> Path:
        """Return where the piece with this content lies."""
        return self.root / BLOBS / sha256[:2] / sha256

    def read(self, name: str, limit: int) -> bytes | None:
        """Return a metadata file, None where there is none. Raises BadBundle where it is longer."""
        return self.bounded(self.metadata / name, limit)

    def bounded(self, path: Path, limit: int) -> bytes | None:
        """Return a file's content, None where there is none; for one that does not end, an error."""
        with reading(path):
            try:
                handle = os.open(path, os.O_RDONLY | _PLAIN)
            except FileNotFoundError:
                return None
            with os.fdopen(handle, "rb") as file:
                if not stat.S_ISREG(os.fstat(handle).st_mode):
                    raise BadBundle(f"{path} is no file.", hint="Ask whoever made this bundle for a new one")
                data = file.read(limit + 1)
        if len(data) > limit:
            raise BadBundle(
                f"{path.name} of this bundle is longer than it may be.",
                hint="Ask whoever made it for a new one, and nothing of this one was taken",
            )
        return data


_PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Nothing is followed from a stick, and nobody waits for a pipe on it."""


def find(path: Path) -> Folder:
    """Return the bundle that a person means: in this folder, or the folder itself. Raises BadValue."""
    for root in (path / NAME, path):
        if (root / METADATA).is_dir():
            return Folder(root)
    if not path.exists():
        raise BadValue(f"{path} is not there.", hint="Is the stick in, and mounted?")
    raise BadValue(
        f"There is no bundle in {path}.", hint=f"It is a folder named {NAME}; sotto bundle make --to {path}"
    )


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Say in a sentence what went wrong with a stick that is read."""
    try:
        yield
    except OSError as problem:
        raise stick_problem(problem, path) from problem


def stick_problem(problem: OSError, path: Path) -> SottoError:
    """Say in a sentence what the operating system meant, of a file of a bundle."""
    if problem.errno in GONE or not path.parent.exists():
        return StoreProblem(
            f"The bundle went away while it was read or written ({path}).",
            hint="Put the stick in again and give the same command: it goes on from where it was",
            detail=str(problem),
        )
    return StoreProblem(
        f"{path} cannot be used: {problem.strerror or problem}.",
        hint="Check who may read it, and whether the stick is in order",
        detail=str(problem),
    )
