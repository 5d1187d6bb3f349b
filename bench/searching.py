"""How long a search takes on shelves of 100,000 and a million passages, and on one that was just opened.

The English corpus over and over, each copy with every third long word changed, so that the index grows as
it would with other documents; each passage with a vector drawn by chance, since how near they lie costs
nothing. The question's own vector is not counted. A shelf of a million passages takes about 3 GB and a
quarter of an hour.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from sqlite3 import Connection

import numpy as np

from bench.knowledge import corpus, questions
from bench.knowledge.shelf import filled, shelves
from bench.pairs import Row, row
from sottovoce.knowledge import documents, search, vectors
from sottovoce.knowledge.document import Passage
from sottovoce.knowledge.documents import Document
from sottovoce.knowledge.file import ShelfFile
from sottovoce.knowledge.likeness import MOST_NEAR
from sottovoce.knowledge.nearest import Vectors
from sottovoce.knowledge.shelf import Shelf
from sottovoce.knowledge.vectors import VectorModel

SIZES = ((100_000, 50.0), (1_000_000, 300.0))
LIMIT = 8
WIDTH = 384
AT_ONCE = 8192
LONG = re.compile(r"[a-z]{7,}")


async def measure(home: Path, count: int) -> list[Row]:
    asked = [one.text for one in questions.read() if one.kind in ("english", "near")]
    rows = []
    async with shelves(home) as open_ones:
        shelf, _ = await filled(open_ones, "english", corpus.ENGLISH)
        for size, bar in SIZES:
            folder = home / f"{size}"
            file = ShelfFile(folder)
            _grow(file, shelf, size)
            by_words = [_ask(file, text) for text in asked * max(1, count // 5)]
            _add_vectors(file)
            held = Vectors()
            _ask(file, asked[0], held)
            took = [_ask(file, text, held) for text in asked * max(1, count // 5)]
            file.close()
            cold, anonymous = _in_a_new_process(folder)
            rows += [
                row(f"a question to {size:,} passages, by words", by_words, "ms", bar),
                row(f"the same, 95th of a hundred ({size:,})", [_late(by_words)], "ms", bar),
                row(f"a question to {size:,} passages, with vectors", took, "ms", bar),
                row(f"the same, 95th of a hundred ({size:,}, vectors)", [_late(took)], "ms", bar),
                row(f"a shelf of {size:,} passages opened and asked", [cold], "ms", 1000.0),
                row(f"anonymous memory of that process ({size:,})", [anonymous], "MB", 250.0),
            ]
    return rows


def _late(took: list[float]) -> float:
    """Return what 95 of a hundred do not take longer than."""
    return sorted(took)[int(len(took) * 0.95)]


def _ask(file: ShelfFile, text: str, held: Vectors | None = None) -> float:
    """Return the milliseconds of a search, in which a vector drawn by chance stands for the question's."""
    query = np.random.default_rng(len(text)).normal(size=WIDTH).tolist()
    begun = time.perf_counter()
    near = file.look(lambda conn: held.nearest(conn, query, MOST_NEAR)) if held else ()
    file.look(lambda conn: search.search(conn, "bench", text, LIMIT, near))
    return (time.perf_counter() - begun) * 1000


def _in_a_new_process(folder: Path) -> tuple[float, float]:
    """Return the milliseconds from opening a shelf to its first answer, and its megabytes after twenty."""
    command = [sys.executable, "-m", "bench.searching", str(folder)]
    cold, anonymous = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(cold), float(anonymous)


def look(folder: Path) -> None:
    """Be that process."""
    asked = [one.text for one in questions.read() if one.kind == "english"]
    begun = time.perf_counter()
    file, held = ShelfFile(folder), Vectors()
    _ask(file, asked[0], held)
    cold = (time.perf_counter() - begun) * 1000
    for text in asked[:20]:
        _ask(file, text, held)
    lines = Path("/proc/self/smaps_rollup").read_text("ascii").splitlines()
    anonymous = next(int(line.split()[1]) for line in lines if line.startswith("Anonymous:"))
    sys.stdout.write(f"{cold} {anonymous / 1000}")
    file.close()


def _add_vectors(file: ShelfFile) -> None:
    """Give each passage a vector."""
    chance = np.random.default_rng(5)
    file.call(lambda conn: vectors.begin(conn, VectorModel("bench", "0" * 64)))
    after = 0
    while some := file.look(partial(vectors.missing, limit=AT_ONCE, after=after)):
        rows, after = chance.normal(size=(len(some), WIDTH)), some[-1]
        file.call(partial(vectors.add, passages=some, vectors=rows))


def _grow(file: ShelfFile, shelf: Shelf, size: int) -> None:
    """Put copies of a shelf's documents, each changed in its own way, until there are so many passages."""
    there, copy = 0, 0
    while there < size:
        chance = random.Random(copy)
        some = []
        for one in _documents(shelf, copy, chance):
            some.append(one)
            there += len(one[2])
            if there >= size:
                break
        file.call(partial(_put, some=some))
        copy += 1
        print(f"  {there:,} of {size:,} passages")


def _put(conn: Connection, some: Sequence[tuple[Document, str, list[Passage]]]) -> None:
    for one in some:
        documents.put(conn, *one)


def _passages(conn: Connection, number: int) -> list[Passage]:
    rows = conn.execute(
        'SELECT start, "end", page, headings FROM passages WHERE document = ? ORDER BY start', (number,)
    )
    return [Passage(start, end, page, tuple(above.splitlines())) for start, end, page, above in rows]


def _documents(
    shelf: Shelf, copy: int, chance: random.Random
) -> Iterator[tuple[Document, str, list[Passage]]]:
    for document in shelf.file.look(documents.listed):
        text = shelf.file.look(partial(documents.text_of, number=document.number)).decode()
        passages = shelf.file.look(partial(_passages, number=document.number))
        name = f"{copy}/{document.name}"
        yield replace(document, source=None, path=name, name=name), _varied(text, chance), passages


def _varied(text: str, chance: random.Random) -> str:
    """Return a text of the same length in which every third long word is another."""
    letters = "abcdefghijklmnopqrstuvwxyz"

    def other(found: re.Match[str]) -> str:
        word = found[0]
        return (
            word if chance.random() > 1 / 3 else chance.choice(letters) + word[1:-1] + chance.choice(letters)
        )

    return LONG.sub(other, text)


if __name__ == "__main__":
    look(Path(sys.argv[1]))
