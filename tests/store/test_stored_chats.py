from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from sottovoce.core.errors import NotFound
from sottovoce.core.messages import Role, State
from sottovoce.store import adopting, chats, forking, going_on, order, pruning, rows, search, shown
from sottovoce.store.db import Database
from sottovoce.store.rows import Chat, StoredMessage

HARD_TEXTS = [
    "",
    "plain",
    "离线聊天，你好 🙂",
    "line\nline\r\n\ttab",
    "nul \0 inside",
    "'); DROP TABLE messages; --",
    "\u202eright to left",
    "a" * 300_000,
]


def _branch(database: Database, chat: str, leaf: str | None = None) -> list[str]:
    return [m.text for m in database.look(lambda conn: chats.branch(conn, "me", chat, leaf))]


def _again(database: Database, chat: str, question: str, text: str) -> str:
    def work(conn: sqlite3.Connection) -> str:
        answer = chats.again(conn, "me", chat, question, model="echo", writer=database.writer, now=5)
        chats.finish(conn, answer, text=text, state=State.COMPLETE, digest="", facts={}, now=6)
        return answer

    return database.call(work)


@pytest.mark.parametrize("text", HARD_TEXTS)
def test_every_text_comes_back_as_it_was(database: Database, tell: Any, text: str) -> None:
    chat, _, _ = tell(database, text, text)
    assert _branch(database, chat) == [text, text]


def test_half_a_character_is_replaced_and_a_whole_pair_joined(database: Database, tell: Any) -> None:
    chat, _, _ = tell(database, "lost \ud83d half", "two halves \ud83d\ude42 of one")
    assert _branch(database, chat) == ["lost \ufffd half", "two halves 🙂 of one"]


def test_a_question_is_stored_with_an_empty_answer_being_written(database: Database) -> None:
    def work(conn: sqlite3.Connection) -> tuple[Chat, list[StoredMessage]]:
        chat = chats.start(conn, "me", system="be kind", model="echo", now=10)
        chats.ask(conn, "me", chat.id, parent=None, text="why?", model="echo", writer="w", now=11)
        return chats.get(conn, "me", chat.id), chats.messages(conn, "me", chat.id)

    chat, (question, answer) = database.call(work)
    assert (question.role, question.state, question.parent) == (Role.USER, State.COMPLETE, None)
    assert (answer.role, answer.state, answer.parent) == (Role.ASSISTANT, State.WRITING, question.id)
    assert (chat.leaf, chat.system, chat.changed) == (answer.id, "be kind", 11)
    assert len(answer.id) == 16


def test_a_finished_answer_keeps_its_state_digest_and_facts(database: Database) -> None:
    facts = {
        "reason": "stop",
        "usage": {"prompt": 3},
        "timings": {"total": float("inf"), "rate": float("nan")},
    }

    def work(conn: sqlite3.Connection) -> StoredMessage:
        chat = chats.start(conn, "me", system="", model="echo", now=10)
        _, answer = chats.ask(conn, "me", chat.id, parent=None, text="", model="echo", writer="w", now=11)
        chats.write(conn, answer, "half")
        chats.finish(conn, answer, text="whole", state=State.STOPPED, digest="abc", facts=facts, now=12)
        return chats.messages(conn, "me", chat.id)[1]

    answer = database.call(work)
    assert (answer.text, answer.state, answer.digest) == ("whole", State.STOPPED, "abc")
    # JSON has neither number, and a file that holds one could not be read back.
    assert answer.facts == {
        "reason": "stop",
        "usage": {"prompt": 3},
        "timings": {"total": None, "rate": None},
    }


def test_a_finished_answer_cannot_be_written_again(database: Database, tell: Any) -> None:
    _, _, answer = tell(database)
    with pytest.raises(NotFound):
        database.call(lambda conn: chats.write(conn, answer, "other words"))
    with pytest.raises(NotFound):
        database.call(
            lambda conn: chats.finish(conn, answer, text="", state=State.FAILED, digest="", facts={}, now=1)
        )


