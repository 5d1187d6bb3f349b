"""How a question of a set is asked: alone, the likeliest word each time, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Any

from sottovoce.chat.examined import THOUGHTS, TOO_LONG, asker
from sottovoce.core.events import Finished, Text, Timings, Usage
from sottovoce.core.messages import Message, Role
from sottovoce.engine.echo import EchoEngine
from sottovoce.evals.contender import contender


async def test_the_question_is_asked_alone_and_drawn_greedily(echo: EchoEngine) -> None:
    said = await asker(echo, contender("m"))("one two three", 2)
    assert (said.answer, said.reason, said.written) == ("one two", "length", 2)
    assert echo.prompts == [(Message(Role.USER, "one two three"),)]
    (drawn,) = echo.samplings
    assert (drawn.temperature, drawn.seed, drawn.max_tokens, drawn.thinking) == (0.0, 1, 2, False)
    assert echo.seen == {}, "no chat is kept"


async def test_settings_win_over_the_usual_ones(echo: EchoEngine) -> None:
    await asker(echo, contender("m:temperature=0.8,seed=7,max_tokens=9,system=Be brief."))("hello", 2)
    assert echo.prompts == [(Message(Role.SYSTEM, "Be brief."), Message(Role.USER, "hello"))]
    (drawn,) = echo.samplings
    assert (drawn.temperature, drawn.seed, drawn.max_tokens) == (0.8, 7, 9)


async def test_a_question_that_does_not_fit_is_a_wrong_answer_and_no_end() -> None:
    said = await asker(EchoEngine(window=20), contender("m"))("word " * 50, 2)
    assert (said.answer, said.reason) == ("", TOO_LONG)


class Thinker(EchoEngine):
    """Thinks for so many tokens, whatever it is asked."""

    async def answer(self, asked: Any, sampling: Any, conversation: Any) -> AsyncGenerator[Any, None]:
        self.samplings.append(sampling)
        words: Sequence[str] = ["<think>", *["so "] * 100, "</think>", "Paris"]
        for word in words[: sampling.max_tokens]:
            yield Text(word)
        reason = "length" if len(words) > sampling.max_tokens else "stop"
        yield Finished(reason, Usage(1, 0, min(len(words), sampling.max_tokens)), Timings(0.0, 0.0, 0.0, 0.0))


async def test_one_that_thinks_though_asked_not_to_is_given_room_for_it() -> None:
    engine = Thinker()
    said = await asker(engine, contender("m"))("Which city?", 20)
    assert (said.answer, said.reason) == ("Paris", "stop")
    assert [drawn.max_tokens for drawn in engine.samplings] == [20, 20 + THOUGHTS]
