"""A turn, and a call, that ask an encyclopaedia: first by the question's words, then by the model's."""

from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from sottovoce.chat import call, further
from sottovoce.chat.call_grounds import Given
from sottovoce.chat.question import Question
from sottovoce.chat.turn import Parts, ask
from sottovoce.core.errors import EngineFailed
from sottovoce.core.events import Asked, Done, Event, Grounds, Notice, Piece, Reading, Text
from sottovoce.core.grounds import NOT_ON_SHELF
from sottovoce.core.messages import Conversation, Message, Role
from sottovoce.core.paths import open_home
from sottovoce.core.sampling import Sampling
from sottovoce.engine.echo import EchoEngine
from sottovoce.engine.protocol import Asked as AskedOf
from sottovoce.engine.protocol import Engine
from sottovoce.knowledge.search import Results
from sottovoce.knowledge.shelves import Shelves
from sottovoce.store import grounds
from sottovoce.store.db import open_database

QUESTION = "Which medicine do people inject before meals?"
SAID = "Insulin is a hormone made by the pancreas that lowers blood sugar."


class Writes(EchoEngine):
    """Writes the queries it was given where a schema is asked for, else an answer; counts its loads."""

    def __init__(self, written: str) -> None:
        super().__init__()
        self.written = written
        self.loads = 0

    async def ready(self):  # type: ignore[no-untyped-def]
        self.loads += 1
        return await super().ready()

    async def answer(
        self, asked: AskedOf, sampling: Sampling, conversation: Conversation
    ) -> AsyncGenerator[Piece, None]:
        if self.written == "fail" and sampling.schema is not None:
            raise EngineFailed("It broke.", hint="Ask again")
        async with aclosing(super().answer(asked, sampling, conversation)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Reading):
                    yield piece
                    yield Text(self.written if sampling.schema is not None else SAID)
                elif not isinstance(piece, Text):
                    yield piece


@pytest.fixture
async def parts(tmp_path: Path, written: Path) -> AsyncIterator[Parts]:
    """Parts whose owner has an encyclopaedia on the shelf wiki, and nothing on the shelf desk."""
    database = open_database(open_home(tmp_path / "home"))
    shelves = Shelves(database.home, database)
    parts = Parts(database, EchoEngine(), "echo", shelves=shelves, writes_queries=True)
    await shelves.add(parts.owner, "desk")
    shutil.copy(written / "english.zim", tmp_path / "wiki.zim")
    await shelves.mount(await shelves.add(parts.owner, "wiki"), tmp_path / "wiki.zim")
    yield parts
    await shelves.close()
    database.close()


def answering(parts: Parts, written: str) -> tuple[Parts, Writes]:
    engine = Writes(written)
    return replace(parts, engine=engine), engine


async def turn(parts: Parts, text: str, *shelves: str, quote: bool = False) -> list[Event]:
    async with aclosing(ask(parts, Question(text, knowledge=shelves, quote=quote))) as events:
        return [event async for event in events]


def reason_of(events: list[Event]) -> str:
    assert isinstance(events[-1], Done), events[-1]
    return events[-1].reason


async def test_the_models_words_are_looked_for_before_it_is_said_that_nothing_is_there(parts: Parts) -> None:
    parts, engine = answering(parts, '{"queries": ["hormone pancreas blood sugar"]}')
    events = await turn(parts, QUESTION, "wiki")
    first, found, given = [event for event in events if isinstance(event, Grounds)]
    assert (first.answers, found.answers, given.answers) == (False, True, True)
    assert found.passages[0].passage.document == "Insulin"
    assert given.passages[0].told
    done = events[-1]
    assert isinstance(done, Done)
    assert done.text == SAID
    assert done.cited.citations[0].quote == SAID
    assert QUESTION in engine.prompts[-1][-1].text
    (asked,) = [event for event in events if isinstance(event, Asked)]
    kept = parts.database.look(lambda conn: grounds.of(conn, parts.owner, [asked.question]))
    assert kept[asked.question][0].passage.document == "Insulin"


