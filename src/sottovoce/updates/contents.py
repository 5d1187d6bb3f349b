"""What a bundle holds, item by item, as it stands in its contents.json. Bytes in, nouns out.

Every name that could become one of a file here is held against what such a name may be.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sottovoce.core.errors import BadBundle
from sottovoce.updates.folder import PIECE
from sottovoce.updates.metadata import damaged

NAME = "contents.json"
VERSION = 1
LIMIT = 8_000_000
MOST_ITEMS = 5_000
MOST_DELTAS = 20
LARGEST = 1 << 50

MODEL, VARIANT, SHELF, CATALOGUE, RULES, ADVISORIES, PROGRAM = KINDS = (
    "model", "variant", "shelf", "catalogue", "rules", "advisories", "program",
)  # fmt: skip
PROGRAM_NAME = "sottovoce"
ALONE = {CATALOGUE: "catalogue.toml", RULES: "rules.toml", ADVISORIES: "advisories.json"}
"""Kinds of which a bundle has one at most, and what that is called."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_MODEL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}")
_VARIANT = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
_WHEEL = re.compile(r"[A-Za-z0-9_.]{1,80}-[A-Za-z0-9_.!+-]{1,170}\.whl")
_SHELF_NAME = re.compile(r"[^\x00-\x1f/\\,-][^\x00-\x1f/\\,]{0,59}")


@dataclass(frozen=True, slots=True)
class Delta:
    """What changed in a file since the one whose content has the digest `base`; see deltas.py."""

    base: str
    size: int
    sha256: str
    method: str


@dataclass(frozen=True, slots=True)
class File:
    """`pieces` are the digests of what it lies in on the stick, each but the last of PIECE bytes.

    Where it is not `whole`, they are not there: it comes by one of its `deltas`, or is here already, or
    does not come at all.
    """

    name: str
    size: int
    sha256: str
    pieces: tuple[str, ...]
    deltas: tuple[Delta, ...] = ()
    whole: bool = True

    def spans(self) -> list[tuple[str, int]]:
        """Return each piece with its bytes."""
        return [(digest, min(PIECE, self.size - at * PIECE)) for at, digest in enumerate(self.pieces)]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a bundle brings. `facts`: more about it, by kind; all of it text."""

    kind: str
    name: str
    files: tuple[File, ...]
    licence: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def digest(self) -> str:
        """Return what tells whether two are the same; of one file that of its content."""
        if len(self.files) == 1:
            return self.files[0].sha256
        return hashlib.sha256("\n".join(file.sha256 for file in self.files).encode()).hexdigest()


def written(items: tuple[Item, ...]) -> bytes:
    """Return the contents.json of these items."""
    said = [
        {
            "kind": item.kind,
            "name": item.name,
            "licence": item.licence,
            "facts": dict(item.facts),
            "files": [_said(file) for file in item.files],
        }
        for item in items
    ]
    return json.dumps({"version": VERSION, "items": said}, ensure_ascii=False, indent=1).encode()


def _said(file: File) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": file.name,
        "size": file.size,
        "sha256": file.sha256,
        "pieces": list(file.pieces),
    }
    if file.deltas:
        said["deltas"] = [asdict(delta) for delta in file.deltas]
    if file.deltas or not file.whole:
        said["whole"] = file.whole
    return said


def parsed(data: bytes) -> tuple[Item, ...]:
    """Return the items. Raises BadBundle, also where a later version of Sottovoce made it."""
    try:
        said = json.loads(data)
        if said["version"] != VERSION:
            raise BadBundle(
                "This bundle was made by a later version of Sottovoce.",
                hint="Update the program on this machine first",
            )
        items = tuple(map(_item, said["items"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise damaged(f"{NAME} cannot be read", problem) from problem
    keys = [(item.kind, item.name.casefold()) for item in items]
    if len(set(keys)) < len(keys) or len(items) > MOST_ITEMS:
        raise damaged("it holds two things of one name, or too many")
    return items


def _item(said: Any) -> Item:
    kind, name, facts = said["kind"], said["name"], said["facts"]
    files = tuple(map(_file, said["files"]))
    if not isinstance(said["licence"], str) or not all(isinstance(one, str) for one in facts.values()):
        raise ValueError("facts are text")
    item = Item(kind, name, files, said["licence"][:200], facts)
    if not _well_named(item):
        raise damaged(f"{str(name)[:60]!r} is no name for such a thing")
    return item


def _file(said: Any) -> File:
    name, size, sha256, pieces = said["name"], said["size"], said["sha256"], tuple(said["pieces"])
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size < LARGEST:
        raise ValueError("no size")
    if not all(_DIGEST.fullmatch(one) for one in (sha256, *pieces)):
        raise ValueError("no digest")
    if len(pieces) != max(1, -(-size // PIECE)) or (len(pieces) == 1 and pieces[0] != sha256):
        raise ValueError("pieces that are not the file's")
    deltas, whole = tuple(map(_delta, said.get("deltas", ()))), said.get("whole", True)
    if not isinstance(whole, bool) or len(deltas) > MOST_DELTAS:
        raise ValueError("no way in which a file comes")
    return File(str(name), size, sha256, pieces, deltas, whole)


def _delta(said: Any) -> Delta:
    delta = Delta(**said)
    if not isinstance(delta.size, int) or isinstance(delta.size, bool) or not 0 < delta.size <= PIECE:
        raise ValueError("no size")
    if not _DIGEST.fullmatch(delta.base) or not _DIGEST.fullmatch(delta.sha256):
        raise ValueError("no digest")
    return delta


def _well_named(item: Item) -> bool:
    names = [file.name for file in item.files]
    if item.kind == MODEL:
        count = len(names)
        wanted = (
            [f"{item.name}.gguf"]
            if count == 1
            else [f"{item.name}-{number:05}-of-{count:05}.gguf" for number in range(1, count + 1)]
        )
        return bool(_MODEL.fullmatch(item.name)) and item.name.lower() != "starter" and names == wanted
    if item.kind == VARIANT:
        return bool(_VARIANT.fullmatch(item.name)) and names == [f"{item.name}.toml"]
    if item.kind == SHELF:
        return bool(_SHELF_NAME.fullmatch(item.name)) and item.name.isprintable() and names == ["shelf.db"]
    if item.kind == PROGRAM:
        return item.name == PROGRAM_NAME and _are_wheels(names)
    return item.kind in ALONE and names == [item.name] == [ALONE[item.kind]]


def _are_wheels(names: list[str]) -> bool:
    return (
        all(map(_WHEEL.fullmatch, names))
        and len({name.casefold() for name in names}) == len(names)
        and any(name.startswith(f"{PROGRAM_NAME}-") for name in names)
    )
