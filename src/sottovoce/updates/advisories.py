"""Known faults of engines, models and libraries, as a signed list brings them, and which of them are here.

The list is JSON: bytes in, nouns out. What is installed is told by whoever asks.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sottovoce.core.errors import BadValue

VERSION = 1
LARGEST = 4_000_000
MOST = 20_000
LIBRARY, MODEL = KINDS = ("library", "model")
NEEDED = ("id", "kind", "name", "severity", "sentence")
SEVERITIES = ("low", "medium", "high", "critical")

_DIGEST = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_RELEASE = re.compile(r"\d{1,9}(?:\.\d{1,9}){0,9}")


@dataclass(frozen=True, slots=True)
class Advisory:
    """One fault. Of a library by its name and versions: from `since` on, up to but not with `fixed`.

    Of a model by the `sha256` of its file. Empty `since`: from the first; empty `fixed`: none is mended.
    """

    id: str
    kind: str
    name: str
    severity: str
    sentence: str
    since: str = ""
    fixed: str = ""
    sha256: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Advisories:
    """A list, and the day on which it was made."""

    made: datetime.date
    all: tuple[Advisory, ...]


@dataclass(frozen=True, slots=True)
class Affected:
    """A fault of something that is here. `version` is the library's, or the model's name."""

    advisory: Advisory
    version: str


def parsed(data: bytes) -> Advisories:
    """Return the list in a file's bytes. Raises BadValue, which says what is wrong in it."""
    if len(data) > LARGEST:
        raise _bad(f"it is longer than {LARGEST:,} bytes")
    try:
        said = json.loads(data)
    except json.JSONDecodeError as problem:
        raise _bad(f"it is not JSON, as line {problem.lineno} shows") from problem
    except (ValueError, RecursionError) as problem:
        raise _bad("it is not JSON") from problem
    if not isinstance(said, dict) or not isinstance(rows := said.get("advisories"), list):
        raise _bad("it has no advisories in a list")
    if said.get("version") != VERSION:
        raise _bad(f"its version is not {VERSION}, the one that is known here")
    if len(rows) > MOST:
        raise _bad(f"it has more than {MOST:,} entries")
    try:
        made = datetime.date.fromisoformat(said.get("made", ""))
    except (ValueError, TypeError) as problem:
        raise _bad("made is the day on which it was made, as 2026-11-27") from problem
    return Advisories(made, tuple(_advisory(number, row) for number, row in enumerate(rows, 1)))


def affected(
    advisories: Advisories, libraries: Mapping[str, str], models: Mapping[str, str]
) -> tuple[Affected, ...]:
    """Return what is known of what is here, the worst first.

    `libraries`: versions by name; `models`: names by the SHA-256 of their files.
    """
    here = {_plain(name): version for name, version in libraries.items()}
    found = []
    for one in advisories.all:
        if one.kind == MODEL and one.sha256 in models:
            found.append(Affected(one, models[one.sha256]))
        elif one.kind == LIBRARY and (version := here.get(_plain(one.name))) and _within(version, one):
            found.append(Affected(one, version))
    return tuple(sorted(found, key=lambda each: -SEVERITIES.index(each.advisory.severity)))


def _within(version: str, one: Advisory) -> bool:
    """Tell whether a version has the fault. Of one that is no plain release its beginning counts."""
    number = _numbers(version)
    return (not one.since or number >= _numbers(one.since)) and (
        not one.fixed or number < _numbers(one.fixed)
    )


def _numbers(version: str) -> tuple[int, ...]:
    begins = _RELEASE.match(version)
    numbers = [int(part) for part in begins[0].split(".")] if begins else [0]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _advisory(number: int, row: Any) -> Advisory:
    known = set(Advisory.__dataclass_fields__)
    if (
        not isinstance(row, dict)
        or not set(row) <= known
        or not all(isinstance(one, str) for one in row.values())
    ):
        raise _bad(f"entry {number} has something that no advisory has")
    if lacks := ", ".join(name for name in NEEDED if name not in row):
        raise _bad(f"entry {number} lacks {lacks}")
    one = Advisory(**row)
    if one.kind not in KINDS or one.severity not in SEVERITIES or not one.id or not one.sentence.strip():
        raise _bad(f"entry {number} does not say what it is about, how bad it is, and in a sentence why")
    if one.kind == MODEL and not _DIGEST.fullmatch(one.sha256):
        raise _bad(f"entry {number} is about a model, and names no SHA-256 of it")
    if one.kind == LIBRARY and not _NAME.fullmatch(one.name):
        raise _bad(f"entry {number} is about a library, and does not name it")
    if not all(not part or _RELEASE.fullmatch(part) for part in (one.since, one.fixed)):
        raise _bad(f"entry {number} has a version that is not numbers with dots")
    return one


def _bad(reason: str) -> BadValue:
    return BadValue(
        f"This list of known faults cannot be used: {reason}.",
        hint="docs/guides/air-gap.md shows how one is written",
    )
