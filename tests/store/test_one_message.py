"""What is done with one message on the disk: go on with it, delete it, begin another chat from it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sottovoce.core.errors import BadValue, Busy, NotFound
from sottovoce.core.messages import Role, State
from sottovoce.core.paths import Home
from sottovoce.store import adopting, attachments, chats, forking, going_on, pruning, search, shown
from sottovoce.store.attachments import Attachment
from sottovoce.store.db import Database, open_database
from sottovoce.store.rows import Chat, StoredMessage
from sottovoce.store.scrub import owed

CANARY = "zqcanary"


def _all(database: Database, chat: str) -> list[StoredMessage]:
    return database.look(lambda conn: chats.messages(conn, "me", chat))


def _leaf(database: Database, chat: str) -> str | None:
    return database.look(lambda conn: chats.get(conn, "me", chat)).leaf


def _found(database: Database, words: str) -> list[str]:
    return [hit.message for hit in database.look(lambda conn: search.find(conn, "me", words, 9))]


def _again(database: Database, chat: str, question: str, text: str, **end: Any) -> str:
    def work(conn: sqlite3.Connection) -> str:
        answer = chats.again(conn, "me", chat, question, model="echo", writer=database.writer, now=5)
        how = {"state": State.COMPLETE, "facts": {}, "digest": "", "now": 6} | end
        chats.finish(conn, answer, text=text, **how)
        return answer

    return database.call(work)


def _go_on(database: Database, chat: str, answer: str, owner: str = "me") -> StoredMessage:
    return database.call(
        lambda conn: going_on.go_on(conn, owner, chat, answer, model="other", writer=database.writer, now=9)
    )


def _prune(database: Database, chat: str, message: str, owner: str = "me") -> list[str]:
    return database.call(lambda conn: pruning.prune(conn, owner, chat, message))


# ---- going on ----


@pytest.mark.parametrize(
    "end",
    [
        {"state": State.STOPPED},
        {"state": State.INTERRUPTED, "facts": {"error": {"code": "engine_failed", "sentence": "It died."}}},
        {"state": State.COMPLETE, "facts": {"reason": "length"}},
    ],
)
def test_a_cut_answer_is_written_once_more_and_found_by_all_its_words(
    database: Database, tell: Any, end: dict[str, Any]
) -> None:
    chat, question, first = tell(database)
    answer = _again(database, chat, question, "half a lighthouse", **end)
    database.call(lambda conn: chats.go_to(conn, "me", chat, first))
    assert _go_on(database, chat, answer).text == "half a lighthouse"
    writing = _all(database, chat)[-1]
    assert (writing.state, writing.text, writing.facts) == (State.WRITING, "half a lighthouse", {})
    assert _leaf(database, chat) == answer
    assert _found(database, "lighthouse") == []  # like every answer that is being written
    database.call(
        lambda conn: chats.finish(
            conn,
            answer,
            text="half a lighthouse and a harbour",
            state=State.COMPLETE,
            digest="",
            facts={},
            now=9,
        )
    )
    assert _found(database, "lighthouse") == _found(database, "harbour") == [answer]


def test_cut_off_again_it_is_interrupted_with_all_its_text(home: Home, tell: Any) -> None:
    with_killed = open_database(home)
    chat, question, _ = tell(with_killed)
    answer = _again(with_killed, chat, question, "half of it", facts={"reason": "length"})
    _go_on(with_killed, chat, answer)
    with_killed.call(lambda conn: chats.write(conn, answer, "half of it and a bit"))
    with_killed.close()
    after = open_database(home)
    cut = _all(after, chat)[-1]
    assert (cut.state, cut.text, cut.facts) == (State.INTERRUPTED, "half of it and a bit", {})
    assert _found(after, "bit") == [answer]
    after.close()


def test_only_a_cut_answer_that_nothing_follows_is_gone_on_with(database: Database, tell: Any) -> None:
    chat, question, whole = tell(database)
    with pytest.raises(BadValue, match="only one that was cut"):
        _go_on(database, chat, whole)
    with pytest.raises(BadValue):
        _go_on(database, chat, question)
    cut = _again(database, chat, question, "half", state=State.STOPPED)
    with pytest.raises(NotFound):
        _go_on(database, chat, cut, owner="other")
    tell(database, "and then?", chat=chat)
    with pytest.raises(BadValue, match="last answer"):
        _go_on(database, chat, cut)


# ---- deleting ----


def _imported_question(database: Database, **how: Any) -> str:
    """Return the chat of a question that follows an answer, with a text attached, as a file has it."""
    chat = Chat("a" * 16, "", "", "", "", None, 1.0, 1.0)
    said: list[StoredMessage] = []
    for name, role in (("b", Role.USER), ("c", Role.ASSISTANT), ("d", Role.USER)):
        above = said[-1].id if said else None
        message = StoredMessage(0, name * 16, chat.id, above, role, State.COMPLETE, "tea?", "", "", {}, 1.0)
        said.append(message)
    said[-1] = replace(said[-1], attached=(Attachment("a.txt", CANARY),), **how)
    database.call(lambda conn: adopting.adopt(conn, "me", chat, said))
    return chat.id


@pytest.mark.parametrize("state", [State.STOPPED, State.INTERRUPTED])
def test_a_question_is_no_cut_answer_whatever_a_file_said_of_it(database: Database, state: State) -> None:
    chat = _imported_question(database, state=state)
    with pytest.raises(BadValue):
        _go_on(database, chat, "d" * 16)
    assert _found(database, CANARY) == ["d" * 16]


def test_a_chat_goes_with_what_is_attached_whatever_the_state_of_its_messages(database: Database) -> None:
    chat = _imported_question(database)
    database.call(lambda conn: conn.execute("UPDATE messages SET state = 'writing' WHERE id LIKE 'd%'"))
    database.call(lambda conn: chats.delete(conn, "me", chat))
    assert database.look(lambda conn: conn.execute("SELECT * FROM attachments").fetchall()) == []


def test_a_message_goes_with_all_below_it_and_the_reader_to_what_is_beside_it(
    database: Database, tell: Any
) -> None:
    chat, first, answer = tell(database, "the beginning")
    _, second, _ = tell(database, "a lighthouse", chat=chat)
    tell(database, "deeper", chat=chat)
    other = _again(database, chat, first, "another answer")
    database.call(lambda conn: chats.go_to(conn, "me", chat, second))
    assert [len(_prune(database, chat, answer)), _leaf(database, chat)] == [5, other]
    assert [message.id for message in _all(database, chat)] == [first, other]
    assert _found(database, "lighthouse") == []
    assert _found(database, "beginning") == [first]
    assert database.look(owed) == [chat]


def test_with_nothing_beside_it_the_reader_goes_to_what_stands_above(database: Database, tell: Any) -> None:
    chat, question, answer = tell(database)
    _prune(database, chat, answer)
    assert _leaf(database, chat) == question
    _prune(database, chat, question)
    assert (_leaf(database, chat), _all(database, chat)) == (None, [])
    tell(database, "anew", chat=chat)
    assert _all(database, chat)[0].text == "anew"


def test_a_reader_elsewhere_stays_there(database: Database, tell: Any) -> None:
    chat, question, answer = tell(database)
    other = _again(database, chat, question, "another answer")
    _prune(database, chat, answer)
    assert _leaf(database, chat) == other


def test_nothing_is_deleted_beside_an_answer_being_written_nor_of_others(
    database: Database, tell: Any
) -> None:
    chat, question, answer = tell(database)
    with pytest.raises(NotFound):
        _prune(database, chat, answer, owner="other")
    database.call(
        lambda conn: chats.again(conn, "me", chat, question, model="", writer=database.writer, now=2)
    )
    with pytest.raises(Busy, match="is being written"):
        _prune(database, chat, answer)
    assert len(_all(database, chat)) == 3


def test_a_thousand_messages_deep_goes_too(database: Database, tell: Any) -> None:
    chat, question, _ = tell(database)
    for _ in range(600):
        tell(database, chat=chat)
    assert len(_prune(database, chat, question)) == 1202


def test_a_deleted_message_leaves_no_byte_in_any_file(home: Home, tell: Any) -> None:
    database = open_database(home)
    chat, _, answer = tell(database, "harmless", f"about {CANARY}")
    _attach(database, answer, f"attached {CANARY}")
    tell(database, f"more of {CANARY}", chat=chat)
    _prune(database, chat, answer)
    database.scrub()
    database.close()
    files = [path for path in home.root.rglob("*") if path.is_file()]
    assert [path.name for path in files if CANARY.encode() in path.read_bytes().lower()] == []


# ---- another chat from here ----


def test_a_fork_has_all_up_to_the_message_and_is_a_chat_of_its_own(database: Database, tell: Any) -> None:
    chat, question, answer = tell(database, "a lighthouse", "with a lamp")
    tell(database, "later", chat=chat)
    database.call(lambda conn: chats.set_system(conn, "me", chat, "be kind"))
    database.call(lambda conn: chats.like(conn, "me", chat, answer, -1))
    database.call(lambda conn: conn.execute("UPDATE chats SET settings = '{\"seed\": 1}', folder = 'Sea'"))
    _attach(database, question, "a map")
    new = database.call(lambda conn: forking.fork(conn, "me", chat, answer, title="From here", now=77))
    assert (new.title, new.system, new.folder, new.changed) == ("From here", "be kind", "Sea", 77)
    one, two = _all(database, new.id)
    assert [one.text, two.text, two.parent, new.leaf] == ["a lighthouse", "with a lamp", one.id, two.id]
    assert (two.created, two.model, two.digest, two.facts, two.liked) == (
        1000,
        "echo",
        "d",
        {"reason": "stop"},
        -1,
    )
    rest = database.look(
        lambda conn: conn.execute(
            "SELECT settings, (SELECT text FROM attachments WHERE message = ?) FROM chats WHERE id = ?",
            (one.id, new.id),
        ).fetchone()
    )
    assert rest == ('{"seed": 1}', "a map")
    assert sorted(_found(database, "lighthouse")) == sorted([question, one.id])
    _prune(database, new.id, one.id)
    assert len(_all(database, chat)) == 4


def test_an_answer_being_written_is_copied_as_far_as_it_is(database: Database, tell: Any) -> None:
    chat, question, _ = tell(database)
    writing = database.call(
        lambda conn: chats.again(conn, "me", chat, question, model="", writer=database.writer, now=2)
    )
    database.call(lambda conn: chats.write(conn, writing, "so far"))
    new = database.call(lambda conn: forking.fork(conn, "me", chat, writing, title="t", now=3))
    assert (_all(database, new.id)[-1].text, _all(database, new.id)[-1].state) == (
        "so far",
        State.INTERRUPTED,
    )
    assert _all(database, chat)[-1].state is State.WRITING


# ---- what is shown ----


def test_each_message_tells_how_many_follow_it_on_all_branches(database: Database, tell: Any) -> None:
    chat, question, answer = tell(database)
    tell(database, chat=chat)
    _again(database, chat, question, "another")
    database.call(lambda conn: chats.go_to(conn, "me", chat, answer))
    branch = database.look(lambda conn: shown.branch(conn, "me", chat))
    assert [one.below for one in branch] == [4, 2, 1, 0]


def test_only_answers_are_good_or_bad(database: Database, tell: Callable[..., Any]) -> None:
    chat, question, answer = tell(database)
    database.call(lambda conn: chats.like(conn, "me", chat, answer, 1))
    assert [message.liked for message in _all(database, chat)] == [None, 1]
    with pytest.raises(BadValue, match="Only an answer"):
        database.call(lambda conn: chats.like(conn, "me", chat, question, 1))


def _attach(database: Database, message: str, text: str) -> None:
    def work(conn: Any) -> None:
        row = conn.execute("SELECT number, id, text FROM messages WHERE id = ?", (message,)).fetchone()
        search.unindex(conn, "me", [row])
        given = [Attachment("a.txt", text)]
        attachments.add(conn, "me", message, given)
        search.index(conn, row[0], row[2], given)

    database.call(work)
