"""The sets that safeguards are measured on, as they come with the program, in parts by who had seen what.

An item's id ends with the letter of its batch: none and a to c are by the author of the rules, d and e by
people who had not seen them, g again by the author, for the fit. f is kept for what others add in the end.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sottovoce.guard.policy import Category

HARMFUL, HARMLESS, EVASIONS, ORDINARY = "harmful", "harmless", "evasions", "ordinary"
SETS = (HARMFUL, HARMLESS, EVASIONS, ORDINARY)
WRITTEN, HELD_OUT, OTHERS, AFTERWARDS = "written", "held-out", "others", "afterwards"
PARTS = (WRITTEN, HELD_OUT, OTHERS, AFTERWARDS)
"""Looked at or fitted on; a fifth of the author's first; a tenth of what others wrote; what others wrote when
the rules were done."""

HELD_OUT_OF = 5
OTHERS_OF = 10
BY_OTHERS = "de"
"""The batches of which a tenth is neither looked at nor fitted on."""

NEWEST = "f"
"""The batch for which no rule and no weight was changed."""

_ESCAPED = re.compile(r"\\u([0-9a-f]{4})")
_ID = re.compile(r"(?P<set>[a-z]+?)(?:-(?P<category>[a-z-]+))?-(?P<language>en|zh)-(?P<batch>[a-g]?)\d+")


@dataclass(frozen=True, slots=True)
class Item:
    """One request. Of a harmless one, `category` is the one that it looks like; of an ordinary one, None."""

    id: str
    text: str
    category: Category | None
    language: str
    part: str


@cache
def items(name: str) -> tuple[Item, ...]:
    """Return the items of one set."""
    text = (files("sottovoce.evals") / "sets" / "guard" / f"{name}.tsv").read_text("utf-8")
    return tuple(map(_item, (line for line in text.splitlines() if line and not line.startswith("#"))))


def _item(line: str) -> Item:
    name, _, written = line.partition("\t")
    parts = _ID.fullmatch(name)
    assert parts is not None  # noqa: S101  (the data is the package's own)
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), written)
    category = parts["category"]
    return Item(
        name,
        text,
        Category(category.replace("-", "_")) if category else None,
        parts["language"],
        part_of(name, parts["batch"], text),
    )


def part_of(name: str, batch: str, text: str) -> str:
    """Return the part of an item: of the first by a digest of its id, of others' by one of its text."""
    if batch == NEWEST:
        return AFTERWARDS
    if batch in BY_OTHERS and batch:
        return OTHERS if _number(text) % OTHERS_OF == 0 else WRITTEN
    if batch:
        return WRITTEN
    return HELD_OUT if _number(name) % HELD_OUT_OF == 0 else WRITTEN


def _number(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)
