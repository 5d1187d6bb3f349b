"""A refusal is plain: which rule, and how the owner changes it, unless nobody may."""

from __future__ import annotations

import pytest

from sottovoce.guard.policy import FAMILY, OPEN, Category, Ruling
from sottovoce.guard.refusal import CATEGORIES, CHANGE, refusal, withdrawn

BOMB = Ruling(True, "weapons.bomb", Category.WEAPONS)
CHILD = Ruling(True, "minors.sexual", Category.MINORS)


@pytest.mark.parametrize("chinese", [False, True])
def test_it_says_which_rule_and_how_to_change_it(chinese: bool) -> None:
    said = refusal(BOMB, FAMILY, chinese=chinese)
    assert BOMB.rule in said
    assert CHANGE in said
    assert CATEGORIES[Category.WEAPONS][chinese] in said
    assert said in withdrawn(BOMB, FAMILY, chinese=chinese)


@pytest.mark.parametrize("chinese", [False, True])
def test_what_cannot_be_switched_off_is_not_offered_to_be(chinese: bool) -> None:
    said = refusal(CHILD, OPEN, chinese=chinese)
    assert CHILD.rule in said
    assert "sotto settings" not in said


@pytest.mark.parametrize(("chinese", "told"), [(False, "likeness to harmful requests"), (True, "相似")])
def test_a_likeness_is_told_as_one(chinese: bool, told: str) -> None:
    like = Ruling(True, "fraud.likeness", Category.FRAUD)
    assert told in refusal(like, FAMILY, chinese=chinese)
    assert CATEGORIES[Category.FRAUD][chinese] in refusal(like, FAMILY, chinese=chinese)
    assert told not in refusal(BOMB, FAMILY, chinese=chinese)


def test_every_category_has_a_name() -> None:
    assert set(CATEGORIES) == set(Category)
