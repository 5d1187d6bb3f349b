"""Finds the passages of a shelf that a question is about, and tells whether they answer it.

Reads one shelf's file. Knows nothing of models: vectors come as passages that are near already.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sottovoce.knowledge import answers, documents, question, rank
from sottovoce.knowledge.answers import Coverage, Hits
from sottovoce.knowledge.document import Found
from sottovoce.knowledge.question import Idea

FEWEST, SHARE = 32_000, 10
"""Rows of the index that a question may read: so many, and one for each SHARE passages of the shelf.

What is read least is read first. So the commonest words of a long question are left out, which say least.
"""

DEEP = 1000
"""Of so many of the best passages, those of one document speak for it together."""

WORDS, VECTORS = 1.0, 3.0
"""What an order by words and one by vectors weigh where they are fused."""

PASSAGE, DOCUMENT = 1.0, 3.0
"""What a passage's own rank and its document's weigh."""

FIELDS = (("body", 1.0), ("{title headings}", 0.5))
"""Where a common word is looked for, and what it is worth there."""

CLOSELY = 4000
"""Passages that a phrase may be in to be counted in each of them."""

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[np.int64]]
    Scores = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, slots=True)
class Results:
    """Passages, best first. `answers`: whether what was asked seems to stand among them; `why`: by what.

    `unread`: sentences about what could not be looked into, each naming a file.
    """

    found: tuple[Found, ...] = ()
    answers: bool = False
    why: Coverage = field(default_factory=Coverage)
    unread: tuple[str, ...] = ()


Weighed = tuple[rank.Scores, float, float]
"""Scores of passages, what they weigh, and the decay of the evidence for a document."""

Nearest = Sequence[tuple[int, float]]
"""Passages by number with the cosine of their vector to that of the question, nearest first."""


def search(
    connection: sqlite3.Connection,
    shelf: str,
    question: str,
    limit: int,
    nearest: Nearest = (),
    further: int = 0,
) -> Results:
    """Return the best passages for a question. `shelf` is the name that they are cited by; see `find`."""
    order, why = find(connection, question, limit, nearest, further)
    found = tuple(found_at(connection, shelf, number, score) for number, score in order)
    return Results(found, bool(found) and answers.answered(why), why)


def find(
    connection: sqlite3.Connection, asked: str, limit: int, nearest: Nearest = (), further: int = 0
) -> tuple[list[tuple[int, float]], Coverage]:
    """Return the numbers of the best passages with their scores, 1 at most, and what speaks for them.

    So many `further` ones come behind those; what speaks for the best does not depend on them.
    """
    ideas = question.read(asked)
    size = int(connection.execute("SELECT max(number) FROM passages").fetchone()[0] or 0)
    by_words, hits = _evidence(connection, ideas, size)
    document = _documents(connection, [*by_words, *(number for number, _ in nearest)])
    by_words = {number: score for number, score in by_words.items() if number in document}
    by_vectors = {number: cosine for number, cosine in nearest if number in document}
    scores = _fused((by_words, WORDS, rank.DECAY), (by_vectors, VECTORS, rank.DECAY_NEAR), document)
    order = rank.spread(scores, document, limit)
    why = answers.coverage(hits, order, document, [cosine for _, cosine in nearest])
    if further:
        order += [number for number in rank.spread(scores, document, limit + further) if number not in order]
    return [(number, scores[number]) for number in order[: limit + further]], why


def _fused(by_words: Weighed, by_vectors: Weighed, document: dict[int, int]) -> dict[int, float]:
    """Return one score for each passage, of its own ranks and of those of its document."""
    passages, owners, weights = [], [], []
    for scores, weight, decay in (by_words, by_vectors):
        if scores:
            passages.append(rank.best(scores, len(scores)))
            of_documents = rank.evidence(scores, document, decay)
            owners.append(rank.best(of_documents, len(of_documents)))
            weights.append(weight)
    if not passages:
        return {}
    alone, together = rank.fused(passages, weights), rank.fused(owners, weights)
    return {
        number: (PASSAGE * score + DOCUMENT * together[document[number]]) / (PASSAGE + DOCUMENT)
        for number, score in alone.items()
    }


def _evidence(
    connection: sqlite3.Connection, ideas: Sequence[Idea], size: int
) -> tuple[dict[int, float], list[Hits]]:
    """Return the best passages by words with their scores, and what of each idea is in them.

    An idea counts once, by the best of its phrases. How often a phrase stands in a passage is asked only of
    the rarer ones: it takes ten times as long to read, and says little of a common word.
    """
    import numpy as np

    budget = FEWEST + size // SHARE
    asked = sorted(
        (weight < 1, _count(connection, phrase, budget), at, phrase, weight)
        for at, idea in enumerate(ideas)
        for phrase, weight in idea.phrases
    )
    own = {at: count for synonym, count, at, _, _ in asked if not synonym}
    tables = [np.zeros(size + 1, dtype=np.float32) for _ in ideas]
    read = [0] * len(ideas)
    for synonym, count, at, phrase, weight in asked:
        if not count or (count > budget and (synonym or any(read))):
            continue
        budget -= count
        read[at] += count
        worth = weight * rank.worth(count, own[at], size)
        for numbers, scores in _scored(connection, phrase, count, size):
            there = tables[at][numbers]
            tables[at][numbers] = np.maximum(there, worth * scores)
    total = np.sum(tables, axis=0) if tables else np.zeros(1, dtype=np.float32)
    deep = min(DEEP, int(np.count_nonzero(total)))
    best = np.argpartition(-total, deep - 1)[:deep] if deep else np.zeros(0, dtype=np.int64)
    hits = [
        Hits(
            rank.rarity(count, size) if count or not idea.guessed else 0.0,
            frozenset(best[table[best] > 0].tolist()),
        )
        for idea, table, count in zip(ideas, tables, read, strict=True)
    ]
    return dict(zip(best.tolist(), total[best].tolist(), strict=True)), hits


def _scored(
    connection: sqlite3.Connection, phrase: str, count: int, size: int
) -> Iterator[tuple[Numbers, Scores]]:
    import numpy as np

    if count <= CLOSELY:
        rows = connection.execute(
            "SELECT rowid, -bm25(words) FROM words WHERE words MATCH ?", (f'"{phrase}"',)
        ).fetchall()
        table = np.array(rows, dtype=np.float64).reshape(-1, 2)
        yield table[:, 0].astype(np.int64), table[:, 1].astype(np.float32)
        return
    for columns, share in FIELDS:
        rows = connection.execute(
            "SELECT rowid FROM words WHERE words MATCH ? LIMIT ?", (f'{columns} : "{phrase}"', count)
        ).fetchall()
        numbers = np.fromiter(itertools.chain.from_iterable(rows), dtype=np.int64, count=len(rows))
        yield numbers, np.full(len(rows), share * rank.rarity(count, size), dtype=np.float32)


def _count(connection: sqlite3.Connection, phrase: str, most: int) -> int:
    """Return in how many passages a phrase stands; one more than `most` where it is in more."""
    counted = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)", (f'"{phrase}"', most + 1)
    )
    return int(counted.fetchone()[0])


def _documents(connection: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, int]:
    """Return which document each passage stands in. Those that are not there any more are left out."""
    found: dict[int, int] = {}
    for at in range(0, len(numbers), 500):
        some = numbers[at : at + 500]
        holes = ",".join("?" * len(some))
        found.update(
            connection.execute(
                f"SELECT number, document FROM passages WHERE number IN ({holes})",  # noqa: S608
                some,
            )
        )
    return found


def found_at(connection: sqlite3.Connection, shelf: str, number: int, score: float) -> Found:
    """Return a passage by its number."""
    row = connection.execute(
        """SELECT d.name, d.digest, p.page, p.headings, p.start, p."end", d.number, d.written
           FROM passages AS p JOIN documents AS d ON d.number = p.document WHERE p.number = ?""",
        (number,),
    ).fetchone()
    name, digest, page, headings, start, end, document, written = row
    return Found(
        shelf=shelf,
        document=name,
        digest=digest,
        page=page,
        headings=tuple(headings.splitlines()),
        start=start,
        end=end,
        text=documents.slice_of(connection, document, start, end),
        score=score,
        written=written,
    )
