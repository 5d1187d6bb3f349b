"""What is left of downloads that did not come to their end: by which name they go on, and how much is here.

Looks only at what stands beside the partial files; whether it can be believed shows when one goes on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from sottovoce.core.paths import Home
from sottovoce.engine.parts import PART
from sottovoce.models import shelf, spans
from sottovoce.models.pull import partial_folder
from sottovoce.models.removing import LARGEST_STATE

HUB_SOURCE = re.compile(r"hf:(?P<repository>[^@]+)@(?P<commit>[^/]+)/(?P<file>.+)")
URL_SOURCE = "url:"


@dataclass(frozen=True, slots=True)
class Left:
    """`ref` gets the same again. `size` None: that of parts that have not begun is not known here."""

    ref: str
    name: str
    size: int | None
    received: int


def left(home: Home) -> list[Left]:
    """Return what is left, by name. Blocks."""
    found = sorted(_states(home), key=lambda said: said["name"])
    return [_joined(name, list(parts)) for name, parts in groupby(found, key=_model)]


def _states(home: Home) -> Iterator[dict[str, Any]]:
    for path in partial_folder(home).glob("*.json"):
        try:
            if path.stat().st_size > LARGEST_STATE or not path.with_suffix(".part").exists():
                continue
            said = json.loads(path.read_bytes())
            name, source, size = said["name"], said["source"], said["size"]
            received = spans.total([(int(start), int(end)) for start, end in said["here"]])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            continue  # a file that says nothing of use is no download to go on with
        if isinstance(name, str) and isinstance(source, str) and isinstance(size, int) and _ref(source):
            yield {"name": name, "ref": _ref(source), "size": size, "received": received}


def _joined(name: str, parts: list[dict[str, Any]]) -> Left:
    part = PART.fullmatch(parts[0]["name"])
    is_whole = len(parts) == (int(part["count"]) if part else 1)
    size = sum(one["size"] for one in parts) if is_whole else None
    return Left(parts[0]["ref"], name, size, sum(one["received"] for one in parts))


def _model(said: dict[str, Any]) -> str:
    return shelf.name_of(Path(said["name"]))


def _ref(source: str) -> str:
    """Return what a person would ask for. Not at that commit: most of them change no file."""
    if source.startswith(URL_SOURCE):
        return source.removeprefix(URL_SOURCE)
    hub = HUB_SOURCE.fullmatch(source)
    return f"hf:{hub['repository']}:{hub['file']}" if hub else ""
