"""Reads the values of a JSON array one at a time, from a file nobody vouches for.

Holds one value in memory, bounded in bytes, in number of values within and in depth; unpacks nothing
to the disk. Does not know what the values mean.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import IO, Protocol

from sottovoce.core.errors import BadArchive

MAX_DEPTH = 100
MAX_VALUES = 2_000_000
MAX_ITEM = 128 << 20
MAX_UNPACKED = 3 << 30
MAX_MEMBERS = 1000

CHUNK = 1 << 20
"""Bytes read at a time. The parser goes over a long string again with every chunk, so not too few."""

_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
SMALLER = "Split its conversations.json into several files, each a list of chats, and import each."
EXPORTS = "Give the zip that ChatGPT sent you, or a file written by: sotto chats export"


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(slots=True)
class Outline:
    """What stands at the top of a JSON text: an array, or an object with these scalars and arrays."""

    is_array: bool = False
    scalars: dict[str, object] = field(default_factory=dict)
    arrays: set[str] = field(default_factory=set)
    item_keys: set[str] = field(default_factory=set)
    items: int = 0


class Bounded:
    """A stream that breaks off when too much comes at once, or altogether."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._total = 0
        self._item = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._total += len(data)
        self._item += len(data)
        if self._total > MAX_UNPACKED:
            raise BadArchive(f"It unpacks to more than {_human(MAX_UNPACKED)}.", hint=SMALLER)
        if self._item > MAX_ITEM:
            raise BadArchive(
                f"One chat in it is larger than {_human(MAX_ITEM)}.",
                hint="Take that chat out of its conversations.json, and import the rest.",
            )
        return data

    def next_item(self) -> None:
        self._item = 0


def inspect(stream: Readable) -> Outline:
    """Read a JSON text to its end without building anything. Raises BadArchive beyond any bound."""
    import ijson

    bounded = Bounded(stream)
    outline = Outline()
    depth = values = 0
    level = 0  # how deep the items of the array stand
    key = ""
    # Without use_float, ijson 3.6 crashes on a number of more than 4,300 digits.
    for event, value in ijson.basic_parse(bounded, buf_size=CHUNK, use_float=True):
        if level == 0:
            outline.is_array = event == "start_array"
            level = 1 if outline.is_array else 2
        if event == "map_key":
            if depth == 1:
                key = value
            elif depth == level + 1 and len(outline.item_keys) < MAX_DEPTH:
                outline.item_keys.add(value)
            continue
        values += 1
        if depth > MAX_DEPTH or values > MAX_VALUES:
            raise BadArchive(
                "It is nested deeper, or holds more in one chat, than any real export.", hint=EXPORTS
            )
        if event.startswith("start"):
            if depth == 1 and event == "start_array":
                outline.arrays.add(key)
            depth += 1
            continue
        if event.startswith("end"):
            depth -= 1
        elif depth == 1 and len(outline.scalars) < MAX_DEPTH:
            outline.scalars[key] = value
        if depth <= level:
            outline.items += depth == level
            values = 0
            bounded.next_item()
    return outline


def items(stream: Readable, prefix: str) -> Iterator[object]:
    """Yield the values of an array in a text that `inspect` has passed."""
    import ijson

    yield from ijson.items(stream, prefix, buf_size=CHUNK, use_float=True)


@contextmanager
def sentences(name: str) -> Iterator[None]:
    """Turn whatever a bad file makes the readers say into one sentence that names the file."""
    import ijson

    try:
        yield
    except BadArchive as problem:
        raise _bad(name, problem.sentence, problem, problem.hint) from problem
    except ijson.JSONError as problem:
        raise _bad(name, "It is damaged or cut short: not valid JSON.", problem) from problem
    except (zipfile.BadZipFile, zlib.error, EOFError) as problem:
        raise _bad(name, "The zip is damaged or cut short.", problem) from problem
    except (NotImplementedError, RuntimeError) as problem:
        raise _bad(
            name, "The zip is encrypted or packed in a way this Python cannot read.", problem
        ) from problem
    except ValueError as problem:
        raise _bad(name, "It holds a value that cannot be read.", problem) from problem
    except OSError as problem:
        raise _bad(name, f"{problem.strerror or problem}.", problem) from problem


@contextmanager
def texts(file: IO[bytes], wanted: re.Pattern[str]) -> Iterator[Iterator[Readable]]:
    """Give a JSON file from its beginning, or one by one the members of a zip whose names match.

    Raises BadArchive.
    """
    if not zipfile.is_zipfile(file):
        file.seek(0)
        yield iter([_after_mark(file)])
        return
    with zipfile.ZipFile(file) as archive:
        members = [member for member in archive.infolist() if wanted.search(member.filename)]
        if not members:
            raise BadArchive("There is no conversations.json in this zip.", hint=EXPORTS)
        if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
            raise BadArchive(f"It unpacks to more than {_human(MAX_UNPACKED)}.", hint=SMALLER)
        if any(member.compress_type not in _PACKINGS for member in members):
            raise BadArchive("The zip is packed in a way that no export uses.", hint=EXPORTS)
        with closing(_members(archive, sorted(members, key=lambda member: member.filename))) as streams:
            yield streams


def _members(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> Generator[Readable, None, None]:
    for member in members:
        with archive.open(member) as stream:
            yield stream


def _after_mark(file: IO[bytes]) -> IO[bytes]:
    """Skip the byte order mark that some editors put before a text."""
    begins = file.read(3)
    if begins == b"PK\x03":
        raise zipfile.BadZipFile("it begins as a zip, and its end is missing")
    if begins != b"\xef\xbb\xbf":
        file.seek(0)
    return file


def _bad(name: str, why: str, problem: Exception, hint: str | None = None) -> BadArchive:
    return BadArchive(f"{name} cannot be imported. {why}", hint=hint or EXPORTS, detail=str(problem))


def _human(size: int) -> str:
    return f"{size >> 30} GB" if size >= 1 << 30 else f"{size >> 20} MB"
