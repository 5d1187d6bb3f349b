"""What is remembered: kept in lines, of one owner, and erased for good."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sottovoce.core.errors import BadValue, NotFound
from sottovoce.core.paths import Home
from sottovoce.store import chats, memory
from sottovoce.store.db import Database, open_database

CANARY = "zqcanary"


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    opened = open_database(home)
    yield opened
    opened.close()


def add(database: Database, text: str, owner: str = "me", at: float = 1.0) -> memory.Remembered:
    return database.call(lambda conn: memory.add(conn, owner, text, at))


def texts(database: Database, owner: str = "me") -> list[str]:
    return [line.text for line in database.look(lambda conn: memory.listed(conn, owner))]


def test_lines_are_listed_the_oldest_first(database: Database) -> None:
    add(database, "I live in Vienna", at=2.0)
    add(database, "  My dog\n is called   Rex ", at=1.0)
    assert texts(database) == ["My dog is called Rex", "I live in Vienna"]


def test_what_is_there_already_is_kept_once(database: Database) -> None:
    first = add(database, "I live in Vienna")
    assert add(database, "i live in VIENNA", at=9.0) == first
    assert texts(database) == ["I live in Vienna"]


def test_another_owner_sees_and_changes_none_of_it(database: Database) -> None:
    line = add(database, "I live in Vienna")
    assert texts(database, "key-b") == []
    for act in (
        lambda conn: memory.change(conn, "key-b", line.id, "x", 2.0),
        lambda conn: memory.remove(conn, "key-b", line.id),
    ):
        with pytest.raises(NotFound):
            database.call(act)
    assert texts(database) == ["I live in Vienna"]


def test_a_line_that_was_changed_says_when(database: Database) -> None:
    line = add(database, "I live in Vienna", at=1.0)
    assert line.changed is None
    same = database.call(lambda conn: memory.change(conn, "me", line.id, " I live in Vienna ", 4.0))
    assert same == line
    changed = database.call(lambda conn: memory.change(conn, "me", line.id, "I live in Graz", 5.0))
    assert (changed.text, changed.created, changed.changed) == ("I live in Graz", 1.0, 5.0)


@pytest.mark.parametrize("text", ["", "  \n", "x" * (memory.LONGEST + 1)])
def test_what_is_no_line_is_refused(database: Database, text: str) -> None:
    with pytest.raises(BadValue) as caught:
        add(database, text)
    assert caught.value.field == "text"


def test_there_is_a_most_that_is_kept(database: Database) -> None:
    for number in range(memory.MOST):
        add(database, f"line {number}")
    with pytest.raises(BadValue, match="the most that are kept"):
        add(database, "one more")


def test_a_line_knows_the_chat_that_it_was_said_in_as_long_as_there_is_one(database: Database) -> None:
    chat = database.call(lambda conn: chats.start(conn, "me", system="", model="m", now=1.0))
    database.call(lambda conn: chats.rename(conn, "me", chat.id, "About me"))
    database.call(lambda conn: memory.add(conn, "me", "I live in Vienna", 1.0, chat=chat.id, message="q"))
    lines = database.look(lambda conn: memory.listed(conn, "me"))
    assert database.look(lambda conn: memory.titles(conn, "me", lines)) == {chat.id: "About me"}
    database.call(lambda conn: chats.delete(conn, "me", chat.id))
    assert database.look(lambda conn: memory.titles(conn, "me", lines)) == {}


@pytest.mark.parametrize("way", ["remove", "change"])
def test_what_is_erased_or_changed_is_on_the_disk_no_more(home: Home, database: Database, way: str) -> None:
    line = add(database, f"my {CANARY} secret")
    add(database, "something else")
    assert _traces(home)
    if way == "remove":
        database.call(lambda conn: memory.remove(conn, "me", line.id))
    else:
        database.call(lambda conn: memory.change(conn, "me", line.id, "harmless", 2.0))
    database.scrub()
    assert _traces(home) == []


def _traces(home: Home) -> list[str]:
    files = [path for path in home.root.rglob("*") if path.is_file()]
    return [path.name for path in files if CANARY.encode() in path.read_bytes()]