def test_a_retry_is_a_sibling_and_becomes_the_branch_shown(database: Database, tell: Any) -> None:
    chat, question, first = tell(database, "why?", "one")
    second = _again(database, chat, question, "two")
    assert database.look(lambda conn: chats.siblings(conn, "me", first)) == [first, second]
    assert _branch(database, chat) == ["why?", "two"]
    assert _branch(database, chat, first) == ["why?", "one"]
    with pytest.raises(NotFound, match="is an answer"):
        _again(database, chat, first, "an answer to an answer")


def test_an_edit_of_the_first_question_is_another_root(database: Database, tell: Any) -> None:
    chat, first, _ = tell(database, "why?", "one")

    def edit(conn: sqlite3.Connection) -> str:
        return chats.ask(conn, "me", chat, parent=None, text="how?", model="", writer=database.writer, now=9)[
            0
        ]

    second = database.call(edit)
    assert database.look(lambda conn: chats.siblings(conn, "me", second)) == [first, second]
    assert _branch(database, chat) == ["how?", ""]


def test_going_to_a_message_shows_its_newest_leaf(database: Database, tell: Any) -> None:
    chat, question, first = tell(database, "why?", "one")
    tell(database, "and then?", "further", chat=chat)
    second = _again(database, chat, question, "two")
    database.call(lambda conn: chats.go_to(conn, "me", chat, first))
    assert _branch(database, chat) == ["why?", "one", "and then?", "further"]
    database.call(lambda conn: chats.go_to(conn, "me", chat, second))
    assert _branch(database, chat) == ["why?", "two"]
    database.call(lambda conn: chats.go_to(conn, "me", chat, question))
    assert _branch(database, chat) == ["why?", "two"]


def test_chats_are_listed_with_the_last_changed_first(database: Database, tell: Any) -> None:
    old, _, _ = tell(database, now=1)
    new, _, _ = tell(database, now=2)
    assert [chat.id for chat in database.look(lambda conn: chats.listed(conn, "me"))] == [new, old]
    tell(database, chat=old, now=3)
    assert [chat.id for chat in database.look(lambda conn: chats.listed(conn, "me", 1))] == [old]


def test_questions_come_newest_first(database: Database, tell: Any) -> None:
    for question in ("one", "two", "three"):
        tell(database, question)
    assert database.look(lambda conn: chats.questions(conn, "me", 2)) == ["three", "two"]


def test_title_and_system_can_be_changed(database: Database, tell: Any) -> None:
    chat, _, _ = tell(database)
    database.call(lambda conn: chats.rename(conn, "me", chat, "Sky"))
    database.call(lambda conn: chats.set_system(conn, "me", chat, "Be brief."))
    found = database.look(lambda conn: chats.get(conn, "me", chat))
    assert (found.title, found.system) == ("Sky", "Be brief.")


def test_a_chat_is_found_by_the_beginning_of_its_id_when_that_is_unique(database: Database) -> None:
    def work(conn: sqlite3.Connection) -> None:
        for name in ("aaaabbbbccccdddd", "aaaabbbbcccceeee", "aaaabbbb"):
            adopting.adopt(conn, "me", Chat(name, "", name, "", "", None, 1.0, 1.0), [])

    database.call(work)
    cases = {
        "aaaabbbbccccd": "aaaabbbbccccdddd",
        " AAAABBBBCCCCE": "aaaabbbbcccceeee",
        "aaaabbbb": "aaaabbbb",
    }
    for given, wanted in cases.items():
        assert database.look(lambda conn, given=given: chats.get(conn, "me", given)).id == wanted  # type: ignore[misc]
    for given in ("aaaab", "aaa", "", "zzzz", "aaaa%", "aaaa*", "aaaabbbbccccdddd!"):
        with pytest.raises(NotFound) as caught:
            database.look(lambda conn, given=given: chats.get(conn, "me", given))  # type: ignore[misc]
        assert caught.value.hint


