"""Put a model's file on the shelf: checked first, then linked or copied into the models folder.

A linked file stays where it is and as it is: nothing here writes to it, or changes its mode or owner.
Knows nothing of licences, nor of downloads.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sottovoce.core.amounts import amount
from sottovoce.core.errors import BadModelFile, BadValue, DiskFull
from sottovoce.core.paths import PRIVATE_FILE, Home, disk_problem, give_name, sync_folder
from sottovoce.engine.architectures import require_known
from sottovoce.engine.gguf import read_header
from sottovoce.engine.header import Header, bad_model
from sottovoce.models import shelf, starter
from sottovoce.models.shelf import KnownFile

SPARE = 64 << 20
"""Bytes left free beside a copy: a disk that is full to the last byte serves nobody."""

ANOTHER_NAME = "Give it another: sotto models add FILE --name my-model"

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}")
_OTHER = re.compile(r"[^A-Za-z0-9_.+-]+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sound model that is not on the shelf yet. `files` are its parts, with the hashes of their content."""

    header: Header
    files: tuple[KnownFile, ...]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def sha256(self) -> str:
        """Return the hash of the first part, which names the model."""
        return self.files[0].sha256


def examine(path: Path, given_up: threading.Event | None = None) -> Candidate:
    """Read the header, and hash the content of every part. Raises BadModelFile, also for an unknown kind.

    In a thread it ends soon after `given_up` is set, with hashes that mean nothing.
    """
    header = read_header(path)
    require_known(header)
    return Candidate(header, tuple(shelf.content(part, given_up=given_up) for part in header.parts))


def name_for(path: Path, given: str | None = None) -> str:
    """Return what a file is to be called: as given, or by its own name. Raises BadValue."""
    name = given if given is not None else _OTHER.sub("-", shelf.name_of(path)).strip("-.")[:100]
    if not _NAME.fullmatch(name):
        raise BadValue(
            f"{name[:80]!r} cannot be the name of a model; it has letters, digits and any of . _ + -",
            hint=ANOTHER_NAME,
        )
    if name.lower() == shelf.STARTER:
        raise BadValue(f"{name!r} is what the model that came with the program is called.", hint=ANOTHER_NAME)
    return name


def already(home: Home, candidate: Candidate, known: Mapping[Path, KnownFile]) -> Path | None:
    """Return the file on the shelf that has this very content, if one has.

    Hashes those of the same size whose content is not among what is `known`.
    """
    if candidate.sha256 == starter.SHA256 and starter.path().is_file():
        return starter.path()
    for path in shelf.paths(home):
        with contextlib.suppress(OSError, BadModelFile):
            same_size = path.stat().st_size == candidate.files[0].size
            if same_size and shelf.content(path, known.get(path)).sha256 == candidate.sha256:
                return path
    return None


def check_free(home: Home, candidate: Candidate, name: str) -> None:
    """Raise BadValue where a file of the shelf has this name."""
    if any(os.path.lexists(target) for target in _targets(home, candidate, name)):
        raise _taken(name)


def put(home: Home, candidate: Candidate, name: str, *, copy: bool = False) -> list[KnownFile]:
    """Link or copy all parts into the models folder under this name; return them as they are there.

    Either all parts are there afterwards or none. Raises BadValue where the name is taken, DiskFull.
    """
    check_free(home, candidate, name)
    targets = _targets(home, candidate, name)
    if copy:
        _check_room(home, candidate.size)
    done: list[Path] = []
    try:
        for file, target in zip(candidate.files, targets, strict=True):
            _copy(file, target) if copy else _link(file.path, target)
            done.append(target)
        sync_folder(home.models)
        return [_there(file, target) for file, target in zip(candidate.files, targets, strict=True)]
    except BaseException as problem:
        for target in done:
            target.unlink(missing_ok=True)
        if isinstance(problem, FileExistsError):  # put there in the meantime
            raise _taken(name) from problem
        raise


def _taken(name: str) -> BadValue:
    return BadValue(
        f"There is a model named {name} already.",
        hint="Give this one another name: sotto models add FILE --name other",
    )


def _targets(home: Home, candidate: Candidate, name: str) -> list[Path]:
    count = len(candidate.files)
    if count == 1:
        return [home.models / f"{name}.gguf"]
    # The engine finds the parts of a split model by these names.
    return [home.models / f"{name}-{number:05}-of-{count:05}.gguf" for number in range(1, count + 1)]


def _check_room(home: Home, wanted: int) -> None:
    free = shutil.disk_usage(home.models).free
    if wanted + SPARE > free:
        raise DiskFull(
            f"The copy needs {amount(wanted)} of disk; {amount(free)} are free.",
            hint="Leave the file where it is and link it: sotto models add FILE",
        )


def _link(path: Path, target: Path) -> None:
    try:
        target.symlink_to(path)
    except FileExistsError:
        raise
    except OSError as problem:
        if os.name == "nt":
            raise BadValue(
                "Windows lets only some users make links.", hint="sotto models add FILE --copy"
            ) from problem
        raise disk_problem(problem, target) from problem


def _copy(file: KnownFile, target: Path) -> None:
    """Copy one part so that a crash leaves the whole of it or nothing under its name."""
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with file.path.open("rb") as source, _private(beside) as into:
            shutil.copyfileobj(source, into, shelf.BLOCK)
            into.flush()
            os.fsync(into.fileno())
        if shelf.content(beside).sha256 != file.sha256:
            raise bad_model(file.path, "changed while it was copied", hint="Add it again once it is whole")
        give_name(beside, target)
    except FileExistsError:
        raise
    except OSError as problem:
        raise disk_problem(problem, target) from problem
    finally:
        beside.unlink(missing_ok=True)


def _private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb")


def _there(file: KnownFile, target: Path) -> KnownFile:
    info = target.stat()
    return KnownFile(target, info.st_size, info.st_mtime_ns, info.st_ino, file.sha256)
