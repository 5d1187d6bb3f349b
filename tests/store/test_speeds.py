"""Which answers tell how quick a model is here."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

import pytest

from sottovoce.store.speeds import Speed, speeds


@pytest.fixture
def conn() -> Iterator[sqlite3.Connection]:
    conn = sqlite3.connect(":memory:")
    conn.execute("CREATE TABLE messages (number INTEGER PRIMARY KEY, digest, state, facts)")
    yield conn
    conn.close()


def note(conn: sqlite3.Connection, answer: int, **more: object) -> None:
    said = {"usage": {"prompt": 5, "answer": answer}, "timings": {"answer_per_second": 9.0}, **more}
    conn.execute("INSERT INTO messages VALUES (NULL, 'd', 'complete', ?)", [json.dumps(said)])


def test_answers_that_were_written_beside_others_say_nothing_of_the_machine(conn: sqlite3.Connection) -> None:
    for answer, company in ((20, 1), (30, 2), (40, 4)):
        note(conn, answer, company=company)
    note(conn, 50)  # an older one, which does not say
    note(conn, 60, company="many")
    note(conn, 3)
    assert speeds(conn, "d") == [Speed(5, 50, 9.0), Speed(5, 20, 9.0)]
