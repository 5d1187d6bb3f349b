"""What a profile makes of the rules that a text met."""

from __future__ import annotations

import pytest

from sottovoce.core.settings import PROFILES as NAMES
from sottovoce.guard.policy import (
    ALWAYS,
    FAMILY,
    OPEN,
    PROFILES,
    PUBLIC,
    WORKPLACE,
    Category,
    Hit,
    Profile,
    ruled,
)

BOMB = Hit("weapons.bomb", Category.WEAPONS)
CHILD = Hit("minors.sexual", Category.MINORS)
SAD = Hit("self_harm.said", Category.SELF_HARM)
HOME = Hit("private_data.home", Category.PRIVATE_DATA)
OWN = Hit("no-poker", None)


def test_the_setting_and_the_profiles_have_the_same_names() -> None:
    assert tuple(PROFILES) == NAMES


@pytest.mark.parametrize(
    ("profile", "hit", "blocked"),
    [
        (OPEN, BOMB, False),
        (FAMILY, BOMB, True),
        (WORKPLACE, BOMB, True),
        (PUBLIC, BOMB, True),
        (WORKPLACE, HOME, False),
        (FAMILY, HOME, True),
        (OPEN, SAD, False),
        (FAMILY, SAD, True),
        (OPEN, OWN, True),
    ],
)
def test_a_profile_refuses_its_categories(profile: object, hit: Hit, blocked: bool) -> None:
    assert ruled([hit], profile).blocked is blocked  # type: ignore[arg-type]


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)
def test_no_profile_lets_sexual_content_with_minors_through(profile: object) -> None:
    assert {Category.MINORS} == ALWAYS
    assert ruled([CHILD], profile).blocked  # type: ignore[arg-type]


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)
def test_every_profile_shows_the_card(profile: object) -> None:
    assert ruled([BOMB, SAD], profile).card  # type: ignore[arg-type]


def test_the_card_comes_before_another_refusal_but_not_before_what_is_never_allowed() -> None:
    assert ruled([BOMB, SAD], FAMILY).category is Category.SELF_HARM
    worst = ruled([SAD, CHILD], OPEN)
    assert (worst.category, worst.blocked, worst.card) == (Category.MINORS, True, True)


def test_what_meets_no_rule_passes() -> None:
    ruling = ruled([], FAMILY)
    assert (ruling.blocked, ruling.card, ruling.rule) == (False, False, "")


def test_only_the_open_profile_answers_what_a_guard_model_could_not_judge() -> None:
    assert [name for name, profile in PROFILES.items() if not profile.closed] == ["open"]


SLIGHT = Hit("self_harm.likeness", Category.SELF_HARM, is_sure=False)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda one: one.name)
def test_on_slight_grounds_the_card_stands_beside_an_answer(profile: Profile) -> None:
    ruling = ruled([SLIGHT], profile)
    assert (ruling.blocked, ruling.card, ruling.beside) == (False, True, True)
    surely = ruled([SLIGHT, Hit("suicide", Category.SELF_HARM)], profile)
    assert (surely.rule, surely.card, surely.beside) == ("suicide", True, False)


def test_slight_grounds_take_no_refusal_away() -> None:
    ruling = ruled([SLIGHT, Hit("bomb", Category.WEAPONS)], FAMILY)
    assert (ruling.blocked, ruling.card, ruling.rule) == (True, True, "bomb")
