"""The quiet line below the prompt: which model, how quick, how full, and that nothing has left. Pure."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sottovoce.cli._show import cells, one_line
from sottovoce.net.ledger import Summary

BETWEEN = " · "


@dataclass(frozen=True, slots=True)
class Status:
    """What the line tells. None: not known yet."""

    model: str
    busy: str = ""
    rate: float | None = None
    first_token: float | None = None
    used: int | None = None
    window: int | None = None
    departures: Summary | None = None
    shelves: tuple[str, ...] = ()
    """Those that the chat asks."""


def status_line(status: Status, width: int, say: Callable[[str], str] = str) -> str:
    """Return the line: what matters least goes first, and what has room is said at length.

    `say` puts it into the person's language.
    """
    own = {status.model, *status.shelves}
    parts = [
        part if part.short in own else _Part(part.rank, say(part.long), say(part.short))
        for part in _parts(status)
    ]
    kept = sorted(range(len(parts)), key=lambda at: parts[at].rank)
    while len(kept) > 1 and _length([parts[at].short for at in kept]) > width:
        kept.pop()
    words = {at: parts[at].short for at in sorted(kept)}
    for at in kept:
        longer = {**words, at: parts[at].long}
        if _length([*longer.values()]) <= width:
            words = longer
    return one_line(BETWEEN.join(words.values()), width)


@dataclass(frozen=True, slots=True)
class _Part:
    """One thing said, at length and in short. The lowest `rank` matters most."""

    rank: int
    long: str
    short: str


def _length(texts: list[str]) -> int:
    return sum(cells(text) for text in texts) + len(BETWEEN) * (len(texts) - 1)


def _parts(status: Status) -> list[_Part]:
    parts = [_Part(1, status.model, status.model)]
    if status.busy:
        parts.append(_Part(0, status.busy, status.busy))
    if status.shelves:
        names = ", ".join(status.shelves)
        parts.append(_Part(2, f"asks {names}", names))
    if status.rate:
        parts.append(_Part(3, f"{status.rate:.0f} tokens/s", f"{status.rate:.0f}/s"))
    if status.first_token is not None:
        first = f"{status.first_token:.2f} s"
        parts.append(_Part(5, f"first word {first}", f"first {first}"))
    if status.used is not None and status.window:
        share = f"{100 * status.used / status.window:.0f} %"
        parts.append(_Part(4, f"{status.used:,} of {status.window:,} tokens ({share})", f"{share} full"))
    return [*parts, _Part(2, *departed(status.departures))]


def departed(summary: Summary | None) -> tuple[str, str]:
    """Return what the ledger says, long and short."""
    if summary is None or summary.empty:
        return "offline: nothing has left this machine", "offline"
    if not summary.count:
        return "the ledger of what left cannot be read whole", "ledger unreadable"
    times = "once" if summary.count == 1 else f"{summary.count} times"
    last = f", last {_day(summary.last)}" if summary.last is not None else ""
    return f"connected to the outside {times}{last}", f"connected {times}"


def _day(at: float) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(at))
