"""Reads what a model wrote: is it a call of a function, and which?

Knows the forms that models write calls in. Pure.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sottovoce.chat.tools import Tool, compact, parsed
from sottovoce.core.errors import SchemaUnmet
from sottovoce.core.events import Called

_TAGS = ("<tool_call>", "</tool_call>", "```json", "```")
_OPENINGS = (
    "<tool_call>",
    *(
        f'{fence}{bracket}{{"{key}":'
        for fence in ("", "```", "```json")
        for bracket in ("", "[")
        for key in ("name", "arguments", "parameters", "type", "id", "function", "tool_calls")
    ),
)
"""What the beginning of a call looks like in the models we know, without its blanks."""


ROUND = 800
ROUNDS = 7
"""Letters at the end of a text, and how much smaller they pack when it goes round. Prose packs to a half."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A call as the model wrote it; `arguments` is None where they cannot be read."""

    name: str
    arguments: Any


def begins_call(text: str) -> bool | None:
    """Tell whether an answer that begins so is a call; None while it may yet become one."""
    head = "".join(text[:200].split())
    if head.startswith(_OPENINGS):
        return True
    return None if any(opening.startswith(head) for opening in _OPENINGS) else False


def calls_in(text: str, tools: Sequence[Tool]) -> list[Spoken]:
    """Return the calls of known functions that an answer begins with; none where it is just text.

    What stands behind a call is left out: it was written without knowing what the call returns.
    """
    known = {tool.name for tool in tools}
    if not begins_call(text):
        return []
    found = [_spoken(value) for value in _values(text)]
    if not found:
        name = re.search(r'"name"\s*:\s*"([^"]*)"', text)
        found = [Spoken(name.group(1), None)] if name else []
    return [call for call in found if call is not None and call.name in known]


def called(spoken: Spoken) -> Called:
    """Return the call in the form in which it is given; its arguments are not held to a schema yet."""
    return Called(spoken.name, compact(spoken.arguments))


def whole_call(text: str, tools: Sequence[Tool]) -> Called:
    """Return the call that all of this text is. Raises SchemaUnmet."""
    try:
        value = json.loads(text)
        call = called(Spoken(value["name"], value["arguments"]))
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise SchemaUnmet("The model wrote no whole call.", hint="Ask again") from problem
    if call.name not in {tool.name for tool in tools}:
        raise SchemaUnmet("The model called a function that was not offered.", hint="Ask again")
    return call


def goes_round(text: str) -> bool:
    """Tell whether a text repeats itself without end: then its end packs into next to nothing.

    For calls, which nobody reads while they are written; answers are followed by guard/repetition.py.
    """
    end = "".join(text.split())[-ROUND:].encode()
    return len(end) >= ROUND and len(zlib.compress(end)) * ROUNDS < len(end)


def _values(text: str) -> Iterator[Any]:
    """Yield the JSON values that stand one behind the other at the text's beginning."""
    at, decoder = 0, json.JSONDecoder()
    while True:
        rest = text[at:]
        kept = rest.lstrip(" \t\r\n,;")
        at += len(rest) - len(kept)
        tag = next((tag for tag in _TAGS if kept.startswith(tag)), None)
        if tag is not None:
            at += len(tag)
            continue
        try:
            value, end = decoder.raw_decode(kept)
        except (ValueError, RecursionError):
            return
        at += end
        yield from value if isinstance(value, list) else [value]


def _spoken(value: Any) -> Spoken | None:
    """Return the call that this value is, in any of the forms that models write."""
    if isinstance(value, dict) and isinstance(value.get("tool_calls"), list) and value["tool_calls"]:
        value = value["tool_calls"][0]
    if isinstance(value, dict) and isinstance(value.get("function"), dict):
        value = value["function"]
    if not isinstance(value, dict):
        return None
    name = value.get("name", value.get("function"))
    arguments = value.get("arguments", value.get("parameters", {}))
    return Spoken(name, parsed(arguments)) if isinstance(name, str) else None
