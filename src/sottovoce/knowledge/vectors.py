"""The vectors of a shelf's passages, in the shelf's own database, and the passages nearest to a question.

Each passage has a row with its vector in eight-bit numbers. For looking through all of them, their signs
stand once more in blocks of BLOCK passages, which `Vectors` keeps in memory. Both go with the passage, in
the transaction that deletes it. Expects a table `passages` with the primary key `id`; whoever deletes from
it calls `remove`. Knows nothing of texts, and makes no vectors (see embedding).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sottovoce.core.errors import BadValue
from sottovoce.knowledge import codes
from sottovoce.knowledge.codes import FURTHEST, Floats, Ids, Signs

BLOCK = 1024
CANDIDATES = 512
"""Passages that are compared exactly, after their signs have been counted."""

NOBODY = -1

TABLES = """
CREATE TABLE vector_model (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    width INTEGER NOT NULL,       -- numbers of a vector; 0 before there is one
    generation INTEGER NOT NULL   -- one more with each change of the vectors
) STRICT;
CREATE TABLE vectors (
    passage INTEGER PRIMARY KEY,
    block INTEGER,                -- null: it points nowhere, and is never found
    code BLOB NOT NULL
) STRICT;
CREATE TABLE vector_blocks (
    number INTEGER PRIMARY KEY,
    changed INTEGER NOT NULL,     -- in this generation
    count INTEGER NOT NULL,
    passages BLOB NOT NULL,       -- ids of 64 bits, the lowest byte first
    signs BLOB NOT NULL           -- of each in the same order, in whole words of 64 bits
) STRICT;
CREATE INDEX vector_blocks_with_room ON vector_blocks (count);
CREATE INDEX vectors_to_nowhere ON vectors (passage) WHERE block IS NULL;
"""
"""For one of the shelf's migrations."""


@dataclass(frozen=True, slots=True)
class VectorModel:
    """What made a shelf's vectors. Only the digest tells whether it is the same; the name is for people."""

    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Block:
    number: int
    passages: Ids
    signs: Signs


def made_by(conn: sqlite3.Connection) -> VectorModel | None:
    """Return the model whose vectors are here; None before the first."""
    row = conn.execute("SELECT name, digest FROM vector_model").fetchone()
    return None if row is None else VectorModel(*row)


def begin(conn: sqlite3.Connection, model: VectorModel) -> bool:
    """Have the vectors be this model's. Those of another are removed, and that is said: True."""
    before = made_by(conn)
    if before is not None and before.digest == model.digest:
        return False
    clear(conn)
    conn.execute(
        "INSERT INTO vector_model VALUES (1, ?, ?, 0, 1) ON CONFLICT (id) DO UPDATE SET "
        "name = excluded.name, digest = excluded.digest, width = 0, generation = generation + 1",
        (model.name, model.digest),
    )
    return before is not None


def clear(conn: sqlite3.Connection) -> None:
    """Remove all vectors, and leave noted what made them."""
    conn.execute("DELETE FROM vectors")
    conn.execute("DELETE FROM vector_blocks")
    conn.execute("UPDATE vector_model SET generation = generation + 1, width = 0")


def counts(conn: sqlite3.Connection) -> tuple[int, int]:
    """Return how many passages have a vector, and how many there are."""
    done, total = conn.execute(
        "SELECT (SELECT count(*) FROM vectors), (SELECT count(*) FROM passages)"
    ).fetchone()
    return int(done), int(total)


def missing(conn: sqlite3.Connection, limit: int, after: int = 0) -> list[int]:
    """Return the first passages without a vector, of those whose ids come after one."""
    rows = conn.execute(
        "SELECT id FROM passages WHERE id > ? AND NOT EXISTS "
        "(SELECT 1 FROM vectors WHERE passage = passages.id) ORDER BY id LIMIT ?",
        (after, limit),
    )
    return [passage for (passage,) in rows]


