"""Predicted against measured: how right `sotto fit` is here, and how right others' formulas are.

Models without a mind (see sottovoce.fit.synthetic) of many shapes, types, windows, threads and slots are run
in the real engine. The machine is measured before and after each, as `sotto fit` does it: a shared machine is
quicker in one minute than in the next. The mean of both predictions counts. It learns nothing from them.
"""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench import rivals
from bench.pairs import Row, row
from sottovoce.engine import threads as threads_of
from sottovoce.engine.gguf import read_header
from sottovoce.engine.header import Header
from sottovoce.fit import probe
from sottovoce.fit.estimate import Run, first_token_seconds, memory, step_seconds
from sottovoce.fit.known import Measured
from sottovoce.fit.rig import Rig, rigged
from sottovoce.fit.shape import Shape, shape_of
from sottovoce.fit.synthetic import Build, write
from sottovoce.models import starter

WHO = ("measured", "sotto", "llmfit", "gguf-parser")
STEPS = 16
ROUNDS = 2
SAMPLE = 256 << 20

SMALL = Build(layers=30, width=576, heads=9, kv_heads=3, feed_forward=1536, vocabulary=49_152)
MANY_HEADS = Build(
    layers=24, width=1024, heads=16, kv_heads=16, feed_forward=2816, vocabulary=32_000, tied=False
)
WORDY = Build(layers=20, width=1024, heads=16, kv_heads=2, feed_forward=4864, vocabulary=151_936)
MIDDLE = Build(layers=22, width=2048, heads=32, kv_heads=4, feed_forward=5632, vocabulary=32_000, tied=False)
LARGE = Build(
    layers=28, width=3072, heads=24, kv_heads=8, head_length=128, feed_forward=8192, vocabulary=128_256
)
MIXTURE = Build(
    layers=16,
    width=1024,
    heads=16,
    kv_heads=8,
    feed_forward=1024,
    vocabulary=50_304,
    experts=32,
    experts_used=8,
)
NEAR = Build(
    layers=26,
    width=1280,
    heads=4,
    kv_heads=1,
    head_length=256,
    feed_forward=6912,
    vocabulary=65_536,
    window=512,
)


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    build: Build | None
    """None: the starter."""
    before: int = 128
    window: int = 2048
    threads: int = 2
    slots: int = 1


@dataclass(frozen=True, slots=True)
class Ran:
    """Seconds to the first word and for each further one, and bytes that the engine's process held."""

    case: Case
    header: Header
    first: float
    step: float
    resident: int


@dataclass(frozen=True, slots=True)
class Found:
    """Tokens a second, seconds and bytes: what was measured, what was predicted, what others would say."""

    case: Case
    decode: dict[str, float]
    first: dict[str, float]
    memory: dict[str, float]


cases_found: list[Found] = []
"""What the last measuring found, for the page."""


def cases() -> list[Case]:
    def packed(build: Build, kind: str) -> Build:
        return dataclasses.replace(build, packing=kind)

    found = [Case("starter 135M Q4_1", None, before) for before in (64, 512, 1536)]
    for kind in ("Q8_0", "Q4_0"):
        found.append(Case(f"llama 135M {kind}", packed(SMALL, kind), 256))
    for kind, before in (("Q4_K", 128), ("Q8_0", 1024), ("F16", 128)):
        found.append(Case(f"many heads 0.4B {kind}", packed(MANY_HEADS, kind), before))
    for kind, before in (("Q4_K", 128), ("Q6_K", 256)):
        found.append(Case(f"large vocabulary 0.5B {kind}", packed(WORDY, kind), before))
    for kind, before in (("Q4_0", 128), ("Q4_K", 512), ("Q8_0", 128)):
        found.append(Case(f"llama 1.1B {kind}", packed(MIDDLE, kind), before))
    found.append(Case("llama 3B Q4_K", packed(LARGE, "Q4_K"), 128))
    for kind, before in (("Q4_K", 128), ("Q8_0", 512)):
        found.append(Case(f"mixture 32x8 {kind}", packed(MIXTURE, kind), before))
    for kind, before in (("Q4_K", 128), ("Q8_0", 1536)):
        found.append(Case(f"sliding window 1B {kind}", packed(NEAR, kind), before))
    one = [
        dataclasses.replace(case, name=f"{case.name}, 1 thread", threads=1)
        for case in found
        if case.name in ("starter 135M Q4_1", "many heads 0.4B Q4_K", "llama 1.1B Q4_0")
        and case.before <= 128
    ]
    many = [
        dataclasses.replace(case, name=f"{case.name}, 4 slots", slots=4)
        for case in found
        if case.name in ("starter 135M Q4_1", "many heads 0.4B Q4_K", "mixture 32x8 Q4_K")
        and case.before <= 128
    ]
    wide = [Case("starter 135M Q4_1, window 8192", None, 128, 8192)]
    return [*found, *one, *many, *wide]


