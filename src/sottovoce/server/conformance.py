"""What one field of an API does here: a line of the conformance tables. For the reference and its tests."""

from __future__ import annotations

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
