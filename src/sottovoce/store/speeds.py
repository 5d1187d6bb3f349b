"""How quickly answers were written here, as kept with each of them. Counts and seconds; no text."""

from __future__ import annotations

import json
import sqlite3
import statistics
from dataclasses import dataclass

SHORTEST = 16
"""Answers with fewer tokens say little about a rate."""


@dataclass(frozen=True, slots=True)
class Speed:
    """One answer: tokens before it, tokens of it, and tokens a second."""

    before: int
    answer: int
    per_second: float


def speeds(conn: sqlite3.Connection, digest: str, limit: int = 30) -> list[Speed]:
    """Return the latest answers of the model with this content, the newest first."""
    rows = conn.execute(
        "SELECT facts FROM messages WHERE digest = ? AND state = 'complete' ORDER BY number DESC LIMIT ?",
        (digest, limit),
    )
    return [speed for (facts,) in rows if (speed := _read(facts)) is not None]


def _read(facts: str) -> Speed | None:
    """Return what an answer's facts say; None where they say nothing of use, or others slowed it down."""
    try:
        said = json.loads(facts)
        usage, timings = said["usage"], said["timings"]
        if said.get("company", 1) > 1:
            return None
        found = Speed(int(usage["prompt"]), int(usage["answer"]), float(timings["answer_per_second"]))
    except (ValueError, KeyError, TypeError):
        return None
    return found if found.answer >= SHORTEST and found.per_second > 0 else None


ENOUGH_READ = 64
"""Tokens of a prompt; fewer say little about how quickly they are read."""


def reading(conn: sqlite3.Connection, digest: str) -> float | None:
    """Return how many tokens of a prompt the model with this content reads in a second, as measured here."""
    return _reading(conn, "digest", digest)


def reading_of(conn: sqlite3.Connection, model: str) -> float | None:
    """Return the same of a model by its name: before it is loaded, nobody knows its content."""
    return _reading(conn, "model", model)


def _reading(conn: sqlite3.Connection, column: str, value: str, limit: int = 10) -> float | None:
    # The column is one of the two above.
    rows = conn.execute(
        f"SELECT facts FROM messages WHERE {column} = ? AND state = 'complete' ORDER BY number DESC LIMIT ?",  # noqa: S608
        (value, limit),
    )
    found = [rate for (facts,) in rows if (rate := _read_rate(facts)) is not None]
    return statistics.median(found) if found else None


def _read_rate(facts: str) -> float | None:
    try:
        said = json.loads(facts)
        read = int(said["usage"]["prompt"]) - int(said["usage"]["reused"])
        rate = float(said["timings"]["prompt_per_second"])
    except (ValueError, KeyError, TypeError):
        return None
    return rate if read >= ENOUGH_READ and rate > 0 else None
