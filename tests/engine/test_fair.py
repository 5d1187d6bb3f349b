"""Deficit round robin: pure, so every case is a list of turns."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from sottovoce.engine.fair import Fair


def served(fair: Fair[str], count: int) -> str:
    taken = [fair.take() for _ in range(count)]
    return "".join(item[0] for item in taken if item is not None)


def filled(**asks: list[int]) -> Fair[str]:
    fair: Fair[str] = Fair()
    for owner, costs in asks.items():
        for at, cost in enumerate(costs):
            fair.ask(owner, f"{owner}{at}", cost)
    return fair


def test_owners_of_like_asks_take_turns_however_many_one_has() -> None:
    assert served(filled(a=[100] * 5, b=[100] * 2), 7) == "ababaaa"


def test_an_ask_ten_times_as_dear_comes_after_ten_cheap_ones() -> None:
    turns = served(filled(a=[1000] * 3, b=[100] * 20), 13)
    assert turns.index("a") == 9
    assert turns.count("b") == 12


def test_tokens_are_shared_evenly_not_turns() -> None:
    chance = random.Random(1)
    usual = {"a": 30, "b": 300, "c": 3000}
    fair: Fair[tuple[str, int, int]] = Fair()
    got: Counter[str] = Counter()

    def ask(owner: str, number: int) -> None:
        cost = chance.randint(usual[owner] // 2, usual[owner] * 2)
        fair.ask(owner, (owner, cost, number), cost)

    for owner in usual:
        ask(owner, -1)
        ask(owner, -2)
    for number in range(20_000):
        taken = fair.take()
        assert taken is not None
        owner, cost, _ = taken
        got[owner] += cost
        ask(owner, number)
        fair.end(owner)
    assert max(got.values()) / min(got.values()) < 1.02


def test_within_an_owner_the_oldest_goes_first() -> None:
    fair = filled(a=[10, 10, 10])
    assert [fair.take(), fair.take(), fair.take(), fair.take()] == ["a0", "a1", "a2", None]


def test_what_does_not_fit_is_passed_over_and_holds_up_nobody() -> None:
    fair = filled(a=[10, 10], b=[10])
    assert fair.take(lambda item: item != "a0") == "a1"
    assert fair.take(lambda item: item != "a0") == "b0"
    assert fair.take(lambda item: item != "a0") is None
    assert fair.take() == "a0"


def test_an_owner_who_may_not_earns_nothing_meanwhile() -> None:
    fair = filled(a=[100] * 8, b=[100] * 8)
    for _ in range(4):
        assert str(fair.take(may=lambda owner: owner == "b"))[0] == "b"
    assert sorted(served(fair, 4)) == ["a", "a", "b", "b"]


def test_what_an_answer_took_beyond_its_cost_is_made_up_for() -> None:
    fair = filled(a=[100] * 6, b=[100] * 6)
    assert served(fair, 2) == "ab"
    fair.end("a", beyond=300)
    fair.end("b")
    assert served(fair, 4) == "bbba"


def test_what_was_not_needed_is_given_back() -> None:
    fair = filled(a=[100] * 6, b=[100] * 6)
    assert served(fair, 4) == "abab"
    for _ in range(2):
        fair.end("a", beyond=-100)
        fair.end("b")
    assert served(fair, 4) == "aaba"


@pytest.mark.parametrize("beyond", [5000, -5000])
def test_who_leaves_and_comes_back_starts_anew(beyond: int) -> None:
    fair = filled(a=[100], b=[100] * 9)
    assert served(fair, 2) == "ab"
    fair.end("a", beyond)
    fair.end("b")
    for at in range(3):
        fair.ask("a", f"a-again{at}", 100)
    assert sorted(served(fair, 4)) == ["a", "a", "b", "b"]


def test_giving_up_leaves_nothing_behind() -> None:
    fair = filled(a=[10, 10], b=[10])
    fair.leave("a", "a0")
    fair.leave("b", "b0")
    assert (fair.waiting, fair.owners) == (1, 1)
    assert fair.take() == "a1"
    fair.end("a")
    assert fair.owners == 0
    assert not fair._accounts


def test_a_newcomer_stands_before_the_long_queue_of_another() -> None:
    fair = filled(a=[100] * 50)
    assert fair.ahead("b", None, 100) == (1, 100)
    assert fair.ahead("a", None, 100) == (50, 5000)
    assert fair.ahead("a", "a3", 100) == (3, 300)


def test_the_outlook_is_what_comes_true() -> None:
    chance = random.Random(3)
    fair: Fair[str] = Fair()
    for at in range(60):
        fair.ask(chance.choice("abcd"), f"{at}", chance.randint(20, 400))
    guess, _ = fair.ahead("e", None, 200)
    fair.ask("e", "mine", 200)
    real = next(at for at in range(61) if fair.take() == "mine")
    assert abs(guess - real) <= 4
