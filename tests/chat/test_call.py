from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import pytest

from sottovoce.chat import holding
from sottovoce.chat.call import Call, answer, count
from sottovoce.chat.call_grounds import Given
from sottovoce.chat.tools import Choice, Tool
from sottovoce.core.errors import BadSchema, BadValue, EngineFailed, SchemaUnmet, TooLong
from sottovoce.core.events import Called, Finished, Grounds, Piece, Text, Waiting
from sottovoce.core.grounds import Found
from sottovoce.core.messages import Conversation, Message, Role
from sottovoce.core.sampling import Sampling
from sottovoce.engine.echo import EchoEngine
from sottovoce.engine.protocol import Asked
from sottovoce.knowledge.extract import Sentence

PLACE = '{"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]}'
WEATHER = Tool("weather", "The weather at a place", PLACE)
CLOCK = Tool("clock")
OSLO = '{"name": "weather", "arguments": {"place": "Oslo"}}'
GOOD = Called("weather", '{"place": "Oslo"}')


class Script(EchoEngine):
    """An echo that says these answers instead, one after the other."""

    def __init__(self, *answers: str, reason: str = "stop") -> None:
        super().__init__()
        self._answers = list(answers)
        self._reason = reason

    async def answer(
        self, asked: Asked, sampling: Sampling, conversation: Conversation
    ) -> AsyncGenerator[Piece, None]:
        told = [Message(Role.USER, f"/json {self._answers.pop(0)}")]
        async with aclosing(super().answer(told, sampling, conversation)) as pieces:
            async for piece in pieces:
                yield (
                    Finished(self._reason, piece.usage, piece.timings)
                    if isinstance(piece, Finished)
                    else piece
                )


async def said(engine: EchoEngine, call: Call) -> tuple[str, list[Called], str]:
    """Return the text, the calls and the reason of the end."""
    pieces = [piece async for piece in answer(engine, call)]
    assert isinstance(pieces[-1], Finished)
    text = "".join(piece.text for piece in pieces if isinstance(piece, Text))
    return text, [piece for piece in pieces if isinstance(piece, Called)], pieces[-1].reason


def ask(
    text: str = "one two three",
    sampling: Sampling = Sampling(),  # noqa: B008
    tools: tuple[Tool, ...] = (),
    choice: Choice = Choice(),  # noqa: B008
) -> Call:
    return Call("local", (Message(Role.USER, text),), sampling, tools, choice)


def asked_of(engine: EchoEngine) -> str:
    return "\n".join(message.text for message in engine.prompts[-1])


# ---- in words ----


async def test_words_come_as_they_are_written(echo: EchoEngine) -> None:
    pieces = [piece async for piece in answer(echo, ask())]
    assert [piece.text for piece in pieces if isinstance(piece, Text)] == ["one", " two", " three"]
    assert echo.samplings[-1].max_tokens == 1024


async def test_bare_text_is_gone_on_with(echo: EchoEngine) -> None:
    assert await said(echo, Call("local", "Once upon")) == ("Once upon", [], "stop")
    assert echo.texts == ["Once upon"]


async def test_what_is_asked_for_reaches_the_engine(echo: EchoEngine) -> None:
    sampling = Sampling(temperature=0.5, seed=3, stop=("x",), likelihoods=2, max_tokens=9)
    await said(echo, ask(sampling=sampling))
    assert echo.samplings[-1] == sampling


async def test_nothing_is_cut_to_make_it_fit() -> None:
    engine = EchoEngine(window=20)
    past = tuple(Message(Role.USER if at % 2 == 0 else Role.ASSISTANT, "a b c") for at in range(9))
    with pytest.raises(TooLong):
        await said(engine, Call("local", past))


async def test_what_will_never_fit_is_refused_before_it_waits() -> None:
    engine = EchoEngine(window=20, slots=1)
    async with aclosing(answer(engine, ask("/slow 5000 a b"))) as busy:
        await anext(busy)
        assert engine.queue("local").seconds > 0
        with pytest.raises(TooLong):
            await anext(answer(engine, ask("word " * 30)))
        async with aclosing(answer(engine, ask("short"))) as waiting:
            assert isinstance(await anext(waiting), Waiting)


