"""The crisis card names whom one can call where one is, and no number that is not known there."""

from __future__ import annotations

import re

import pytest

from sottovoce.guard.crisis import card, line_of, lines, region_of


@pytest.mark.parametrize(
    ("setting", "locale", "region"),
    [
        ("", "de_AT.UTF-8", "AT"),
        ("at", "en_US.UTF-8", "AT"),
        ("uk", "", "GB"),
        ("", "zh_Hans_CN", "CN"),
        ("", "zh-TW", "TW"),
        ("", "C.UTF-8", ""),
        ("", "POSIX", ""),
        ("", "", ""),
        ("", "en", ""),
    ],
)
def test_the_region_is_the_one_set_or_else_the_locales(setting: str, locale: str, region: str) -> None:
    assert region_of(setting, locale) == region


@pytest.mark.parametrize(
    ("region", "numbers"),
    [
        ("US", ["911", "988"]),
        ("GB", ["999", "116 123"]),
        ("CN", ["110 / 120", "12356"]),
        ("HK", ["999", "18111"]),
        ("PT", ["112"]),
    ],
)
@pytest.mark.parametrize("chinese", [False, True])
def test_the_card_has_its_numbers(region: str, numbers: list[str], chinese: bool) -> None:
    text = card(region, chinese=chinese)
    assert all(number in text for number in numbers)
    assert bool(re.search("[\u4e00-\u9fff]", text)) is chinese


@pytest.mark.parametrize("chinese", [False, True])
@pytest.mark.parametrize("region", ["", "XX", "AQ"])
def test_where_nothing_is_known_no_number_is_named(region: str, chinese: bool) -> None:
    assert line_of(region) is None
    assert not re.search(r"\d", card(region, chinese=chinese))


def test_every_number_has_a_source() -> None:
    for line in lines().values():
        assert line.emergency
        assert "." in line.source
        assert bool(line.number) == bool(line.name_en) == bool(line.name_zh)
