"""When a question that could not be answered is tried again. Values in, values out."""

from __future__ import annotations

from sottovoce.core.errors import NetworkProblem, SottoError
from sottovoce.net.ledger import Trace
from sottovoce.store.waiting import MOST_SENT, Waiting

UNREACHED, UNANSWERED = 5.0, 30.0
"""Seconds before the second try: where nothing left this machine, and where it did and no answer came."""
LONGEST = 900.0
"""Seconds between two tries, however many there were."""
HELD = 300.0
"""Seconds before it is looked again whether what stands here has been put right."""
LONGEST_ASKED = 3600.0
"""Seconds for which a server that asks for it is left alone."""
PASSING = (408, 425, 429)
"""What a server answers that may answer the same question later; others below 500 are final."""


def later(one: Waiting, problem: SottoError, trace: Trace, chance: float, now: float) -> float | None:
    """Return the moment of the next try; None: there is none by itself.

    `one` is the question as it was before this try, `trace` tells how far it came. `chance`, from 0 to 1,
    keeps machines that lost their network together from coming back together.
    """
    if trace.sent and (one.sent + 1 >= MOST_SENT or is_final(trace)):
        return None
    if not trace.sent and not isinstance(problem, NetworkProblem):
        return now + HELD
    first = UNANSWERED if trace.sent else UNREACHED
    pause = min(first * 2.0 ** min(one.failed, 10), LONGEST) * (0.5 + 0.5 * chance)
    return now + max(pause, min(problem.retry_after or 0.0, LONGEST_ASKED))


def is_final(trace: Trace) -> bool:
    """Whether the question, the key or the description is at fault: the same would be said again."""
    return 400 <= trace.status < 500 and trace.status not in PASSING


def wait(due: float, now: float) -> float:
    """Return the seconds until a moment; 0 as well where a clock that was set has put it out of reach."""
    seconds = due - now
    return seconds if 0.0 < seconds <= LONGEST_ASKED else 0.0
