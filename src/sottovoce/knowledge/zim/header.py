"""Read the first bytes of a ZIM file and say whether it can be whole; compare it with what was mounted.

Reads numbers and a list of names, nothing that was packed. The format: openzim.org, "ZIM file format".
"""

from __future__ import annotations

import stat
import struct
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sottovoce.core.errors import BadDocument

LAYOUT = struct.Struct("<IHH16sIIQQQQIIQ")
MAGIC = 72173914
VERSIONS = (5, 6)
CHECKSUM = 16
"""Bytes of the MD5 at the file's end."""

LONGEST_MIME_LIST = 65_536

AGAIN = "Copy the file to this machine again, then mount it again"
"""A hint."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells a file from another. `size` in bytes; `changed` in nanoseconds since 1970."""

    uuid: str
    size: int
    changed: int


@dataclass(frozen=True, slots=True)
class Header:
    identity: Identity
    entries: int
    clusters: int
    checksum_at: int
    kinds: tuple[str, ...]
    """The MIME types of what is in it."""


def read_header(path: Path) -> Header:
    """Return what the file says of itself. Raises BadDocument if it is missing, cut short or no ZIM file."""
    name = path.name
    if name.endswith(".zimaa"):
        raise BadDocument(
            f"{name} is the first part of an encyclopaedia that was cut into several.",
            hint=f"Put the parts together: cat {name[:-2]}?? > {name[:-2]}",
        )
    try:
        _check_kind(name, path.stat().st_mode)
        with path.open("rb") as file:
            first = file.read(LAYOUT.size)
            seen = path.stat()
            _check_start(name, first)
            fields = LAYOUT.unpack(first)
            identity = Identity(str(UUID(bytes=fields[3])), seen.st_size, seen.st_mtime_ns)
            file.seek(min(fields[9], seen.st_size))
            kinds = file.read(LONGEST_MIME_LIST)
    except OSError as problem:
        raise _unreadable(path, problem) from problem
    _check_places(name, fields, seen.st_size)
    listed, whole, _ = kinds.partition(b"\0\0")
    if not whole:
        raise _damaged(name)
    return Header(
        identity, fields[4], fields[5], fields[12], tuple(listed.decode("utf-8", "replace").split("\0"))
    )


def identity_of(path: Path, uuid: str) -> Identity:
    """Return what the file is now, taking its number as known. Raises BadDocument if it has gone."""
    try:
        seen = path.stat()
    except OSError as problem:
        raise _unreadable(path, problem) from problem
    return Identity(uuid, seen.st_size, seen.st_mtime_ns)


def check_same(name: str, mounted: Identity, now: Identity) -> None:
    """Raise BadDocument if this is not the file that was mounted. Pure."""
    if mounted.uuid != now.uuid:
        what = "it is another encyclopaedia, or another edition"
    elif mounted.size != now.size:
        what = f"it had {mounted.size:,} bytes and has {now.size:,}"
    elif mounted.changed != now.changed:
        what = "it was written to since"
    else:
        return
    raise BadDocument(
        f"{name} is no longer the file that was mounted: {what}.",
        hint="Mount it again, so that it is checked before anything is quoted from it",
    )


def _check_kind(name: str, mode: int) -> None:
    """Raise BadDocument where there is no file of bytes: to open a pipe would wait for ever."""
    if stat.S_ISREG(mode):
        return
    what = "a folder" if stat.S_ISDIR(mode) else "a pipe or a device"
    raise BadDocument(
        f"{name} is {what}, not a ZIM file.", hint="Give the path of the file itself; its name ends in .zim"
    )


def _check_start(name: str, first: bytes) -> None:
    if not first:
        raise BadDocument(f"{name} is empty.", hint=AGAIN)
    if len(first) < LAYOUT.size or int.from_bytes(first[:4], "little") != MAGIC:
        raise BadDocument(
            f"{name} is not a ZIM file.",
            hint="Encyclopaedias for Kiwix are; their names end in .zim. If this should be one: " + AGAIN,
        )
    version = int.from_bytes(first[4:6], "little")
    if version not in VERSIONS:
        raise BadDocument(
            f"{name} is a ZIM file of version {version}, which this release does not know.",
            hint="Versions 5 and 6 are known. If the file should be one of these: " + AGAIN,
        )


def _check_places(name: str, fields: tuple[int, ...], size: int) -> None:
    """Raise BadDocument where a table would lie outside the file."""
    entries, clusters, paths, clusters_at, kinds_at = fields[4], fields[5], fields[6], fields[8], fields[9]
    checksum_at = fields[12]
    if checksum_at + CHECKSUM > size and kinds_at < 1024:
        raise BadDocument(
            f"{name} is cut short: {size:,} of {checksum_at + CHECKSUM:,} bytes are there.", hint=AGAIN
        )
    ends = (paths + 8 * entries, clusters_at + 8 * clusters, kinds_at)
    if checksum_at + CHECKSUM != size or any(end > checksum_at for end in ends) or entries == 0:
        raise _damaged(name)


def _damaged(name: str) -> BadDocument:
    return BadDocument(f"{name} is damaged: its table of contents points outside the file.", hint=AGAIN)


def _unreadable(path: Path, problem: OSError) -> BadDocument:
    if isinstance(problem, FileNotFoundError):
        return BadDocument(
            f"There is no encyclopaedia at {path} any more, or not yet.",
            hint="Plug in the disk it is on, or mount it where it is now",
            detail=str(problem),
        )
    return BadDocument(
        f"{path} cannot be read.",
        hint="See whether you may read it, and whether its disk is well",
        detail=str(problem),
    )