async def test_a_setting_out_of_range_is_refused(echo: EchoEngine) -> None:
    with pytest.raises(BadValue):
        await said(echo, ask(sampling=Sampling(temperature=9.0)))
    assert echo.prompts == []


async def test_the_tokens_of_a_call_count_what_is_told_of_functions(echo: EchoEngine) -> None:
    assert await count(echo, ask()) == 5
    assert await count(echo, ask(tools=(WEATHER,))) > 20
    assert await count(echo, ask(tools=(WEATHER,), choice=Choice("none"))) == 5


async def test_an_engine_that_ends_without_a_word_is_a_failure() -> None:
    class Mute(EchoEngine):
        async def answer(
            self, asked: Asked, sampling: Sampling, conversation: Conversation
        ) -> AsyncGenerator[Piece, None]:
            yield Text("a")

    with pytest.raises(EngineFailed):
        await said(Mute(), ask())


async def test_closing_it_stops_the_engine(echo: EchoEngine) -> None:
    for call in (ask("/slow 5000 a b"), ask("/slow 5000 a b", tools=(WEATHER,))):
        pieces = answer(echo, call)
        await anext(pieces)
        assert echo.queue("local").computing == 1
        await pieces.aclose()
        assert echo.queue("local").computing == 0


# ---- in JSON ----


async def test_an_answer_follows_its_schema_or_there_is_none() -> None:
    wanted = Sampling(schema=PLACE)
    assert (await said(Script('{"place": "Oslo"}'), ask(sampling=wanted)))[0] == '{"place": "Oslo"}'
    with pytest.raises(SchemaUnmet):
        await said(Script('{"town": "Oslo"}'), ask(sampling=wanted))


async def test_a_cut_answer_is_given_as_it_is() -> None:
    cut = Script('{"place": "Os', reason="length")
    assert await said(cut, ask(sampling=Sampling(schema=PLACE))) == ('{"place": "Os', [], "length")


async def test_a_bad_schema_is_refused_before_the_engine_is_asked(echo: EchoEngine) -> None:
    with pytest.raises(BadSchema):
        await said(echo, ask(sampling=Sampling(schema='{"type": "strin"}')))
    assert echo.prompts == []


async def test_a_pattern_that_never_ends_does_not_hold_up_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(holding, "SECONDS", 1.0)
    hostile = json.dumps({"type": "string", "pattern": "^(a+)+$"})
    engine = Script(json.dumps("a" * 40 + "!"))
    slowest = 0.0

    async def others() -> None:
        nonlocal slowest
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.01)
            slowest = max(slowest, time.monotonic() - before)

    task = asyncio.create_task(others())
    with pytest.raises(SchemaUnmet, match="too long"):
        await said(engine, ask(sampling=Sampling(schema=hostile)))
    task.cancel()
    assert slowest < 0.5


async def test_a_pattern_is_held_all_the_same() -> None:
    wanted = Sampling(schema=json.dumps({"type": "string", "pattern": "^[0-9]{5}$"}))
    assert (await said(Script('"10115"'), ask(sampling=wanted)))[0] == '"10115"'
    with pytest.raises(SchemaUnmet, match="does not match"):
        await said(Script('"1011"'), ask(sampling=wanted))


# ---- a function that must be called ----


async def test_a_call_that_must_be_is_made() -> None:
    engine = Script(OSLO)
    assert await said(engine, ask(tools=(WEATHER, CLOCK), choice=Choice("required"))) == ("", [GOOD], "call")
    assert len(json.loads(engine.samplings[-1].schema or "")["anyOf"]) == 2


async def test_a_function_that_is_named_is_the_only_one_that_can_be_called() -> None:
    engine = Script(OSLO)
    await said(engine, ask(tools=(WEATHER, CLOCK), choice=Choice("required", "weather")))
    shape = json.loads(engine.samplings[-1].schema or "")
    assert shape["properties"]["name"] == {"const": "weather"}


async def test_stop_texts_do_not_cut_a_call() -> None:
    engine = Script(OSLO)
    sampling = Sampling(stop=("Oslo",), likelihoods=1)
    assert (await said(engine, ask("", sampling, (WEATHER,), Choice("required"))))[1] == [GOOD]
    assert (engine.samplings[-1].stop, engine.samplings[-1].likelihoods) == ((), None)


