"""The owner's rules in a whole turn, with the echo engine, a real database and a real file."""

from __future__ import annotations

import os
from contextlib import aclosing
from dataclasses import replace

import pytest

from sottovoce.chat.call import Call, answer
from sottovoce.chat.guarded import Guards, Said, Stop, Watch
from sottovoce.chat.guarding.own import OwnRulesGuard
from sottovoce.chat.guarding.recording import Recorder
from sottovoce.chat.guarding.rules_file import RulesFile
from sottovoce.chat.question import Question
from sottovoce.chat.turn import Parts, ask
from sottovoce.core.events import Done, Event, Finished, Notice, Reasoning, Text, Whole
from sottovoce.core.messages import Message, Role
from sottovoce.core.paths import Home
from sottovoce.core.sampling import Sampling
from sottovoce.store import chats
from sottovoce.store.guard_log import Entry, GuardLog

RULES = """\
[[rule]]
name = "falcon"
words = ["falcon", "red fox"]

[[rule]]
name = "hours"
topic = ["open", "hours"]
action = "answer"
answer = "We are open from 9 to 17."

[[rule]]
name = "doctor"
words = ["medicine"]
action = "note"
answer = "Ask a doctor as well."

[[rule]]
name = "no-secrets"
words = ["condor", "blue fox", "蓝狐狸"]
expressions = ['P\\d{6}']
where = "answer"
answer = "This is not said here."
"""


@pytest.fixture
def guarded(home: Home, parts: Parts) -> Parts:
    home.rules.write_text(RULES)
    own = OwnRulesGuard(RulesFile(home), Recorder(GuardLog(home.guard_log), "here"))
    return replace(parts, guards=Guards((own,), (own.watch,)))


def made(guards: Guards) -> list[Watch]:
    return [watch for make in guards.watches if (watch := make(Said("q", "m", 0.0))) is not None]


async def turn(parts: Parts, text: str, **how: object) -> list[Event]:
    async with aclosing(ask(parts, Question(text, **how))) as events:  # type: ignore[arg-type]
        return [event async for event in events]


def ended(events: list[Event]) -> Done:
    assert isinstance(events[-1], Done), events[-1]
    return events[-1]


def acts(home: Home) -> list[Entry]:
    return GuardLog(home.guard_log).entries()[0]


async def test_a_refused_question_reaches_no_model_and_the_refusal_names_the_rule(
    guarded: Parts, home: Home
) -> None:
    done = ended(await turn(guarded, "What is Falcon?"))
    assert (done.reason, done.model) == ("refused", "")
    assert "“falcon”" in done.text
    assert "sotto guard check" in done.text
    assert guarded.engine.prompts == []  # type: ignore[attr-defined]
    kept = guarded.database.look(lambda conn: chats.messages(conn, guarded.owner, done.chat))[-1]
    assert (kept.facts["rule"], kept.facts["reason"]) == ("falcon", "refused")


async def test_a_chinese_question_is_refused_in_chinese(guarded: Parts) -> None:
    assert "所有者" in ended(await turn(guarded, "falcon 计划是什么？")).text


async def test_the_owners_own_words_are_answered(guarded: Parts, home: Home) -> None:
    done = ended(await turn(guarded, "At what hours are you open?"))
    assert (done.text, done.reason) == ("We are open from 9 to 17.", "answered")
    assert [(act.rule, act.outcome) for act in acts(home)] == [("hours", "answered")]


async def test_where_json_is_wanted_only_a_refusal_takes_its_place(guarded: Parts) -> None:
    shaped = Sampling(schema='{"type": "object"}')
    assert ended(await turn(guarded, "open hours", sampling=shaped)).reason != "answered"
    assert ended(await turn(guarded, "falcon", sampling=shaped)).reason == "refused"
    done = ended(await turn(guarded, '/json {"a": "condor"}', sampling=shaped))
    assert done.text == "This is not said here."


async def test_a_note_stands_beside_an_answer_of_the_model(guarded: Parts, home: Home) -> None:
    events = await turn(guarded, "which medicine helps")
    assert [event.text for event in events if isinstance(event, Notice)] == ["Ask a doctor as well."]
    assert ended(events).text == "which medicine helps"
    assert [(act.rule, act.outcome) for act in acts(home)] == [("doctor", "noted")]


@pytest.mark.parametrize(
    "text", ["I saw a condor there", "a blue  fox ran", "他看见一只蓝狐狸在跑", "it is p123456 now"]
)
async def test_an_answer_that_meets_a_rule_is_replaced(guarded: Parts, home: Home, text: str) -> None:
    events = await turn(guarded, text)
    assert ended(events).text == "This is not said here."
    assert ended(events).reason == "refused"
    told = [event for event in events if isinstance(event, Text | Whole)]
    assert told[-1].text == "This is not said here."
    assert isinstance(told[-1], Whole) == (len(told) > 1)  # text, where nothing of the answer was shown
    shown = "".join(event.text for event in told)
    assert not any(word in shown for word in ("condor", "fox", "蓝狐狸"))
    assert [(act.rule, act.where, act.outcome) for act in acts(home)] == [("no-secrets", "answer", "refused")]


