from __future__ import annotations

import hashlib
import sqlite3
import string
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from sottovoce.core.errors import BadValue, NotFound, StoreProblem
from sottovoce.core.paths import Home
from sottovoce.store import backup, keys
from sottovoce.store.db import Database, open_database
from sottovoce.store.keys import PREFIX, Key, Terms

LAPTOP = Terms("laptop", ("chat", "models"), 60, 20_000, 4)
DAY = 86_400.0


def made(database: Database, terms: Terms = LAPTOP, now: float = 1000.0) -> tuple[Key, str]:
    return database.call(lambda conn: keys.add(conn, terms, now))


def found(database: Database, secret: str, now: float = 1000.0) -> Key | None:
    return database.look(lambda conn: keys.find(conn, secret, now))


def store_response(conn: sqlite3.Connection, name: str, owner: str, text: str = "[]") -> None:
    conn.execute(
        "INSERT INTO responses (id, owner, created, model, input, output) VALUES (?, ?, 1.0, 'm', ?, '[]')",
        (name, owner, text),
    )


def owners(conn: sqlite3.Connection) -> list[str]:
    return [owner for (owner,) in conn.execute("SELECT owner FROM responses ORDER BY owner")]


def test_a_key_is_found_by_its_secret_with_all_that_was_agreed(database: Database) -> None:
    key, secret = made(database)
    assert found(database, secret) == key
    assert key.terms == LAPTOP
    assert key.owner == f"key-{key.id}"
    assert database.look(keys.listed) == [key]


def test_a_secret_is_long_random_and_says_what_it_is(database: Database) -> None:
    secrets = {made(database, replace(LAPTOP, name=f"n{number}"))[1] for number in range(20)}
    assert len(secrets) == 20
    for secret in secrets:
        body = secret.removeprefix(PREFIX)
        assert secret.startswith("sk-sotto-")
        assert len(body) * 5 >= 256  # base32: five bits a character
        assert set(body) <= set(string.ascii_lowercase + "234567")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda secret: secret[:-1],
        lambda secret: secret + "a",
        lambda secret: secret.upper(),
        lambda secret: secret.removeprefix(PREFIX),
        lambda secret: PREFIX,
        lambda secret: "",
        lambda secret: "\ud800",
    ],
)
def test_anything_but_the_whole_secret_finds_nothing(database: Database, wrong: Callable[[str], str]) -> None:
    _, secret = made(database)
    assert found(database, wrong(secret)) is None


def test_a_key_ends_when_its_time_is_over(database: Database) -> None:
    _, secret = made(database, replace(LAPTOP, expires=1000.0 + DAY))
    assert found(database, secret, 999.0 + DAY)
    assert found(database, secret, 1000.0 + DAY) is None
    assert len(database.look(keys.listed)) == 1  # a person still sees what has become of it


