"""What a model thinks is told apart from what it answers, kept, and never given back to a model."""

from __future__ import annotations

import itertools
import random
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import replace

import pytest

from sottovoce.chat.question import Question
from sottovoce.chat.reasoning import Splitter, told_apart
from sottovoce.chat.runs import Runs, Whole
from sottovoce.chat.turn import Parts, ask
from sottovoce.core.errors import EngineFailed
from sottovoce.core.events import (
    Done,
    Event,
    Failed,
    Finished,
    Likelihood,
    Piece,
    Reading,
    Reasoning,
    Text,
    Timings,
    Usage,
)
from sottovoce.core.messages import Conversation, Message, State
from sottovoce.core.sampling import Sampling
from sottovoce.engine.echo import EchoEngine
from sottovoce.engine.protocol import Asked
from sottovoce.store import chats, search
from sottovoce.store.rows import StoredMessage

END = Finished("stop", Usage(1, 0, 1), Timings(0.0, 0.0, 0.0, 0.0))

SAMPLES = {
    "plain": ("  Hello <b>there</b>\n", "", "  Hello <b>there</b>\n"),
    "empty": ("", "", ""),
    "qwen": ("<think>\nA boat.\n\nA sail.\n</think>\n\nA **ship**.\n", "A boat.\n\nA sail.", "A **ship**.\n"),
    "nothing thought": ("<think>\n\n</think>\n\nYes.", "", "Yes."),
    "cut while thinking": ("<think>\nIt is long", "It is long", ""),
    "cut within the end": ("<think>It is</thi", "It is</thi", ""),
    "only the beginning of a mark": ("<thin", "", "<thin"),
    "a mark in the answer": ("Write <think>so</think>.", "", "Write <think>so</think>."),
    "a mark after the thought": ("<think>a</think>Use <think>.", "a", "Use <think>."),
    "what looks like the end": ("<think>a < b </thin> </ think></think>c", "a < b </thin> </ think>", "c"),
    "another word for it": ("<thinking>a</thinking>b", "a", "b"),
    "mistral": ("[THINK]a[/THINK]b", "a", "b"),
    "seed": ("<seed:think>a</seed:think>b", "a", "b"),
    "gemma": ("<|channel>thought\na\n<channel|>b", "a", "b"),
    "command r": ("<|START_THINKING|>a<|END_THINKING|><|START_RESPONSE|>b", "a", "b"),
    "gpt-oss": (
        "<|channel|>analysis<|message|>We need it.<|end|><|start|>assistant<|channel|>final<|message|>It is.",
        "We need it.",
        "It is.",
    ),
    "gpt-oss twice": (
        "<|channel|>analysis<|message|>One.<|end|><|start|>assistant<|channel|>commentary<|message|>Two.<|end|>"
        "<|start|>assistant<|channel|>final<|message|>Three.",
        "One.\n\nTwo.",
        "Three.",
    ),
    "gpt-oss without": ("<|channel|>final<|message|>It is.", "", "It is."),
    "letters of many bytes": ("<think>帆船 🛶\u200d</think>船 ⛵", "帆船 🛶\u200d", "船 ⛵"),
}  # fmt: skip


def split(pieces: Iterable[str]) -> tuple[str, str]:
    """Return what was thought and what was answered."""
    splitter = Splitter()
    told = [part for piece in pieces for part in splitter.add(Text(piece))] + splitter.end()
    said = {kind: "".join(part.text for part in told if isinstance(part, kind)) for kind in (Reasoning, Text)}
    order = [isinstance(part, Text) for part in told]
    assert order == sorted(order), "a thought came after the answer"
    assert all(part.text for part in told) or not any(pieces)
    return said[Reasoning], said[Text]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_thought_is_told_apart_however_it_comes_in_pieces(name: str) -> None:
    whole, thought, answer = SAMPLES[name]
    assert split([whole]) == (thought, answer)
    assert split(list(whole)) == (thought, answer)
    for first, second in itertools.combinations(range(len(whole) + 1), 2):
        pieces = [piece for piece in (whole[:first], whole[first:second], whole[second:]) if piece]
        assert split(pieces) == (thought, answer), pieces


def test_any_text_whatsoever_loses_no_word() -> None:
    drawn = random.Random(7)
    bits = [
        "<think>",
        "</think>",
        "<|channel|>",
        "final",
        "<|message|>",
        "<|end|>",
        "a",
        " b",
        "\n",
        "<",
        "/",
    ]
    for _ in range(2000):
        whole = "".join(drawn.choices(bits, k=drawn.randrange(12)))
        cuts = sorted(drawn.choices(range(len(whole) + 1), k=drawn.randrange(6)))
        pieces = [
            whole[start:end] for start, end in itertools.pairwise([0, *cuts, len(whole)]) if start < end
        ]
        assert split(pieces) == split([whole] if whole else [])
        thought, answer = split(pieces)
        assert (thought + answer).count("a") >= whole.count("a") - whole.count("final")


def test_what_is_certain_is_told_at_once() -> None:
    splitter = Splitter()
    assert splitter.add(Text("<think>")) == []
    assert splitter.add(Text("a boat")) == [Reasoning("a boat")]
    assert splitter.add(Text(" <")) == []
    assert splitter.add(Text("3")) == [Reasoning(" <3")]
    assert splitter.add(Text("</think>")) == []
    assert splitter.add(Text("\n")) == []
    assert splitter.add(Text("A ship")) == [Text("A ship")]
    assert splitter.is_answering


