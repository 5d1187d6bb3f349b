"""python -m bench.vectors [--sizes 100000,1000000] [--real FILE.npy] [--model FILE.gguf] [--peers]

Look for the nearest of many vectors: our blocks in a shelf's file, numpy over all numbers, and usearch where
it is installed. Prints a line for each: build, disk, the first look, times of a question, recall@10.

The vectors are made from real ones: those of the docstrings of Python's own library, embedded by a file of
bench.minilm and kept in FILE.npy. Each made-up one is a real one, moved by the difference of two of its
neighbours and a little noise, so that clusters are as dense as in life. Questions are real and held out.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
import psutil

from sottovoce.engine.plan import Plan
from sottovoce.engine.vectors import VectorEngine
from sottovoce.knowledge import codes, vectors
from sottovoce.knowledge.codes import Floats
from sottovoce.knowledge.file import ShelfFile
from sottovoce.knowledge.nearest import Vectors
from sottovoce.knowledge.vectors import VectorModel

QUESTIONS = 200
LIMIT = 10
GROUP = 8192
NEIGHBOURS = 32
NOISE = 0.15
CHARACTERS = 350

Find = Callable[[Floats], list[int]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.vectors", description=__doc__)
    parser.add_argument("--sizes", default="100000,1000000")
    parser.add_argument("--real", type=Path, default=Path("real.npy"))
    parser.add_argument("--model", type=Path)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--look", type=Path, help="be the new process that opens this shelf")
    given = parser.parse_args()
    if given.look is not None:
        look(given.look)
        return
    if given.model is not None:
        np.save(given.real, asyncio.run(embedded(given.model)))
    real = codes.units(np.load(given.real))
    np.random.default_rng(3).shuffle(real)
    questions, stock = real[:QUESTIONS], real[QUESTIONS:]
    say(f"{len(stock):,} real vectors, {QUESTIONS} questions, load {psutil.getloadavg()[0]:.1f}")
    for size in map(int, given.sizes.split(",")):
        rows = resampled(stock, size)
        exact = [set(found) for found in truth(rows, questions)]
        ours(rows, questions, exact)
        if given.peers:
            all_numbers(rows, questions, exact)
            with suppress(ImportError):
                by_usearch(rows, questions, exact)


# ── what is looked for ────────────────────────────────────────────────────────────────────────────


def docstrings() -> Iterator[str]:
    for path in sorted(Path(sysconfig.get_paths()["stdlib"]).rglob("*.py")):
        if "site-packages" in path.parts:
            continue
        with suppress(SyntaxError, UnicodeDecodeError, ValueError):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
                    text = " ".join((ast.get_docstring(node) or "").split())
                    if len(text) > CHARACTERS // 3:
                        yield text[:CHARACTERS]


async def embedded(model: Path) -> Floats:
    async def unverified() -> str:
        return "0" * 64

    engine = VectorEngine(Plan(model, model.stem, unverified))
    texts, found = sorted(set(docstrings())), []
    try:
        for at in range(0, len(texts), 64):
            found += await engine.embed(texts[at : at + 64])
            say(f"\rembedded {len(found):,} of {len(texts):,}", end="")
    finally:
        await engine.close()
    say("")
    return np.array(found, np.float32)


def resampled(stock: Floats, size: int) -> Floats:
    """Return so many vectors that lie as the real ones do."""
    draw = np.random.default_rng(5)
    near = np.empty((len(stock), NEIGHBOURS), np.int32)
    for at in range(0, len(stock), 1024):
        likeness = stock[at : at + 1024] @ stock.T
        near[at : at + 1024] = np.argpartition(-likeness, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    rows = np.empty((size, stock.shape[1]), np.float32)
    for at in range(0, size, GROUP):
        count = min(GROUP, size - at)
        one = draw.integers(len(stock), size=count)
        first, second = (near[one, draw.integers(NEIGHBOURS, size=count)] for _ in range(2))
        moved = stock[one] + draw.uniform(0.2, 1, (count, 1)) * (stock[first] - stock[second])
        noise = draw.normal(size=moved.shape) * (NOISE / np.sqrt(moved.shape[1]))
        rows[at : at + count] = codes.units(moved + noise)
    return rows


def truth(rows: Floats, questions: Floats) -> Iterator[list[int]]:
    best = np.full((len(questions), LIMIT), -2.0, np.float32)
    where = np.zeros((len(questions), LIMIT), np.int64)
    for at in range(0, len(rows), 1 << 16):
        scores = np.concatenate([best, questions @ rows[at : at + (1 << 16)].T], axis=1)
        places = np.concatenate(
            [
                where,
                np.broadcast_to(
                    np.arange(at, at + scores.shape[1] - LIMIT), (len(questions), scores.shape[1] - LIMIT)
                ),
            ],
            axis=1,
        )
        top = np.argsort(-scores, axis=1)[:, :LIMIT]
        best, where = np.take_along_axis(scores, top, 1), np.take_along_axis(places, top, 1)
    return iter((where + 1).tolist())


# ── who looks ─────────────────────────────────────────────────────────────────────────────────────


def ours(rows: Floats, questions: Floats, exact: list[set[int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = ShelfFile(Path(folder) / "shelf")
        file.call(lambda conn: vectors.begin(conn, VectorModel("bench", "0" * 64)))
        began = time.perf_counter()
        for at in range(0, len(rows), GROUP):
            part = rows[at : at + GROUP]
            file.call(partial(vectors.add, passages=range(at + 1, at + len(part) + 1), vectors=part))
        built = time.perf_counter() - began
        file.close()
        opened, memory = in_a_new_process(Path(folder) / "shelf")
        file, held = ShelfFile(Path(folder) / "shelf"), Vectors()
        size = file.size()

        def find(question: Floats) -> list[int]:
            near = file.look(lambda conn: held.nearest(conn, question.tolist(), LIMIT))
            return [passage for passage, _ in near]

        tell("blocks in the shelf", len(rows), built, size, opened, find, questions, exact)
        say(f"          a process that opens it and has looked once takes {memory:.0f} MB of its own")
        file.close()


def in_a_new_process(folder: Path) -> tuple[float, float]:
    """Return the seconds from opening a shelf to its first answer, and the megabytes taken then."""
    command = [sys.executable, "-m", "bench.vectors", "--look", str(folder)]
    seconds, megabytes = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(seconds), float(megabytes)


def look(folder: Path) -> None:
    began = time.perf_counter()
    file, held = ShelfFile(folder), Vectors()
    width = file.look(vectors.width_of)
    file.look(lambda conn: held.nearest(conn, [1.0] * width, LIMIT))
    seconds = time.perf_counter() - began
    say(f"{seconds} {psutil.Process().memory_full_info().uss / 1e6}")
    file.close()


def all_numbers(rows: Floats, questions: Floats, exact: list[set[int]]) -> None:
    began = time.perf_counter()
    small = codes.codes(rows)
    built = time.perf_counter() - began

    def find(question: Floats) -> list[int]:
        scores = np.concatenate(
            [codes.cosines(small[at : at + GROUP], question) for at in range(0, len(small), GROUP)]
        )
        top = np.argpartition(-scores, LIMIT)[:LIMIT]
        return [int(at) + 1 for at in top]

    tell("numpy, all numbers of 8 bits", len(rows), built, small.nbytes, 0, find, questions[:50], exact)


def by_usearch(rows: Floats, questions: Floats, exact: list[set[int]]) -> None:
    from usearch.index import Index

    index = Index(ndim=rows.shape[1], metric="cos", dtype="i8")
    began = time.perf_counter()
    for at in range(0, len(rows), GROUP):
        part = rows[at : at + GROUP]
        index.add(np.arange(at + 1, at + len(part) + 1), part)
    built = time.perf_counter() - began
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        index.save(str(path))
        began = time.perf_counter()
        Index.restore(str(path))
        opened = time.perf_counter() - began

        def find(question: Floats) -> list[int]:
            return [int(key) for key in index.search(question, LIMIT).keys]

        tell("usearch, 8 bits", len(rows), built, path.stat().st_size, opened, find, questions, exact)


def tell(
    name: str,
    count: int,
    built: float,
    size: int,
    opened: float,
    find: Find,
    questions: Floats,
    exact: list[set[int]],
) -> None:
    find(questions[0])
    times, right = [], 0
    for question, expected in zip(questions, exact, strict=False):
        began = time.perf_counter()
        found = find(question)
        times.append(1000 * (time.perf_counter() - began))
        right += len(expected & set(found))
    centiles = statistics.quantiles(times, n=100)
    say(
        f"{count:>9,} {name}: build {built:.1f} s, {size / 1e6:.0f} MB, opened {opened:.2f} s, "
        f"p50 {centiles[49]:.1f} ms, p95 {centiles[94]:.1f} ms, p99 {centiles[98]:.1f} ms, "
        f"recall@{LIMIT} {right / (LIMIT * len(times)):.3f}"
    )


def say(text: str, end: str = "\n") -> None:
    sys.stdout.write(text + end)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
