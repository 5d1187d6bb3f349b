from __future__ import annotations

import pytest

from sottovoce.cli._show import cells
from sottovoce.cli.chat.status import Status, departed, status_line
from sottovoce.net.ledger import Summary

FULL = Status("SmolLM2-135M-Instruct", "", 131.2, 0.123, 188, 4096, Summary(0, None, 0))


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (
            140,
            "SmolLM2-135M-Instruct · 131 tokens/s · first word 0.12 s · 188 of 4,096 tokens (5 %)"
            " · offline: nothing has left this machine",
        ),
        (80, "SmolLM2-135M-Instruct · 131 tokens/s · first word 0.12 s · 5 % full · offline"),
        (40, "SmolLM2-135M-Instruct · 131/s · offline"),
        (20, "SmolLM2-135M-Instru…"),
    ],
)
def test_the_line_says_what_matters_most_in_the_room_there_is(width, line):
    assert status_line(FULL, width) == line


@pytest.mark.parametrize("width", range(1, 150))
def test_the_line_always_fits(width):
    assert cells(status_line(FULL, width)) <= width


def test_before_the_first_answer_only_the_known_is_shown():
    assert status_line(Status("echo"), 80) == "echo · offline: nothing has left this machine"
    assert status_line(Status("echo", busy="loading…"), 30) == "echo · loading… · offline"


@pytest.mark.parametrize(
    ("summary", "says"),
    [
        (None, "nothing has left"),
        (Summary(0, None, 0), "nothing has left"),
        (Summary(1, 0.0, 0), "connected to the outside once, last 19"),
        (Summary(3, 86400 * 365.0, 0), "connected to the outside 3 times"),
        (Summary(0, None, 2), "cannot be read"),
    ],
)
def test_the_promise_is_what_the_ledger_says(summary, says):
    assert says in departed(summary)[0]