async def test_the_passages_of_the_question_are_shown_before_the_engine_is_asked_for_anything(
    parts: Parts,
) -> None:
    parts, engine = answering(parts, '{"queries": ["hormone pancreas"]}')
    async with aclosing(ask(parts, Question(QUESTION, knowledge=("wiki",)))) as events:
        assert isinstance(await anext(events), Asked)
        assert isinstance(await anext(events), Grounds)
        assert (engine.loads, engine.prompts) == (0, [])


@pytest.mark.parametrize(
    "said", ["{}", '{"queries": ["zeppelin"]}', '{"queries": ["medicine meals"]}', "fail"]
)
async def test_queries_of_no_use_leave_it_at_that(parts: Parts, said: str) -> None:
    parts, engine = answering(parts, said)
    events = await turn(parts, QUESTION, "wiki")
    assert reason_of(events) == NOT_ON_SHELF
    assert len([event for event in events if isinstance(event, Grounds)]) == 1
    assert engine.loads > 0


@pytest.mark.parametrize(
    ("text", "shelf", "quote", "able"),
    [
        (QUESTION, "desk", False, True),
        (QUESTION, "wiki", True, True),
        (QUESTION, "wiki", False, False),
        ("What lowers blood sugar?", "wiki", True, True),
    ],
)
async def test_no_engine_is_started_where_no_query_is_wanted(
    parts: Parts, text: str, shelf: str, quote: bool, able: bool
) -> None:
    parts, engine = answering(parts, '{"queries": ["hormone pancreas blood sugar"]}')
    await turn(replace(parts, writes_queries=able), text, shelf, quote=quote)
    assert (engine.loads, engine.prompts) == (0, [])


async def test_a_question_whose_words_find_an_answer_is_not_written_anew(parts: Parts) -> None:
    parts, engine = answering(parts, '{"queries": ["penguin"]}')
    assert reason_of(await turn(parts, "What lowers blood sugar?", "wiki")) == "stop"
    assert [drawn.schema for drawn in engine.samplings] == [None]


async def test_a_file_that_is_gone_is_told_and_the_other_shelf_asked(parts: Parts, tmp_path: Path) -> None:
    (tmp_path / "wiki.zim").rename(tmp_path / "elsewhere.zim")
    parts, _ = answering(parts, "{}")
    events = await turn(parts, QUESTION, "wiki", "desk")
    (notice,) = [event for event in events if isinstance(event, Notice)]
    assert notice.code == "unread"
    assert notice.text == f"There is no encyclopaedia at {tmp_path / 'wiki.zim'} any more, or not yet."
    assert reason_of(events) == NOT_ON_SHELF


async def test_a_call_that_is_not_kept_looks_further_too(parts: Parts) -> None:
    assert parts.shelves is not None
    shelf = await parts.shelves.open(parts.owner, "wiki")
    engine = Writes('{"queries": ["hormone pancreas blood sugar"]}')
    asked = (Message(Role.USER, QUESTION),)

    def given(*, quote: bool) -> Given:
        def look(used: Engine) -> Awaitable[Results | None]:
            return further.found(used, [shelf], QUESTION, "me")

        return Given(QUESTION, (), False, ("wiki",), quote, further=look)

    async def pieces(*, quote: bool) -> list[object]:
        one = call.Call("me", asked, given=given(quote=quote))
        async with aclosing(call.answer(engine, one)) as said:
            return [piece async for piece in said]

    (found,) = [piece for piece in await pieces(quote=False) if isinstance(piece, Grounds)]
    assert (found.answers, found.passages[0].passage.document) == (True, "Insulin")
    before = len(engine.prompts)
    (found,) = [piece for piece in await pieces(quote=True) if isinstance(piece, Grounds)]
    assert (found.answers, len(engine.prompts)) == (False, before)
