"""Texts given along with a question: kept with it, found with it, gone with it."""

from __future__ import annotations

import inspect
import re
import sqlite3
from typing import Any

import pytest

from sottovoce.core.errors import NotFound
from sottovoce.core.paths import Home
from sottovoce.store import adopting, attachments, chats, search, shown
from sottovoce.store.attachments import MOST_NAME, Attachment, Kept, Listed, name_of
from sottovoce.store.db import Database

NOTES = Attachment("notes.txt", "The zebra sleeps at the harbour.\n")
LIST = Attachment("清单.md", "买牛奶和面包")


def ask(
    database: Database, *attached: Attachment, text: str = "What does it say?", owner: str = "me"
) -> tuple[str, str]:
    """Store a question with these, and its answer as finished; return the ids of chat and question."""

    def work(conn: sqlite3.Connection) -> tuple[str, str]:
        chat = chats.start(conn, owner, system="", model="echo", now=1)
        asked, answer = chats.ask(
            conn, owner, chat.id, parent=None, text=text, model="", writer="", now=1, attached=attached
        )
        chats.finish(conn, answer, text="yes", state="complete", digest="", facts={}, now=1)  # type: ignore[arg-type]
        return chat.id, asked

    return database.call(work)


def check_index(database: Database) -> None:
    check = "INSERT INTO message_words (message_words) VALUES ('integrity-check')"
    database.call(lambda conn: conn.execute(check))


def words_left(database: Database) -> int:
    """Count the words that the index knows: it forgets those of deletions when it is optimised."""

    def work(conn: sqlite3.Connection) -> int:
        conn.execute("INSERT INTO message_words (message_words) VALUES ('optimize')")
        conn.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (main, message_words, row)")
        (count,) = conn.execute("SELECT count(*) FROM temp.vocabulary").fetchone()
        conn.execute("DROP TABLE temp.vocabulary")
        return int(count)

    return database.call(work)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("notes.txt", "notes.txt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\plan.md", "plan.md"),
        ("folder/", "folder"),
        ("..", "text"),
        ("", "text"),
        ("\u202e\u200b", "text"),
        ("<img src=x onerror=alert(1)>.txt", "<img src=x onerror=alert(1)>.txt"),
        ("evil\u202etxt.exe", "eviltxt.exe"),
        ("two\nlines\r\n and\ttabs.txt", "two lines and tabs.txt"),
        ("bell\x07 and \x1b[31mred.txt", "bell and [31mred.txt"),
        ("家庭照片 👨‍👩‍👧.txt", "家庭照片 👨‍👩‍👧.txt"),
        ("half \ud83d pair.txt", "half pair.txt"),
        (".bashrc", ".bashrc"),
    ],
)
def test_a_name_is_kept_as_what_can_be_shown_anywhere(given: str, kept: str) -> None:
    assert name_of(given) == kept
    assert name_of(kept) == kept


def test_a_long_name_is_cut_before_its_ending() -> None:
    name = name_of(f"{'a' * 300}.tar.gz")
    assert len(name) == MOST_NAME
    assert name.endswith("a….gz")
    assert len(name_of("b" * 300)) == len(name_of(f"b.{'c' * 300}")) == MOST_NAME


def test_they_are_stored_in_their_order_and_told_without_their_texts(database: Database) -> None:
    chat, asked = ask(database, NOTES, LIST)
    assert database.look(lambda conn: attachments.of(conn, "me", [asked])) == {asked: (NOTES, LIST)}
    question, answer = database.look(lambda conn: shown.branch(conn, "me", chat))
    assert question.attached == (Listed(1, "notes.txt", len(NOTES.text)), Listed(2, "清单.md", 6))
    assert answer.attached == ()


def test_half_a_character_in_them_is_replaced(database: Database) -> None:
    _, asked = ask(database, Attachment("a.txt", "half \ud83d"))
    assert database.look(lambda conn: attachments.of(conn, "me", [asked]))[asked][0].text == "half \ufffd"


