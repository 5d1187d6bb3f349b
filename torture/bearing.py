"""Puts on a server more than it can bear: callers beyond its queue, slow ones, greedy ones, signals, hours.

The echo engine answers, but for a share of the stops. What is asked of the server is in crowd.py, what is
done to it in stopping.py, and what it needs in the long run in soaking.py.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from torture import crowd, soaking, stopping
from torture.killing import ENOUGH
from torture.result import Figures, Result, Row, Tried
from torture.serving import Server, add_keys, serving
from torture.told import Told

WAVES = (4, 100)
AT_ONCE = 560
"""Callers of a wave: more than the 512 connections that a server takes."""
QUEUE_SECONDS = 2
PATIENCE = 15.0
"""Seconds within which each caller has heard: the queue's, an answer's, and those of the machine."""
PAUSE = (8, 24)
"""Milliseconds that an answer waits for each word: answered one after the other, however quick the machine,
all of a wave take longer than PATIENCE."""

EACH = (8, 40)
"""Slow clients of each kind."""

GREED = 32
MODEST = (24, 400)
TIMES, SPARE = 3.0, 0.5
"""So many times as long as alone may an answer take beside somebody greedy, and so many seconds more."""

STOPS = {"rests": (40, 1_000), "starts": (40, 1_000), "answers": (60, 1_500), "indexes": (40, 1_000)}
REAL = (20, 400)
"""Stops of a server with the real engine."""

ECHO: dict[str, Any] = {
    "engine": "echo",
    "slots": 4,
    "queue_seconds": QUEUE_SECONDS,
    "tools": "off",
    "help_in_chat": "off",
}
"""Settings. What the program answers by itself would come past the line."""
LLAMA: dict[str, Any] = {"slots": 2, "context": 1024}

ENDLESS = """
from sottovoce.engine.protocol import Queue
from sottovoce.server import crowd, limits

Queue.require_room = lambda self: None
crowd.MOST = limits.MOST_OPEN = 1 << 30
"""
PATIENT = """
from sottovoce.server import answering
from sottovoce.server.wire import Wire

Wire.look = lambda self, now: None
answering.MOST_WAITING = 1 << 40
"""
UNFAIR = """
from sottovoce.engine.line import Place