def test_every_key_and_every_byte_is_looked_at(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    made_keys = [made(database, replace(LAPTOP, name=name)) for name in "abc"]
    compared: list[bytes] = []
    real = keys.hmac.compare_digest

    def counted(ours: bytes, shown: bytes) -> bool:
        compared.append(ours)
        return real(ours, shown)

    monkeypatch.setattr(keys.hmac, "compare_digest", counted)
    for secret in (made_keys[0][1], "wrong"):
        compared.clear()
        found(database, secret)
        assert compared == [key.hash for key, _ in made_keys]


def test_the_secret_stands_nowhere_in_the_home(home: Home) -> None:
    with closing(open_database(home)) as database:
        key, secret = made(database)
        database.call(lambda conn: keys.note_use(conn, key.id, 5000.0))
        assert secret not in repr(key)
        files = [path for path in home.root.rglob("*") if path.is_file()]
        held = b"".join(path.read_bytes() for path in files)
    held += home.database.read_bytes()
    assert hashlib.sha256(secret.encode()).digest() in held  # what is looked through is the right place
    body = secret.removeprefix(PREFIX).encode()
    assert body not in held
    assert body[:12] not in held


def test_two_keys_cannot_have_one_name(database: Database) -> None:
    made(database)
    with pytest.raises(BadValue, match="'laptop' already"):
        made(database)
    assert len(database.look(keys.listed)) == 1


@pytest.mark.parametrize("name", ["", " ", "a\nb", "a\x1b[31m", "x" * 65, "--yes", "\ud800"])
def test_a_name_is_one_a_person_can_read_and_type(database: Database, name: str) -> None:
    with pytest.raises(BadValue, match="name"):
        made(database, replace(LAPTOP, name=name))
    assert database.look(keys.listed) == []


def test_names_in_any_language_are_names(database: Database) -> None:
    made(database, replace(LAPTOP, name="我的 笔记本"))
    assert database.look(lambda conn: keys.named(conn, "我的 笔记本")).terms.scopes == ("chat", "models")


def test_a_removed_key_finds_nothing_and_its_name_is_free(database: Database) -> None:
    key, secret = made(database)
    database.call(lambda conn: keys.remove(conn, key))
    assert found(database, secret) is None
    with pytest.raises(NotFound, match="no key 'laptop'"):
        database.look(lambda conn: keys.named(conn, "laptop"))
    other, _ = made(database)
    assert other.id != key.id


def test_removing_a_key_removes_what_was_stored_for_it_and_nothing_else(database: Database) -> None:
    key, _ = made(database)
    other, _ = made(database, replace(LAPTOP, name="other"))
    for number, owner in enumerate((key.owner, key.owner, other.owner, "local", "me")):
        database.call(lambda conn, n=number, o=owner: store_response(conn, f"r{n}", o))  # type: ignore[misc]
    assert database.look(lambda conn: keys.owned(conn, key)) == 2
    assert database.call(lambda conn: keys.remove(conn, key)) == 2
    assert database.look(owners) == sorted([other.owner, "local", "me"])


def test_what_was_stored_for_a_removed_key_leaves_no_byte(home: Home) -> None:
    with closing(open_database(home)) as database:
        key, _ = made(database)
        database.call(lambda conn: store_response(conn, "r1", key.owner, '["zqcanary"]'))
        database.call(lambda conn: keys.remove(conn, key))
        assert _traces(home)
        database.scrub()
        assert _traces(home) == []


def test_a_scrub_that_never_came_is_done_at_the_next_start(home: Home) -> None:
    with closing(open_database(home)) as database:
        key, _ = made(database)
        database.call(lambda conn: store_response(conn, "r1", key.owner, '["zqcanary"]'))
        backup.make(home)
        database.call(lambda conn: keys.remove(conn, key))
    assert _traces(home)
    open_database(home).close()
    assert _traces(home) == []


def _traces(home: Home) -> list[str]:
    files = [path for path in home.root.rglob("*") if path.is_file()]
    return [path.name for path in files if b"zqcanary" in path.read_bytes()]


def test_an_answer_that_ends_after_its_key_was_removed_is_not_kept(database: Database) -> None:
    key, _ = made(database)
    database.call(lambda conn: keys.remove(conn, key))
    database.call(lambda conn: store_response(conn, "late", key.owner))
    assert database.look(owners) == []


def test_use_is_remembered_by_the_hour(database: Database) -> None:
    key, _ = made(database)
    database.call(lambda conn: keys.note_use(conn, key.id, 7_300.0))
    (seen,) = database.look(keys.listed)
    assert seen.used == 7_200.0


def test_another_program_sees_a_key_made_and_removed_at_once(home: Home) -> None:
    with closing(open_database(home)) as ours, closing(open_database(home)) as theirs:
        key, secret = made(ours)
        assert found(theirs, secret) == key
        ours.call(lambda conn: keys.remove(conn, key))
        assert found(theirs, secret) is None


@pytest.mark.parametrize("field", ["requests_per_minute", "tokens_per_minute", "at_once"])
def test_no_limit_can_be_nothing(database: Database, field: str) -> None:
    terms: dict[str, Any] = {field: 0}
    with pytest.raises(StoreProblem):
        made(database, replace(LAPTOP, **terms))