def add(conn: sqlite3.Connection, passages: Sequence[int], vectors: ArrayLike) -> None:
    """Keep the vectors of these passages, in place of those they had; `begin` was called before.

    One that points nowhere (zeros, or not numbers) is kept as such: it is not missing, and never found.
    Raises BadValue where they are not as many, or not as long as those that are here.
    """
    rows = np.asarray(vectors, np.float32)
    if rows.ndim != 2 or len(rows) != len(passages) or len(set(passages)) != len(passages):
        raise BadValue(f"{len(passages)} passages need one vector each.", hint="Embed them again")
    if not len(rows):
        return
    width = _width(conn)
    if not rows.shape[1] or width not in (0, rows.shape[1]):
        raise BadValue(
            f"A vector of {rows.shape[1]:,} numbers does not go with those of {width:,} that are here.",
            hint="Another model made them; embed the whole shelf anew",
        )
    remove(conn, passages)
    conn.execute("UPDATE vector_model SET width = ?", (rows.shape[1],))
    units = codes.units(rows)
    points = units.any(axis=1)
    small = codes.codes(units)
    ids = np.asarray(passages, np.int64)
    _insert(conn, ids[~points], None, np.empty((int((~points).sum()), 0), np.int8))
    ids, small, signs = ids[points], small[points], codes.signs(units[points])
    start = 0
    for block in _with_room(conn, rows.shape[1]):
        end = min(len(ids), start + BLOCK - len(block.passages))
        if start == end:
            break
        _insert(conn, ids[start:end], block.number, small[start:end])
        _write(
            conn,
            Block(
                block.number,
                np.concatenate([block.passages, ids[start:end]]),
                np.concatenate([block.signs, signs[start:end]]),
            ),
        )
        start = end


def remove(conn: sqlite3.Connection, passages: Iterable[int]) -> None:
    """Remove the vectors of these passages, as far as they have any."""
    wanted = json.dumps([int(passage) for passage in passages])
    doomed = "FROM vectors WHERE passage IN (SELECT value FROM json_each(?))"
    rows = conn.execute(f"SELECT passage, block {doomed}", (wanted,)).fetchall()
    if not rows:
        return
    conn.execute(f"DELETE {doomed}", (wanted,))
    conn.execute("UPDATE vector_model SET generation = generation + 1")
    width, gone = _width(conn), np.array([passage for passage, _ in rows], np.int64)
    for number in sorted({block for _, block in rows if block is not None}):
        for block in _blocks(conn, width, [number]):
            stay = ~np.isin(block.passages, gone)
            _write(conn, Block(number, block.passages[stay], block.signs[stay]))