def test_one_is_given_by_its_number_and_to_its_owner_alone(database: Database) -> None:
    chat, asked = ask(database, NOTES, LIST)
    other, _ = ask(database)
    assert database.look(lambda conn: attachments.get(conn, "me", chat, asked, 2)) == LIST
    for owner, where, number in (("you", chat, 1), ("me", other, 1), ("me", chat, 3)):
        with pytest.raises(NotFound):
            database.look(
                lambda conn, owner=owner, where=where, number=number: attachments.get(
                    conn, owner, where, asked, number
                )
            )
    with pytest.raises(NotFound):
        database.look(lambda conn: attachments.taken(conn, "you", [Kept(asked, 1)]))
    assert database.look(lambda conn: attachments.taken(conn, "me", [Kept(asked, 2), NOTES])) == (LIST, NOTES)


def test_every_statement_names_an_owner() -> None:
    statements = re.findall(
        r'"{1,3}[^"]*?(?:SELECT|DELETE)[^"]*?FROM attachments[^"]*"{1,3}', inspect.getsource(attachments)
    )
    assert len(statements) == 5
    for statement in statements:
        assert "owner = ?" in statement, statement


@pytest.mark.parametrize("words", ["zebra harbour", "牛奶", "notes", "zebra say", "清单"])
def test_their_words_and_names_are_found_with_the_question(database: Database, words: str) -> None:
    chat, asked = ask(database, NOTES, LIST)
    ask(database, text="something else")
    assert [
        (hit.chat, hit.message) for hit in database.look(lambda conn: search.find(conn, "me", words))
    ] == [(chat, asked)]
    assert database.look(lambda conn: search.find(conn, "you", words)) == []


def test_the_excerpt_shows_the_place_in_what_is_attached(database: Database) -> None:
    ask(database, NOTES)
    (hit,) = database.look(lambda conn: search.find(conn, "me", "harbour"))
    assert [hit.excerpt[start:end] for start, end in hit.marks] == ["harbour"]
    # Words that stand in the question itself are shown there.
    (hit,) = database.look(lambda conn: search.find(conn, "me", "harbour say"))
    assert hit.excerpt == "What does it say?"


def test_a_deleted_chat_takes_them_and_every_word_of_them_along(database: Database) -> None:
    empty = words_left(database)
    chat, _ = ask(database, NOTES, LIST)
    assert words_left(database) > empty
    database.call(lambda conn: chats.delete(conn, "me", chat))
    check_index(database)
    assert words_left(database) == empty
    assert database.look(lambda conn: conn.execute("SELECT count(*) FROM attachments").fetchone()) == (0,)
    assert database.look(lambda conn: search.find(conn, "me", "zebra")) == []


def test_after_a_deletion_no_byte_of_them_is_left(home: Home, database: Database) -> None:
    canary = "zqcanary"
    chat, _ = ask(database, Attachment(f"{canary}.txt", f"the {canary} sings"))

    def traces() -> list[str]:
        files = [path for path in home.root.rglob("*") if path.is_file()]
        return [path.name for path in files if canary[:-1].encode() in path.read_bytes().lower()]

    assert traces()
    database.call(lambda conn: chats.delete(conn, "me", chat))
    database.scrub()
    assert traces() == []


def test_a_copy_of_a_chat_from_elsewhere_brings_them_along(database: Database) -> None:
    chat, _ = ask(database, NOTES)

    def copy(conn: sqlite3.Connection) -> Any:
        tree = chats.messages(conn, "me", chat)
        given = attachments.of(conn, "me", [message.id for message in tree])
        from dataclasses import replace

        whole = [replace(message, attached=given.get(message.id, ())) for message in tree]
        return adopting.adopt(conn, "you", chats.get(conn, "me", chat), whole)

    assert database.call(copy) == (True, 2)
    (hit,) = database.look(lambda conn: search.find(conn, "you", "zebra"))
    assert database.look(lambda conn: attachments.of(conn, "you", [hit.message])) == {hit.message: (NOTES,)}
