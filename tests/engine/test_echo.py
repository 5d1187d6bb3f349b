"""The echo does by rule what the real engine does, so that others can be tested with it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from sottovoce.core.errors import BadValue, ModelProblem, TooLong
from sottovoce.core.events import Finished, Text
from sottovoce.core.messages import Conversation, Message, Role
from sottovoce.core.sampling import Sampling
from sottovoce.engine.echo import EchoEngine
from sottovoce.engine.protocol import Asked, Engine


async def tell(engine: Engine, asked: Asked, **how: Any) -> tuple[list[Text], Finished]:
    if isinstance(asked, str):
        asked = [Message(Role.USER, asked)]
    texts = []
    async for piece in engine.answer(asked, Sampling(**how), Conversation("me")):
        if isinstance(piece, Text):
            texts.append(piece)
        elif isinstance(piece, Finished):
            return texts, piece
    raise AssertionError("no Finished")


@pytest.mark.parametrize(
    ("text", "how", "said", "reason"),
    [
        ("one two three", {}, "one two three", "stop"),
        ("one two three", {"max_tokens": 2}, "one two", "length"),
        ("one two three", {"stop": ("two",)}, "one ", "stop_text"),
        ("one two three", {"stop": ("ree", "wo")}, "one t", "stop_text"),
        ("one two three", {"stop": ("three",), "max_tokens": 1}, "one", "length"),
        ("one two three", {"stop": ("four",)}, "one two three", "stop"),
        ('/json {"a": [1, 2]}', {"schema": "{}"}, '{"a": [1, 2]}', "stop"),
        ("anything", {"schema": "{}"}, "{}", "stop"),
        ("/long 3", {}, "word0 word1 word2", "stop"),
    ],
)
async def test_it_answers_by_rule(
    echo: EchoEngine, text: str, how: dict[str, Any], said: str, reason: str
) -> None:
    texts, end = await tell(echo, text, **how)
    assert "".join(piece.text for piece in texts) == said
    assert end.reason == reason
    assert end.usage.answer == len(texts)


async def test_it_goes_on_with_a_bare_text_and_writes_down_what_it_was_asked(echo: EchoEngine) -> None:
    pieces = [piece async for piece in echo.answer("go on", Sampling(top_k=3), Conversation("me"))]
    assert "".join(piece.text for piece in pieces if isinstance(piece, Text)) == "go on"
    await tell(echo, "hello")
    assert (echo.texts, echo.samplings[0].top_k) == (["go on"], 3)
    assert [prompt[0].text for prompt in echo.prompts] == ["hello"]
    with pytest.raises(BadValue, match="empty"):
        [piece async for piece in echo.answer("", Sampling(), Conversation("me"))]


async def test_likelihoods_come_with_each_word(echo: EchoEngine) -> None:
    texts, _ = await tell(echo, "one two", likelihoods=3)
    for text in texts:
        [each] = text.likelihoods
        assert (each.token, each.data) == (text.text, text.text.encode())
        assert len(each.others) == 3
        assert sum(math.exp(other.logprob) for other in each.others) < 1
    assert (await tell(echo, "one", likelihoods=0))[0][0].likelihoods[0].others == ()
    assert (await tell(echo, "one"))[0][0].likelihoods == ()


async def test_a_setting_out_of_range_is_refused_as_by_the_real_one(echo: EchoEngine) -> None:
    with pytest.raises(BadValue):
        await tell(echo, "hi", temperature=3.0)
    assert echo.line.is_idle


async def test_vectors_depend_on_the_words_alone() -> None:
    engine = EchoEngine(window=5, can_embed=True)
    one, same, other = await engine.embed(["A cat sleeps", "a  cat sleeps", "stocks fell"])
    assert one == same != other
    assert math.hypot(*one) == pytest.approx(1)
    with pytest.raises(BadValue) as empty:
        await engine.embed(["a", ""])
    with pytest.raises(TooLong) as long:
        await engine.embed(["a", "b", "one two three four five six"])
    assert (empty.value.field, long.value.field) == ("input.1", "input.2")
    with pytest.raises(ModelProblem):
        await EchoEngine().embed(["a"])
