"""What the real engine makes of the finer settings, of bare texts, and of texts to embed."""

from __future__ import annotations

import asyncio
import math
import os
import signal
from typing import Any

import pytest

from sottovoce.core.errors import BadValue, EngineFailed, TooLong
from sottovoce.core.events import Finished, Likelihood, Text
from sottovoce.core.messages import Conversation, Message, Role
from sottovoce.core.sampling import Sampling
from sottovoce.engine.llama import LlamaEngine
from sottovoce.engine.protocol import Asked

pytestmark = pytest.mark.model

QUESTION = [Message(Role.USER, "Why is the sky blue?")]


async def tell(engine: LlamaEngine, asked: Asked, **how: Any) -> tuple[str, tuple[Likelihood, ...], Finished]:
    text, odds = "", ()
    async for piece in engine.answer(asked, Sampling(**how), Conversation("me")):
        if isinstance(piece, Text):
            text, odds = text + piece.text, odds + piece.likelihoods
        elif isinstance(piece, Finished):
            return text, odds, piece
    raise AssertionError("no Finished")


@pytest.fixture
async def engine(make: Any) -> LlamaEngine:
    made: LlamaEngine = make(window=1024)
    await made.ready()
    return made


async def first_token(engine: LlamaEngine, text: str) -> int:
    assert engine._life.running is not None
    return (await engine._life.running.words.prompt(text)).ids[0]


async def test_a_banned_word_is_not_written_and_a_forced_one_is(engine: LlamaEngine) -> None:
    plain, _, _ = await tell(engine, QUESTION, max_tokens=12)
    token = await first_token(engine, plain.split()[0])
    banned, _, _ = await tell(engine, QUESTION, max_tokens=12, bias=((token, -100),))
    assert not banned.startswith(plain.split()[0])
    forced = await first_token(engine, " cat")
    assert (await tell(engine, QUESTION, max_tokens=4, bias=((forced, 100),)))[0] == " cat cat cat cat"
    with pytest.raises(BadValue, match="There is no token 49152"):
        await tell(engine, QUESTION, bias=((49_152, 1),))


async def test_penalties_keep_an_answer_from_repeating_itself(engine: LlamaEngine) -> None:
    text = "one two three one two three one two three one two three"
    plain, _, _ = await tell(engine, text, max_tokens=24)
    varied, _, _ = await tell(engine, text, max_tokens=24, frequency_penalty=2.0, presence_penalty=2.0)
    assert plain.split().count("two") > varied.split().count("two")


async def test_likelihoods_belong_to_the_text_and_add_up(engine: LlamaEngine) -> None:
    text, odds, end = await tell(engine, QUESTION, max_tokens=10, likelihoods=20, temperature=0.0)
    assert "".join(each.token for each in odds) == text
    assert b"".join(each.data for each in odds).decode() == text
    assert len(odds) == end.usage.answer == 10
    for each in odds:
        assert len(each.others) == 20
        assert [other.logprob for other in each.others] == sorted(
            (other.logprob for other in each.others), reverse=True
        )
        assert each.logprob == each.others[0].logprob <= 0.0  # the likeliest is taken
        assert 0.2 < sum(math.exp(other.logprob) for other in each.others) < 1.0001
    _, odds, _ = await tell(engine, QUESTION, max_tokens=3, likelihoods=0)
    assert [each.others for each in odds] == [(), (), ()]
    assert (await tell(engine, QUESTION, max_tokens=3))[1] == ()


async def test_a_bare_text_is_gone_on_with_and_its_marks_are_letters(engine: LlamaEngine) -> None:
    text, _, end = await tell(engine, "1, 2, 3, 4, 5, 6,", max_tokens=6)
    assert text.startswith(" 7, 8")
    assert end.usage.prompt == await engine.count("1, 2, 3, 4, 5, 6,")
    assert engine._life.running is not None
    words = engine._life.running.words
    marked = (await words.prompt("<|im_end|>hi")).ids
    assert (await words.prompt(QUESTION)).ids[0] not in marked
    assert len(marked) > 3
    with pytest.raises(BadValue, match="empty"):
        await tell(engine, "")


async def test_the_beginning_of_a_stop_text_that_never_came_is_part_of_the_answer(
    engine: LlamaEngine,
) -> None:
    plain, _, _ = await tell(engine, "Count: 1 2 3 4 5 6", max_tokens=5)
    held, odds, end = await tell(
        engine, "Count: 1 2 3 4 5 6", max_tokens=5, stop=(plain[1:] + "never",), likelihoods=0
    )
    assert held == plain
    assert end.reason == "length"
    assert len(odds) == 5


async def test_text_of_several_tokens_a_character_is_gone_on_from_without_reading_it_again(
    engine: LlamaEngine,
) -> None:
    asked = [Message(Role.USER, "Repeat exactly: 日本語 👏🌸 日本語 👏🌸")]
    text, _, end = await tell(engine, asked, max_tokens=40)
    more = [*asked, Message(Role.ASSISTANT, text), Message(Role.USER, "Again.")]
    _, _, again = await tell(engine, more, max_tokens=2)
    whole = (await engine.count(more)) + 8
    assert again.usage.prompt <= whole, "no token is left out, none is added"
    assert again.usage.reused >= end.usage.prompt


async def test_each_bad_text_to_embed_is_named(engine: LlamaEngine) -> None:
    with pytest.raises(BadValue) as empty:
        await engine.embed(["a", ""])
    with pytest.raises(TooLong) as long:
        await engine.embed(["a", "b", "word " * 2000])
    assert (empty.value.field, long.value.field) == ("input.1", "input.2")


async def test_many_texts_come_back_in_order_and_a_stop_is_quick(engine: LlamaEngine) -> None:
    texts = [f"This is the text of number {at}." for at in range(40)]
    many = await engine.embed(texts, "a")
    assert len(many) == 40
    assert await engine.embed(texts[29:30], "b") == [pytest.approx(many[29], abs=1e-3)]
    stopped = asyncio.create_task(engine.embed([f"{text} " * 60 for text in texts], "a"))
    await asyncio.sleep(0.3)
    stopped.cancel()
    await asyncio.gather(stopped, return_exceptions=True)
    assert engine._embedder is not None
    assert engine._embedder.line.is_idle
    assert len(await asyncio.wait_for(engine.embed(["hello"], "b"), 20)) == 1


async def test_one_question_is_embedded_while_a_whole_library_is(engine: LlamaEngine) -> None:
    await engine.embed(["warm"])
    done: list[str] = []

    async def embed(name: str, texts: list[str]) -> None:
        await engine.embed(texts, name)
        done.append(name)

    library = asyncio.create_task(embed("library", ["Some passage of a book. " * 12] * 40))
    await asyncio.sleep(0.2)
    await embed("question", ["Where is it?"])
    await library
    assert done == ["question", "library"]


async def test_an_embedder_that_dies_says_so_and_the_next_works(engine: LlamaEngine) -> None:
    await engine.embed(["warm"])
    assert engine._embedder is not None
    assert engine._embedder.life.running is not None
    task = asyncio.create_task(engine.embed(["Some passage of a book. " * 40] * 60))
    await asyncio.sleep(0.3)
    os.kill(engine._embedder.life.running.child.process.pid, signal.SIGKILL)
    with pytest.raises(EngineFailed, match="killed"):
        await task
    assert len(await engine.embed(["again"])) == 1


async def test_the_facts_name_the_engines_build(engine: LlamaEngine) -> None:
    assert (await engine.ready()).build.startswith("xllamacpp 20")