CIRCLES = '{"name": "weather", "arguments": {"place": "' + "round and " * 400


async def test_a_model_that_goes_round_in_circles_is_asked_once_more_for_a_short_call() -> None:
    engine = Script(CIRCLES, OSLO)
    pieces = [piece async for piece in answer(engine, ask(tools=(WEATHER,), choice=Choice("required")))]
    assert GOOD in pieces
    assert "maxLength" not in (engine.samplings[0].schema or "")
    assert "maxLength" in (engine.samplings[1].schema or "")
    last = pieces[-1]
    assert isinstance(last, Finished)
    assert 100 < last.usage.answer < 300, "what was written in vain counts, and it is soon given up"


async def test_the_callers_longest_answer_is_that_of_both_tries_together() -> None:
    engine = Script(CIRCLES, OSLO)
    call = ask("", Sampling(max_tokens=900), (WEATHER,), Choice("required"))
    assert (await said(engine, call))[1] == [GOOD]
    first, second = (sampling.max_tokens for sampling in engine.samplings)
    assert first == 900
    assert second is not None
    assert 600 < second < 800


async def test_long_arguments_are_not_taken_for_circles() -> None:
    words = " ".join(f"word{at * 7919 % 1009}" for at in range(400))
    engine = Script(json.dumps({"name": "weather", "arguments": {"place": words}}))
    _, (call,), _ = await said(engine, ask(tools=(WEATHER,), choice=Choice("required")))
    assert json.loads(call.arguments) == {"place": words}


async def test_a_call_cut_by_the_callers_own_bound_ends_so() -> None:
    engine = Script('{"name": "weather", "argum', reason="length")
    sampling = Sampling(max_tokens=5)
    assert await said(engine, ask("", sampling, (WEATHER,), Choice("required"))) == ("", [], "length")
    assert len(engine.samplings) == 1


async def test_arguments_that_never_follow_their_schema_are_not_given() -> None:
    wrong = '{"name": "weather", "arguments": {"place": 7}}'
    with pytest.raises(SchemaUnmet):
        await said(Script(wrong), ask(tools=(WEATHER,), choice=Choice("required")))


# ---- a function that may be called ----


@pytest.mark.parametrize(
    "spoken",
    [
        OSLO,
        f"\n {OSLO}\n",
        f"<tool_call>\n{OSLO}\n</tool_call>",
        f"<tool_call>{OSLO}",
        f"```json\n{OSLO}\n```",
        f"```\n{OSLO}\n```",
        f"[{OSLO}]",
        '{"name": "weather", "parameters": {"place": "Oslo"}}',
        '{"arguments": {"place": "Oslo"}, "name": "weather"}',
        '{"type": "function", "name": "weather", "parameters": {"place": "Oslo"}}',
        '{"type": "function", "function": {"name": "weather", "arguments": "{\\"place\\": \\"Oslo\\"}"}}',
        '{"function": "weather", "arguments": {"place": "Oslo"}}',
        '{"tool_calls": [{"name": "weather", "arguments": {"place": "Oslo"}}]}',
        f"{OSLO}\nIt is raining in Oslo.",
    ],
)
async def test_every_form_of_a_call_is_understood(spoken: str) -> None:
    assert await said(Script(spoken), ask(tools=(CLOCK, WEATHER))) == ("", [GOOD], "call")


@pytest.mark.parametrize(
    "spoken",
    [
        "It rains.",
        '{"name": "Ada", "age": 36}',
        '{"place": "Oslo"}',
        "[1, 2]",
        "```python\nprint()\n```",
        '{"name":',
        "{",
        "<tool_call>",
        f"I call this: {OSLO}",
        '{"name": 7, "arguments": {}}',
        "[" * 3000,
    ],
)
async def test_what_is_no_call_is_text(spoken: str) -> None:
    assert await said(Script(spoken), ask(tools=(WEATHER,))) == (spoken, [], "stop")


async def test_words_are_not_held_back_once_they_are_no_call() -> None:
    pieces = [piece async for piece in answer(Script("{ yes } no maybe"), ask(tools=(WEATHER,)))]
    assert [piece.text for piece in pieces if isinstance(piece, Text)] == ["{", " yes", " }", " no", " maybe"]


