"""What a part is asked for and what it returns: nouns alone."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figures:
    """How much to try. The same seed tries the same."""

    long: bool = False
    seed: int = 1

    def pick(self, short: int, long: int) -> int:
        return long if self.long else short

    def chance(self, *of: object) -> random.Random:
        """Return the chance of one thing, which no other thing's changes."""
        return random.Random(repr((self.seed, *of)))


@dataclass(frozen=True, slots=True)
class Tried:
    """Cases of one kind, and the sentences of those that went wrong."""

    cases: int
    faults: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Row:
    """One thing done very often. `control` is the same with the safeguard `without` taken away.

    Where nothing is `promised` it is told for what it shows, and has no control.
    """

    what: str
    tried: Tried
    without: str
    control: Tried
    promised: bool = True

    @property
    def verdict(self) -> str:
        if not self.promised:
            return "not promised"
        if self.tried.faults:
            return "broken"
        if not self.tried.cases:
            return "nothing was tried"
        return "held" if self.control.faults else "its control did not fail"


@dataclass(frozen=True, slots=True)
class Result:
    """What a part found. `notes` are sentences for the page: what was tried, and what it cannot show."""

    promise: str
    rows: tuple[Row, ...]
    notes: str = ""

    @property
    def held(self) -> bool:
        promised = [row for row in self.rows if row.promised]
        return bool(promised) and all(row.verdict == "held" for row in promised)