class Vectors:
    """The signs of all vectors of one shelf, in memory: of 384 numbers 48 bytes, and 8 for the passage's id.

    Follows what is changed in the database, also by another program. For one thread at a time.
    """

    def __init__(self) -> None:
        self._generation = 0
        self._places: dict[int, tuple[int, int]] = {}
        """Of each block where it stands here, and the generation that it was read in."""
        self._passages: Ids = np.empty(0, np.int64)
        self._signs: Signs = np.empty((0, 0), np.uint64)
        """Words as rows, passages as columns."""

    def nearest(
        self,
        conn: sqlite3.Connection,
        query: Sequence[float],
        limit: int,
        among: Collection[int] | None = None,
    ) -> list[tuple[int, float]]:
        """Return the passages nearest to a vector and their cosines with it, the nearest first.

        `among`: only of these passages. Nothing is near a vector that points nowhere. Call within a
        transaction. Raises BadValue where the vector is not as long as those that are here.
        """
        width = _width(conn)
        if not width or limit < 1:
            return []
        if len(query) != width:
            raise BadValue(
                f"A vector of {len(query):,} numbers does not go with those of {width:,} that are here.",
                hint="Another model made them; embed the whole shelf anew",
            )
        unit = codes.units(query)
        if not unit.any():
            return []
        if among is not None and len(among) <= CANDIDATES:
            candidates = np.fromiter(among, np.int64)
        else:
            self.read(conn)
            candidates = self._candidates(unit, max(CANDIDATES, 4 * limit), among)
        return _compared(conn, candidates, unit[0], limit)

    def read(self, conn: sqlite3.Connection) -> None:
        """Take over what has changed since the last time."""
        row = conn.execute("SELECT generation, width FROM vector_model").fetchone()
        generation, width = row or (0, 0)
        if generation == self._generation:
            return
        changed = dict(conn.execute("SELECT number, changed FROM vector_blocks"))
        words = codes.words_of(width)
        if self._places.keys() - changed.keys() or words != len(self._signs):
            self._forget(words)
        due = [number for number, when in changed.items() if self._places.get(number, (0, 0))[1] != when]
        self._make_room(len(changed))
        for block in _blocks(conn, width, due):
            place, _ = self._places.get(block.number, (len(self._places), 0))
            self._places[block.number] = place, changed[block.number]
            start, count = place * BLOCK, len(block.passages)
            self._passages[start : start + BLOCK] = NOBODY
            self._passages[start : start + count] = block.passages
            self._signs[:, start : start + count] = block.signs.T
        self._generation = generation

    def _forget(self, words: int) -> None:
        self._places.clear()
        self._passages = np.empty(0, np.int64)
        self._signs = np.empty((words, 0), np.uint64)

    def _make_room(self, blocks: int) -> None:
        before = len(self._passages)
        if blocks * BLOCK <= before:
            return
        # Some more than needed: a shelf that is being filled would be copied with every block.
        size = (blocks + blocks // 16) * BLOCK
        passages = np.full(size, NOBODY, np.int64)
        signs = np.zeros((len(self._signs), size), np.uint64)
        passages[:before], signs[:, :before] = self._passages, self._signs
        self._passages, self._signs = passages, signs

    def _candidates(self, unit: Floats, count: int, among: Collection[int] | None) -> Ids:
        used = len(self._places) * BLOCK
        passages = self._passages[:used]
        distances = codes.differing(self._signs[:, :used], codes.signs(unit)[0])
        distances[passages == NOBODY] = FURTHEST
        if among is not None:
            distances[~np.isin(passages, np.fromiter(among, np.int64))] = FURTHEST
        return passages[codes.lowest(distances, count, unit.shape[1])]


def _compared(conn: sqlite3.Connection, candidates: Ids, unit: Floats, limit: int) -> list[tuple[int, float]]:
    rows = conn.execute(
        "SELECT passage, code FROM vectors WHERE block IS NOT NULL AND "
        "passage IN (SELECT value FROM json_each(?))",
        (json.dumps(candidates.tolist()),),
    ).fetchall()
    small = np.frombuffer(b"".join(code for _, code in rows), np.int8).reshape(-1, len(unit))
    scores = codes.cosines(small, unit)
    return [(rows[at][0], float(scores[at])) for at in codes.best(scores, limit)]


def _width(conn: sqlite3.Connection) -> int:
    row = conn.execute("SELECT width FROM vector_model").fetchone()
    return 0 if row is None else int(row[0])


def _insert(conn: sqlite3.Connection, passages: Ids, block: int | None, small: codes.Codes) -> None:
    rows = zip(passages.tolist(), small, strict=True)
    conn.executemany(
        "INSERT INTO vectors VALUES (?, ?, ?)", ((passage, block, code.tobytes()) for passage, code in rows)
    )


def _with_room(conn: sqlite3.Connection, width: int) -> Iterator[Block]:
    """Yield the blocks that can take more, then new ones without end."""
    numbers = [n for (n,) in conn.execute("SELECT number FROM vector_blocks WHERE count < ?", (BLOCK,))]
    yield from _blocks(conn, width, sorted(numbers))
    number = conn.execute("SELECT coalesce(max(number), 0) FROM vector_blocks").fetchone()[0]
    while True:
        number += 1
        yield Block(number, np.empty(0, np.int64), np.empty((0, codes.words_of(width)), np.uint64))


def _blocks(conn: sqlite3.Connection, width: int, numbers: Iterable[int]) -> Iterator[Block]:
    for number in numbers:
        row = conn.execute("SELECT passages, signs FROM vector_blocks WHERE number = ?", (number,)).fetchone()
        passages, signs = row
        yield Block(
            number,
            np.frombuffer(passages, "<i8"),
            np.frombuffer(signs, "<u8").reshape(-1, codes.words_of(width)),
        )


def _write(conn: sqlite3.Connection, block: Block) -> None:
    conn.execute(
        "INSERT OR REPLACE INTO vector_blocks SELECT ?, generation + 1, ?, ?, ? FROM vector_model",
        (
            block.number,
            len(block.passages),
            block.passages.astype("<i8").tobytes(),
            block.signs.astype("<u8").tobytes(),
        ),
    )
    conn.execute("UPDATE vector_model SET generation = generation + 1")
