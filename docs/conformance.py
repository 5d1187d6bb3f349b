"""Writes the conformance tables: what every field of the clients' own types does at this server.

The rows stand with the code that keeps to them, and tests hold them against the installed clients.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter

from sottovoce.server.anthropic_api import fields as anthropic_fields
from sottovoce.server.conformance import Field, State
from sottovoce.server.ollama_api import fields as ollama_fields
from sottovoce.server.openai_api import fields as openai_fields
from sottovoce.server.openai_api import responses_fields

APIS = (
    ("OpenAI", "openai", (*openai_fields.FIELDS, *responses_fields.FIELDS)),
    ("Anthropic", "anthropic", anthropic_fields.FIELDS),
    ("Ollama", "ollama", ollama_fields.FIELDS),
)
"""Each API: its name, the Python client whose types it is held to, and its rows."""

INTRODUCTION = """\
# Conformance

What each field of a request does here, for every field of the official clients' own types. None is passed
over in silence: it is

- **honoured**: it does what it does in the original, within the bounds said;
- **accepted**: it is taken and has no effect on the answer here, for the reason said;
- **refused**: the answer is an error that names it.

Each answer of a model has what the original does not: the header `X-AI-Generated: true`, and a field
`provenance`, the signed record of how the text was made: of a chat completion in its `message`, of a
completion in its choice, else at the top; in a stream in the last event, of Anthropic's in its `delta`. A
whole answer that is one text has the record in the header `X-Sotto-Provenance` too.
[Who wrote this?](../guides/who-wrote-this.md) says what it is.

A field that stands in no table is refused as well. `=` stands before a value that is treated otherwise than
the rest. A row with none below it speaks for all within. Each row is tried out by the test named under its
table.
"""


def conformance_page() -> str:
    """Return the page, one table for each place that takes fields."""
    parts = [INTRODUCTION]
    for name, client, fields in APIS:
        parts.append(f"## {name}\n\nHeld to the types of the Python client `{client}`.\n")
        parts += [
            _table(place, list(rows)) for place, rows in itertools.groupby(fields, lambda row: row.place)
        ]
    return "\n".join(parts)


def _table(place: str, rows: list[Field]) -> str:
    counts = Counter(row.state for row in rows)
    tally = ", ".join(f"{counts[state]} {state}" for state in State if counts[state])
    lines = [("field", "state", "what it means here"), ("---", "---", "---")]
    lines += [(_name(row.name), row.state.value, _cell(row.reason)) for row in rows]
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    tests = ", ".join(f"`{test}`" for test in dict.fromkeys(row.test for row in rows))
    return f"### {place}\n\n{tally[0].upper()}{tally[1:]}.\n\n{table}\nTested in {tests}.\n"


def _name(name: str) -> str:
    field, equals, value = name.partition("=")
    return f"`{field} = {value}`" if equals else f"`{field}`"


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|").strip()
