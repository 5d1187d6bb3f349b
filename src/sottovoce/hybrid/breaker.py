"""Leaves a server that fails alone, and longer each time. Values in, values out; the clock is given."""

from __future__ import annotations

from dataclasses import dataclass

FAILURES = 3
"""So many in a row, and it rests."""
FIRST_REST, LONGEST_REST = 30.0, 900.0
"""Seconds; each rest that follows another is twice as long."""
TRIAL = 300.0
"""Seconds after which a trial that never ended counts for nothing."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """`failures` in a row. It rests `until` a moment; then one question is a `trial`, begun at its own."""

    failures: int = 0
    until: float = 0.0
    trial: float | None = None


def wait(breaker: Breaker, now: float) -> float:
    """Return how many seconds nothing may be asked; 0: it may."""
    if now < breaker.until:
        return min(breaker.until - now, LONGEST_REST)  # a clock that was set back must not lock it for years
    if breaker.trial is not None and 0 <= now - breaker.trial < TRIAL:
        return FIRST_REST
    return 0.0


def begun(breaker: Breaker, now: float) -> Breaker:
    """Return it with a question under way: after a rest, the only one for now."""
    return Breaker(breaker.failures, breaker.until, now if breaker.failures >= FAILURES else None)


def went_well(breaker: Breaker) -> Breaker:
    """Return it as new."""
    return Breaker()


def stopped(breaker: Breaker) -> Breaker:
    """Return it after a question that ended for no reason of the server's."""
    return Breaker(breaker.failures, breaker.until)


def failed(breaker: Breaker, now: float, asked: float | None = None) -> Breaker:
    """Return it after a failure. `asked`: seconds for which the server itself asked to be left alone."""
    failures = breaker.failures + 1
    rest = FIRST_REST * 2.0 ** min(failures - FAILURES, 10) if failures >= FAILURES else 0.0
    rest = min(max(rest, asked or 0.0), LONGEST_REST)
    return Breaker(failures, now + rest)
