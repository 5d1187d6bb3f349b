"""What models answered is kept once for each question, and how they did by the largest sample."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from sottovoce.core.paths import Home
from sottovoce.store import evaluations
from sottovoce.store.db import Database, open_database
from sottovoce.store.evaluations import Evaluation, Said

SAID = Said("Paris", "stop", 20, 2, 0.5)
FOUND = Evaluation("m" * 64, "sottovoce", 1, "d" * 64, 320, 320, 100, {"facts": (10, 64)}, 90.0, 4000, 5.0)


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    with closing(open_database(home)) as database:
        yield database


def test_an_answer_is_found_again_by_model_settings_and_question(database: Database) -> None:
    database.call(lambda conn: evaluations.keep(conn, "m", "{}", "q1", SAID, 1.0))
    database.call(lambda conn: evaluations.keep(conn, "m", "{}", "q1", replace(SAID, answer="Lyon"), 2.0))
    database.call(lambda conn: evaluations.keep(conn, "m", '{"seed": 1}', "q1", SAID, 1.0))
    assert database.look(lambda conn: evaluations.kept(conn, "m", "{}")) == {
        "q1": replace(SAID, answer="Lyon")
    }
    assert database.look(lambda conn: evaluations.kept(conn, "n", "{}")) == {}
    assert database.look(lambda conn: evaluations.kept(conn, "m", "{}", "somebody else")) == {}


def test_what_is_forgotten_is_gone_and_nothing_else(database: Database) -> None:
    for question in ("q1", "q2"):
        database.call(lambda conn, question=question: evaluations.keep(conn, "m", "{}", question, SAID, 1.0))
    database.call(lambda conn: evaluations.keep(conn, "n", "{}", "q1", SAID, 1.0))
    database.call(lambda conn: evaluations.forget(conn, "m", "{}", ["q1", "q3"]))
    assert set(database.look(lambda conn: evaluations.kept(conn, "m", "{}"))) == {"q2"}
    database.call(lambda conn: evaluations.note(conn, replace(FOUND, model="m")))
    assert database.call(lambda conn: evaluations.forget_model(conn, "m")) == 1
    assert database.look(lambda conn: evaluations.of(conn, "m", "sottovoce")) is None
    assert set(database.look(lambda conn: evaluations.kept(conn, "n", "{}"))) == {"q1"}


def test_how_a_model_did_is_remembered_as_it_was(database: Database) -> None:
    assert database.look(lambda conn: evaluations.of(conn, FOUND.model, FOUND.set)) is None
    database.call(lambda conn: evaluations.note(conn, FOUND))
    assert database.look(lambda conn: evaluations.of(conn, FOUND.model, FOUND.set)) == FOUND


def test_a_smaller_sample_of_the_same_questions_does_not_take_the_place_of_a_larger(
    database: Database,
) -> None:
    database.call(lambda conn: evaluations.note(conn, FOUND))
    database.call(lambda conn: evaluations.note(conn, replace(FOUND, asked=20, passed=1)))
    assert database.look(lambda conn: evaluations.of(conn, FOUND.model, FOUND.set)) == FOUND
    newer = replace(FOUND, version=2, digest="e" * 64, asked=20, passed=1)
    database.call(lambda conn: evaluations.note(conn, newer))
    assert database.look(lambda conn: evaluations.of(conn, FOUND.model, FOUND.set)) == newer
