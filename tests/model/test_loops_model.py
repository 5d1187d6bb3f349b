"""The starter goes round on many questions; it is noticed within forty of its own tokens."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import pytest

from sottovoce.core.events import Text
from sottovoce.core.messages import Conversation, Message, Role
from sottovoce.core.sampling import Sampling
from sottovoce.engine.llama import LlamaEngine
from sottovoce.exact import deciding
from sottovoce.guard.repetition import Listening

pytestmark = pytest.mark.model

QUESTIONS = (
    "你好，你会说中文吗？",
    "天空为什么是蓝色的？",
    "What is the news today?",
    "List the kings of Norway.",
    "Say something in Korean.",
    "Write down all the reasons why cats are good.",
)
MOST = 40
LONG = Sampling(temperature=0.0, max_tokens=500)


async def written(engine: LlamaEngine, asked: str, sampling: Sampling) -> AsyncGenerator[str]:
    message = Message(Role.USER, asked)
    async with aclosing(engine.answer((message,), sampling, Conversation("me", None))) as pieces:
        async for piece in pieces:
            if isinstance(piece, Text):
                yield piece.text


async def test_a_model_that_goes_round_is_noticed_in_time(make: Callable[..., LlamaEngine]) -> None:
    engine, repeated = make(), []
    for question in QUESTIONS:
        listening, ends = Listening(question), []
        async with aclosing(written(engine, question, LONG)) as pieces:
            async for piece in pieces:
                loop = listening.feed(piece)
                ends.append(len(listening.text))
                if loop is not None:
                    assert listening.text[: loop.keep].strip()
                    repeated.append(sum(end > loop.start for end in ends))
                    break
    assert repeated  # else this has shown nothing
    assert max(repeated) <= MOST


async def test_the_engine_holds_a_model_to_a_decision(make: Callable[..., LlamaEngine]) -> None:
    """The starter decides badly, which is why it is never asked; but it can decide for nothing else."""
    question = "If I have 17 boxes of 6 eggs, how many eggs do I have?"
    drawn = Sampling(temperature=0.0, max_tokens=deciding.MOST_TOKENS, schema=deciding.SCHEMA)
    pieces = [piece async for piece in written(make(), deciding.asked(question), drawn)]
    decision = json.loads("".join(pieces))
    assert set(decision) == {"tool", "expression"}
    assert decision["tool"] in ("calculate", "none")
    assert set(decision["expression"]) <= set("0123456789+-*/(). ")
