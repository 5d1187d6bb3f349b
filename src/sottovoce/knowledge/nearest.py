"""The passages of a shelf whose vectors are nearest to that of a question.

The signs of all vectors are kept in memory and looked through; the few that agree most are then compared by
the numbers in the file. Knows nothing of texts, nor of how a vector is made.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from sqlite3 import Connection

import numpy as np

from sottovoce.core.errors import BadValue, StoreDamaged
from sottovoce.knowledge import codes, vectors
from sottovoce.knowledge.codes import FURTHEST, Floats, Ids, Signs
from sottovoce.knowledge.vectors import ANEW, BLOCK
from sottovoce.store.faults import damaged

CANDIDATES = 1024
ONE_IN = 512
"""So many passages at least are compared by their numbers, once their signs have been; of many this part."""

NOBODY = -1


class Vectors:
    """The signs of a shelf's vectors, in memory: of 384 numbers 48 bytes, and 8 for the passage's number.

    Follows what changes in the file, also by another program. For one thread at a time.
    """

    def __init__(self) -> None:
        self._generation = 0
        self._places: dict[int, tuple[int, int]] = {}
        """Of each block where it stands here, and the generation that it is of."""
        self._passages: Ids = np.empty(0, np.int64)
        self._signs: Signs = np.empty((0, 0), np.uint64)
        """Words as rows, passages as columns."""

    def nearest(
        self, conn: Connection, query: Sequence[float], limit: int, among: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return the passages nearest to a vector and their cosines with it, the nearest first.

        `among`: only of these passages. Nothing is near a vector that points nowhere. Call it within a
        transaction. Raises BadValue where the vector is not as long as those that are here.
        """
        width = vectors.width_of(conn)
        if not width or limit < 1:
            return []
        if len(query) != width:
            raise BadValue(
                f"A vector of {len(query):,} numbers does not go with those of {width:,} that are here.",
                hint=ANEW,
            )
        unit = codes.units(query)
        if not unit.any():
            return []
        if among is not None and len(among) <= CANDIDATES:
            return _compared(conn, list(among), unit[0], limit)
        self.read(conn)
        return _compared(conn, self._candidates(unit, 4 * limit, among), unit[0], limit)

    def read(self, conn: Connection) -> None:
        """Take over what has changed since the last time."""
        row = conn.execute("SELECT generation, width FROM vector_model").fetchone()
        generation, width = row or (0, 0)
        if generation == self._generation:
            return
        changed = dict(conn.execute("SELECT number, changed FROM vector_blocks").fetchall())
        words = vectors.sign_bytes(width) // 8
        if self._places.keys() - changed.keys() or words != len(self._signs):
            self._forget(words)
        due = [number for number, when in changed.items() if self._places.get(number, (0, 0))[1] != when]
        self._make_room(len(changed))
        for block in vectors.blocks(conn, due):
            if block.count > BLOCK or len(block.signs) != block.count * words * 8:
                raise _damaged(f"block {block.number} has {len(block.signs)} bytes of signs")
            place, _ = self._places.get(block.number, (len(self._places), 0))
            self._places[block.number] = place, changed[block.number]
            start, end = place * BLOCK, place * BLOCK + block.count
            self._passages[start:end] = np.frombuffer(block.passages, "<i8")
            self._passages[end : start + BLOCK] = NOBODY
            self._signs[:, start:end] = np.frombuffer(block.signs, "<u8").reshape(block.count, words).T
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

    def _candidates(self, unit: Floats, wanted: int, among: Collection[int] | None) -> list[int]:
        used = len(self._places) * BLOCK
        passages = self._passages[:used]
        distances = codes.differing(self._signs[:, :used], codes.signs(unit)[0])
        distances[passages == NOBODY] = FURTHEST
        if among is not None:
            distances[~np.isin(passages, np.fromiter(among, np.int64))] = FURTHEST
        count = max(CANDIDATES, used // ONE_IN, wanted)
        found: list[int] = passages[codes.lowest(distances, count, unit.shape[1])].tolist()
        return found


def _compared(conn: Connection, passages: list[int], unit: Floats, limit: int) -> list[tuple[int, float]]:
    rows = conn.execute(
        "SELECT passage, code FROM vectors WHERE block IS NOT NULL AND "
        "passage IN (SELECT value FROM json_each(?))",
        (json.dumps(passages),),
    ).fetchall()
    if any(len(code) != len(unit) for _, code in rows):
        raise _damaged(f"a vector has not {len(unit)} numbers")
    small = np.frombuffer(b"".join(code for _, code in rows), np.int8).reshape(-1, len(unit))
    scores = codes.cosines(small, unit)
    return [(rows[at][0], float(scores[at])) for at in codes.best(scores, limit)]


def _damaged(detail: str) -> StoreDamaged:
    return damaged("The shelf is damaged: vectors in it cannot be read.", detail=detail)
