"""From the log of shim.c to what a disk may hold after a power cut.

A write is safe once a sync of its file that began after it has ended; a new name, a rename and a removal once
the same holds of their folder. Of the rest anything may be there: each page of 4 KiB as it was after any of
the writes since, torn between two of them at sectors of 512 bytes; the size as it was after any; the changes
of names all up to some point, as a journal keeps them, or each by itself. Knows not what the files mean.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

PAGE = 4096
SECTOR = 512
_HEAD = struct.Struct("<IqQ")

MODES = ("nothing", "all", "in order", "pages", "torn")
"""What has become of the writes that were not safe."""


@dataclass(frozen=True, slots=True)
class Record:
    """One change. `path` is within the folder; of a pair, `other` is the second path."""

    kind: str
    path: str
    at: int = 0
    data: bytes = b""

    @property
    def other(self) -> str:
        return self.data.decode()


@dataclass(slots=True)
class File:
    """What was written to one file: offsets with bytes, sizes with None. The first `safe` are on the disk."""

    changes: list[tuple[int, bytes | None]] = field(default_factory=list)
    safe: int = 0
    syncing: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Naming:
    """One change of names: `kind` is that of the record; `file` is None for a folder."""

    kind: str
    path: str
    other: str
    file: File | None
    safe: bool = False


def read(log: Path, folder: Path) -> list[Record]:
    """Return the records of what lies in a folder, and what was said meanwhile (kind `a`)."""
    data, at, found = log.read_bytes(), 0, []
    root = f"{folder}/"

    def within(path: str) -> str:
        return path.removeprefix(root) if path != str(folder) else ""

    while at < len(data):
        kind = chr(data[at])
        length, offset, size = _HEAD.unpack_from(data, at + 1)
        at += 1 + _HEAD.size
        path, body = data[at : at + length].decode(), data[at + length : at + length + size]
        at += length + size
        if kind in "rl":
            body = within(body.decode()).encode()
        if kind == "a" or f"{path}/".startswith(root):
            found.append(Record(kind, within(path), offset, body))
    return found


def said(records: Sequence[Record]) -> list[str]:
    """Return the whole lines that were said."""
    text = b"".join(record.data for record in records if record.kind == "a").decode()
    return [line for line in text.split("\n")[:-1] if line]


class Disk:
    """What was done to a folder until the power went."""

    def __init__(self, start: dict[str, bytes | None], records: Sequence[Record]) -> None:
        """Take the files (None: a folder) that were there and safe, and what was done then."""
        self._names: dict[str, File | None] = {"": None}
        for path, data in start.items():
            self._names[path] = None if data is None else File([(0, data)], safe=1)
        self._start = dict(self._names)
        self._namings: list[Naming] = []
        self._syncing: dict[str, list[int]] = {}
        for record in records:
            self._take(record)

    def after(self, chance: random.Random) -> dict[str, bytes | None]:
        """Return one of the states that may be there when the power is back."""
        mode = chance.choice(MODES)
        return {
            path: None if file is None else _content(file, mode, chance)
            for path, file in self._named(mode, chance).items()
            if path
        }

    def _take(self, record: Record) -> None:
        path, file = record.path, self._names.get(record.path)
        match record.kind:
            case "w" | "t" | "T" | "c":
                if file is None:
                    file = File()
                    self._name(Naming("c", path, "", file))
                if record.kind != "c":
                    file.changes.append((record.at, record.data if record.kind == "w" else None))
            case "f" if file is not None:
                file.syncing.append(len(file.changes))
            case "F" if file is not None and file.syncing:
                file.safe = max(file.safe, file.syncing.pop(0))
            case "f" if path in self._names:
                self._syncing.setdefault(path, []).append(len(self._namings))
            case "F" if self._syncing.get(path):
                for naming in self._namings[: self._syncing[path].pop(0)]:
                    naming.safe |= path in (_parent(naming.path), _parent(naming.other or naming.path))
            case "r" | "l":
                self._name(Naming(record.kind, path, record.other, file))
            case "u" | "d":
                self._name(Naming(record.kind, path, "", file))

    def _name(self, naming: Naming) -> None:
        self._namings.append(naming)
        _apply(self._names, naming)

    def _named(self, mode: str, chance: random.Random) -> dict[str, File | None]:
        """Return the names that are there."""
        names = dict(self._start)
        last = max((at for at, naming in enumerate(self._namings) if naming.safe), default=-1)
        until = {"nothing": last + 1, "all": len(self._namings)}.get(
            mode, chance.randint(last + 1, len(self._namings))
        )
        by_itself = mode != "all" and chance.random() < 0.5
        for at, naming in enumerate(self._namings):
            kept = mode != "nothing" and chance.random() < 0.5 if by_itself else at < until
            if (naming.safe or kept) and _parent(naming.other or naming.path) in names:
                _apply(names, naming)
        return names


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _apply(names: dict[str, File | None], naming: Naming) -> None:
    match naming.kind:
        case "c" | "d":
            names[naming.path] = naming.file if naming.kind == "c" else None
        case "u":
            names.pop(naming.path, None)
        case "l":
            names[naming.other] = naming.file
        case "r" if naming.file is None:  # a folder, with all that is in it
            for path in [one for one in names if f"{one}/".startswith(f"{naming.path}/")]:
                names[naming.other + path.removeprefix(naming.path)] = names.pop(path)
        case "r":
            names[naming.other] = naming.file
            if names.get(naming.path) is naming.file:
                del names[naming.path]


def _content(file: File, mode: str, chance: random.Random) -> bytes:
    """Return what the file may hold: see the module."""
    data = bytearray()
    for change in file.changes[: file.safe]:
        _write(data, change)
    rest = file.changes[file.safe :]
    if mode == "nothing":
        rest = []
    elif mode == "in order":
        rest = rest[: chance.randint(0, len(rest))]
    if mode in ("nothing", "all", "in order"):
        for change in rest:
            _write(data, change)
        return bytes(data)
    sizes, pages = [len(data)], _Pages(data)
    for change in rest:
        before = len(data)
        _write(data, change)
        pages.note(change, before)
        sizes.append(len(data))
    size = chance.choice(sizes)
    return pages.chosen(size, chance, torn=mode == "torn")


class _Pages:
    """The pages of a file that is being written, each as it was after every write to it."""

    def __init__(self, data: bytearray) -> None:
        self._data, self._before = data, bytes(data)
        self._versions: dict[int, list[bytes]] = {}

    def note(self, change: tuple[int, bytes | None], before: int) -> None:
        at, body = change
        start, end = (at, at + len(body)) if body is not None else (min(at, before), max(at, before))
        for page in range(start // PAGE, -(-end // PAGE)):
            versions = self._versions.setdefault(page, [_page(self._before, page)])
            versions.append(_page(self._data, page))

    def chosen(self, size: int, chance: random.Random, *, torn: bool) -> bytes:
        data = bytearray(max(size, len(self._before)))
        data[: len(self._before)] = self._before
        for page, versions in self._versions.items():
            one = chance.choice(versions)
            if torn and chance.random() < 0.5:
                other, cut = chance.choice(versions), SECTOR * chance.randint(1, PAGE // SECTOR - 1)
                one = one[:cut] + other[cut:]
            end = (page + 1) * PAGE
            if len(data) < end:
                data.extend(bytes(end - len(data)))
            data[end - PAGE : end] = one
        return bytes(data[:size]) + bytes(max(0, size - len(data)))


def _page(data: bytes | bytearray, page: int) -> bytes:
    return bytes(data[page * PAGE : (page + 1) * PAGE]).ljust(PAGE, b"\0")


def _write(data: bytearray, change: tuple[int, bytes | None]) -> None:
    at, body = change
    end = at if body is None else at + len(body)
    if len(data) < end:
        data.extend(bytes(end - len(data)))
    if body is None:
        del data[at:]
    else:
        data[at:end] = body