ForeignUse = Callable[[sqlite3.Connection, str, str], Any]

FOREIGN: dict[str, ForeignUse] = {
    "get": lambda conn, chat, _: chats.get(conn, "you", chat),
    "ask": lambda conn, chat, _: chats.ask(
        conn, "you", chat, parent=None, text="", model="", writer="", now=1
    ),
    "again": lambda conn, chat, message: chats.again(conn, "you", chat, message, model="", writer="", now=1),
    "branch": lambda conn, chat, _: chats.branch(conn, "you", chat),
    "messages": lambda conn, chat, _: chats.messages(conn, "you", chat),
    "siblings": lambda conn, _, message: chats.siblings(conn, "you", message),
    "go_to": lambda conn, chat, message: chats.go_to(conn, "you", chat, message),
    "rename": lambda conn, chat, _: chats.rename(conn, "you", chat, "mine now"),
    "set_system": lambda conn, chat, _: chats.set_system(conn, "you", chat, "mine now"),
    "delete": lambda conn, chat, _: chats.delete(conn, "you", chat),
}


@pytest.mark.parametrize("use", FOREIGN)
def test_nobody_reaches_the_chats_of_another(database: Database, tell: Any, use: str) -> None:
    chat, question, _ = tell(database)
    with pytest.raises(NotFound):
        database.call(lambda conn: FOREIGN[use](conn, chat, question))
    assert database.look(lambda conn: chats.listed(conn, "you")) == []
    assert database.look(lambda conn: chats.questions(conn, "you", 9)) == []
    assert database.look(lambda conn: search.find(conn, "you", "sky")) == []
    assert _branch(database, chat)


def test_a_message_of_another_chat_is_no_parent_and_no_place_to_go(database: Database, tell: Any) -> None:
    chat, _, _ = tell(database)
    _, question, answer = tell(database)
    for use in (
        lambda conn: chats.ask(conn, "me", chat, parent=answer, text="", model="", writer="", now=1),
        lambda conn: chats.go_to(conn, "me", chat, answer),
        lambda conn: chats.branch(conn, "me", chat, answer),
        lambda conn: chats.again(conn, "me", chat, question, model="", writer="", now=1),
    ):
        with pytest.raises(NotFound):
            database.call(use)


def test_every_statement_on_chats_and_messages_names_an_owner() -> None:
    """Exceptions are the answer being written, known by an id nobody else has, the start of a program, and
    adopting.py, which has to learn whether an id is anybody's."""
    import inspect
    import re

    rooms = (chats, forking, going_on, order, pruning, rows, search, shown)
    source = "".join(map(inspect.getsource, rooms))
    exempt = ("write", "finish", "interrupt", "everyone")
    for name in exempt:
        source = source.replace(inspect.getsource(getattr(chats, name)), "")
    statements = re.findall(r'f?"{1,3}[^"]*?(?:SELECT|UPDATE|DELETE)[^"]*?(?:FROM|SET)[^"]*"{1,3}', source)
    assert len(statements) > 12
    for statement in statements:
        assert re.search(r"owner = \?", statement), statement


def test_a_deleted_chat_is_gone_with_its_messages_and_words(database: Database, tell: Any) -> None:
    chat, _, _ = tell(database, "unusual question", "unusual answer")
    other, _, _ = tell(database, "unusual too", "stays")
    database.call(lambda conn: chats.delete(conn, "me", chat))
    with pytest.raises(NotFound):
        database.look(lambda conn: chats.get(conn, "me", chat))
    assert [hit.chat for hit in database.look(lambda conn: search.find(conn, "me", "unusual"))] == [other]
    assert database.look(lambda conn: conn.execute("SELECT count(*) FROM messages").fetchone()) == (2,)


