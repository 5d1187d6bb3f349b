"""`keep_alive`: how long a model stays loaded after the answer, as Ollama's clients say it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager

from sottovoce.core.errors import BadValue
from sottovoce.engine.protocol import Engine

UNITS = {
    "ns": 1e-9,
    "us": 1e-6,
    "\u00b5s": 1e-6,
    "\u03bcs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
}
PART = r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)"
DURATION = re.compile(rf"([+-]?)((?:{PART})+)")
LONGEST = 100 * 366 * 86_400.0
"""Who names more seconds means for good; no calendar reaches as far."""

NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


def seconds(given: str | float | None) -> float | None:
    """Return how many seconds are meant: infinity for below zero or a lifetime, None where nothing is said.

    A number is seconds; a text a number, or a duration as Go writes it: "5m", "1h30m". Raises BadValue.
    """
    if given is None or given == "":
        return None
    found = _parsed(given) if isinstance(given, str) else float(min(given, LONGEST + 1))
    if found is None or math.isnan(found):
        raise BadValue(
            f"keep_alive cannot be {str(given)[:40]!r}.",
            hint='For example "5m", 300, 0 to unload it at once, or -1 to keep it',
            field="keep_alive",
        )
    return math.inf if found < 0 or found > LONGEST else found


@contextmanager
def kept(engine: Engine, seconds: float | None) -> Iterator[None]:
    """Keep the model for so long after the block, however it ends."""
    try:
        yield
    finally:
        engine.keep(seconds)


def _parsed(text: str) -> float | None:
    if NUMBER.fullmatch(text):
        return float(text)
    found = DURATION.fullmatch(text)
    if found is None:
        return None
    total = sum(float(number) * UNITS[unit] for number, unit in re.findall(PART, found[2]))
    return -total if found[1] == "-" else total
