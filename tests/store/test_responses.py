from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace

import pytest

from sottovoce.core.errors import NotFound
from sottovoce.core.paths import Home
from sottovoce.store import responses
from sottovoce.store.db import Database, open_database
from sottovoce.store.responses import KEPT_SECONDS, StoredResponse

FIRST = StoredResponse("resp_1", "local", None, 1.0, "m", "[]", '["an answer"]', "{}")


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    database = open_database(home)
    yield database
    database.close()


def save(database: Database, *stored: StoredResponse, now: float = 2.0) -> None:
    for one in stored:
        database.call(lambda conn, one=one: responses.save(conn, one, now))  # type: ignore[misc]


def ids(database: Database, owner: str = "local") -> list[str]:
    def read(conn: sqlite3.Connection) -> list[str]:
        found = conn.execute("SELECT id FROM responses WHERE owner = ? ORDER BY created", (owner,))
        return [name for (name,) in found]

    return database.look(read)


def test_a_response_is_found_again_as_it_was(database: Database) -> None:
    save(database, FIRST)
    assert database.look(lambda conn: responses.get(conn, "local", "resp_1", 2.0)) == FIRST


def test_anothers_response_is_answered_like_none(database: Database) -> None:
    save(database, FIRST)
    said = []
    for name, owner in (("resp_1", "key-a"), ("resp_2", "local")):
        for look in (responses.get, responses.chain):
            with pytest.raises(NotFound) as caught:
                database.look(lambda conn, look=look, owner=owner, name=name: look(conn, owner, name, 2.0))  # type: ignore[misc]
            said.append(caught.value.sentence.replace(name, ""))
        with pytest.raises(NotFound) as caught:
            database.call(lambda conn, owner=owner, name=name: responses.delete(conn, owner, name))  # type: ignore[misc]
        said.append(caught.value.sentence.replace(name, ""))
    assert len(set(said)) == 1
    assert ids(database) == ["resp_1"]


def test_a_chain_is_told_from_its_beginning(database: Database) -> None:
    second = replace(FIRST, id="resp_2", previous="resp_1")
    third = replace(FIRST, id="resp_3", previous="resp_2")
    save(database, FIRST, second, third)
    assert database.look(lambda conn: responses.chain(conn, "local", "resp_3", 2.0)) == [FIRST, second, third]


def test_a_chain_with_a_gap_is_refused_rather_than_told_shorter(database: Database) -> None:
    save(database, FIRST, replace(FIRST, id="resp_2", previous="resp_1"))
    database.call(lambda conn: responses.delete(conn, "local", "resp_1"))
    with pytest.raises(NotFound, match="no longer kept"):
        database.look(lambda conn: responses.chain(conn, "local", "resp_2", 2.0))


def test_a_chain_never_goes_over_to_another_owner(database: Database) -> None:
    save(database, FIRST, replace(FIRST, id="resp_2", owner="other", previous="resp_1"))
    with pytest.raises(NotFound, match="no longer kept"):
        database.look(lambda conn: responses.chain(conn, "other", "resp_2", 2.0))


def test_a_damaged_circle_comes_to_an_end(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responses, "MOST_KEPT", 5)
    save(database, replace(FIRST, previous="resp_1"))
    assert len(database.look(lambda conn: responses.chain(conn, "local", "resp_1", 2.0))) == 6


def test_the_oldest_go_when_there_are_too_many(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responses, "MOST_KEPT", 2)
    save(database, replace(FIRST, id="other", owner="other"))
    save(database, *(replace(FIRST, id=f"resp_{at}", created=float(at)) for at in range(4)), now=5.0)
    assert ids(database) == ["resp_2", "resp_3"]
    assert ids(database, "other") == ["other"]


def test_the_oldest_go_when_they_are_too_large(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responses, "MOST_CHARACTERS", 250)
    large = replace(FIRST, input="x" * 100)
    save(database, *(replace(large, id=f"resp_{at}", created=float(at)) for at in range(4)), now=5.0)
    assert ids(database) == ["resp_2", "resp_3"]


def test_none_is_kept_for_longer_than_thirty_days(database: Database) -> None:
    save(database, FIRST, now=1.0)
    save(database, replace(FIRST, id="resp_2", owner="other", created=KEPT_SECONDS), now=KEPT_SECONDS)
    assert ids(database) == ["resp_1"]
    save(database, replace(FIRST, id="resp_3", owner="other"), now=KEPT_SECONDS + 2.0)
    assert ids(database) == []


def test_none_is_given_out_that_is_older_than_thirty_days(database: Database) -> None:
    save(database, FIRST, replace(FIRST, id="resp_2", previous="resp_1", created=5.0))
    last = FIRST.created + KEPT_SECONDS
    assert database.look(lambda conn: responses.get(conn, "local", "resp_1", last)) == FIRST
    assert len(database.look(lambda conn: responses.chain(conn, "local", "resp_2", last))) == 2
    with pytest.raises(NotFound):
        database.look(lambda conn: responses.get(conn, "local", "resp_1", last + 1))
    with pytest.raises(NotFound, match="no longer kept"):
        database.look(lambda conn: responses.chain(conn, "local", "resp_2", last + 1))


def test_what_grew_too_old_is_removed_and_owes_its_traces_until_they_are_cleared(database: Database) -> None:
    save(database, FIRST, replace(FIRST, id="resp_2", created=5.0))
    last = FIRST.created + KEPT_SECONDS
    assert not database.call(lambda conn: responses.prune(conn, last))
    assert database.call(lambda conn: responses.prune(conn, last + 1))
    assert ids(database) == ["resp_2"]
    assert database.call(lambda conn: responses.prune(conn, last + 1))
    database.scrub()
    assert not database.call(lambda conn: responses.prune(conn, last + 1))


def test_what_is_deleted_leaves_no_trace_on_the_disk(database: Database, home: Home) -> None:
    save(database, replace(FIRST, output='["xylophone"]'))
    assert found("xylophone", home)
    database.call(lambda conn: responses.delete(conn, "local", "resp_1"))
    database.scrub()
    assert not found("xylophone", home)


def test_a_deletion_that_was_not_cleared_is_cleared_at_the_next_start(home: Home) -> None:
    database = open_database(home)
    save(database, replace(FIRST, output='["xylophone"]'))
    database.call(lambda conn: responses.delete(conn, "local", "resp_1"))
    database.close()
    open_database(home).close()
    assert not found("xylophone", home)


def found(word: str, home: Home) -> bool:
    return any(word.encode() in file.read_bytes() for file in home.root.rglob("*") if file.is_file())