async def test_an_answer_that_meets_none_comes_whole(guarded: Parts) -> None:
    text = "a blue foxglove, a condorlike bird 和蓝狐  P1234 end"
    events = await turn(guarded, text)
    assert ended(events).text == text
    assert "".join(event.text for event in events if isinstance(event, Text)) == text


async def test_what_is_held_back_of_a_thought_comes_before_the_answer(guarded: Parts) -> None:
    listening = replace(guarded.guards, listeners=guarded.guards.watches)
    events = await turn(replace(guarded, guards=listening), "<think>a blue foxglove</think>a bird")
    told = [event for event in events if isinstance(event, Reasoning | Text)]
    first = next(at for at, event in enumerate(told) if isinstance(event, Text))
    assert "".join(event.text for event in told[:first]) == "a blue foxglove"
    assert "".join(event.text for event in told[first:]) == "a bird" == ended(events).text
    refused = ended(await turn(replace(guarded, guards=listening), "<think>a condor</think>a bird"))
    assert (refused.reason, refused.text, refused.reasoning) == ("refused", "This is not said here.", "")


async def test_a_watch_shows_a_long_text_without_spaces_all_the_same(guarded: Parts) -> None:
    watch = made(guarded.guards)[0]
    shown = "".join(str(watch.feed("x" * 50)) for _ in range(20))
    assert len(shown) >= 700
    assert shown + str(watch.end()) == "x" * 1000


async def test_the_log_has_no_word_of_what_was_said(guarded: Parts, home: Home) -> None:
    await turn(guarded, "What is Falcon to the zanzibar office?")
    await turn(guarded, "a condor in zanzibar")
    written = home.guard_log.read_text()
    assert len(written.splitlines()) == 2
    assert not any(word in written.lower() for word in ("zanzibar", "office", "condor", "what is"))


async def test_the_log_says_whose_and_by_what_way(guarded: Parts, home: Home) -> None:
    await turn(replace(guarded, owner="key-abc"), "falcon")
    assert [(act.owner, act.surface, act.rule) for act in acts(home)] == [("key-abc", "here", "falcon")]


async def test_a_log_that_cannot_be_written_lets_nothing_through(guarded: Parts, home: Home) -> None:
    home.guard_log.mkdir()
    assert ended(await turn(guarded, "falcon")).reason == "refused"
    assert ended(await turn(guarded, "a condor here")).reason == "refused"


async def test_an_invalid_file_is_told_once_and_its_last_good_rules_hold(guarded: Parts, home: Home) -> None:
    await turn(guarded, "hello")
    home.rules.write_text(RULES[:-10])
    os.utime(home.rules, (2, 2))
    events = await turn(guarded, "falcon")
    [notice] = [event for event in events if isinstance(event, Notice)]
    assert notice.code == "rules_unused"
    assert "Line 22" in notice.text
    assert "The last good rules (4) stay in force." in notice.text
    assert ended(events).reason == "refused"
    assert not any(isinstance(event, Notice) for event in await turn(guarded, "falcon"))


async def test_only_the_owner_is_told_of_their_file(guarded: Parts, home: Home) -> None:
    home.rules.write_text("nonsense")
    assert not any(
        isinstance(event, Notice) for event in await turn(replace(guarded, owner="key-abc"), "hello")
    )
    assert any(isinstance(event, Notice) for event in await turn(guarded, "hello"))


async def test_a_long_question_is_looked_through_whole(guarded: Parts) -> None:
    text = "word " * 100_000 + "falcon" + " word" * 100_000
    check = guarded.guards.checks[0]
    verdict = await check(Said(text, "m", 0.0))
    assert verdict.instead is not None


async def test_without_rules_for_answers_nothing_is_watched(guarded: Parts, home: Home) -> None:
    home.rules.write_text(RULES.split('[[rule]]\nname = "no-secrets"')[0])
    assert made(guarded.guards) == []
    assert not isinstance((await turn(guarded, "a condor"))[-1], Stop)


# ---- in a call of a program ----


async def called(parts: Parts, text: str) -> tuple[str, str]:
    call = Call("key-abc", (Message(Role.USER, text),), guards=parts.guards)
    pieces = [piece async for piece in answer(parts.engine, call)]
    assert isinstance(pieces[-1], Finished)
    return "".join(piece.text for piece in pieces if isinstance(piece, Text)), pieces[-1].reason


async def test_a_programs_call_is_refused_or_answered_as_a_question_is(guarded: Parts, home: Home) -> None:
    text, reason = await called(guarded, "What is Falcon?")
    assert ("“falcon”" in text, reason) == (True, "refused")
    assert await called(guarded, "open hours") == ("We are open from 9 to 17.", "stop")
    assert guarded.engine.prompts == []  # type: ignore[attr-defined]
    assert [(act.rule, act.owner) for act in acts(home)] == [("falcon", "key-abc"), ("hours", "key-abc")]


async def test_to_a_program_the_words_of_a_rule_come_after_what_was_sent(guarded: Parts) -> None:
    text, reason = await called(guarded, "I saw with my own eyes a condor there")
    assert (text, reason) == ("I saw with my \n\nThis is not said here.", "refused")
    assert await called(guarded, "condor") == ("This is not said here.", "refused")
    assert await called(guarded, "a blue foxglove ends") == ("a blue foxglove ends", "stop")
