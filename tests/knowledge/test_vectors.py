"""The vectors of a shelf in its database: kept, found, replaced and gone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from sottovoce.core.errors import BadValue, StoreDamaged
from sottovoce.knowledge import codes, documents, nearest, vectors
from sottovoce.knowledge.document import Passage
from sottovoce.knowledge.documents import Document
from sottovoce.knowledge.file import NAME, ShelfFile
from sottovoce.knowledge.nearest import Vectors
from sottovoce.knowledge.vectors import BLOCK, VectorModel

MINI = VectorModel("mini", "a" * 64)
OTHER = VectorModel("other", "b" * 64)


def opened(folder: Path) -> sqlite3.Connection:
    """Return a connection to a shelf's file that begins its transactions by itself."""
    ShelfFile(folder).close()
    conn = sqlite3.connect(folder / NAME)
    conn.execute("PRAGMA secure_delete = ON")
    return conn


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    conn = opened(tmp_path / "shelf")
    vectors.begin(conn, MINI)
    conn.commit()
    yield conn
    conn.close()


def with_passages(conn: sqlite3.Connection, count: int) -> None:
    """Put a document on the shelf that has so many."""
    document = Document(0, None, "/a", "a", "", "d" * 64, 1, 0, None, None, 0, 0.0)
    documents.put(conn, document, "x" * count, [Passage(at, at + 1) for at in range(count)])


