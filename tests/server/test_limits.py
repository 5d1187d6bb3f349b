from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace

import pytest

from sottovoce.core.errors import LimitReached
from sottovoce.server.caller import PERSON, SOMEBODY_HERE, Caller, Limits
from sottovoce.server.limits import MOST_OPEN, Meter
from sottovoce.server.tries import Tries


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def meter(clock: Clock) -> Meter:
    return Meter(clock)


def caller(name: str = "a", **limits: int) -> Caller:
    return Caller(f"key-{name}", frozenset(), name, Limits(**limits))


def visited(meter: Meter, who: Caller, computes: bool = True) -> float | None:
    """Come and go; return after how long to come again where it was refused."""
    try:
        with meter.visit(who, computes):
            return None
    except LimitReached as problem:
        return problem.retry_after or 0.0


def test_a_minutes_requests_may_come_at_once_and_then_evenly(meter: Meter, clock: Clock) -> None:
    who = caller(requests_per_minute=60)
    assert [visited(meter, who) for _ in range(60)] == [None] * 60
    assert visited(meter, who) == pytest.approx(1.0)
    clock.now += 0.25
    assert visited(meter, who) == pytest.approx(0.75)
    clock.now += 0.75
    assert visited(meter, who) is None
    assert visited(meter, who) == pytest.approx(1.0)


@pytest.mark.parametrize("limit", [1, 3, 7, 60, 1_000_003])
def test_who_waits_as_long_as_told_is_let_in_and_not_before(meter: Meter, clock: Clock, limit: int) -> None:
    who = caller(requests_per_minute=limit, tokens_per_minute=limit)
    meter.used(who, 2 * limit)
    for _ in range(50):
        seconds = visited(meter, who)
        if seconds is None:
            meter.used(who, limit)
            continue
        clock.now += seconds * 0.99
        assert visited(meter, who) is not None
        clock.now += seconds * 0.01
        assert visited(meter, who) is None
        meter.used(who, limit)


def test_refusals_cost_nothing(meter: Meter, clock: Clock) -> None:
    who = caller(requests_per_minute=1)
    assert visited(meter, who) is None
    for _ in range(100):
        assert visited(meter, who) == pytest.approx(60.0)
    clock.now += 60
    assert visited(meter, who) is None


def test_over_an_hour_no_more_is_let_in_than_agreed(meter: Meter, clock: Clock) -> None:
    who = caller(requests_per_minute=10)
    came = 0
    for _ in range(3600 * 2):
        came += visited(meter, who) is None
        clock.now += 0.5
    assert 600 <= came <= 610


def test_tokens_are_charged_afterwards_and_an_overdraft_is_waited_for(meter: Meter, clock: Clock) -> None:
    who = caller(tokens_per_minute=600)
    with meter.visit(who, computes=True):
        meter.used(who, 900)  # nobody knew before
    assert visited(meter, who) == pytest.approx(30.0)
    clock.now += 30
    assert visited(meter, who) is None


def test_an_overdraft_keeps_nobody_from_what_computes_nothing(meter: Meter) -> None:
    who = caller(tokens_per_minute=600)
    meter.used(who, 10_000)
    assert visited(meter, who, computes=False) is None
    assert visited(meter, who, computes=True) is not None


def test_answers_at_once_are_bounded_but_not_what_computes_nothing(meter: Meter) -> None:
    who = caller(at_once=2)
    with ExitStack() as stay:
        for _ in range(2):
            stay.enter_context(meter.visit(who, computes=True))
        with pytest.raises(LimitReached, match="2 answers at once"):
            stay.enter_context(meter.visit(who, computes=True))
        assert visited(meter, who, computes=False) is None
        assert visited(meter, caller("b", at_once=2)) is None
    assert visited(meter, who) is None


def test_a_visit_that_fails_gives_its_place_back(meter: Meter) -> None:
    who = caller(at_once=1)
    for _ in range(5):
        with pytest.raises(ZeroDivisionError), meter.visit(who, computes=True):
            raise ZeroDivisionError


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"requests_per_minute": 1}, "its 1 request a minute"),
        ({"tokens_per_minute": 1000}, "its 1,000 tokens a minute"),
        ({"at_once": 1}, "1 answer at once"),
    ],
)
def test_a_refusal_says_which_limit_it_is(meter: Meter, limits: dict[str, int], said: str) -> None:
    who = caller(**limits)
    meter.used(who, 5000)
    with ExitStack() as stay:
        if "tokens_per_minute" not in limits:
            stay.enter_context(meter.visit(who, computes=True))
        with pytest.raises(LimitReached, match=said):
            stay.enter_context(meter.visit(who, computes=True))


@pytest.mark.parametrize("who", [SOMEBODY_HERE, PERSON, caller()])
def test_whoever_has_no_limit_still_cannot_open_requests_without_end(meter: Meter, who: Caller) -> None:
    for _ in range(10_000):
        assert visited(meter, who) is None
    meter.used(who, 10**9)
    with ExitStack() as stay:
        for _ in range(MOST_OPEN):
            stay.enter_context(meter.visit(who, computes=False))
        with pytest.raises(LimitReached, match="256 requests"):
            stay.enter_context(meter.visit(who, computes=False))
        assert visited(meter, caller("other")) is None
    assert visited(meter, who) is None


def test_limits_of_one_key_are_not_another_s(meter: Meter) -> None:
    first, second = (caller(name, requests_per_minute=1, tokens_per_minute=1) for name in "ab")
    assert visited(meter, first) is None
    assert visited(meter, first) is not None
    assert visited(meter, second) is None


def test_keys_that_are_gone_are_forgotten(meter: Meter, clock: Clock) -> None:
    for number in range(1000):
        visited(meter, caller(str(number), requests_per_minute=60, tokens_per_minute=60))
        meter.used(caller(str(number), requests_per_minute=60, tokens_per_minute=60), 30)
    assert len(meter) == 1000
    clock.now += 60
    for _ in range(1001):
        visited(meter, PERSON)
    assert len(meter) == 1


def test_nobody_is_forgotten_who_still_owes_or_is_inside(meter: Meter, clock: Clock) -> None:
    owing, inside = caller("owing", tokens_per_minute=60), caller("inside", at_once=1)
    meter.used(owing, 600)
    with meter.visit(inside, computes=True):
        clock.now += 60
        for _ in range(100):
            visited(meter, PERSON)
        assert visited(meter, owing) == pytest.approx(480.0)
        assert visited(meter, inside) is not None


def test_a_clock_that_steps_back_takes_nothing_away(meter: Meter, clock: Clock) -> None:
    who = caller(requests_per_minute=2)
    visited(meter, who)
    clock.now -= 500
    assert visited(meter, who) is None
    assert visited(meter, who) == pytest.approx(30.0)


def test_wrong_tries_are_refused_beyond_twenty_a_minute(clock: Clock) -> None:
    tries = Tries(clock)
    for _ in range(20):
        tries.wrong("10.0.0.1")
    with pytest.raises(LimitReached) as caught:
        tries.wrong("10.0.0.1")
    assert caught.value.retry_after == pytest.approx(3.0)
    tries.wrong("10.0.0.2")
    clock.now += 3
    tries.wrong("10.0.0.1")


def test_only_so_many_peers_are_remembered_and_those_who_go_on_are(clock: Clock) -> None:
    tries = replace(Tries(clock), peers=100)
    for number in range(1000):
        tries.wrong(str(number))
        try:
            tries.wrong("stubborn")
        except LimitReached:
            continue
        assert number < 20
    assert len(tries) == 100
