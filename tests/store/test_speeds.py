"""Which answers tell how quick a model is here."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

import pytest

from sottovoce.store.speeds import Speed, reading, reading_of, speeds


@pytest.fixture
def conn() -> Iterator[sqlite3.Connection]:
    conn = sqlite3.connect(":memory:")
    conn.execute("CREATE TABLE messages (number INTEGER PRIMARY KEY, model, digest, state, facts)")
    yield conn
    conn.close()


def note(conn: sqlite3.Connection, answer: int, **more: object) -> None:
    said = {"usage": {"prompt": 5, "answer": answer}, "timings": {"answer_per_second": 9.0}, **more}
    conn.execute("INSERT INTO messages VALUES (NULL, 'm', 'd', 'complete', ?)", [json.dumps(said)])


def test_answers_that_were_written_beside_others_say_nothing_of_the_machine(conn: sqlite3.Connection) -> None:
    for answer, company in ((20, 1), (30, 2), (40, 4)):
        note(conn, answer, company=company)
    note(conn, 50)  # an older one, which does not say
    note(conn, 60, company="many")
    note(conn, 3)
    assert speeds(conn, "d") == [Speed(5, 50, 9.0), Speed(5, 20, 9.0)]


def test_how_quickly_prompts_are_read_is_the_middle_of_what_was_measured(conn: sqlite3.Connection) -> None:
    assert reading(conn, "d") is None
    for prompt, reused, rate in (
        (500, 0, 100.0),
        (500, 0, 300.0),
        (900, 100, 200.0),
        (500, 480, 9.0),
        (5, 0, 8.0),
    ):
        note(
            conn,
            50,
            usage={"prompt": prompt, "reused": reused, "answer": 50},
            timings={"answer_per_second": 9.0, "prompt_per_second": rate},
        )
    note(conn, 50, usage="many")
    assert reading(conn, "d") == 200.0
    assert reading_of(conn, "m") == 200.0
    assert reading_of(conn, "d") is None