async def test_several_calls_are_given_unless_only_one_is_wanted() -> None:
    both = f'{OSLO}\n{{"name": "clock", "arguments": {{}}}}'
    calls = [GOOD, Called("clock", "{}")]
    assert (await said(Script(both), ask(tools=(WEATHER, CLOCK))))[1] == calls
    one = Choice(parallel=False)
    assert (await said(Script(both), ask(tools=(WEATHER, CLOCK), choice=one)))[1] == calls[:1]


@pytest.mark.parametrize(
    "spoken",
    ['{"name": "weather", "arguments": {"town": "Oslo"}}', '{"name": "weather", "arguments": {"place": "Os'],
)
async def test_a_call_with_wrong_arguments_is_made_again_in_its_shape(spoken: str) -> None:
    engine = Script(spoken, OSLO)
    assert await said(engine, ask(tools=(WEATHER, CLOCK))) == ("", [GOOD], "call")
    assert engine.samplings[0].schema is None
    assert json.loads(engine.samplings[1].schema or "")["properties"]["name"] == {"const": "weather"}


async def test_with_a_schema_the_answer_is_a_call_or_follows_it() -> None:
    wanted = Sampling(
        schema='{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}'
    )
    engine = Script(OSLO, '{"a": 1}', '{"a": "x"}')
    assert (await said(engine, ask("", wanted, (WEATHER,))))[1] == [GOOD]
    assert (await said(engine, ask("", wanted, (WEATHER,))))[0] == '{"a": 1}'
    with pytest.raises(SchemaUnmet):
        await said(engine, ask("", wanted, (WEATHER,)))


async def test_functions_that_may_not_be_called_are_not_told_and_not_called(echo: EchoEngine) -> None:
    call = ask(f"/json {OSLO}", tools=(WEATHER,), choice=Choice("none"))
    assert await said(echo, call) == (OSLO, [], "stop")
    assert "weather" not in asked_of(echo).replace(OSLO, "")


async def test_arguments_of_halves_of_a_pair_can_still_be_written_down() -> None:
    spoken = '{"name": "weather", "arguments": {"place": "\\ud83d"}}'
    _, calls, _ = await said(Script(spoken), ask(tools=(WEATHER,)))
    assert calls[0].arguments.encode() == b'{"place": "\\ud83d"}'


async def test_a_cut_answer_that_never_was_json_fails_although_it_was_cut() -> None:
    engine = Script("The world is full of colours", reason="length")
    with pytest.raises(SchemaUnmet):
        await said(engine, ask(sampling=Sampling(schema=PLACE)))
    assert (await said(Script('{"place": "Os', reason="length"), ask(sampling=Sampling(schema=PLACE))))[
        2
    ] == "length"


LEAVE = "Unused leave is not paid out. A note is needed from the fourth day on."
FOUND = Found("s", "a.md", "d", None, (), 0, len(LEAVE), LEAVE, 1.0)


async def quoted(question: str, scores: Sequence[float]) -> tuple[Grounds, str]:
    """Return what a call for quotes is answered with, where a judge says this of the two sentences."""

    async def judge(question: str, judged: Sequence[Sentence]) -> Sequence[float]:
        return scores

    given = Given(question, (FOUND,), True, ("handbook",), quote=True, judge=judge)
    call = Call("somebody", (Message(Role.USER, question),), given=given)
    async with aclosing(answer(Script(), call)) as pieces:
        told, text, *_ = [piece async for piece in pieces]
    assert isinstance(told, Grounds)
    assert isinstance(text, Text)
    return told, text.text


async def test_a_quote_is_chosen_by_words_and_by_who_judges_sentences() -> None:
    told, text = await quoted("When must I bring a certificate?", [0.0, 0.7])
    assert text == "> A note is needed from the fourth day on."
    assert [(ground.told, told.answers) for ground in told.passages] == [(False, True)]


async def test_where_no_sentence_can_be_quoted_that_is_said() -> None:
    told, text = await quoted("Zebra?", [])
    assert text.startswith("The answer is not on the shelf “handbook”.")
    assert [(ground.told, told.answers) for ground in told.passages] == [(False, False)]
