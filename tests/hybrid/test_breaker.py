from __future__ import annotations

from sottovoce.hybrid.breaker import (
    FAILURES,
    LONGEST_REST,
    TRIAL,
    Breaker,
    begun,
    failed,
    stopped,
    wait,
    went_well,
)


def broken(times: int, now: float = 0.0) -> Breaker:
    breaker = Breaker()
    for _ in range(times):
        breaker = failed(breaker, now)
    return breaker


def test_a_few_failures_are_no_reason_to_rest() -> None:
    assert wait(broken(FAILURES - 1), 0.0) == 0
    assert wait(went_well(broken(FAILURES - 1)), 0.0) == 0


def test_each_rest_is_twice_as_long_up_to_a_bound() -> None:
    rests = [wait(broken(FAILURES + more), 0.0) for more in range(8)]
    assert rests == [30, 60, 120, 240, 480, 900, 900, 900]


def test_after_a_rest_one_question_is_a_trial_and_the_others_wait() -> None:
    rested = broken(FAILURES)
    assert wait(rested, 30.0) == 0
    trying = begun(rested, 30.0)
    assert wait(trying, 31.0) > 0
    assert wait(went_well(trying), 31.0) == 0
    assert wait(failed(trying, 31.0), 31.0) == 60
    assert wait(stopped(trying), 31.0) == 0


def test_a_trial_that_never_ended_does_not_lock_it() -> None:
    assert wait(begun(broken(FAILURES), 30.0), 30.0 + TRIAL) == 0


def test_a_server_that_works_is_asked_by_many_at_once() -> None:
    assert wait(begun(Breaker(), 0.0), 0.0) == 0


def test_a_server_may_ask_for_time_within_bounds() -> None:
    assert wait(failed(Breaker(), 0.0, 40.0), 0.0) == 40
    assert wait(failed(Breaker(), 0.0, 1e9), 0.0) == LONGEST_REST


def test_a_clock_that_is_set_back_by_years_does_not_lock_it() -> None:
    resting = broken(FAILURES, 2_000_000_000.0)
    assert wait(resting, 1_000_000_000.0) <= LONGEST_REST
