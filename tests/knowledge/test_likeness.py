"""What is like a question by vectors: the sentences that a quote is chosen from."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from sottovoce.core.errors import ModelProblem
from sottovoce.core.grounds import Found
from sottovoce.core.messages import OWNER
from sottovoce.engine.echo import EchoEngine
from sottovoce.knowledge import likeness
from sottovoce.knowledge.extract import Sentence
from sottovoce.knowledge.likeness import Likeness
from sottovoce.knowledge.questions import Questions
from sottovoce.knowledge.shelves import no_questions

TEXT = "Holiday. Weather. Tax."
PASSAGE = Found("s", "a.md", "d", None, (), 0, len(TEXT), TEXT, 1.0)
SENTENCES = [Sentence(1, PASSAGE, 0, 8), Sentence(1, PASSAGE, 9, 17), Sentence(1, PASSAGE, 18, 22)]
VECTORS = {"leave?": [2.0, 0.0], "Holiday.": [3.0, 4.0], "Weather.": [0.1, 1.0], "Tax.": [0.0, 0.0]}


class Senses(EchoEngine):
    """Makes the vectors of a table."""

    def __init__(self) -> None:
        super().__init__(can_embed=True)
        self.embedded: list[str] = []

    async def embed(self, texts: Sequence[str], owner: str = OWNER) -> list[list[float]]:
        self.embedded += texts
        return [VECTORS[text] for text in texts]


def like(engine: EchoEngine) -> Likeness:
    questions = Questions(engine)

    async def ask() -> Questions:
        return questions

    return Likeness(ask)


async def test_sentences_are_judged_by_their_cosine_and_far_ones_not_at_all() -> None:
    verdict = await like(Senses()).judge("leave?", SENTENCES)
    assert verdict == [pytest.approx(0.6), 0.0, 0.0]


async def test_a_question_is_embedded_once_for_the_search_and_the_quotes() -> None:
    engine = Senses()
    judge = like(engine).judge
    await judge("leave?", SENTENCES)
    await judge("leave?", SENTENCES[:1])
    assert engine.embedded == ["leave?", "Holiday.", "Weather.", "Tax.", "Holiday."]


async def test_without_a_model_nobody_is_judged() -> None:
    assert await Likeness(no_questions).judge("leave?", SENTENCES) == ()


async def test_an_engine_that_fails_leaves_it_to_the_words() -> None:
    class Broken(Senses):
        async def embed(self, texts: Sequence[str], owner: str = OWNER) -> list[list[float]]:
            raise ModelProblem("The engine ended.", hint="Ask again")

    assert await like(Broken()).judge("leave?", SENTENCES) == ()


async def test_an_engine_that_takes_too_long_leaves_it_to_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless(Senses):
        async def embed(self, texts: Sequence[str], owner: str = OWNER) -> list[list[float]]:
            await asyncio.Event().wait()
            raise AssertionError

    monkeypatch.setattr(likeness, "JUDGE_SECONDS", 0.0)
    assert await like(Endless()).judge("leave?", SENTENCES) == ()
