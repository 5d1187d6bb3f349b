from __future__ import annotations

import signal
from contextlib import aclosing
from dataclasses import replace

import pytest

from sottovoce.app import open_app
from sottovoce.chat.guarded import Guards, Stop
from sottovoce.chat.question import Question
from sottovoce.chat.turn import ask
from sottovoce.cli._show import Show
from sottovoce.cli.chat.counts import Counts, read
from sottovoce.cli.chat.talk import Place, Talk
from sottovoce.core.errors import DiskFull
from sottovoce.core.events import Notice, Text, Timings, Usage
from sottovoce.engine.echo import EchoEngine

USAGE = {"prompt": 5, "reused": 1, "answer": 3}
TIMINGS = {"first_token": 0.1, "total": 0.5, "prompt_per_second": 50.0, "answer_per_second": 10.0}


def test_the_counts_of_an_old_answer_are_read_back():
    counts = read({"usage": USAGE, "timings": TIMINGS, "reason": "stop"})
    assert counts == Counts(Usage(5, 1, 3), Timings(0.1, 0.5, 50.0, 10.0))
    assert counts.used == 8


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"usage": USAGE},
        {"usage": "many", "timings": TIMINGS},
        {"usage": {**USAGE, "prompt": "x"}, "timings": TIMINGS},
        {"usage": {**USAGE, "prompt": float("inf")}, "timings": TIMINGS},
        {"usage": USAGE, "timings": {**TIMINGS, "total": None}},
        {"usage": None, "timings": []},
    ],
)
def test_counts_from_elsewhere_that_make_no_sense_are_left_out(facts):
    assert read(facts) is None


async def stopped_at_its_first_word(events):
    async with aclosing(events):
        async for event in events:
            yield event
            if isinstance(event, Text):
                signal.raise_signal(signal.SIGINT)


async def test_what_takes_the_place_of_a_stopped_answer_is_shown(home, capsys):
    async def objects(said, text):
        return Stop("refused", Notice("replaced", "It was replaced."), "Not that.")

    async with open_app(home=home, environment={}, engine=EchoEngine()) as app:
        talk = Talk(app, Show(), Place())
        parts = replace(app.parts(), guards=Guards(judges=(objects,)))
        asked = Question("/slow 30")
        assert await talk.answer(asked, events=stopped_at_its_first_word(ask(parts, asked))) is None
    assert capsys.readouterr().out.split("\n")[-3:] == ["It was replaced.", "Not that.", ""]


@pytest.mark.parametrize("first", ["", "你很重要。请立即拨打 110。", "You matter. Call 911 now."])
async def test_what_is_more_urgent_than_a_problem_is_told_before_it(home, capsys, first):
    problem = DiskFull("The disk is full.", hint="Make room")
    problem.first = first
    async with open_app(home=home, environment={}, engine=EchoEngine()) as app:
        Talk(app, Show(), Place()).tell(problem)
    lines = [line for line in (first, "The disk is full.", "hint: Make room") if line]
    assert capsys.readouterr().out.splitlines() == lines