Place.owner = property(lambda self: "everybody")
"""

NOTES = """The echo engine stands for the model but in the last row of stops. Of a wave, each caller is
answered, or told when to come again. The greedy one has {greed} callers, who come again four times a second
where refused; beside them an answer may take {times:.0f} times as long as alone. After SIGTERM answers under
way have ten seconds, and the program ten more. {soaked}"""


def run(folder: Path, figures: Figures, told: Told) -> Result:
    rows = [
        *_overload(folder, figures, told),
        _slow(folder, figures, told),
        _fair(folder, figures, told),
        *_stops(folder, figures, told),
    ]
    soaked = soaking.row(folder, figures, told, ECHO)
    notes = NOTES.format(greed=GREED, times=TIMES, soaked=soaked.told)
    return Result(
        "However many ask, and however slowly, each hears in time, and a stop leaves nothing behind",
        (*rows, soaked.row),
        notes,
    )


@contextmanager
def _asked(folder: Path, without: str = "") -> Iterator[tuple[Server, list[str]]]:
    """Give a server that answers by rule, and four keys of it."""
    keys = add_keys(folder, ["one", "two", "three", "four"])
    with serving(folder, without, **ECHO) as server:
        yield server, keys


# ── too many ──────────────────────────────────────────────────────────────────────────────────────


def _overload(folder: Path, figures: Figures, told: Told) -> list[Row]:
    what, memory = f"a wave of {AT_ONCE} callers at once", "the memory of a server under such waves"
    waves = range(figures.pick(*WAVES))
    with _measured(folder / "crowded") as (server, keys, gauge):
        tried = told.each(what, waves, _wave(server, keys, figures), at_once=1)
        held = told.each(memory, ["all"], lambda _: gauge.fault)
    with _asked(folder / "endless", ENDLESS) as (server, keys):
        wave = _wave(server, keys, figures)
        found = told.each(f"{what}, unsafe", waves, wave, enough=1, at_once=1)
    with _measured(folder / "hoarding", soaking.LEAK) as (server, keys, gauge):
        told.each(f"{memory}, asked", waves[:1], _wave(server, keys, figures), enough=1)
        grown = told.each(f"{memory}, unsafe", ["all"], lambda _: gauge.fault, enough=1)
    return [
        Row(what, tried, "the bounds of the queue and of what is open", found),
        Row(memory, held, "the letting go of what was read", grown),
    ]


def _wave(server: Server, keys: list[str], figures: Figures) -> Callable[[int], str | None]:
    """Return what has very many ask at once, and says with how many something was wrong, and what first."""

    def attempt(wave: int) -> str | None:
        with ThreadPoolExecutor(AT_ONCE) as crowd_:
            callers = [_caller(server, keys, figures.chance("caller", wave, one)) for one in range(AT_ONCE)]
            heard = [fault for fault in crowd_.map(crowd.Caller.__call__, callers) if fault]
        return f"{len(heard)} of {AT_ONCE}, the first: {heard[0]}" if heard else None

    return attempt


def _caller(server: Server, keys: list[str], chance: Random) -> crowd.Caller:
    words = " ".join(f"buoy{chance.randrange(10_000)}.{word}" for word in range(chance.randint(1, 30)))
    # More than half come with one key, which may not have so much open.
    key = chance.choice([keys[0], keys[0], keys[1]])
    return crowd.Caller(server, key, words, chance.randint(*PAUSE), chance.random() < 0.5, PATIENCE)


@contextmanager
def _measured(folder: Path, without: str = "") -> Iterator[tuple[Server, list[str], crowd.Gauge]]:
    with _asked(folder, without) as (server, keys), closing(crowd.Gauge(server.pid)) as gauge:
        yield server, keys, gauge


# ── slow ones ─────────────────────────────────────────────────────────────────────────────────────


def _slow(folder: Path, figures: Figures, told: Told) -> Row:
    what = "a slow client, and others beside it"
    kinds = {**crowd.SLOW, **(crowd.SLOWER if figures.long else {})}
    slow = [f"{number} {kind}" for number in range(figures.pick(*EACH)) for kind in kinds]
    beside = [f"{number} beside" for number in range(len(slow))]
    at_once = 2 * len(slow)
    with _measured(folder / "slow") as (server, keys, gauge), closing(crowd.Doors(server.pid)) as doors:
        attempt = _moves(server, doors, keys, kinds)
        tried = told.each(what, [*slow, *beside, "memory"], _with_memory(attempt, gauge), at_once=at_once)
    with _asked(folder / "patient", PATIENT) as (server, keys), closing(crowd.Doors(server.pid)) as doors:
        attempt = _moves(server, doors, keys, kinds)
        found = told.each(f"{what}, unsafe", slow, attempt, enough=ENOUGH, at_once=at_once)
    return Row(what, tried, "the server's limits to how slow one may be", found)


def _moves(
    server: Server, doors: crowd.Doors, keys: list[str], kinds: dict[str, float]
) -> Callable[[str], str | None]:
    def attempt(case: str) -> str | None:
        number, _, kind = case.partition(" ")
        if kind in kinds:
            return crowd.Slow(server, doors, keys[0], kind, kinds[kind])()
        threading.Event().wait(int(number) * 0.4)
        return crowd.Caller(server, keys[1], f"keel {number}", 1, stream=True, seconds=3.0)()

    return attempt


def _with_memory(attempt: Callable[[str], str | None], gauge: crowd.Gauge) -> Callable[[str], str | None]:
    def either(case: str) -> str | None:
        if case != "memory":
            return attempt(case)
        threading.Event().wait(max(crowd.SLOW.values()))
        return gauge.fault

    return either


# ── fair turns ────────────────────────────────────────────────────────────────────────────────────


def _fair(folder: Path, figures: Figures, told: Told) -> Row:
    what, cases = "a modest caller beside a greedy one", range(figures.pick(*MODEST))
    made = []
    for name, without, enough in (("fair", "", None), ("unfair", UNFAIR, ENOUGH)):
        with _asked(folder / name, without) as (server, keys):
            alone = median(crowd.timed(server, keys[0], _text()) for _ in range(5))
            greedy = crowd.Greedy(server, keys[1], GREED, _text())
            label = what if enough is None else f"{what}, unsafe"
            attempt = partial(_waits, server, keys[0], alone)
            with closing(greedy):
                made.append(told.each(label, cases, attempt, enough=enough, at_once=1))
    return Row(what, made[0], "turns by owner", made[1])


def _text() -> str:
    return "/slow 10 " + " ".join(["rope"] * 20)


def _waits(server: Server, key: str, alone: float, _case: int) -> str | None:
    try:
        took = crowd.timed(server, key, _text())
    except crowd.Refused as problem:
        return f"no answer: {problem}"
    most = TIMES * alone + SPARE
    return None if took <= most else f"an answer took {took:.1f} s; alone it takes {alone:.1f} s"


# ── stops ─────────────────────────────────────────────────────────────────────────────────────────

BEGINS = {
    "rests": stopping.rests,
    "starts": None,
    "answers": stopping.answers,
    "indexes": stopping.indexes,
}


def _stops(folder: Path, figures: Figures, told: Told) -> list[Row]:
    rows = []
    with closing(stopping.Stops(folder, figures, **ECHO)) as stops:
        for work, begin in BEGINS.items():
            what, cases = f"a stop while the server {work}", range(figures.pick(*STOPS[work]))
            tried = told.each(what, cases, stops.while_it(work, begin))
            gone = stopping.SAFEGUARDS[work]
            with closing(stopping.Stops(folder, figures, gone.code, **ECHO)) as unsafe:
                attempt = unsafe.while_it(f"{work}-unsafe", begin)
                found = told.each(f"{what}, unsafe", cases, attempt, enough=ENOUGH)
            rows.append(Row(what, tried, gone.what, found))
    return [*rows, _real(folder, figures, told)]


def _real(folder: Path, figures: Figures, told: Told) -> Row:
    """Stop it with the real engine, in each work in turn."""
    what, cases = "a stop of a server with the real engine", range(figures.pick(*REAL))
    gone = stopping.SAFEGUARDS["engine"]
    made: list[Tried] = []
    for name, code, enough in ((what, "", None), (f"{what}, unsafe", gone.code, ENOUGH)):
        with closing(stopping.Stops(folder, figures, code, **LLAMA)) as stops:
            works = [stops.while_it(f"real-{work}-{len(made)}", begin) for work, begin in BEGINS.items()]

            def attempt(case: int, works: list[Callable[[int], str | None]] = works) -> str | None:
                return works[case % len(works)](case)

            made.append(told.each(name, cases, attempt, enough=enough))
    return Row(what, made[0], gone.what, made[1])
