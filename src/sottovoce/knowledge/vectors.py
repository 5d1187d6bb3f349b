"""The vectors of a shelf's passages, in the shelf's own file. Functions over a connection of it.

Each passage has a row with its vector in numbers of eight bits; the signs of these stand once more in blocks
of BLOCK passages, for nearest to look through. Both go in the transaction that takes the passage away.
Knows nothing of texts, and makes no vectors (see embedding).
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from sqlite3 import Connection
from typing import TYPE_CHECKING

from sottovoce.core.errors import BadValue

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

BLOCK = 1024
WORD = 64
ANEW = "Another model made them; the shelf is to be embedded anew"


@dataclass(frozen=True, slots=True)
class VectorModel:
    """What made a shelf's vectors. Only the digest tells whether it is the same; the name is for people."""

    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Block:
    """Some passages with the signs of their vectors, as they stand in the file."""

    number: int
    passages: bytes
    signs: bytes

    @property
    def count(self) -> int:
        return len(self.passages) // 8


def made_by(conn: Connection) -> VectorModel | None:
    """Return the model whose vectors are here; None before the first."""
    row = conn.execute("SELECT name, digest FROM vector_model").fetchone()
    return None if row is None else VectorModel(*row)


def begin(conn: Connection, model: VectorModel) -> bool:
    """Have the vectors be this model's. Those of another one are removed, and that is said: True."""
    before = made_by(conn)
    if before is not None and before.digest == model.digest:
        return False
    conn.execute("DELETE FROM vectors")
    conn.execute("DELETE FROM vector_blocks")
    conn.execute(
        "INSERT INTO vector_model VALUES (1, ?, ?, 0, 1) ON CONFLICT (number) DO UPDATE SET "
        "name = excluded.name, digest = excluded.digest, width = 0, generation = generation + 1",
        (model.name, model.digest),
    )
    return before is not None


def counts(conn: Connection) -> tuple[int, int]:
    """Return how many passages have a vector, and how many there are."""
    # By the blocks: to count the vectors themselves, all of them would be read.
    done, nowhere, total = conn.execute(
        "SELECT (SELECT coalesce(sum(count), 0) FROM vector_blocks), "
        "(SELECT count(*) FROM vectors WHERE block IS NULL), (SELECT count(*) FROM passages)"
    ).fetchone()
    return int(done + nowhere), int(total)


def missing(conn: Connection, limit: int, after: int = 0) -> list[int]:
    """Return the first passages without a vector, of those that come after one."""
    rows = conn.execute(
        "SELECT number FROM passages WHERE number > ? AND NOT EXISTS "
        "(SELECT 1 FROM vectors WHERE passage = passages.number) ORDER BY number LIMIT ?",
        (after, limit),
    )
    return [passage for (passage,) in rows]


def is_there(conn: Connection, passage: int) -> bool:
    """Does the shelf have this passage?"""
    return conn.execute("SELECT 1 FROM passages WHERE number = ?", (passage,)).fetchone() is not None


def add(conn: Connection, passages: Sequence[int], vectors: ArrayLike) -> None:
    """Keep the vectors of these passages, in place of those they had; `begin` was called before.

    One that points nowhere (zeros, or not numbers) is kept as such: it is not missing, and never found.
    Raises BadValue where they are not as many, or not as long as those that are here.
    """
    import numpy as np

    from sottovoce.knowledge import codes

    rows = np.asarray(vectors, np.float32)
    if rows.ndim != 2 or len(rows) != len(passages) or len(set(passages)) != len(passages):
        raise BadValue(f"{len(passages)} passages need one vector each.", hint="Embed them again")
    before = width_of(conn)
    if not rows.shape[1] or before not in (0, rows.shape[1]):
        raise BadValue(
            f"A vector of {rows.shape[1]:,} numbers does not go with those of {before:,} that are here.",
            hint=ANEW,
        )
    remove(conn, passages)
    conn.execute("UPDATE vector_model SET width = ?", (rows.shape[1],))
    units = codes.units(rows)
    points = units.any(axis=1)
    kept = np.asarray(passages, "<i8")
    conn.executemany(
        "INSERT INTO vectors VALUES (?, NULL, x'')", ((passage,) for passage in kept[~points].tolist())
    )
    kept, small, signs = kept[points], codes.codes(units[points]), codes.signs(units[points])
    start = 0
    for block in _with_room(conn):
        if start == len(kept):
            break
        part = slice(start, start + BLOCK - block.count)
        rows_of = zip(kept[part].tolist(), small[part], strict=True)
        conn.executemany(
            "INSERT INTO vectors VALUES (?, ?, ?)",
            ((passage, block.number, code.tobytes()) for passage, code in rows_of),
        )
        whole = block.passages + kept[part].tobytes(), block.signs + signs[part].tobytes()
        _write(conn, Block(block.number, *whole))
        start += len(kept[part])


def remove(conn: Connection, passages: Iterable[int]) -> None:
    """Remove the vectors of these passages, as far as they have any."""
    wanted = json.dumps([int(passage) for passage in passages])
    doomed = "FROM vectors WHERE passage IN (SELECT value FROM json_each(?))"
    rows = conn.execute(f"SELECT passage, block {doomed}", (wanted,)).fetchall()
    if not rows:
        return
    conn.execute(f"DELETE {doomed}", (wanted,))
    size, gone = sign_bytes(width_of(conn)), {passage for passage, _ in rows}
    numbers = {block for _, block in rows if block is not None}
    for block in blocks(conn, sorted(numbers)):
        stay = [at for at, passage in enumerate(_numbers(block.passages)) if passage not in gone]
        _write(
            conn,
            Block(
                block.number,
                b"".join(block.passages[8 * at : 8 * at + 8] for at in stay),
                b"".join(block.signs[size * at : size * at + size] for at in stay),
            ),
        )


def width_of(conn: Connection) -> int:
    """Return how many numbers a vector has; 0 before there is one."""
    row = conn.execute("SELECT width FROM vector_model").fetchone()
    return 0 if row is None else int(row[0])


def sign_bytes(width: int) -> int:
    """Return how many bytes the signs of a vector take: whole words of 64 bits."""
    return -(-width // WORD) * (WORD // 8)


def blocks(conn: Connection, numbers: Iterable[int]) -> Iterator[Block]:
    for number in numbers:
        row = conn.execute("SELECT passages, signs FROM vector_blocks WHERE number = ?", (number,)).fetchone()
        yield Block(number, *row)


def _with_room(conn: Connection) -> Iterator[Block]:
    """Yield the blocks that can take more, then new ones without end."""
    found = conn.execute("SELECT number FROM vector_blocks WHERE count < ? ORDER BY number", (BLOCK,))
    yield from blocks(conn, [number for (number,) in found.fetchall()])
    number = conn.execute("SELECT coalesce(max(number), 0) FROM vector_blocks").fetchone()[0]
    while True:
        number += 1
        yield Block(number, b"", b"")


def _write(conn: Connection, block: Block) -> None:
    conn.execute("UPDATE vector_model SET generation = generation + 1")
    conn.execute(
        "INSERT OR REPLACE INTO vector_blocks SELECT ?, generation, ?, ?, ? FROM vector_model",
        (block.number, block.count, block.passages, block.signs),
    )


def _numbers(data: bytes) -> list[int]:
    numbers = array("q", data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tolist()
