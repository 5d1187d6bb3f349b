"""Measure how quickly this machine computes: some seconds, once, with the starter and models without a mind.

The starter is timed, then each type of weights in a model of its own, many thin layers and a large
vocabulary; what each unit of work costs follows from all of them together. The result is kept in the home,
for this processor, this many threads and this build of the engine.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import statistics
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from sottovoce.core.paths import Home
from sottovoce.engine.gguf import read_header
from sottovoce.engine.library import Library
from sottovoce.fit import built, known
from sottovoce.fit.calibrate import Sample, costs
from sottovoce.fit.estimate import Program, Run, memory, prompt_work, step_work
from sottovoce.fit.known import Here, Measured
from sottovoce.fit.machine import look
from sottovoce.fit.pace import USUAL_SPREAD, Pace
from sottovoce.fit.rig import Rig, rigged
from sottovoce.fit.shape import Shape, shape_of
from sottovoce.fit.synthetic import Build, write

MEASURED = ("Q4_K", "Q6_K", "Q8_0", "Q4_0", "F16")
"""The types that most models are made of; pace.NEAREST says which of them stands for another."""

BATCH = 64
FEW = 4
NEAR = 16
STEPS = 8
ROUNDS = 3
WINDOW = 1024
DEEP = 320

BROAD = Build(
    layers=2, width=2048, heads=16, kv_heads=8, head_length=64, feed_forward=4096, head_packing="Q4_0"
)
"""Nearly all weights, and larger than most caches: what a type costs."""

THIN = Build(packing="Q8_0", layers=8, width=576, heads=9, kv_heads=9, head_length=64, feed_forward=1536)
"""As narrow as the starter: what small matrices cost beside their bytes, and what looking back costs."""

WORDY = dataclasses.replace(THIN, layers=1, width=64, feed_forward=64, vocabulary=65_536)
"""A large vocabulary: what drawing a word costs."""

BUSY = 0.75
"""With less than this part of the processor time it could use, the engine shared it with other programs.

On an idle machine it has all but a few parts in a hundred: its threads wait for each other by computing.
"""

Say = Callable[[str], None]
Measure = Callable[[str, int, Path, Library | None], Awaitable[Measured]]


async def measure(key: str, threads: int, real: Path, library: Library | None = None) -> Measured:
    """Measure this machine with a real small model and made ones. Raises ModelProblem.

    `library`: the engine that was built here, where that one answers.
    """
    samples: list[Sample] = []
    rigs: list[Rig] = []
    async with _timed(real, threads, rigs, library) as timing:
        samples += [*await timing.near(), *await timing.far()]
    with tempfile.TemporaryDirectory(prefix="sotto-fit-", dir=_quick_folder()) as folder:
        for kind in MEASURED:
            async with _made(
                dataclasses.replace(BROAD, packing=kind), folder, threads, rigs, library
            ) as timing:
                samples += await timing.near()
        async with _made(THIN, folder, threads, rigs, library) as timing:
            samples += [*await timing.near(), *await timing.far()]
            base = timing.unexplained()
        async with _made(WORDY, folder, threads, rigs, library) as timing:
            samples += await timing.near()
            word = max(0, timing.unexplained() - base) // WORDY.vocabulary
    share = min(1.0, sum(rig.used for rig in rigs) / sum(rig.wanted for rig in rigs))
    return Measured(key, Pace(costs(samples), spread_with(share)), Program(base, word), share)


def spread_with(share: float) -> float:
    """Return how far off predictions may be, measured with this part of the processor time."""
    return USUAL_SPREAD if share >= BUSY else max(USUAL_SPREAD, 1 / share - 1)


class Timing:
    """One model in the engine, with the work that its steps are."""

    def __init__(self, rig: Rig, shape: Shape, threads: int) -> None:
        self._rig = rig
        self._shape = shape
        self._run = Run(WINDOW, threads=threads)

    async def near(self) -> list[Sample]:
        """Time many tokens at once, a few, and one by one with hardly anything before: what is usual."""
        batch = (await self._rig.time(self._rig.words(BATCH))).prompt
        few = statistics.median([(await self._rig.time(self._rig.words(FEW))).prompt for _ in range(ROUNDS)])
        step = statistics.median(
            [(await self._rig.time(self._rig.words(NEAR), STEPS)).step for _ in range(ROUNDS)]
        )
        return [self._batch(BATCH, 0, batch), self._batch(FEW, 0, few), self._step(NEAR, step)]

    async def far(self) -> list[Sample]:
        """Time the same with many tokens before: more than a processor's caches hold."""
        prompt = self._rig.words(DEEP)
        await self._rig.time(prompt[: DEEP - BATCH])
        timed = await self._rig.time(prompt, STEPS, again=True)
        steps = [
            timed.step,
            *[(await self._rig.time(prompt, STEPS, again=True)).step for _ in range(ROUNDS - 1)],
        ]
        return [
            self._batch(timed.read, DEEP - timed.read, timed.prompt),
            self._step(DEEP, statistics.median(steps)),
        ]

    def unexplained(self) -> int:
        """Return the bytes that the process holds beside what the estimate explains."""
        import psutil

        known = memory(self._shape, self._run, Program(0, 0)).total
        return int(psutil.Process(self._rig.pid).memory_info().rss) - known

    def _batch(self, tokens: int, before: int, seconds: float) -> Sample:
        return Sample(prompt_work(self._shape, self._run, tokens, before), seconds)

    def _step(self, before: int, seconds: float) -> Sample:
        # What the steps write comes on top, on average half of it.
        return Sample(step_work(self._shape, self._run, before + STEPS // 2), seconds)


@contextlib.asynccontextmanager
async def _timed(path: Path, threads: int, rigs: list[Rig], library: Library | None) -> AsyncIterator[Timing]:
    shape = shape_of(read_header(path))
    async with rigged(path, window=WINDOW, threads=threads, library=library) as rig:
        rigs.append(rig)
        await rig.time(rig.words(16), 2)  # the first step of all finds nothing in the caches
        yield Timing(rig, shape, threads)


@contextlib.asynccontextmanager
async def _made(
    build: Build, folder: str, threads: int, rigs: list[Rig], library: Library | None
) -> AsyncIterator[Timing]:
    path = write(build, Path(folder) / "made.gguf")
    async with _timed(path, threads, rigs, library) as timing:
        yield timing
    path.unlink()


def _quick_folder() -> str | None:
    """Return a folder in memory, where there is one: the files are read once and gone."""
    quick = "/dev/shm"  # noqa: S108  (a private folder is made in it)
    return quick if os.access(quick, os.W_OK) else None


async def here(
    home: Home, say: Say, real: Path, *, again: bool = False, taken: int = 0, measure: Measure = measure
) -> Here:
    """Return what is known of this machine, measuring it unless that was done; see measure and known.here.

    What was measured while other programs computed is not kept. Raises ModelProblem.
    """
    found = None if again else known.here(home, taken)
    if found is None:
        say("Measuring this machine, once (about five seconds, longer while other programs compute) …")
        machine = look()
        library = built.in_use(home)
        key = known.key_of(machine, "" if library is None else library.name)
        measured = await measure(key, machine.cores, real, library)
        if measured.share < BUSY:
            say(_busy(measured.share))
        else:
            known.keep(home, measured)
        found = known.of_machine(measured, machine, taken)
    return found


def _busy(share: float) -> str:
    return (
        f"Other programs kept this machine busy: of the processor's time only {share:.0%} was left. So the "
        "predictions are rough, and the measurement is not kept for the next time."
    )
