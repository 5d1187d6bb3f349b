"""How a model did on questions with known answers, as data: for commands and for the page."""

from __future__ import annotations

from typing import Any

from sottovoce.evals.intervals import wilson
from sottovoce.store.evaluations import Evaluation


def told(found: Evaluation) -> dict[str, Any]:
    """Return its documented keys. `low` and `high` are the 95 % interval of `share`."""
    share = wilson(found.passed, found.asked)
    return {
        "set": found.set,
        "version": found.version,
        "items": found.items,
        "asked": found.asked,
        "passed": found.passed,
        "share": round(share.value, 4),
        "low": round(share.low, 4),
        "high": round(share.high, 4),
        "groups": {group: {"passed": passed, "of": of} for group, (passed, of) in found.groups.items()},
        "seconds": round(found.seconds, 3),
        "tokens_written": found.written,
        "made": found.made,
    }
