"""What an answer took, as the terminal tells it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from sottovoce.core.events import Timings, Usage


@dataclass(frozen=True, slots=True)
class Counts:
    """What an answer took."""

    usage: Usage
    timings: Timings

    @property
    def used(self) -> int:
        """Tokens of the window that are taken."""
        return self.usage.prompt + self.usage.answer


def read(facts: dict[str, Any]) -> Counts | None:
    """Read the counts of a stored answer. It may have been stopped, or come from another program."""
    try:
        usage, timings = facts["usage"], facts["timings"]
        return Counts(
            Usage(*(int(usage[item.name]) for item in fields(Usage))),
            Timings(*(float(timings[item.name]) for item in fields(Timings))),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