async def measure(home: Path, count: int) -> list[Row]:
    home.mkdir(parents=True, exist_ok=True)
    cores = threads_of.usable_cores()
    found, spent = [], []
    for threads, some in itertools.groupby(cases(), lambda case: min(case.threads, cores)):
        before = await probe.measure("bench", threads, starter.path())
        for case in some:
            ran = await run(case)
            began = time.monotonic()
            after = await probe.measure("bench", threads, starter.path())
            if threads == cores:
                spent.append(time.monotonic() - began)
            one = held_against(ran, (before, after), cores)
            print(f"  {line(one)}", flush=True)
            found.append(one)
            before = after
    cases_found[:] = found
    return [*rows(found), row("seconds to measure this machine", spent, "s", 5.0)]


async def run(case: Case) -> Ran:
    with tempfile.TemporaryDirectory(prefix="sotto-bench-fit-") as folder:
        path = starter.path() if case.build is None else write(case.build, Path(folder) / "m.gguf")
        header = read_header(path)
        async with rigged(path, window=case.window, threads=case.threads, slots=case.slots) as rig:
            first, step = await timed(rig, case)
            await fill(rig, case)
            resident = psutil.Process(rig.pid).memory_info().rss
    return Ran(case, header, first, step, resident)


def held_against(ran: Ran, paces: Sequence[Measured], cores: int) -> Found:
    """Return what was measured beside what this machine's pace and the others' formulas say."""
    case, header, shape = ran.case, ran.header, shape_of(ran.header)
    how = Run(case.window, case.slots, threads=case.threads)
    before = case.before + STEPS // 2
    packing = "Q4_1" if case.build is None else case.build.packing
    steps = [step_seconds(shape, how, one.pace, before, case.slots) for one in paces]
    firsts = [first_token_seconds(shape, how, one.pace, case.before) for one in paces]
    known = rivals.Known(cores, copied_bytes(), statistics.mean(map(operations, paces)))
    return Found(
        case,
        {
            "measured": 1 / ran.step,
            "sotto": 1 / statistics.mean(steps),
            "llmfit": rivals.llmfit_decode(header, shape, packing, known),
            "gguf-parser": rivals.parser_decode(header, shape, case.window, known),
        },
        {"measured": ran.first, "sotto": statistics.mean(firsts)},
        {
            "measured": float(ran.resident),
            "sotto": statistics.mean(memory(shape, how, one.program).total for one in paces),
            **rival_memory(header, shape, packing, case),
        },
    )


def rival_memory(header: Header, shape: Shape, packing: str, case: Case) -> dict[str, float]:
    window = case.window * case.slots
    return {
        "llmfit": rivals.llmfit_memory(header, packing, window),
        "gguf-parser": rivals.parser_memory(header, shape, window),
    }


