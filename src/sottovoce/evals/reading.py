"""Reads sets of questions: the one that comes with the program, and an owner's own file, which is checked.

A set is TOML. What stands above the first item counts for every item that does not say it itself.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sottovoce.core.errors import BadValue
from sottovoce.evals.checks import CHECKS
from sottovoce.evals.given import Unfit
from sottovoce.evals.items import MAX_TOKENS, Check, Item, Set, in_order
from sottovoce.store.evaluations import SHIPPED

MOST_BYTES = 8 << 20
MOST_ITEMS = 10_000
LONGEST_QUESTION = 20_000
"""Characters, with the text before it: more than small models see."""

LONGEST_NAME = 64
LONGEST_ANSWER = 4096
"""Tokens."""

FORMAT = "docs/guides/models.md shows what a set looks like"

_HEAD = {"name", "version", "group", "language", "max_tokens"}
_OWN = {"id", "group", "language", "question", "text", "check", "max_tokens", "held_out"}


def shipped() -> Set:
    """Return the set that comes with the program."""
    from importlib import resources

    folder = resources.files("sottovoce.evals") / "sets"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda f: f.name)
    version, items = 0, list[Item]()
    for file in files:
        head, found = _parsed(file.read_text(encoding="utf-8"), file.name)
        version = max(version, head.get("version", 0))
        items += found
    return Set(SHIPPED, version, in_order(items))


def own(path: Path) -> Set:
    """Return the set in a file. Raises BadValue, which says in which item what is wrong."""
    text = _text(path)
    head, items = _parsed(text, path.name)
    name = head.get("name", path.stem)
    if name == SHIPPED:
        raise _bad(
            path.name, f"its name is {SHIPPED!r}, which is that of the set that comes with the program"
        )
    return Set(name, head.get("version", 1), in_order(items))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as problem:
        raise BadValue(
            f"{path} cannot be read: {problem.strerror}.", hint="See whether it is there and may be read"
        ) from problem
    if len(data) > MOST_BYTES:
        raise _bad(path.name, f"it has more than {MOST_BYTES >> 20} MB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise _bad(path.name, f"it is not UTF-8: byte {problem.start} cannot be read") from problem


def _parsed(text: str, name: str) -> tuple[dict[str, Any], list[Item]]:
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise _bad(name, f"it is not TOML: {problem}") from problem
    rows = data.pop("item", [])
    _check_head(data, name)
    if not isinstance(rows, list) or not rows:
        raise _bad(name, "it has no questions: each stands below a line [[item]]")
    if len(rows) > MOST_ITEMS:
        raise _bad(name, f"it has {len(rows):,} items; at most {MOST_ITEMS:,} are asked")
    lines = [at for at, line in enumerate(text.splitlines(), 1) if re.match(r"\s*\[\[\s*item\s*\]\]", line)]
    items: dict[str, Item] = {}
    for at, row in enumerate(rows):
        where = _where(at, row, lines if len(lines) == len(rows) else None)
        item = _item(data, row, name, where)
        if item.id in items:
            raise _bad(name, f"{where}: another item before it has the id {item.id!r}")
        items[item.id] = item
    return data, list(items.values())


def _check_head(head: Mapping[str, Any], name: str) -> None:
    if unknown := set(head) - _HEAD:
        raise _bad(name, f"{min(unknown)!r} above the first item is nothing that a set has")
    _is_name(head.get("name", "a"), name, "its name")
    if not _whole(head.get("version", 1), 1, 10**9):
        raise _bad(name, "its version is not a whole number from 1")


def _item(head: Mapping[str, Any], row: object, name: str, where: str) -> Item:
    def wrong(what: str) -> BadValue:
        return _bad(name, f"{where}: {what}")

    if not isinstance(row, dict):
        raise wrong("it is not a table")
    if unknown := set(row) - _OWN:
        raise wrong(f"{min(unknown)!r} is nothing that an item has")
    said: dict[str, Any] = {
        "group": "own",
        "language": "",
        "max_tokens": MAX_TOKENS,
        "text": "",
        "held_out": False,
    } | {key: head[key] for key in ("group", "language", "max_tokens") if key in head}
    said |= row
    for key in ("id", "group"):
        _is_name(said.get(key), name, f"{where}: its {key}")
    question, text = said.get("question"), said["text"]
    if not isinstance(question, str) or not question.strip() or "\0" in question:
        raise wrong("it has no question")
    if not isinstance(text, str) or "\0" in text:
        raise wrong("its text is none")
    if len(question) + len(text) > LONGEST_QUESTION:
        raise wrong(
            f"its question has {len(question) + len(text):,} characters, at most {LONGEST_QUESTION:,}"
        )
    if not isinstance(said["language"], str) or len(said["language"]) > LONGEST_NAME:
        raise wrong("its language is none, such as en")
    if not _whole(said["max_tokens"], 1, LONGEST_ANSWER):
        raise wrong(f"its max_tokens is not a whole number from 1 to {LONGEST_ANSWER:,}")
    if not isinstance(said["held_out"], bool):
        raise wrong("its held_out is not true or false")
    return Item(
        said["id"], said["group"], said["language"], question.strip(), _checks(said.get("check"), wrong),
        text.strip(), said["max_tokens"], said["held_out"],
    )  # fmt: skip


def _checks(table: object, wrong: Callable[[str], BadValue]) -> tuple[Check, ...]:
    if not isinstance(table, dict) or not table:
        raise wrong('it has no check, such as check = { exact = "Paris" }')
    found = []
    for key, wanted in table.items():
        if key not in CHECKS:
            raise wrong(f"there is no check {key!r}; there are {', '.join(CHECKS)}")
        try:
            found.append(Check(key, CHECKS[key](wanted)))
        except Unfit as problem:
            raise wrong(f"its check {key} {problem}") from problem
    return tuple(found)


def _is_name(value: object, name: str, what: str) -> None:
    if (
        not isinstance(value, str)
        or not value.strip()
        or not value.isprintable()
        or len(value) > LONGEST_NAME
    ):
        raise _bad(name, f"{what} is not a text of 1 to {LONGEST_NAME} characters")


def _whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _where(at: int, row: object, lines: list[int] | None) -> str:
    """Return how to find an item: its number, its id where it has one, and its line where that is certain."""
    id_ = row.get("id") if isinstance(row, dict) else None
    named = f" ({id_})" if isinstance(id_, str) and id_.isprintable() and 0 < len(id_) <= LONGEST_NAME else ""
    line = f", line {lines[at]}" if lines else ""
    return f"item {at + 1}{named}{line}"


def _bad(name: str, what: str) -> BadValue:
    return BadValue(f"The set {name} cannot be used: {what}.", hint=FORMAT)
