"""Queries that a model writes: words alone, few, and none that the question has already."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator

import pytest

from sottovoce.core.events import Piece
from sottovoce.core.messages import Conversation
from sottovoce.core.sampling import Sampling
from sottovoce.engine.echo import EchoEngine
from sottovoce.engine.protocol import Asked
from sottovoce.knowledge.zim import writing

QUESTION = "Which medicine do people inject before meals?"


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ('{"queries": ["insulin hormone", "diabetes treatment"]}', ("insulin hormone", "diabetes treatment")),
        ('{"queries": ["insulin", "insulin"]}', ("insulin",)),
        ('{"queries": ["medicine before meals", "insulin"]}', ("insulin",)),
        ('{"queries": ["a", "b", "c"]}', ("a", "b")),
        ('{"queries": ["\\u001b[31m <b>insulin</b>\\n```; rm -rf /"]}', ("31m b insulin b rm rf",)),
        ('{"queries": ["What is the insulin?"]}', ("insulin",)),
        ('{"queries": ["胰岛素 糖尿病"]}', ("胰岛素 糖尿病",)),
        (
            json.dumps({"queries": ["red two three four five six seven eight"]}),
            ("red two three four five six",),
        ),
        (json.dumps({"queries": ["x" * 5_000]}), ("x" * writing.LONGEST,)),
        ('{"queries": ["ins', ()),
        ('{"queries": [1, null, ["x"]]}', ()),
        ('{"queries": "insulin"}', ()),
        ('{"queries": ["?!", ""]}', ()),
        ('["insulin"]', ()),
        ("{}", ()),
        ("", ()),
    ],
)
def test_what_a_model_writes_is_taken_as_a_few_words(said: str, taken: tuple[str, ...]) -> None:
    assert writing.taken(said, QUESTION) == taken


async def test_it_is_asked_for_little_and_in_one_way() -> None:
    engine = EchoEngine()
    assert await writing.write(engine, QUESTION, "me") == ()  # it writes {} by every schema
    ((message,),) = engine.prompts
    assert message.text.endswith(f"\n\n{QUESTION}")
    (drawn,) = engine.samplings
    assert (drawn.temperature, drawn.max_tokens, drawn.thinking) == (0.0, 64, False)
    assert json.loads(drawn.schema or "")["properties"]["queries"]["maxItems"] == 2


class Never(EchoEngine):
    """Takes for ever; tells whether its answer was closed."""

    closed_answer = False

    async def answer(
        self, asked: Asked, sampling: Sampling, conversation: Conversation
    ) -> AsyncGenerator[Piece, None]:
        try:
            await asyncio.Event().wait()
            yield  # type: ignore[misc]  (a generator, as every other)
        finally:
            self.closed_answer = True


async def test_a_model_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "SECONDS", 0.02)
    engine = Never()
    assert await writing.write(engine, QUESTION, "me") == ()
    assert engine.closed_answer
