"""How long a search takes on shelves of 100,000 and a million passages, and on one that was just opened.

The English corpus over and over, each copy with every third long word changed, so that the index grows as
it would with other documents. A shelf of a million passages takes about 3 GB and a quarter of an hour.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bench.knowledge import corpus, questions
from bench.knowledge.shelf import filled, shelves
from bench.pairs import Row, row
from sottovoce.knowledge import documents, search
from sottovoce.knowledge.document import Passage
from sottovoce.knowledge.documents import Document
from sottovoce.knowledge.file import ShelfFile
from sottovoce.knowledge.shelf import Shelf

SIZES = ((100_000, 50.0), (1_000_000, 300.0))
LIMIT = 8
LONG = re.compile(r"[a-z]{7,}")


async def measure(home: Path, count: int) -> list[Row]:
    asked = [one.text for one in questions.read() if one.kind in ("english", "near")]
    rows = []
    async with shelves(home) as open_ones:
        shelf, _ = await filled(open_ones, "english", corpus.ENGLISH)
        for size, bar in SIZES:
            file = ShelfFile(home / f"{size}")
            _grow(file, shelf, size)
            file.close()
            begun = time.perf_counter()
            file = ShelfFile(home / f"{size}")
            _ask(file, asked[0])
            cold = (time.perf_counter() - begun) * 1000
            took = sorted(_ask(file, text) for text in asked * max(1, count // 5))
            file.close()
            slowest = took[-max(1, len(took) // 20) :]
            rows += [
                row(f"a question to {size:,} passages", took, "ms", bar),
                row(f"the same, 95th of a hundred ({size:,})", slowest[:1], "ms", bar),
                row(f"a shelf of {size:,} passages opened and asked", [cold], "ms", 1000.0),
            ]
    return rows


def _ask(file: ShelfFile, text: str) -> float:
    begun = time.perf_counter()
    file.look(lambda conn: search.search(conn, "bench", text, LIMIT))
    return (time.perf_counter() - begun) * 1000


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
        file.call(lambda conn, some=some: [documents.put(conn, *one) for one in some])
        copy += 1
        print(f"  {there:,} of {size:,} passages")


def _documents(
    shelf: Shelf, copy: int, chance: random.Random
) -> Iterator[tuple[Document, str, list[Passage]]]:
    for document in shelf.file.look(documents.listed):
        text = shelf.file.look(lambda conn, one=document.number: documents.text_of(conn, one)).decode()
        rows = shelf.file.look(
            lambda conn, one=document.number: conn.execute(
                'SELECT start, "end", page, headings FROM passages WHERE document = ? ORDER BY start', (one,)
            ).fetchall()
        )
        passages = [Passage(start, end, page, tuple(above.splitlines())) for start, end, page, above in rows]
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
