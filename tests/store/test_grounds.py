"""Passages that are kept with a question: its owner's alone, copied with it, and gone with it."""

from __future__ import annotations

import inspect
import re

import pytest

from sottovoce.core.grounds import Found, Ground
from sottovoce.store import chats, forking, grounds, pruning, search
from sottovoce.store.db import Database

PASSAGE = Found("handbook", "rules.md", "d" * 64, 3, ("Leave", "年假"), 10, 24, "25 days é", 4.5, 1e9)
OTHER = Found("handbook", "b.txt", "e" * 64, None, (), 0, 9, "xylophone", 1.0, None)
BOTH = (Ground(PASSAGE, told=True), Ground(OTHER))


@pytest.fixture
def asked(database: Database) -> tuple[str, str]:
    """Return a chat, and the question in it that has passages."""

    def work(conn):  # type: ignore[no-untyped-def]
        chat = chats.start(conn, "me", system="", model="", now=1, shelves=["s1"], quote=True)
        question, _ = chats.ask(conn, "me", chat.id, parent=None, text="How?", model="", writer="", now=1)
        grounds.keep(conn, "me", question, BOTH)
        return chat.id, question

    return database.call(work)  # type: ignore[no-any-return]


def kept(database: Database, owner: str = "me") -> int:
    return database.look(lambda conn: conn.execute("SELECT count(*) FROM grounds").fetchone())[0]  # type: ignore[no-any-return]


def test_they_are_what_they_were_to_the_letter(database: Database, asked: tuple[str, str]) -> None:
    _, question = asked
    assert database.look(lambda conn: grounds.of(conn, "me", [question])) == {question: BOTH}


def test_they_are_nobody_elses(database: Database, asked: tuple[str, str]) -> None:
    _, question = asked
    assert database.look(lambda conn: grounds.of(conn, "you", [question])) == {}
    database.call(lambda conn: grounds.remove(conn, "you", [question]))
    assert kept(database) == 2


def test_every_statement_asks_for_the_owner() -> None:
    statements = re.findall(
        r'"{1,3}[^"]*?(?:SELECT|DELETE)[^"]*?FROM grounds[^"]*"{1,3}', inspect.getsource(grounds)
    )
    assert len(statements) == 3
    assert all("owner = ?" in statement for statement in statements)


def test_new_ones_take_the_place_of_the_old(database: Database, asked: tuple[str, str]) -> None:
    _, question = asked
    database.call(lambda conn: grounds.keep(conn, "me", question, BOTH[1:]))
    assert database.look(lambda conn: grounds.of(conn, "me", [question])) == {question: BOTH[1:]}


def test_a_copy_of_the_chat_has_them_too_and_asks_the_same_shelves(
    database: Database, asked: tuple[str, str]
) -> None:
    chat, question = asked
    new = database.call(lambda conn: forking.fork(conn, "me", chat, question, title="", now=2))
    assert (new.shelves, new.quote) == (("s1",), True)
    (copy,) = database.look(lambda conn: chats.messages(conn, "me", new.id))
    assert database.look(lambda conn: grounds.of(conn, "me", [copy.id])) == {copy.id: BOTH}


def test_they_go_with_their_message(database: Database, asked: tuple[str, str]) -> None:
    chat, question = asked
    (_, answer) = database.look(lambda conn: chats.messages(conn, "me", chat))
    database.call(
        lambda conn: chats.finish(
            conn, answer.id, text="", state=answer.state.COMPLETE, digest="", facts={}, now=2
        )
    )
    database.call(lambda conn: pruning.prune(conn, "me", chat, question))
    assert kept(database) == 0


def test_they_go_with_their_chat(database: Database, asked: tuple[str, str]) -> None:
    database.call(lambda conn: chats.delete(conn, "me", asked[0]))
    assert kept(database) == 0


def test_they_are_not_found_among_what_was_said(database: Database, asked: tuple[str, str]) -> None:
    assert database.look(lambda conn: search.find(conn, "me", "xylophone", 5)) == []


def test_a_chat_asks_the_shelves_that_it_was_last_given(database: Database, asked: tuple[str, str]) -> None:
    database.call(lambda conn: chats.set_shelves(conn, "me", asked[0], ["s2", "s3"], quote=False))
    chat = database.look(lambda conn: chats.get(conn, "me", asked[0]))
    assert (chat.shelves, chat.quote) == (("s2", "s3"), False)