def test_a_chat_can_be_deleted_while_its_answer_is_written(database: Database) -> None:
    def begin(conn: sqlite3.Connection) -> tuple[str, str]:
        chat = chats.start(conn, "me", system="", model="", now=1)
        _, answer = chats.ask(
            conn, "me", chat.id, parent=None, text="why", model="", writer=database.writer, now=1
        )
        chats.write(conn, answer, "half of it")
        return chat.id, answer

    chat, answer = database.call(begin)
    database.call(lambda conn: chats.delete(conn, "me", chat))
    with pytest.raises(NotFound):
        database.call(lambda conn: chats.write(conn, answer, "half of it and more"))
    check = "INSERT INTO message_words (message_words) VALUES ('integrity-check')"
    database.call(lambda conn: conn.execute(check))


def test_a_very_long_chat_can_be_read_and_deleted(database: Database) -> None:
    """SQLite follows a cascade no deeper than 1,000 rows; a chat may well be longer."""

    def fill(conn: sqlite3.Connection) -> str:
        chat = chats.start(conn, "me", system="", model="", now=1)
        parent = None
        for turn in range(1500):
            _, parent = chats.ask(
                conn, "me", chat.id, parent=parent, text=f"{turn}", model="", writer="w", now=1
            )
        return chat.id

    chat = database.call(fill)
    assert len(_branch(database, chat)) == 3000
    database.call(lambda conn: chats.go_to(conn, "me", chat, chats.messages(conn, "me", chat)[0].id))
    database.call(lambda conn: chats.delete(conn, "me", chat))
    assert database.look(lambda conn: conn.execute("SELECT count(*) FROM messages").fetchone()) == (0,)


# ---- chats from elsewhere ----


def _message(number: int, name: str, parent: str | None, text: str = "hello") -> StoredMessage:
    role = Role.USER if number % 2 else Role.ASSISTANT
    return StoredMessage(number, name, "c" * 16, parent, role, State.COMPLETE, text, "", "", {}, 1.0)


ADOPTED = Chat("c" * 16, "somebody", "Title", "", "", "m2", 1.0, 2.0)
TREE = [_message(1, "m1", None), _message(2, "m2", "m1"), _message(3, "m3", "m2"), _message(4, "m4", "m3")]


def test_adopting_keeps_ids_and_adds_nothing_the_second_time(database: Database) -> None:
    assert database.call(lambda conn: adopting.adopt(conn, "me", ADOPTED, TREE[:2])) == (True, 2)
    assert database.call(lambda conn: adopting.adopt(conn, "me", ADOPTED, TREE[:2])) == (False, 0)
    chat = database.look(lambda conn: chats.get(conn, "me", ADOPTED.id))
    assert (chat.owner, chat.leaf, chat.title, chat.changed) == ("me", "m2", "Title", 2.0)


def test_adopting_a_chat_that_has_grown_adds_what_is_new(database: Database) -> None:
    database.call(lambda conn: adopting.adopt(conn, "me", ADOPTED, TREE[:2]))
    assert database.call(lambda conn: adopting.adopt(conn, "me", ADOPTED, TREE)) == (False, 2)
    assert len(_branch(database, ADOPTED.id, "m4")) == 4


def test_adopting_what_belongs_to_another_makes_a_copy_and_only_one(database: Database) -> None:
    database.call(lambda conn: adopting.adopt(conn, "you", ADOPTED, TREE))
    for wanted in ((True, 4), (False, 0)):
        assert database.call(lambda conn: adopting.adopt(conn, "me", ADOPTED, TREE)) == wanted
    (mine,) = database.look(lambda conn: chats.listed(conn, "me"))
    assert mine.id != ADOPTED.id
    assert len(_branch(database, mine.id, mine.leaf)) == 2
    assert len(database.look(lambda conn: chats.messages(conn, "you", ADOPTED.id))) == 4