async def timed(rig: Rig, case: Case) -> tuple[float, float]:
    """Return the seconds to the first word, and for a word in each slot: medians."""
    await rig.time(rig.words(16), 2)
    firsts, steps = [], []
    for _ in range(ROUNDS):
        if case.slots == 1:
            one = await rig.time(rig.words(case.before), STEPS)
            firsts.append(one.prompt)
            steps.append(one.step)
            continue
        prompts = [rig.words(case.before) for _ in range(case.slots)]
        alone = [await rig.time(prompt, 1, slot) for slot, prompt in enumerate(prompts)]
        firsts.append(statistics.median(one.prompt for one in alone))
        together = await asyncio.gather(
            *(rig.time([*prompt, 11], 3 * STEPS, slot, again=True) for slot, prompt in enumerate(prompts))
        )
        steps.append(statistics.median(one.step for one in together))
    return statistics.median(firsts), statistics.median(steps)


async def fill(rig: Rig, case: Case) -> None:
    """Have a batch read at the window's end, so that what is computed there has been touched."""
    if case.build is None or case.build.width <= SMALL.width:
        for slot in range(case.slots):
            await rig.time(rig.words(case.window - 8), 2, slot)


def copied_bytes() -> float:
    """Return the bytes a second that are read or written while memory is copied, as llmfit measures it."""
    source, best = bytearray(SAMPLE), 0.0
    for _ in range(3):
        began = time.perf_counter()
        bytes(source)
        best = max(best, 2 * SAMPLE / (time.perf_counter() - began))
    return best


def operations(measured: Measured) -> float:
    """Return the operations a second that the quickest type reaches in a prompt."""
    return max(
        2 * 32 / 18 / cost for unit, cost in measured.pace.costs.items() if unit == "each Q4_0" and cost > 0
    )


def rows(found: list[Found]) -> list[Row]:
    table = []
    for name, values, unit, typical, worst in (
        ("tokens a second", [one.decode for one in found], "%", 10.0, 20.0),
        ("time to the first word", [one.first for one in found], "%", 15.0, None),
        ("memory", [one.memory for one in found], "%", 3.0, None),
    ):
        off = errors(values, "sotto")
        table.append(figure(f"{name}: median error", statistics.median(off), unit, typical))
        table.append(figure(f"{name}: 95th percentile", percentile(off), unit, worst))
        for rival in ("llmfit", "gguf-parser"):
            if rival in values[0]:
                theirs = statistics.median(errors(values, rival))
                table.append(
                    row(
                        f"{name}: median error of {rival} / ours",
                        [theirs / statistics.median(off)],
                        "×",
                        3.0,
                        at_most=False,
                    )
                )
    return table


def figure(name: str, value: float, unit: str, bar: float | None) -> Row:
    return row(name, [value], unit, bar)


def errors(values: list[dict[str, float]], who: str) -> list[float]:
    """Return by how many per cent a prediction was off, case by case."""
    return [abs(one[who] / one["measured"] - 1) * 100 for one in values]


def percentile(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def line(one: Found) -> str:
    def against(values: dict[str, float], scale: float, form: str) -> str:
        return " ".join(f"{name} {value / scale:{form}}" for name, value in values.items())

    return (
        f"{one.case.name:34} {one.case.before:5} | {against(one.decode, 1, '.1f')} | "
        f"{against(one.first, 1, '.2f')} | {against(one.memory, 1e6, '.0f')}"
    )


def appendix() -> str:
    """Return the cases as a table, for the page."""
    lines = [
        "",
        "Each case: tokens a second, seconds to the first word, and MB of memory; measured, then predicted.",
        "",
        "| model | tokens before | tokens/s | ours | llmfit | gguf-parser | first word | ours | MB | ours "
        "| llmfit | gguf-parser |",
        f"|---{'|---' * 11}|",
    ]
    for one in cases_found:
        rate = " | ".join(f"{one.decode[who]:.1f}" for who in WHO)
        wait = f"{one.first['measured']:.2f} | {one.first['sotto']:.2f}"
        memory_used = " | ".join(f"{one.memory[who] / 1e6:.0f}" for who in WHO)
        lines.append(f"| {one.case.name} | {one.case.before} | {rate} | {wait} | {memory_used} |")
    return "\n".join(lines) + "\n"
