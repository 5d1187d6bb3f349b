"""When a question that could not be answered is tried again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sottovoce.chat.elsewhere.pacing import LONGEST, LONGEST_ASKED, later, wait
from sottovoce.core.errors import NetworkProblem, OverBudget, SottoError, UpstreamProblem
from sottovoce.net.ledger import Trace
from sottovoce.store.waiting import MOST_SENT, Consent, Progress, Waiting

ONE = Waiting(
    "a", "me", "c", "q", "cellar", "cellar inside", Consent.TEXT, {}, {}, "", Progress.WAITING,
    sender="", reason="", sent=0, failed=0, asked=0, due=0,
)  # fmt: skip
AWAY = NetworkProblem("127.0.0.1 could not be reached, or broke off.")
NOW = 1_000_000.0


def pause(one: Waiting, problem: SottoError, sent: int = 0, status: int = 0, chance: float = 1.0) -> float:
    due = later(one, problem, Trace("cellar", sent=sent, status=status), chance, NOW)
    assert due is not None
    return due - NOW


def test_each_pause_is_twice_as_long_and_none_longer_than_a_quarter_of_an_hour() -> None:
    pauses = [pause(replace(ONE, failed=count), AWAY) for count in range(12)]
    assert pauses[:3] == [5.0, 10.0, 20.0]
    assert max(pauses) == LONGEST
    assert pause(ONE, AWAY, chance=0.0) == 2.5
    assert pause(replace(ONE, failed=10**9), AWAY) == LONGEST


def test_what_left_is_tried_less_often_and_not_for_ever() -> None:
    assert pause(ONE, AWAY, sent=10) == 30.0
    last = replace(ONE, sent=MOST_SENT - 1)
    assert later(last, AWAY, Trace("cellar", sent=10), 1.0, NOW) is None
    assert later(last, AWAY, Trace("cellar"), 1.0, NOW) is not None


@pytest.mark.parametrize(("status", "is_last"), [(400, True), (401, True), (429, False), (503, False)])
def test_what_will_be_said_again_is_asked_no_more(status: int, is_last: bool) -> None:
    trace = Trace("cellar", sent=10, status=status)
    assert (later(ONE, UpstreamProblem("No."), trace, 1.0, NOW) is None) is is_last


def test_a_server_that_asks_for_time_gets_it_within_reason() -> None:
    assert pause(ONE, UpstreamProblem("No.", retry_after=200), sent=10, status=503) == 200
    assert pause(ONE, UpstreamProblem("No.", retry_after=10**9), sent=10, status=503) == LONGEST_ASKED
    assert pause(ONE, OverBudget("No.")) == 300


@pytest.mark.parametrize(
    ("due", "seconds"), [(NOW - 1, 0), (NOW, 0), (NOW + 7, 7), (NOW + 10**8, 0), (0.0, 0)]
)
def test_a_clock_that_was_set_back_by_years_keeps_nothing_waiting(due: float, seconds: float) -> None:
    assert wait(due, NOW) == seconds
