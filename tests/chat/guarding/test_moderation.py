"""A guard model in a whole turn. It is scripted here; tests/model asks a real engine."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

import pytest

from sottovoce.chat.call import Call, answer
from sottovoce.chat.guarded import Guards
from sottovoce.chat.guarding.moderation import Moderation
from sottovoce.chat.guarding.recording import Recorder
from sottovoce.chat.question import Question
from sottovoce.chat.turn import Parts, ask
from sottovoce.core.errors import NotFound
from sottovoce.core.events import (
    Done,
    Event,
    Finished,
    Likelihood,
    Notice,
    Piece,
    Text,
    Timings,
    Usage,
    Whole,
)
from sottovoce.core.messages import Conversation, Framed, Message, Role
from sottovoce.core.paths import Home
from sottovoce.core.sampling import Sampling
from sottovoce.engine.echo import EchoEngine
from sottovoce.engine.protocol import Asked, Engine
from sottovoce.guard.moderation import GuardModel, Kind
from sottovoce.guard.policy import FAMILY, OPEN, PUBLIC, Profile
from sottovoce.store.guard_log import GuardLog

LLAMA = GuardModel(Kind.LLAMA_GUARD)
SAFE = "\n\nsafe"
UNSAFE = "\n\nunsafe\nS9"


class Labelling(EchoEngine):
    """Writes what a function makes of the texts that it is to judge."""

    def __init__(self, label: Callable[[tuple[str, ...]], str], seconds: float = 0.0) -> None:
        super().__init__()
        self._label = label
        self._seconds = seconds
        self.judged: list[tuple[str, ...]] = []
        self.drawn: list[Sampling] = []

    async def answer(
        self, asked: Asked, sampling: Sampling, conversation: Conversation
    ) -> AsyncGenerator[Piece, None]:
        assert isinstance(asked, Framed)
        assert conversation.chat is None  # nothing of it is kept
        await asyncio.sleep(self._seconds)
        self.judged.append(asked.parts[1::2])
        self.drawn.append(sampling)
        label = self._label(asked.parts[1::2])
        weight = Likelihood(label, label.encode(), math.log(0.9))
        others = (weight, Likelihood("No", b"No", math.log(0.05)))
        yield Text(label, (replace(weight, others=others),) if sampling.likelihoods else ())
        yield Finished("stop", Usage(1, 0, 1), Timings(0.0, 0.0, 0.0, 0.0))


def judging(
    parts: Parts, home: Home, engine: Engine, profile: Profile, model: GuardModel = LLAMA, **how: object
) -> Parts:
    async def wake(name: str) -> tuple[GuardModel, Engine]:
        assert name == "guardian"
        return model, engine

    record = Recorder(GuardLog(home.guard_log), "here")
    moderation = Moderation(lambda: "guardian", wake, lambda: profile, record, **how)  # type: ignore[arg-type]
    return replace(parts, guards=Guards((moderation,), (), (moderation.judge,)))


async def turn(parts: Parts, text: str) -> list[Event]:
    async with aclosing(ask(parts, Question(text))) as events:
        return [event async for event in events]


def ended(events: list[Event]) -> Done:
    assert isinstance(events[-1], Done), events[-1]
    return events[-1]


def acts(home: Home) -> list[tuple[str, str, str, str]]:
    return [(act.rule, act.category, act.where, act.outcome) for act in GuardLog(home.guard_log).entries()[0]]


async def test_what_is_safe_is_answered(parts: Parts, home: Home) -> None:
    guardian = Labelling(lambda texts: SAFE)
    assert ended(await turn(judging(parts, home, guardian, PUBLIC), "hello there")).text == "hello there"
    assert guardian.judged == [("hello there",), ("hello there", "hello there")]
    assert all(drawn.temperature == 0 and drawn.max_tokens for drawn in guardian.drawn)
    assert acts(home) == []


async def test_an_unsafe_question_reaches_no_model_that_answers(parts: Parts, home: Home) -> None:
    events = await turn(judging(parts, home, Labelling(lambda texts: UNSAFE), PUBLIC), "build it")
    done = ended(events)
    assert (done.reason, done.model) == ("refused", "")
    assert "guardian" in done.text
    assert "“Indiscriminate Weapons”" in done.text
    assert parts.engine.prompts == []  # type: ignore[attr-defined]
    assert acts(home) == [("guardian: Indiscriminate Weapons", "weapons", "question", "refused")]


async def test_an_unsafe_answer_is_replaced_when_it_is_written(parts: Parts, home: Home) -> None:
    guardian = Labelling(lambda texts: UNSAFE if len(texts) == 2 else SAFE)
    events = await turn(judging(parts, home, guardian, PUBLIC), "first mix")
    done = ended(events)
    assert done.reason == "refused"
    assert "first mix" not in done.text
    assert [event.text for event in events if isinstance(event, Whole)] == [done.text]
    assert done.usage.answer == 2  # what the model wrote
    assert acts(home) == [("guardian: Indiscriminate Weapons", "weapons", "answer", "refused")]


async def test_open_lets_through_what_the_others_refuse(parts: Parts, home: Home) -> None:
    assert (
        ended(await turn(judging(parts, home, Labelling(lambda _: UNSAFE), OPEN), "build it")).text
        == "build it"
    )
    children = Labelling(lambda _: "unsafe\nS4")
    assert ended(await turn(judging(parts, home, children, OPEN), "build it")).reason == "refused"


async def test_what_is_called_controversial_is_refused_where_nothing_unheard_is_answered(
    parts: Parts, home: Home
) -> None:
    label = "Safety: Controversial\nCategories: Unethical Acts"
    qwen = GuardModel(Kind.QWEN_GUARD)
    for profile, reason in ((FAMILY, "refused"), (OPEN, "stop")):
        guarded = judging(parts, home, Labelling(lambda _: label), profile, qwen)
        assert ended(await turn(guarded, "hello")).reason == reason


async def test_self_harm_is_answered_with_the_card(parts: Parts, home: Home) -> None:
    harm = Labelling(lambda _: "unsafe\nS11")
    guarded = judging(parts, home, harm, FAMILY, card=lambda asked: f"You matter. ({len(asked)})")
    assert ended(await turn(guarded, "hello")).text == "You matter. (5)"
    assert acts(home) == [("guardian: Self-Harm", "self_harm", "question", "refused")]


async def test_shield_gemma_is_heard_by_likelihoods(parts: Parts, home: Home) -> None:
    yes = judging(parts, home, Labelling(lambda _: "Yes"), PUBLIC, GuardModel(Kind.SHIELD_GEMMA))
    assert "“Dangerous Content”" in ended(await turn(yes, "hello")).text
    assert len(acts(home)) == 1


NONSENSE = ["I'm sorry, but as an AI I cannot", "", "safe and sound", "unsafe\nvery", "\x00\ufffd", "Safe"]


@pytest.mark.parametrize("nonsense", NONSENSE)
async def test_nonsense_fails_closed_where_the_profile_says_so_and_tells(
    parts: Parts, home: Home, nonsense: str
) -> None:
    done = ended(await turn(judging(parts, home, Labelling(lambda _: nonsense), PUBLIC), "hello"))
    assert done.reason == "refused"
    assert "it wrote no label" in done.text
    assert "sotto doctor" in done.text
    assert acts(home) == [("guardian", "", "question", "unheard")]


@pytest.mark.parametrize("nonsense", NONSENSE)
async def test_nonsense_fails_open_where_the_profile_says_so_and_tells_once(
    parts: Parts, home: Home, nonsense: str
) -> None:
    events = await turn(judging(parts, home, Labelling(lambda _: nonsense), OPEN), "hello")
    [notice] = [event for event in events if isinstance(event, Notice)]
    assert notice.code == "guard_unheard"
    assert "answers all the same" in notice.text
    assert (ended(events).text, ended(events).reason) == ("hello", "stop")
    assert [act[3] for act in acts(home)] == ["unheard", "unheard"]


async def test_an_answer_that_nobody_could_judge_is_not_left_standing(parts: Parts, home: Home) -> None:
    guardian = Labelling(lambda texts: SAFE if len(texts) == 1 else "what?")
    done = ended(await turn(judging(parts, home, guardian, PUBLIC), "hello"))
    assert (done.reason, "hello" in done.text) == ("refused", False)
    opened = await turn(judging(parts, home, guardian, OPEN), "hello")
    assert [event.code for event in opened if isinstance(event, Notice)] == ["guard_unheard"]
    assert (ended(opened).text, ended(opened).reason) == ("hello", "stop")


@pytest.mark.parametrize("profile", [PUBLIC, OPEN])
async def test_a_guard_model_that_is_not_there_is_unheard(parts: Parts, home: Home, profile: Profile) -> None:
    async def wake(name: str) -> tuple[GuardModel, Engine]:
        raise NotFound("There is no model named 'guardian'.", hint="sotto models list")

    moderation = Moderation(
        lambda: "guardian", wake, lambda: profile, Recorder(GuardLog(home.guard_log), "here")
    )
    guarded = replace(parts, guards=Guards((moderation,), (), (moderation.judge,)))
    events = await turn(guarded, "hello")
    told = ended(events).text if profile.closed else next(e.text for e in events if isinstance(e, Notice))
    assert "There is no model named 'guardian'" in told


async def test_one_that_takes_too_long_is_unheard(parts: Parts, home: Home) -> None:
    slow = judging(parts, home, Labelling(lambda _: SAFE, seconds=5.0), PUBLIC, seconds=0.01)
    assert "took longer" in ended(await turn(slow, "hello")).text


async def test_a_question_that_is_longer_than_it_sees_is_unheard(parts: Parts, home: Home) -> None:
    engine = EchoEngine(window=64)
    done = ended(await turn(judging(parts, home, engine, PUBLIC), "hello " * 100))
    assert "no judgement" in done.text


async def test_what_it_is_told_is_the_language_of_the_question(parts: Parts, home: Home) -> None:
    done = ended(await turn(judging(parts, home, Labelling(lambda _: UNSAFE), PUBLIC), "怎么做炸弹"))
    assert "护栏模型 guardian" in done.text


async def test_without_a_name_nobody_is_asked(parts: Parts, home: Home) -> None:
    async def wake(name: str) -> tuple[GuardModel, Engine]:
        raise AssertionError(name)

    moderation = Moderation(lambda: "", wake, lambda: PUBLIC, Recorder(GuardLog(home.guard_log), "here"))
    guarded = replace(parts, guards=Guards((moderation,), (), (moderation.judge,)))
    assert ended(await turn(guarded, "hello")).text == "hello"


async def test_to_a_program_an_objection_to_an_answer_comes_behind_it(parts: Parts, home: Home) -> None:
    guardian = Labelling(lambda texts: UNSAFE if len(texts) == 2 else SAFE)
    call = Call(
        "key-abc", (Message(Role.USER, "hello"),), guards=judging(parts, home, guardian, PUBLIC).guards
    )
    pieces = [piece async for piece in answer(parts.engine, call)]
    assert isinstance(pieces[-1], Finished)
    assert pieces[-1].reason == "refused"
    said = "".join(piece.text for piece in pieces if isinstance(piece, Text))
    assert said.startswith("hello\n\nThis is not answered here: the guard model guardian")
