from __future__ import annotations

import math
from collections.abc import AsyncGenerator

import pytest

from sottovoce.cli.chat.follow import follow, waiting_for
from sottovoce.core.errors import EngineFailed
from sottovoce.core.events import (
    Asked,
    Done,
    Event,
    Failed,
    Notice,
    Reading,
    Reasoning,
    Text,
    Timings,
    Usage,
    Waiting,
    Whole,
)

DONE = Done("c", "a", "hi", "stop", "m", "d", Usage(1, 0, 1), Timings(0.1, 0.2, 10.0, 10.0))


class Heard:
    """A view that remembers what it was told."""

    words = str

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def thought(self, text: str) -> None:
        self.told.append(("thought", text))

    def text(self, piece: str) -> None:
        self.told.append(("text", piece))

    def busy(self, what: str) -> None:
        self.told.append(("busy", what))

    def waiting(self, what: str) -> None:
        self.told.append(("waiting", what))

    def note(self, text: str) -> None:
        self.told.append(("note", text))

    def end(self, mark: str = "") -> None:
        self.told.append(("end", mark))


async def turn(*events: Event) -> AsyncGenerator[Event, None]:
    for event in events:
        yield event


async def test_a_turn_is_shown_in_its_order():
    heard, asked = Heard(), []
    events = turn(
        Asked("c", "q", "a"), Notice("cut", "Cut."), Reading(0, 900), Reading(900, 900), Text("hi"), DONE
    )
    assert await follow(events, heard, loaded=False, asked=asked.append) is DONE
    assert asked == [Asked("c", "q", "a")]
    assert heard.told == [
        ("busy", "loading the model… · Ctrl-C stops"),
        ("note", "Cut."),
        ("busy", "reading 0 of 900 tokens · Ctrl-C stops"),
        ("busy", "thinking · Ctrl-C stops"),
        ("text", "hi"),
        ("end", ""),
    ]


async def test_a_failure_ends_what_is_shown_and_is_raised():
    heard = Heard()
    with pytest.raises(EngineFailed):
        await follow(turn(Text("hi"), Failed(EngineFailed("It died."))), heard, loaded=True)
    assert heard.told[-1] == ("end", "interrupted")


async def test_a_failure_before_the_first_word_interrupts_nothing():
    heard = Heard()
    with pytest.raises(EngineFailed):
        await follow(turn(Failed(EngineFailed("It died."))), heard, loaded=True)
    assert heard.told[-1] == ("end", "")


async def test_a_turn_without_an_end_is_a_failure():
    with pytest.raises(EngineFailed):
        await follow(turn(Text("hi")), Heard(), loaded=True)


def test_a_short_prompt_is_not_counted():
    assert waiting_for(Reading(5, 20), loaded=True) == "thinking · Ctrl-C stops"


async def test_a_place_in_line_is_told_until_the_reading_begins():
    heard = Heard()
    events = turn(Asked("c", "q", "a"), Waiting(2, 11.2), Waiting(0, 0.4), Reading(0, 900), Text("hi"), DONE)
    assert await follow(events, heard, loaded=True) is DONE
    assert heard.told[1:4] == [
        ("waiting", "2 before you, about 12 s · Ctrl-C stops"),
        ("waiting", "you are next, about 1 s · Ctrl-C stops"),
        ("busy", "reading 0 of 900 tokens · Ctrl-C stops"),
    ]


def test_a_wait_of_unknown_length_is_told_without_seconds():
    assert waiting_for(Waiting(1, 0.0), loaded=True) == "1 before you · Ctrl-C stops"
    assert waiting_for(Waiting(3, math.inf), loaded=True) == "3 before you · Ctrl-C stops"


async def test_a_load_that_takes_long_is_told_and_is_no_place_in_line():
    heard = Heard()
    await follow(turn(Waiting(0, 0.0, loading=True), Waiting(2, 3.0), Text("hi"), DONE), heard, loaded=True)
    assert heard.told[1:3] == [
        ("busy", "loading the model… · Ctrl-C stops"),
        ("waiting", "2 before you, about 3 s · Ctrl-C stops"),
    ]


@pytest.mark.parametrize(
    ("whole", "told"),
    [
        ("Not that.", [("text", "A long way"), ("text", "\n\nNot that.")]),
        ("A long", [("text", "A long way")]),
    ],
)
async def test_what_takes_the_place_of_an_answer_is_shown_below_it_unless_it_stands_there(
    whole: str, told: list[tuple[str, str]]
):
    heard = Heard()
    await follow(turn(Text("A long way"), Notice("why", "Stopped."), Whole(whole), DONE), heard, loaded=True)
    assert [one for one in heard.told if one[0] == "text" and one[1]] == told


async def test_what_takes_the_place_of_thoughts_is_shown_where_nothing_was_said():
    heard = Heard()
    events = turn(Reasoning("Step 1"), Notice("why", "Stopped."), Whole("Not that."), DONE)
    await follow(events, heard, loaded=True)
    assert ("text", "Not that.") in heard.told
