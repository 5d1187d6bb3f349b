"""Writing with a model of 1.5 B parameters, packed as Q4_0: the engine as built here against llama-bench.

The file has the shape of a real one and weights that are a pattern. Each side loads it anew for each pair,
lest one of them have the same luck with its place in memory in all of them. Beside the ratio stands the share
of this machine's memory bandwidth that ours used: the bytes of all weights for each token, over what numpy
reads in a second with as many threads.
"""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from bench import homes, native
from bench.pairs import Row, row
from sottovoce.core.paths import Home
from sottovoce.engine.threads import usable_cores
from sottovoce.fit import built, synthetic
from sottovoce.fit.rig import rigged

SHAPE = synthetic.Build(
    packing="Q4_0",
    head_packing="Q4_0",
    layers=24,
    width=2048,
    heads=32,
    kv_heads=8,
    feed_forward=8192,
    vocabulary=49_152,
)
WARM, TOKENS = 2, 32
WINDOW = 512
BLOCK = 1 << 28


async def measure(home: Path, count: int) -> list[Row]:
    library = built.in_use(Home(homes.made(home, native=True)))
    assert library is not None, "the engine that was built here does not answer"
    model = synthetic.write(SHAPE, home / "large.gguf")
    threads = usable_cores()
    ours, shares = [], []

    async def we() -> float:
        async with rigged(model, window=WINDOW, threads=threads, library=library) as rig:
            await rig.time(rig.words(8), WARM)
            return 1 / (await rig.time(rig.words(8), TOKENS)).step

    async def they() -> float:
        return native.writing(model, TOKENS, threads)

    await we()
    for at in range(max(5, count)):
        order = [they, we] if at % 2 else [we, they]
        found = {run: await run() for run in order}
        ours.append(found[we] / found[they])
        shares.append(found[we] * model.stat().st_size / bandwidth(threads))
    return [
        row(
            "1.5 B as Q4_0, tokens a second, the engine built here / llama-bench",
            ours,
            "×",
            0.95,
            at_most=False,
        ),
        row("1.5 B as Q4_0, share of the memory's bandwidth", shares, "", None),
    ]


def bandwidth(threads: int) -> float:
    """Return the bytes a second that so many threads read from memory together, the median of five."""
    parts = [np.ones(BLOCK // 8, dtype=np.float64) for _ in range(threads)]
    with ThreadPoolExecutor(threads) as workers:

        def read() -> float:
            begun = time.perf_counter()
            list(workers.map(np.sum, parts))
            return threads * BLOCK / (time.perf_counter() - begun)

        return statistics.median(read() for _ in range(5))
