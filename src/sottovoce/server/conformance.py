"""What one field of an API does here: a line of the conformance tables. For the reference and its tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    HONOURED = "honoured"
    ACCEPTED = "accepted"
    """Taken, and without effect on the answer, for the reason given."""
    REFUSED = "refused"
    """Answered with an error that names it."""


@dataclass(frozen=True, slots=True)
class Field:
    """`place` is where it is sent, `name` its path there; `*` stands for all others. `test` shows it."""

    place: str
    name: str
    state: State
    reason: str
    test: str


Rows = Mapping[str, tuple[State, str]]
"""By the name of a field: what becomes of it, and why."""


def fields(test: str, place: str, *tables: Rows, before: str = "") -> tuple[Field, ...]:
    """Return the fields of one place; of two rows with a name the later counts. `before` leads every name."""
    rows = {name: row for table in tables for name, row in table.items()}
    return tuple(Field(place, before + name, state, reason, test) for name, (state, reason) in rows.items())
