"""Models without a mind in the real engine, and this machine measured with them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from sottovoce.engine.gguf import read_header
from sottovoce.fit import probe
from sottovoce.fit.estimate import Run, memory, step_seconds
from sottovoce.fit.rig import rigged
from sottovoce.fit.shape import shape_of
from sottovoce.fit.synthetic import HALVES, Build, write
from sottovoce.models import starter

pytestmark = pytest.mark.model

SMALL = {"layers": 2, "width": 256, "heads": 4, "kv_heads": 2, "feed_forward": 512}
SHAPES = {
    "plain": Build(**SMALL),
    "head of its own": Build(**SMALL, tied=False),
    "mixture": Build(**SMALL, experts=8, experts_used=2),
    "sliding window": Build(**{**SMALL, "layers": 6}, window=256),
}


@pytest.mark.parametrize("kind", [*HALVES, "F16", "BF16", "F32", "MXFP4"])
async def test_a_model_of_each_type_of_weights_runs(kind: str, tmp_path: Path) -> None:
    path = write(Build(packing=kind, **SMALL), tmp_path / "m.gguf")
    async with rigged(path, window=256, threads=1) as rig:
        timed = await rig.time(rig.words(40), 3)
    assert (timed.read, timed.written) == (40, 3)
    assert timed.prompt > 0 < timed.step


@pytest.mark.parametrize("name", SHAPES)
async def test_a_model_of_each_shape_runs(name: str, tmp_path: Path) -> None:
    path = write(SHAPES[name], tmp_path / "m.gguf")
    async with rigged(path, window=256, threads=1) as rig:
        assert (await rig.time(rig.words(40), 3)).written == 3


async def test_going_on_reads_only_what_is_new(tmp_path: Path) -> None:
    async with rigged(write(SHAPES["plain"], tmp_path / "m.gguf"), window=256, threads=1) as rig:
        prompt = rig.words(100)
        await rig.time(prompt[:80])
        assert (await rig.time(prompt, again=True)).read <= 21


@pytest.fixture
def crowded() -> Iterator[None]:
    """Leave this process and what it starts a quarter of one processor."""
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("several programs cannot be held to one processor here")
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3)]
    yield
    os.sched_setaffinity(0, allowed)
    for other in others:
        other.kill()
        other.wait()


async def test_it_is_noticed_when_others_take_the_processors_time(crowded: None, tmp_path: Path) -> None:
    async with rigged(write(Build(), tmp_path / "m.gguf"), window=256, threads=1) as rig:
        await rig.time(rig.words(200), 20)
    assert 0 < rig.used / rig.wanted < probe.BUSY


async def test_this_machine_is_measured_and_the_starter_is_predicted(tmp_path: Path) -> None:
    """Loosely: how right it is stands in bench/fit; here it must not be wrong by a factor."""
    measured = await probe.measure("here", 1, starter.path())
    shape, run = shape_of(read_header(starter.path())), Run(1024)
    async with rigged(starter.path(), window=1024, threads=1) as rig:
        await rig.time(rig.words(16), 2)
        timed = await rig.time(rig.words(128), 16)
        resident = psutil.Process(rig.pid).memory_info().rss
    assert 0.2 < step_seconds(shape, run, measured.pace, 136) / timed.step < 5
    assert memory(shape, run, measured.program).total == pytest.approx(resident, rel=0.15)
