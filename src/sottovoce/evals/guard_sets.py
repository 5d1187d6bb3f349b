"""The sets that safeguards are measured on, as they come with the program, in three parts.

A fifth of what was there before the rules, told by a digest of the items' ids, is held out: rules were
written without looking at it. What was added when they were done is the third part.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sottovoce.guard.policy import Category

HARMFUL, HARMLESS, EVASIONS = "harmful", "harmless", "evasions"
SETS = (HARMFUL, HARMLESS, EVASIONS)
WRITTEN, HELD_OUT, AFTERWARDS = "written", "held-out", "afterwards"
PARTS = (WRITTEN, HELD_OUT, AFTERWARDS)
HELD_OUT_OF = 5
NEWEST = "c"
"""The batch of items for which no rule was changed. Older ones were looked at since."""

_ESCAPED = re.compile(r"\\u([0-9a-f]{4})")
_ID = re.compile(r"(?P<set>[a-z]+)-(?P<category>[a-z-]+)-(?P<language>en|zh)-(?P<batch>[abc]?)\d+")


@dataclass(frozen=True, slots=True)
class Item:
    """One request. Of a harmless one, `category` is the one that it looks like."""

    id: str
    text: str
    category: Category
    language: str
    part: str


@cache
def items(name: str) -> tuple[Item, ...]:
    """Return the items of one set."""
    text = (files("sottovoce.evals") / "sets" / "guard" / f"{name}.tsv").read_text("utf-8")
    return tuple(map(_item, (line for line in text.splitlines() if line and not line.startswith("#"))))


def _item(line: str) -> Item:
    name, _, text = line.partition("\t")
    parts = _ID.fullmatch(name)
    assert parts is not None  # noqa: S101  (the data is the package's own)
    return Item(
        name,
        _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text),
        Category(parts["category"].replace("-", "_")),
        parts["language"],
        _part(name, parts["batch"]),
    )


def _part(name: str, batch: str) -> str:
    if batch:
        return AFTERWARDS if batch == NEWEST else WRITTEN
    number = int(hashlib.sha256(name.encode()).hexdigest(), 16)
    return HELD_OUT if number % HELD_OUT_OF == 0 else WRITTEN