def test_an_answer_without_a_thought_keeps_its_likelihoods() -> None:
    splitter = Splitter()
    first, second = (Text(text, (Likelihood(text, text.encode(), -1.0),)) for text in ("<", "b>"))
    assert splitter.add(first) == []
    assert splitter.add(second) == [first, second]


class Thinking(EchoEngine):
    """Says these pieces, whatever it is asked."""

    def __init__(self, *said: str, breaks: bool = False) -> None:
        super().__init__()
        self.said, self.breaks = said, breaks

    async def answer(
        self, asked: Asked, sampling: Sampling, conversation: Conversation
    ) -> AsyncGenerator[Piece, None]:
        assert not isinstance(asked, str)
        self.prompts.append(tuple(asked))
        yield Reading(1, 1)
        for text in self.said:
            yield Text(text)
        if self.breaks:
            raise EngineFailed("It broke.", hint="Ask again")
        yield END


THINKS = ("<think>", "a boat", " or two", "</think>", "\n\n", "A ship.")


async def turn(parts: Parts, engine: EchoEngine, text: str, **how: object) -> list[Event]:
    question = Question(text, **how)  # type: ignore[arg-type]
    async with aclosing(ask(replace(parts, engine=engine), question)) as events:
        return [event async for event in events]


def stored(parts: Parts, chat: str) -> list[StoredMessage]:
    return parts.database.look(lambda conn: chats.messages(conn, parts.owner, chat))


def done(events: Sequence[Event]) -> Done:
    assert isinstance(events[-1], Done)
    return events[-1]


async def test_how_long_it_thinks_is_told_with_each_thought() -> None:
    times = iter([10.0, 10.5, 12.0])

    async def pieces() -> AsyncGenerator[Piece, None]:
        for piece in (Text("<think>"), Text("a"), Text("b"), Text("</think>c"), END):
            yield piece

    told = [piece async for piece in told_apart(pieces(), lambda: next(times))]
    assert told == [Reasoning("a", 0.5), Reasoning("b", 2.0), Text("c"), END]


async def test_a_thought_is_told_and_kept_apart_from_the_answer(parts: Parts) -> None:
    events = await turn(parts, Thinking(*THINKS), "what floats?")
    thought = [event.text for event in events if isinstance(event, Reasoning)]
    assert thought == ["a boat", " or two"]
    end = done(events)
    assert (end.text, end.reasoning) == ("A ship.", "a boat or two")
    assert end.thought is not None
    answer = stored(parts, end.chat)[1]
    assert (answer.text, answer.reasoning) == ("A ship.", "a boat or two")
    assert answer.facts["thought"] == end.thought


async def test_no_model_is_given_an_earlier_thought(parts: Parts) -> None:
    engine = Thinking(*THINKS)
    chat = done(await turn(parts, engine, "what floats?")).chat
    await turn(parts, engine, "and what sinks?", chat=chat)
    said: tuple[Message, ...] = engine.prompts[-1]
    assert [message.text for message in said] == ["what floats?", "A ship.", "and what sinks?"]


async def test_a_thought_is_not_searched(parts: Parts) -> None:
    await turn(parts, Thinking(*THINKS), "what floats?")
    found = {
        word: len(parts.database.look(lambda conn, word=word: search.find(conn, parts.owner, word, 9)))  # type: ignore[misc]
        for word in ("ship", "boat")
    }
    assert found == {"ship": 1, "boat": 0}


async def test_a_thought_outlives_an_engine_that_breaks(parts: Parts) -> None:
    events = await turn(parts, Thinking("<think>", "a boat", breaks=True), "what floats?")
    assert isinstance(events[-1], Failed)
    chat = parts.database.look(lambda conn: chats.listed(conn, parts.owner))[0].id
    answer = stored(parts, chat)[1]
    assert (answer.text, answer.reasoning, answer.state) == ("", "a boat", State.INTERRUPTED)


async def test_a_thought_is_on_the_disk_before_the_answer_ends(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[tuple[str, str]] = []
    write = chats.write
    monkeypatch.setattr(
        chats, "write", lambda conn, one, *said: written.append(said) or write(conn, one, *said)
    )
    await turn(parts, Thinking("<think>", *(f" w{at}" for at in range(99)), "</think>", "A ship."), "why?")
    assert written
    assert written[0][0] == ""
    assert written[0][1].startswith("w0 w1")


async def test_what_must_follow_a_schema_is_all_answer(parts: Parts) -> None:
    engine = Thinking('"<think>a</think>b"')
    how = {"sampling": Sampling(schema='{"type": "string"}')}
    assert done(await turn(parts, engine, "say it", **how)).text == '"<think>a</think>b"'


async def test_a_run_tells_of_the_thought_again_from_memory_and_from_the_disk(parts: Parts) -> None:
    thinking = replace(parts, engine=Thinking(*THINKS))
    for kept, expected in ((300.0, "a boat or two"), (0.0, "")):
        runs = Runs(thinking, kept_seconds=kept)
        asked = await runs.start(parts.owner, Question("what floats?"))
        for _ in range(2):
            async with aclosing(runs.follow(parts.owner, asked.chat, asked.answer)) as events:
                told = [numbered.event async for numbered in events]
            end = told[-1]
            assert isinstance(end, Done)
            assert end.reasoning == "a boat or two"
        assert "".join(event.text for event in told if isinstance(event, Reasoning)) == expected
        if not expected:
            assert told[0] == Whole("A ship.", "a boat or two", end.thought)
