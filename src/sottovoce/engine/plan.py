"""What is to be loaded, and how. Knows nothing of processes."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from sottovoce.core.sampling import Sampling
from sottovoce.engine import memory
from sottovoce.engine.gguf import Header, read_header
from sottovoce.engine.library import Choice
from sottovoce.engine.room import Room


@dataclass(frozen=True, slots=True)
class Plan:
    """Which model to run and how. `verify` returns the content's SHA-256 or raises BadModelFile."""

    path: Path
    name: str
    verify: Callable[[], Awaitable[str]]
    defaults: Sampling = field(default_factory=Sampling)
    window: int = 4096
    """Tokens for each slot; 0 takes all that the model was made for."""
    slots: int = 1
    queue_seconds: float = 0.0
    """Refuse whoever would wait longer for an answer to begin; 0 refuses nobody."""
    threads: int = 0
    idle_seconds: float = 600.0
    """Put the model to sleep after this long without a question; 0 never."""
    watch: str | None = None
    embed: bool = False
    rank: bool = False
    """It tells how well a text fits a question."""
    gentle: bool = False
    """It leaves half of the cores to other programs, which also come first on the others."""
    patient: bool = False
    """It works in the background and lets every other program come first."""
    library: Choice = field(default_factory=Choice)
    room: Room = field(default_factory=Room)
    """The memory it shares with others that are loaded."""
    needs: Callable[[Header, int, int, int], int] = memory.by_header
    """The bytes it takes: of its header, the window and the number of slots, and tokens read in one go."""

    @property
    def reads_whole(self) -> bool:
        """Is each text read in one go, as its words see each other?"""
        return self.embed or self.rank

    @property
    def longest_wait(self) -> float:
        return self.queue_seconds or math.inf

    @property
    def longest_rest(self) -> float:
        return self.idle_seconds or math.inf


def window_of(header: Header, wanted: int) -> int:
    """Return the tokens a slot gets: what was asked for, at most what the model was made for."""
    most = header.context_length or wanted or 4096
    return min(wanted or most, most)


def slots_that_fit(path: Path, window: int, room: int) -> int:
    """Return how many answers at once suit this model and so many free bytes. Reads the model's header."""
    header = read_header(path)
    one = header.kv_bytes_per_token() * window_of(header, window)
    return memory.slots_that_fit(header.file_size, one, room)
