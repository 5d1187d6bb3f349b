"""Guards at their two places of a turn: made-up ones, with the echo engine and a real database."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace

import pytest

from sottovoce.chat.guarded import Check, Guards, Instead, Said, Stop, Verdict
from sottovoce.chat.question import Question
from sottovoce.chat.turn import Parts, ask
from sottovoce.core.errors import BadValue
from sottovoce.core.events import Done, Event, Notice, Text, Whole
from sottovoce.core.messages import State
from sottovoce.core.notices import FACT
from sottovoce.store import chats
from sottovoce.store.rows import StoredMessage

TOLD = Notice("told", "Something to know.")


async def turn(parts: Parts, text: str = "", **how: object) -> list[Event]:
    async with aclosing(ask(parts, Question(text, **how))) as events:  # type: ignore[arg-type]
        return [event async for event in events]


def answer_in(parts: Parts, chat: str) -> StoredMessage:
    return parts.database.look(lambda conn: chats.messages(conn, parts.owner, chat))[-1]


def guarded_by(parts: Parts, *checks: Check) -> Parts:
    return replace(parts, guards=Guards(checks))


async def answers(said: Said) -> Verdict:
    return Verdict(Instead("counted", f"{len(said.text)} letters", {"letters": len(said.text)}), (TOLD,))


async def passes(said: Said) -> Verdict:
    return Verdict(notices=(Notice("first", "Heard first."),))


async def test_a_check_answers_in_the_models_place(parts: Parts) -> None:
    events = await turn(guarded_by(parts, passes, answers), "hello")
    assert [event.code for event in events if isinstance(event, Notice)] == ["first", "told"]
    done = events[-1]
    assert isinstance(done, Done)
    assert (done.text, done.reason, done.model) == ("5 letters", "counted", "")
    kept = answer_in(parts, done.chat)
    assert (kept.text, kept.state, kept.model) == ("5 letters", State.COMPLETE, "")
    assert kept.facts["letters"] == 5
    assert kept.facts[FACT] == {"first": "Heard first.", "told": TOLD.text}


async def test_the_first_check_that_answers_is_the_last_that_is_asked(parts: Parts) -> None:
    async def never(said: Said) -> Verdict:
        raise AssertionError(said)

    events = await turn(guarded_by(parts, answers, never), "hello")
    assert isinstance(events[-1], Done)


async def test_a_check_knows_what_was_asked_before_in_its_branch(parts: Parts) -> None:
    seen: list[Said] = []

    async def sees(said: Said) -> Verdict:
        seen.append(said)
        return Verdict()

    watched = guarded_by(parts, sees)
    first = (await turn(watched, "one"))[-1]
    assert isinstance(first, Done)
    await turn(watched, "two", chat=first.chat)
    assert [(one.text, one.earlier) for one in seen] == [("one", ()), ("two", ("one",))]


class Until:
    """Holds back a word at a time, and ends the answer at one."""

    def __init__(self, stop: Stop, word: str) -> None:
        self._stop, self._word, self._held = stop, word, ""

    def feed(self, text: str) -> str | Stop:
        ready, self._held = self._held, text
        return self._stop if self._word in text else ready

    def end(self) -> str | Stop:
        return self._held


async def test_what_a_watch_holds_back_comes_at_the_end(parts: Parts) -> None:
    watched = replace(parts, guards=Guards(watches=(lambda _: Until(Stop("x", TOLD), "never"),)))
    events = await turn(watched, "one two three")
    assert "".join(event.text for event in events if isinstance(event, Text)) == "one two three"
    done = events[-1]
    assert isinstance(done, Done)
    assert (done.text, done.usage.answer) == ("one two three", 3)


@pytest.mark.parametrize("instead", [None, "Not that."])
async def test_a_watch_ends_an_answer(parts: Parts, instead: str | None) -> None:
    stop = Stop("enough", TOLD, instead)
    watched = replace(parts, guards=Guards(watches=(lambda _: None, lambda _: Until(stop, "three"))))
    events = await turn(watched, "one two three four")
    assert TOLD in events
    assert [event.text for event in events if isinstance(event, Whole)] == [instead] * (instead is not None)
    done = events[-1]
    assert isinstance(done, Done)
    assert (done.text.strip(), done.reason) == (instead or "one", "enough")
    kept = answer_in(parts, done.chat)
    assert (kept.text, kept.facts["reason"]) == (done.text, "enough")
    assert kept.facts.get("replaced") == (True if instead else None)
    assert kept.facts[FACT] == {"told": TOLD.text}


async def test_what_one_watch_lets_go_at_the_end_the_next_one_sees(parts: Parts) -> None:
    stop = Stop("enough", TOLD, "Not that.")
    watches = (lambda _: Until(Stop("x", TOLD), "never"), lambda _: Until(stop, "three"))
    events = await turn(replace(parts, guards=Guards(watches=watches)), "one two three")
    done = events[-1]
    assert isinstance(done, Done)
    assert done.text == "Not that."


async def test_no_check_is_asked_where_a_cut_answer_goes_on(parts: Parts) -> None:
    async with aclosing(ask(parts, Question("one two three"))) as events:
        chat = ""
        async for event in events:
            chat = getattr(event, "chat", chat)
            if isinstance(event, Text):
                break
    cut = answer_in(parts, chat)

    async def refuses(said: Said) -> Verdict:
        raise BadValue("asked")

    events_after = await turn(guarded_by(parts, refuses), chat=chat, go_on=cut.id)
    assert isinstance(events_after[-1], Done)
