"""Marks in JSON: a field `provenance` beside the text it is of, in exports and in the answers of the APIs.

What is sealed of a whole chat is every value of its object but the marks, each with the path to it: in which
order the keys stand, and how the file is indented, makes no difference.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from sottovoce.chat.marks.marked import Marked
from sottovoce.chat.marks.words import words_of
from sottovoce.guard.provenance import CHAT, FIELD, Record, read

TEXTS = ("answer", "content", "response", "message", "output", "text")
"""The fields that hold what an AI wrote: of an export, of `sotto ask --json`, of the APIs' answers.

A response of the Responses API has a `text` that says what is wanted of it, and its words in `output`.
"""


def sealed(value: object, path: str = "") -> Iterator[str]:
    """Yield every value with the path to it, one line each; marks are left out."""
    if isinstance(value, dict):
        for name in sorted(value):
            if name != FIELD:
                yield from sealed(value[name], f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from sealed(one, f"{path}.{at}")
    else:
        yield f"{path}: {_plain(value)}"


def found(value: object) -> Iterator[Marked]:
    """Yield every text that has a mark in a value read from JSON, in no order that matters."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, list):
            left += one
        if not isinstance(one, dict):
            continue
        mark = one.get(FIELD)
        if isinstance(mark, dict) and "signature" in mark:
            record = read(mark)
            yield Marked(record, tuple(_blocks(one, record)))
        left += one.values()


def _blocks(holder: dict[str, object], record: Record | None) -> list[str]:
    if record is not None and record.kind == CHAT:
        return list(sealed(holder))
    return words_of(_text(holder))


def _text(holder: object) -> str:
    """Return the text in the fields of an object, or in those of the parts or messages that it has.

    Of one that says two things in two fields nobody knows which one is read: then both are its text.
    """
    if not isinstance(holder, dict):
        return ""
    said = [_said(holder.get(name)) for name in TEXTS]
    return "\n\n".join(dict.fromkeys(filter(None, said)))


def _said(value: object) -> str:
    if isinstance(value, list):
        return "".join(_text(one) for one in value)
    return value if isinstance(value, str) else _text(value)


def _plain(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))  # as other programs write it
    return json.dumps(value)
