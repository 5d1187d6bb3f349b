"""How a file elsewhere is reached, and how hard that is tried. Values alone."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from sottovoce.engine.gguf import check_start
from sottovoce.net.answer import Limits
from sottovoce.net.bearer import Bearer
from sottovoce.net.door import Door

LARGEST = 1 << 44


@dataclass(frozen=True, slots=True)
class Manner:
    """How hard to try. Times are seconds, sizes bytes.

    A second connection helps where one is held back, and costs where one fills the line: it is opened
    only when one was slower than `fast` for `settle`, and for no less than `least` bytes.
    """

    connections: int = 4
    least: int = 8 << 20
    settle: float = 1.0
    fast: float = 80e6
    tries: int = 6
    """Failures in a row, with less than `step` bytes in between."""
    step: int = 1 << 16
    pause: float = 1.0
    longest_pause: float = 60.0
    write_every: float = 0.25
    save_every: float = 1.0
    limits: Limits = field(
        default_factory=lambda: Limits(LARGEST, seconds=float("inf"), slowest=512, patience=60.0)
    )


@dataclass(frozen=True, slots=True)
class Way:
    """How a file is reached. `check` raises where its first 64 bytes are of no such file; see check_start.

    Without `follow` a server that sends on is Refused.
    """

    door: Door
    explicit: bool
    elsewhere: Collection[str] = ()
    bearer: Bearer | None = None
    manner: Manner = field(default_factory=Manner)
    check: Callable[[bytes, str], None] = check_start
    follow: bool = True
