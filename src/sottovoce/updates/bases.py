"""Finds the earlier files that a bundle's deltas start from among what is here, by their content.

A shelf that is in use is no longer the file that came; it is copied as it came, and then compared.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from sottovoce.core.errors import StoreProblem
from sottovoce.core.paths import Home, make_folder
from sottovoce.store.shelves import ShelfRow
from sottovoce.updates import deltas, programs
from sottovoce.updates.contents import Delta, File
from sottovoce.updates.copying import BLOCK
from sottovoce.updates.known import folder


class Shelves(Protocol):
    """What is done with the file of a shelf; see knowledge/carrying."""

    def mark(self, folder: Path, /) -> str: ...
    def check(self, folder: Path, /) -> None: ...
    def as_it_came(self, folder: Path, into: Path, /) -> None: ...


def same_wheel(kept: Mapping[str, Path], file: File) -> Path | None:
    """Return which of the wheels that are kept here, by digest, is this very one; None: none is."""
    path = kept.get(file.sha256)
    return path if path is not None and path.is_file() and digest_of(path) == file.sha256 else None


def clear(home: Home) -> None:
    """Remove the copies of shelves, also those that were made for a plan that nobody carried out."""
    shutil.rmtree(_folder(home), ignore_errors=True)


def _folder(home: Home) -> Path:
    return folder(home) / "bases"


class Bases:
    """Copies of shelves lie in a folder of their own until they are let go of."""

    def __init__(self, home: Home, shelves: Shelves) -> None:
        self._home = home
        self._shelves = shelves
        self._copies: dict[str, str] = {}
        self._wheels: dict[str, Path] | None = None

    def of_shelf(self, row: ShelfRow, file: File) -> tuple[Delta, Path] | None:
        """Return a delta that starts from this shelf as it came, and that; None: there is none."""
        if not any(delta.method == deltas.METHOD for delta in file.deltas):
            return None
        copy = _folder(self._home) / f"{row.id}.db"
        if row.id not in self._copies or not copy.exists():
            make_folder(copy.parent)
            copy.unlink(missing_ok=True)
            try:
                self._shelves.as_it_came(self._home.knowledge / row.id, copy)
                self._copies[row.id] = digest_of(copy)
            except StoreProblem:  # damaged or gone: the whole file mends it
                copy.unlink(missing_ok=True)  # on a full disk it would take the room of that
                return None
        return self._starting_from(file, {self._copies[row.id]: copy})

    def of_wheel(self, file: File) -> tuple[Delta, Path] | None:
        """Return a delta that starts from a wheel that is here, and that."""
        return self._starting_from(file, self._kept())

    def wheel(self, file: File) -> Path | None:
        """Return where this very wheel is here already; None: nowhere."""
        return same_wheel(self._kept(), file)

    def forget(self) -> None:
        """Let go of the copies."""
        clear(self._home)
        self._copies.clear()

    def _kept(self) -> dict[str, Path]:
        if self._wheels is None:
            self._wheels = programs.kept_wheels(self._home)
        return self._wheels

    def _starting_from(self, file: File, here: dict[str, Path]) -> tuple[Delta, Path] | None:
        for delta in sorted(file.deltas, key=lambda one: one.size):
            path = here.get(delta.base)
            if delta.method == deltas.METHOD and path is not None and digest_of(path) == delta.base:
                return delta, path
        return None


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file; empty where it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
    except OSError:
        return ""
    return digest.hexdigest()