def clustered(count: int, width: int = 64, seed: int = 1) -> codes.Floats:
    draw = np.random.default_rng(seed)
    middles = draw.normal(size=(max(1, count // 40), width))
    rows = middles[draw.integers(len(middles), size=count)] + 0.7 * draw.normal(size=(count, width))
    return codes.units(rows)


def along(*numbers: float) -> list[float]:
    """Return a vector of 64 numbers that begins so."""
    return [*numbers, *[0.0] * (64 - len(numbers))]


def test_the_nearest_are_found_with_their_cosines(conn: sqlite3.Connection) -> None:
    vectors.add(conn, [10, 20, 30], [along(1, 0.1), along(1, 1), along(-1, 0)])
    found = Vectors().nearest(conn, along(2, 0), 2)
    assert [passage for passage, _ in found] == [10, 20]
    assert [cosine for _, cosine in found] == pytest.approx([0.995, 0.707], abs=0.005)


def test_nearly_all_of_the_exact_nearest_are_found_in_blocks_full_and_half_full(
    conn: sqlite3.Connection,
) -> None:
    rows = clustered(3 * BLOCK + 100, width=256)
    for start in range(0, len(rows), 700):
        vectors.add(conn, range(start + 1, min(start + 700, len(rows)) + 1), rows[start : start + 700])
    sizes = [count for (count,) in conn.execute("SELECT count FROM vector_blocks ORDER BY number")]
    assert sizes == [BLOCK, BLOCK, BLOCK, 100]
    shelf, right = Vectors(), 0
    for question in clustered(20, width=256, seed=2) + rows[:20]:
        exact = set((np.argsort(-(rows @ question))[:10] + 1).tolist())
        right += len(exact & {passage for passage, _ in shelf.nearest(conn, question.tolist(), 10)})
    assert right >= 190


def test_only_these_passages_are_searched(conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors.add(conn, range(1, 1001), clustered(1000))
    shelf, question = Vectors(), clustered(1000)[7].tolist()
    best = shelf.nearest(conn, question, 1000)
    monkeypatch.setattr(nearest, "CANDIDATES", 100)  # more than these are looked for by their signs
    for among in ({3, 5, 4711}, set(range(200, 901))):
        expected = [(passage, cosine) for passage, cosine in best if passage in among]
        assert shelf.nearest(conn, question, 3, among=among) == expected[:3]
    assert shelf.nearest(conn, question, 3, among=set()) == []


def test_what_is_asked_for_beyond_the_usual_candidates_is_compared_too(conn: sqlite3.Connection) -> None:
    vectors.add(conn, range(1, 1501), clustered(1500))
    assert len(Vectors().nearest(conn, along(1), 1500)) == 1500


def test_passages_without_a_vector_are_told_in_order(conn: sqlite3.Connection) -> None:
    with_passages(conn, 6)
    vectors.add(conn, [2, 5], [along(1), along(2)])
    assert vectors.missing(conn, 3) == [1, 3, 4]
    assert vectors.missing(conn, 3, after=3) == [4, 6]
    assert vectors.counts(conn) == (2, 6)


def test_a_new_vector_takes_the_place_of_the_old_one(conn: sqlite3.Connection) -> None:
    vectors.add(conn, [1, 2], [along(1), along(0, 1)])
    vectors.add(conn, [1], [along(0, 0, 1)])
    shelf = Vectors()
    assert shelf.nearest(conn, along(0, 0, 1), 1) == [(1, pytest.approx(1))]
    assert shelf.nearest(conn, along(1), 5)[0][1] == pytest.approx(0)
    assert conn.execute("SELECT sum(count) FROM vector_blocks").fetchone() == (2,)


def test_what_was_removed_is_not_found_and_its_place_is_used_again(conn: sqlite3.Connection) -> None:
    vectors.add(conn, range(1, BLOCK + 2), clustered(BLOCK + 1))
    shelf = Vectors()
    (first, _), *_ = shelf.nearest(conn, along(1), 1)
    vectors.remove(conn, [first, 99_999])
    assert first not in {passage for passage, _ in shelf.nearest(conn, along(1), 2000)}
    vectors.add(conn, [5000], [along(1)])
    assert shelf.nearest(conn, along(1), 1)[0][0] == 5000
    sizes = [count for (count,) in conn.execute("SELECT count FROM vector_blocks ORDER BY number")]
    assert sorted(sizes) == [1, BLOCK], "a block with room takes it"


def test_another_programs_changes_are_seen(conn: sqlite3.Connection, tmp_path: Path) -> None:
    with conn:
        vectors.add(conn, [1], [along(1)])
    shelf = Vectors()
    assert shelf.nearest(conn, along(1), 5) == [(1, pytest.approx(1))]
    other = opened(tmp_path / "shelf")
    with other:
        vectors.add(other, [2], [along(1, 1)])
    assert [passage for passage, _ in shelf.nearest(conn, along(1), 5)] == [1, 2]
    with other:
        vectors.remove(other, [1])
    assert [passage for passage, _ in shelf.nearest(conn, along(1), 5)] == [2]
    other.close()


def test_only_blocks_that_changed_are_read_again(conn: sqlite3.Connection) -> None:
    vectors.add(conn, range(1, 2 * BLOCK + 1), clustered(2 * BLOCK))
    shelf = Vectors()
    shelf.read(conn)
    asked: list[str] = []
    conn.set_trace_callback(asked.append)
    shelf.nearest(conn, along(1), 1)
    assert not any("signs" in statement for statement in asked)
    vectors.remove(conn, [2 * BLOCK])
    asked.clear()
    shelf.nearest(conn, along(1), 1)
    assert sum("signs" in statement for statement in asked) == 1


def test_deleted_vectors_leave_no_bytes_in_the_file(conn: sqlite3.Connection, tmp_path: Path) -> None:
    rows = clustered(BLOCK + 500)
    with conn:
        vectors.add(conn, range(1, len(rows) + 1), rows)
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    doomed = [3, 700, BLOCK + 3]

    def traces() -> int:
        units = rows[[passage - 1 for passage in doomed]]
        kept = [code.tobytes() for code in codes.codes(units)] + [
            sign.tobytes() for sign in codes.signs(units)
        ]
        files = b"".join(path.read_bytes() for path in sorted((tmp_path / "shelf").iterdir()))
        return sum(files.count(trace) > 0 for trace in kept)

    assert traces() == 6
    with conn:
        vectors.remove(conn, doomed)
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert traces() == 0


def test_the_vectors_of_a_document_go_with_it(conn: sqlite3.Connection) -> None:
    with_passages(conn, 3)
    vectors.add(conn, [1, 2, 3], [along(1), along(2), along(0)])
    assert documents.remove(conn, ["/a"]) == 1
    assert conn.execute("SELECT count(*) FROM vectors").fetchone() == (0,)
    assert Vectors().nearest(conn, along(1), 9) == []


def test_what_points_nowhere_is_done_and_never_found(conn: sqlite3.Connection) -> None:
    with_passages(conn, 4)
    vectors.add(conn, [1, 2, 3], [along(float("nan")), along(0), along(1)])
    assert vectors.missing(conn, 9) == [4]
    assert vectors.counts(conn) == (3, 4)
    shelf = Vectors()
    assert [passage for passage, _ in shelf.nearest(conn, along(1), 9)] == [3]
    assert [passage for passage, _ in shelf.nearest(conn, along(1), 9, among=[1, 2, 3])] == [3]
    assert shelf.nearest(conn, along(float("nan")), 9) == []
    assert shelf.nearest(conn, along(0), 9) == []
    vectors.remove(conn, [1])
    assert vectors.missing(conn, 9) == [1, 4]


def test_a_vector_of_another_length_is_refused(conn: sqlite3.Connection) -> None:
    vectors.add(conn, [1], [along(1)])
    with pytest.raises(BadValue, match="32 numbers does not go with those of 64"):
        vectors.add(conn, [2], [[1.0] * 32])
    with pytest.raises(BadValue, match="32 numbers does not go with those of 64"):
        Vectors().nearest(conn, [1.0] * 32, 1)
    with pytest.raises(BadValue, match="one vector each"):
        vectors.add(conn, [2, 3], [along(1)])
    assert vectors.counts(conn)[0] == 1


def test_another_model_makes_all_vectors_anew(conn: sqlite3.Connection) -> None:
    with_passages(conn, 2)
    vectors.add(conn, [1, 2], [along(1), along(2)])
    shelf = Vectors()
    shelf.read(conn)
    assert not vectors.begin(conn, VectorModel("under another name", MINI.digest))
    assert vectors.counts(conn) == (2, 2)
    assert vectors.begin(conn, OTHER)
    assert vectors.made_by(conn) == OTHER
    assert vectors.counts(conn) == (0, 2)
    assert shelf.nearest(conn, along(1), 5) == []
    vectors.add(conn, [2], [[1.0, 2.0]])
    assert shelf.nearest(conn, [1.0, 2.0], 5) == [(2, pytest.approx(1, abs=0.001))]


@pytest.mark.parametrize(
    "blow",
    [
        "UPDATE vector_blocks SET signs = substr(signs, 2)",
        "UPDATE vector_blocks SET passages = x''",
        "UPDATE vectors SET code = x'01'",
        "UPDATE vector_model SET width = 65",
    ],
)
def test_damage_is_said(conn: sqlite3.Connection, blow: str) -> None:
    vectors.add(conn, [1, 2], [along(1), along(2)])
    conn.execute(blow)
    with pytest.raises(StoreDamaged, match="vectors in it cannot be read"):
        Vectors().nearest(conn, [1.0] * vectors.width_of(conn), 1)


def test_a_shelf_without_vectors_finds_nothing(tmp_path: Path) -> None:
    conn = opened(tmp_path / "new")
    assert vectors.made_by(conn) is None
    assert Vectors().nearest(conn, along(1), 5) == []
    assert not vectors.begin(conn, MINI), "there were none of another model"
    conn.close()
