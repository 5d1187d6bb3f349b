"""Nothing is asked twice, and what is stopped has kept what it had; scores and pairs of what was answered."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from sottovoce.evals import compare, score
from sottovoce.evals.checks import CHECKS
from sottovoce.evals.items import Check, Item, Set, in_order
from sottovoce.evals.run import Answered, run
from sottovoce.store.evaluations import Said


def item(number: int, wanted: str = "yes", group: str = "a", *, held_out: bool = False) -> Item:
    check = Check("exact", CHECKS["exact"](wanted))
    return Item(
        f"{group}-{number}", group, "en", f"Question {number} of {group}?", (check,), held_out=held_out
    )


def said(answer: str) -> Said:
    return Said(answer, "stop", 10, 2, 0.5)


class Model:
    """Answers the same to everything, and counts."""

    def __init__(self, answer: str = "yes") -> None:
        self.asked: list[str] = []
        self.kept: dict[str, Said] = {}
        self._answer = answer

    async def ask(self, asked: str, max_tokens: int) -> Said:
        self.asked.append(asked)
        return said(self._answer)

    async def keep(self, item: Item, said: Said) -> None:
        self.kept[item.digest] = said


async def test_nothing_is_asked_twice_also_where_it_was_stopped_in_between() -> None:
    model, items = Model(), [item(number) for number in range(10)]
    async with aclosing(run(items, model.ask, {}, model.keep)) as answers:
        async for _ in answers:
            if len(model.asked) == 4:
                break
    assert len(model.kept) == 4
    found = [one async for one in run(items, model.ask, dict(model.kept), model.keep)]
    assert len(model.asked) == len(set(model.asked)) == 10
    assert [one.was_kept for one in found] == [True] * 4 + [False] * 6
    assert all(one.passed for one in found)


async def test_a_kept_answer_is_held_against_the_checks_as_they_are_now() -> None:
    model = Model()
    before, after = item(1), item(1, "no")
    assert [one.passed async for one in run([before], model.ask, {}, model.keep)] == [True]
    assert [one.passed async for one in run([after], model.ask, dict(model.kept), model.keep)] == [False]
    assert len(model.asked) == 1


async def test_what_fails_in_the_middle_has_kept_what_came_before() -> None:
    model = Model()

    async def ask(asked: str, max_tokens: int) -> Said:
        if len(model.kept) == 2:
            raise RuntimeError("the engine died")
        return said("yes")

    with pytest.raises(RuntimeError):
        [one async for one in run([item(number) for number in range(5)], ask, {}, model.keep)]
    assert len(model.kept) == 2


def answered(passed: dict[Item, bool]) -> list[Answered]:
    return [
        Answered(one, said("yes" if good else "no"), "" if good else "is no", False)
        for one, good in passed.items()
    ]


def test_a_score_counts_by_group_and_what_was_held_out() -> None:
    items = [item(1), item(2), item(3, group="b"), item(4, group="b", held_out=True)]
    found = score.scored(answered({items[0]: True, items[1]: False, items[2]: True, items[3]: True}))
    assert (found.all.passed, found.all.of) == (3, 4)
    assert found.groups["a", "en"] == score.Tally(1, 2)
    assert found.of_group("b") == score.Tally(2, 2)
    assert found.held_out == score.Tally(1, 1)
    assert (found.seconds, found.read, found.written) == (2.0, 40, 8)
    known = score.evaluation("d" * 64, Set("mine", 3, tuple(items)), found, 9.0)
    assert (known.asked, known.items, known.groups) == (4, 4, {"a": (1, 2), "b": (2, 2)})


def test_the_order_gives_every_group_its_share_from_the_beginning() -> None:
    items = [item(number) for number in range(80)] + [item(number, group="b") for number in range(20)]
    ordered = in_order(items)
    assert sorted(one.id for one in ordered) == sorted(one.id for one in items)
    for size in (10, 25, 50):
        assert abs(sum(one.group == "b" for one in ordered[:size]) - size / 5) <= 1
    assert in_order(reversed(items)) == ordered
    assert [one.id for one in ordered[:10]] != [one.id for one in items[:10]]


def test_groups_and_a_limit_choose() -> None:
    asked = Set(
        "mine",
        1,
        in_order([*(item(number) for number in range(9)), *(item(number, group="b") for number in range(9))]),
    )
    assert {one.group for one in asked.chosen(["b"])} == {"b"}
    assert asked.chosen(limit=4) == asked.items[:4]
    assert asked.chosen(["a"], 3) == tuple(one for one in asked.items if one.group == "a")[:3]


def test_two_are_held_against_each_other_question_by_question() -> None:
    items = [item(number) for number in range(4)]
    first = answered(dict(zip(items, (True, True, False, False), strict=True)))
    second = answered(dict(zip(items[:3], (True, False, True), strict=True)))
    found = compare.pairs(first, second)
    counts = compare.paired(found)
    assert (counts.both, counts.first, counts.second, counts.neither) == (1, 1, 1, 0)
    assert [pair.is_same for pair in found] == [True, False, False]
    assert dict(compare.by_group(found))["a"] == counts


def test_a_sentence_says_which_is_better_only_where_that_can_be_said() -> None:
    assert compare.told(compare.Paired(50, 2, 20, 28), "A", "B").startswith(
        "B is better than A: by 18% of the"
    )
    assert compare.told(compare.Paired(50, 20, 2, 28), "A", "B").startswith(
        "A is better than B: by 18% of the"
    )
    assert compare.told(compare.Paired(50, 5, 7, 38), "A", "B").startswith("No difference to be seen: +2%")
