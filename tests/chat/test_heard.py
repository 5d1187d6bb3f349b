"""What the program says itself is no model's earlier answer: with the echo engine and a real database."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace

import pytest

from sottovoce.chat.guarded import Guards, Instead, Said, Stop, Verdict
from sottovoce.chat.question import Question
from sottovoce.chat.turn import Parts, ask
from sottovoce.core import computed
from sottovoce.core.events import Done, Notice
from sottovoce.core.grounds import HELPED, NOT_ON_SHELF, QUOTES
from sottovoce.core.messages import UNKEPT
from sottovoce.engine.echo import EchoEngine
from sottovoce.store import chats
from sottovoce.store.attachments import Attachment

OWN = {
    "天空": Instead("language", "模型不会说中文。", {"language": "zh"}),
    "bomb": Instead("refused", "That is not answered here.", {"rule": "weapons"}),
    "hours": Instead("answered", "We are open from 9 to 5.", {"rule": "hours"}),
    "help": Instead(HELPED, "Yes, without a network.", {"help": "offline"}),
    "birthday": Instead("remembered", "Remembered for all chats.", {"remembered": "a"}),
    "Vienna": Instead("remembered", "Nothing is kept.", {UNKEPT: True}),
    "😀": Instead("no_question", "There is no question in this."),
    "shelf": Instead(NOT_ON_SHELF, "Not in handbook."),
    "17": Instead(computed.REASON, "17 × 6 = 102"),
    "2^999": Instead(computed.REASON, f"2^999 = {'5' * 999}"),
    "quote": Instead(QUOTES, "> Staff get 25 days."),
}


async def check(said: Said) -> Verdict:
    return Verdict(next((own for word, own in OWN.items() if word in said.text), None))


class Withdrawing:
    """Replaces an answer that has this word, or cuts it there."""

    def __init__(self, *, is_cut: bool) -> None:
        self._is_cut = is_cut

    def feed(self, text: str) -> str | Stop:
        if "wrong" not in text:
            return text
        instead = "so far " if self._is_cut else "It was withdrawn."
        return Stop("refused", Notice("withdrawn", "Withdrawn."), instead, self._is_cut)

    def end(self) -> str | Stop:
        return ""


@pytest.fixture
def guarded(parts: Parts) -> Parts:
    return replace(parts, guards=Guards((check,), (lambda _: Withdrawing(is_cut=False),)))


async def said(parts: Parts, text: str, chat: str | None = None, **how: object) -> Done:
    async with aclosing(ask(parts, Question(text, chat, **how))) as events:  # type: ignore[arg-type]
        done = [event async for event in events][-1]
    assert isinstance(done, Done)
    return done


async def after(parts: Parts, *texts: str) -> Done:
    done = await said(parts, texts[0])
    for text in texts[1:]:
        done = await said(parts, text, done.chat)
    return done


def told(parts: Parts) -> list[str]:
    assert isinstance(parts.engine, EchoEngine)
    return [message.text for message in parts.engine.prompts[-1]]


@pytest.mark.parametrize("own", ["天空", "bomb", "hours", "help", "birthday", "shelf", "😀", "all wrong"])
async def test_what_the_program_said_is_left_out_with_its_question(guarded: Parts, own: str) -> None:
    await after(guarded, "hello", own, "and now")
    assert told(guarded) == ["hello", "hello", "and now"]


async def test_a_question_after_nothing_else_stands_alone(guarded: Parts) -> None:
    await after(guarded, "天空", "and now")
    assert told(guarded) == ["and now"]


@pytest.mark.parametrize(
    ("own", "text"), [("17", "17 × 6 = 102"), ("quote", "> Staff get 25 days."), ("2^999", None)]
)
async def test_what_a_question_may_build_on_stays(guarded: Parts, own: str, text: str | None) -> None:
    await after(guarded, own, "and twice that")
    question, answer, last = told(guarded)
    assert (question, last) == (own, "and twice that")
    assert answer == text if text else (answer.startswith("2^999 = 555") and len(answer) == 201)


async def test_the_models_words_stay_where_an_answer_was_cut(parts: Parts) -> None:
    cut = replace(parts, guards=Guards(watches=(lambda _: Withdrawing(is_cut=True),)))
    await after(cut, "this is wrong", "and now")
    assert told(cut) == ["this is wrong", "so far ", "and now"]


async def test_what_is_not_remembered_for_all_chats_is_told_in_this_one(guarded: Parts) -> None:
    done = await after(guarded, "Remember that I live in Vienna", "help", "hello")
    assert told(guarded) == ["Remember that I live in Vienna\n\nhello"]
    await said(guarded, "and now", done.chat)
    assert told(guarded)[::2] == ["Remember that I live in Vienna\n\nhello", "and now"]


async def test_a_text_given_with_such_a_question_goes_with_the_next(guarded: Parts) -> None:
    first = await said(guarded, "天空", attached=(Attachment("a.txt", "ALPHA"),))
    await said(guarded, "hello", first.chat)
    assert told(guarded) == ["a.txt\n```\nALPHA\n```\n\nhello"]


async def test_the_beginning_stays_the_same_through_all_turns(guarded: Parts) -> None:
    chat, before = None, []
    for text in ("one", "天空", "two", "17", "all wrong", "Vienna", "help", "three", "four"):
        chat = (await said(guarded, text, chat)).chat
        now = told(guarded)
        assert now[: max(len(before) - 1, 0)] == before[:-1]
        before = now if text != "all wrong" else [*now[:-1], ""]
    assert told(guarded)[-1] == "four"


async def test_another_answer_to_an_earlier_question_is_told_the_same(guarded: Parts) -> None:
    done = await after(guarded, "hello", "天空", "again")
    before = told(guarded)
    branch = guarded.database.look(lambda conn: chats.branch(conn, guarded.owner, done.chat))
    await said(guarded, "", done.chat, again=branch[-2].id)
    assert told(guarded) == before
    assert [one.text for one in branch] == ["hello", "hello", "天空", OWN["天空"].text, "again", "again"]


async def test_only_what_it_was_told_counts_as_left_out(guarded: Parts) -> None:
    small = replace(guarded, engine=EchoEngine(window=256))
    done = await after(small, "天空", "word " * 120, "help", "word " * 120)
    last = small.database.look(lambda conn: chats.branch(conn, small.owner, done.chat))[-1]
    assert last.facts["left_out"] == 1
