"""The real starter under the watch: its English answers pass, what it makes of Chinese is not seen."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from sottovoce.chat.guarded import Guards
from sottovoce.chat.guarding.language import REASON, watch
from sottovoce.chat.question import Question
from sottovoce.chat.turn import Parts, ask
from sottovoce.core.events import Done, Event, Text
from sottovoce.core.paths import Home
from sottovoce.core.sampling import Sampling
from sottovoce.engine.llama import LlamaEngine
from sottovoce.store.db import open_database

pytestmark = pytest.mark.model

SETS = Path(__file__).parents[1] / "guard"
ENGLISH = tomllib.loads((SETS / "english_chinese.toml").read_text("utf-8"))["en"]["held"]
TOKENS = 32
CHINESE = ("什么是光合作用", "天空为什么是蓝色的", "我妈妈去世了", "怎么煮鸡蛋")


@pytest.fixture
def parts(home: Home, make: Callable[..., LlamaEngine]) -> Iterator[Parts]:
    database = open_database(home)
    yield Parts(database, make(), "starter", guards=Guards(watches=(watch,)))
    database.close()


async def turn(parts: Parts, text: str) -> list[Event]:
    question = Question(text, sampling=Sampling(max_tokens=TOKENS))
    async with aclosing(ask(parts, question)) as events:
        return [event async for event in events]


def ended(events: list[Event]) -> Done:
    done = events[-1]
    assert isinstance(done, Done)
    return done


async def test_no_answer_to_an_english_question_is_cut(parts: Parts) -> None:
    for question in ENGLISH:
        done = ended(await turn(parts, question))
        assert done.reason in ("stop", "length"), question
        assert done.text.strip(), question


async def test_what_it_makes_of_chinese_is_never_seen(parts: Parts) -> None:
    for question in CHINESE:
        events = await turn(parts, question)
        shown = "".join(event.text for event in events if isinstance(event, Text))
        is_chinese = sum("\u4e00" <= sign <= "\u9fff" for sign in shown) * 2 > len(shown.strip())
        assert ended(events).reason == REASON or is_chinese or not any(map(str.isalpha, shown)), question
