"""Asks a server for a long time, and looks what it needs: memory, open files, and bytes on the disk.

Knows nothing of too many callers.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

import psutil

from torture.crowd import CHAT, question
from torture.result import Figures, Row
from torture.serving import Server, add_keys, serving
from torture.told import Told

SECONDS = (45, 3600)
WARM = (20, 300)
"""Of these, in which a server may come to hold what it keeps."""
UNSAFE_SECONDS = 15

GROWS = 8 << 20
"""Bytes by which a server may have grown in the rest of the time, by a straight line through all samples."""
FILES = 8
"""Files that it may have open beyond those after it was warm."""

SAID_TIMES = 8
BESIDE = 2048
"""What a message takes on the disk, its index included: so many times its bytes at most, and so many more."""

LEAK = """
from sottovoce.server.wire import Wire

def received(self, data, received=Wire.data_received, kept=[]):
    kept.append(b"#" * (1 << 20))
    received(self, data)

Wire.data_received = received
"""


FORGETFUL = """
from sottovoce.engine.echo import EchoEngine

EchoEngine._note = lambda self, *_: self.seen.clear()
"""
"""The engine that answers by rule keeps what it was asked, for tests; no real one does."""


@dataclass(frozen=True, slots=True)
class Sample:
    seconds: float
    memory: int
    files: int


@dataclass(frozen=True, slots=True)
class Soaked:
    """What was needed from when it was warm. `said` are the bytes of so many messages."""

    samples: Sequence[Sample]
    messages: int
    said: int
    disk: int

    @property
    def grown(self) -> float:
        """The bytes of memory by which it grew, by a straight line through all samples."""
        return slope([(one.seconds, one.memory) for one in self.samples]) * self._seconds

    @property
    def told(self) -> str:
        minutes = self._seconds / 60
        each = self.disk / max(1, self.messages)
        return (
            f"In {minutes:.1f} minutes of {self.messages:,} messages, once warm, it grew by"
            f" {self.grown / 2**20:.1f} MiB; a message of {self.said / max(1, self.messages):.0f} bytes took"
            f" {each:,.0f} on the disk."
        )

    def fault(self, what: str) -> str | None:
        match what:
            case "memory":
                grown = self.grown
                return f"it grew by {grown / 2**20:.0f} MiB" if grown > GROWS else None
            case "files":
                more = max(one.files for one in self.samples) - self.samples[0].files
                return f"{more} more files are open" if more > FILES else None
        most = SAID_TIMES * self.said + BESIDE * self.messages
        return f"{self.disk:,} bytes for {self.messages:,} messages" if self.disk > most else None

    @property
    def _seconds(self) -> float:
        return self.samples[-1].seconds - self.samples[0].seconds


@dataclass(frozen=True, slots=True)
class Shown:
    row: Row
    told: str


def row(folder: Path, figures: Figures, told: Told, settings: Mapping[str, object]) -> Shown:
    what = "a server that is asked for long: memory, files, disk"
    whole, warm = figures.pick(*SECONDS), figures.pick(*WARM)
    found: list[Soaked] = []

    def soaked(without: str, seconds: float, warm: float) -> Soaked:
        if not found:
            place = folder / ("soak-unsafe" if without else "soak")
            found.append(_soaked(place, figures, settings, without, seconds, warm))
        return found[0]

    cases = ("memory", "files", "disk")
    tried = told.each(what, cases, lambda case: soaked("", whole, warm).fault(case), at_once=1)
    shown = found[0].told if found else ""
    found.clear()
    leaks = told.each(
        f"{what}, unsafe",
        cases,
        lambda case: soaked(LEAK, UNSAFE_SECONDS, UNSAFE_SECONDS / 3).fault(case),
        enough=1,
        at_once=1,
    )
    return Shown(Row(what, tried, "the letting go of what was read", leaks), shown)


def _soaked(
    folder: Path, figures: Figures, settings: Mapping[str, object], without: str, seconds: float, warm: float
) -> Soaked:
    chance = figures.chance("soak")
    key = add_keys(folder, ["program"])[0]
    samples: list[Sample] = []
    messages = said = before = 0
    with serving(folder, FORGETFUL + without, **settings) as server:
        began = time.monotonic()
        while (now := time.monotonic() - began) < seconds:
            text = _text(chance)
            _say(server, key, text)
            if now < warm:
                before = _disk(server)
                continue
            messages, said = messages + 2, said + 2 * len(text)
            samples.append(_sample(server, now))
        return Soaked(samples, messages, said, _disk(server) - before)


def _text(chance: Random) -> str:
    return " ".join(f"{chance.randrange(1 << 40):x}" for _ in range(chance.randint(5, 60)))


def _say(server: Server, key: str, text: str) -> None:
    """Say it on the page, where it is kept, and in a program, where it is not."""
    begun = server.ask("/app/api/runs", json.dumps({"text": text}).encode())
    run = json.loads(begun.body)
    server.ask(f"/app/api/chats/{run['chat']}/runs/{run['id']}/events")
    server.ask(CHAT, question(text, stream=True), key=key)


def _sample(server: Server, seconds: float) -> Sample:
    process = psutil.Process(server.pid)
    return Sample(seconds, process.memory_info().rss, process.num_fds())


def _disk(server: Server) -> int:
    """Return the bytes of the database, with what its log has not handed over yet."""
    with closing(sqlite3.connect(server.home.database)) as database:
        pages, size = (
            database.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "page_size")
        )
    return int(pages * size)


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Return how steep the straight line is that fits best (least squares)."""
    count = len(points)
    middle = sum(x for x, _ in points) / count, sum(y for _, y in points) / count
    spread = sum((x - middle[0]) ** 2 for x, _ in points)
    return sum((x - middle[0]) * (y - middle[1]) for x, y in points) / spread if spread else 0.0
