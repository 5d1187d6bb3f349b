"""The Python API on the echo engine."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

import sottovoce
from sottovoce import AsyncSotto, Sotto, SottoError
from sottovoce.core.errors import EngineFailed, NotFound, SchemaUnmet
from sottovoce.core.messages import State


@pytest.fixture(autouse=True)
def _echo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOTTO_ENGINE", "echo")


@pytest.fixture
def sotto(tmp_path: Path) -> Iterator[Sotto]:
    with Sotto(tmp_path / "home") as opened:
        yield opened


def test_pieces_come_one_by_one_and_make_the_answer(sotto: Sotto) -> None:
    assert list(sotto.ask("one two three")) == ["one", " two", " three"]


def test_a_chat_goes_on(sotto: Sotto) -> None:
    done = sotto.answer("first")
    again = sotto.answer("second", chat=done.chat)
    assert again.chat == done.chat
    assert [message.text for message in sotto.messages(done.chat)] == ["first", "first", "second", "second"]
    assert [chat.title for chat in sotto.chats()] == ["first"]


def test_a_retry_is_a_branch(sotto: Sotto) -> None:
    done = sotto.answer("again")
    question = sotto.messages(done.chat)[0]
    second = sotto.retry(done.chat, question.id)
    assert sotto.branches(second.answer) == [done.answer, second.answer]


def test_leaving_the_loop_stops_the_answer_and_keeps_it(sotto: Sotto) -> None:
    pieces = sotto.ask("/slow 5")
    next(pieces)
    next(pieces)
    pieces.close()
    answer = sotto.messages(sotto.chats()[0].id)[1]
    assert answer.state is State.STOPPED
    assert answer.text.startswith("word0 word1")


def test_a_failure_is_raised_after_what_came(sotto: Sotto) -> None:
    pieces = sotto.ask("/fail b c d")
    assert [next(pieces) for _ in range(3)] == ["/fail", " b", " c"]
    with pytest.raises(EngineFailed):
        next(pieces)


def test_a_pydantic_class_goes_in_and_an_instance_comes_out(sotto: Sotto) -> None:
    class Anything(BaseModel):
        name: str = "nobody"

    class Person(BaseModel):
        name: str

    assert sotto.answer_as(Anything, "who") == Anything()
    with pytest.raises(SchemaUnmet):
        sotto.answer_as(Person, "who")


def test_search_finds_and_delete_removes(sotto: Sotto) -> None:
    done = sotto.answer("the word petrichor is rare")
    assert {hit.chat for hit in sotto.search("petrichor")} == {done.chat}
    sotto.delete(done.chat)
    assert sotto.search("petrichor") == []
    with pytest.raises(NotFound):
        sotto.messages(done.chat)


def test_a_keyword_that_does_not_exist_is_an_error(sotto: Sotto) -> None:
    with pytest.raises(TypeError):
        sotto.answer("x", temprature=1.0)


def test_outside_its_block_it_says_that_it_is_not_open(tmp_path: Path) -> None:
    with pytest.raises(SottoError, match="not open"):
        Sotto(tmp_path / "home").answer("x")


async def test_two_turns_at_once(tmp_path: Path) -> None:
    async with AsyncSotto(tmp_path / "home") as opened:
        one, two = await asyncio.gather(opened.answer("a b"), opened.answer("c d"))
    assert {one.text, two.text} == {"a b", "c d"}
    assert one.chat != two.chat


def test_the_front_page_names_what_it_exports() -> None:
    assert sottovoce.__all__ == sorted(sottovoce.__all__)
    for name in sottovoce.__all__:
        assert getattr(sottovoce, name) is not None
    with pytest.raises(AttributeError):
        _ = sottovoce.nothing
