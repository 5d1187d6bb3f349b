"""The Python API on the echo engine."""

from __future__ import annotations

import asyncio
import functools
import gc
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

import sottovoce
from sottovoce import AsyncSotto, Sotto, SottoError
from sottovoce.core.errors import BadValue, EngineFailed, NotFound, SchemaUnmet
from sottovoce.core.events import Event, Waiting
from sottovoce.core.messages import State
from sottovoce.engine.echo import EchoEngine
from sottovoce.knowledge import documents
from sottovoce.knowledge.chunk import cut
from sottovoce.knowledge.document import Block, Reading
from sottovoce.knowledge.documents import Document


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


INTERRUPTED = """
import os, signal, sys, threading, time
from sottovoce import Sotto

signal.signal(signal.SIGINT, signal.default_int_handler)

def press(sotto):
    while not (sotto.chats() and sotto.messages(sotto.chats()[0].id)[1].text):
        time.sleep(0.02)
    os.kill(os.getpid(), signal.SIGINT)

with Sotto(sys.argv[1]) as sotto:
    threading.Thread(target=press, args=[sotto]).start()
    {asking}
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
@pytest.mark.parametrize(
    "asking", ['sotto.answer("/slow 20")', 'for piece in sotto.ask("/slow 20"): print(piece, flush=True)']
)
def test_ctrl_c_is_a_keyboard_interrupt_and_the_answer_is_kept(asking: str, tmp_path: Path) -> None:
    program = INTERRUPTED.format(asking=asking)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, tmp_path / "home"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr.endswith("\nKeyboardInterrupt\n")
    for word in ("RuntimeError", "Exception ignored", "During handling", "never retrieved"):
        assert word not in done.stderr
    with Sotto(tmp_path / "home") as sotto:
        answer = sotto.messages(sotto.chats()[0].id)[1]
    assert answer.state is State.STOPPED
    assert answer.text.startswith("word0 word1")
    assert answer.text.startswith("".join(done.stdout.splitlines()))


def test_leaving_the_block_stops_an_answer_and_keeps_its_last_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Sotto(tmp_path / "home") as sotto:
        pieces = sotto.ask("/slow 5")
        read = next(pieces) + next(pieces) + next(pieces)
        unread = sotto.ask("never begun")
    for late in (pieces, unread):
        with pytest.raises(SottoError, match="not open"):
            next(late)
    del pieces, unread
    gc.collect()
    assert caplog.records == []
    with Sotto(tmp_path / "home") as sotto:
        answer = sotto.messages(sotto.chats()[0].id)[1]
    assert (answer.state, answer.text) == (State.STOPPED, read)


def test_leaving_the_block_ends_what_other_threads_wait_for(tmp_path: Path) -> None:
    begun, problems = threading.Event(), list[SottoError]()

    def read(sotto: Sotto) -> None:
        try:
            for _ in sotto.ask("/slow 60000 first second"):
                pass
        except SottoError as problem:
            problems.append(problem)

    with Sotto(tmp_path / "home") as sotto:
        reader = threading.Thread(target=read, args=[sotto])
        reader.start()
        while not sotto.chats():
            begun.wait(0.01)
    reader.join()
    assert [problem.sentence for problem in problems] == ["This Sotto is not open."]
    with Sotto(tmp_path / "home") as sotto:
        assert sotto.messages(sotto.chats()[0].id)[1].state is State.STOPPED


def test_asking_inside_the_loop_of_an_answer_is_refused(sotto: Sotto) -> None:
    before = sotto.answer("before")
    question = sotto.messages(before.chat)[0]
    pieces = sotto.ask("one two three")
    sotto.answer("nothing is read yet")
    for piece in pieces:
        for ask in (
            lambda: sotto.answer("inner"),
            lambda: sotto.answer_as(BaseModel, "inner"),
            lambda: sotto.retry(before.chat, question.id),
            lambda: next(sotto.ask("inner")),
            lambda: sotto.delete(before.chat),
        ):
            with pytest.raises(EngineFailed, match="Another answer of this Sotto is not finished"):
                ask()
        assert sotto.search("before"), piece
        assert len(sotto.chats()) == 3, piece
    assert sotto.answer("after").text == "after"


def test_a_closed_answer_makes_way_for_the_next(sotto: Sotto) -> None:
    pieces = sotto.ask("one two three")
    next(pieces)
    pieces.close()
    assert sotto.answer("next").text == "next"


def test_another_thread_may_ask_while_this_one_reads(sotto: Sotto) -> None:
    answers: list[str] = []
    for _ in sotto.ask("one two"):
        other = threading.Thread(target=lambda: answers.append(sotto.answer("other").text))
        other.start()
        other.join()
    assert answers == ["other", "other"]


def test_a_forgotten_answer_found_by_the_collector_on_the_loops_thread_is_stopped(sotto: Sotto) -> None:
    def forget() -> None:
        ring: list[object] = [sotto.ask("/slow 5")]
        next(ring[0])  # type: ignore[call-overload]
        ring.append(ring)

    assert sotto._loop is not None
    gc.disable()
    try:
        forget()
        sotto._loop.call_soon_threadsafe(gc.collect)
        while (answer := sotto.messages(sotto.chats()[0].id)[1]).state is State.WRITING:
            pass
    finally:
        gc.enable()
    assert answer.state is State.STOPPED
    assert sotto.answer("next").text == "next"


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


def test_a_home_in_the_persons_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with Sotto(home="~/kept"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


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


def test_one_text_is_not_taken_for_a_list_of_letters(sotto: Sotto) -> None:
    with pytest.raises(BadValue, match="list of texts"):
        sotto.embed("boat")


async def test_a_place_in_line_is_an_event_and_no_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sottovoce.engine.echo.EchoEngine", functools.partial(EchoEngine, slots=1))
    async with AsyncSotto(tmp_path / "home") as opened:
        first = opened.ask("/slow 5 one two three four five")
        await anext(first)
        second = asyncio.create_task(_heard(opened, "hello there"))
        while not opened.app.engine.queue("me").waiting:
            await asyncio.sleep(0.005)
        third = asyncio.create_task(_pieces(opened, "and me"))
        async for _ in first:
            pass
        assert any(isinstance(event, Waiting) for event in await second)
        assert await third == ["and", " me"]


async def _heard(opened: AsyncSotto, text: str) -> list[Event]:
    return [event async for event in opened.events(text)]


async def _pieces(opened: AsyncSotto, text: str) -> list[str]:
    return [piece async for piece in opened.ask(text)]


def test_an_answer_from_a_shelf_tells_what_it_quotes(tmp_path: Path) -> None:
    said = "Staff get 25 days of paid leave a year."

    async def fill() -> None:
        async with AsyncSotto(tmp_path / "home") as sotto:
            shelf = await sotto.app.shelves.add("me", "handbook")
            text, passages = cut(Reading((Block("text", said),)))
            rules = Document(0, None, "/r.md", "r.md", "", "d" * 64, 1, 1, 1e9, None, 0, 2.0)
            put = functools.partial(documents.put, document=rules, text=text, passages=passages)
            await shelf.file.run(put)

    asyncio.run(fill())
    with Sotto(tmp_path / "home") as sotto:
        done = sotto.answer(said, knowledge=["handbook"])
        assert [citation.quote for citation in done.cited.citations] == [said]
        quoted = sotto.answer("How many days of leave?", knowledge="handbook", quote=True)
        assert (quoted.reason, quoted.text) == ("quotes", f"> {said}")
        with pytest.raises(NotFound):
            sotto.answer(said, knowledge=["nothing"])


@pytest.mark.parametrize("knowledge", [[1], 1, ["handbook", None], b"ab"])
def test_what_is_no_name_of_a_shelf_is_refused_in_a_sentence(tmp_path: Path, knowledge: object) -> None:
    with Sotto(tmp_path / "home") as sotto, pytest.raises(BadValue, match="name of a shelf") as caught:
        sotto.answer("Why?", knowledge=knowledge)
    assert caught.value.field == "knowledge"
