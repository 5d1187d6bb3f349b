"""The tools by their names and arguments, whoever calls them."""

from __future__ import annotations

from datetime import date

import pytest

from sottovoce.exact import units
from sottovoce.exact.calls import BadCall, Call, computed

TODAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("multiply", {"a": "17"}),
        ("calculate", {}),
        ("calculate", {"expression": "rm -rf"}),
        ("convert", {"amount": "5 km", "to": "kg"}),
        ("convert", {"amount": "5 parsnips", "to": "kg"}),
        ("weekday", {"date": "yesterday"}),
        ("weekday", {"date": "2023-02-29"}),
        ("add_to_date", {"date": "2024-01-01"}),
        ("add_to_date", {"date": "2024-01-01", "days": "9999999"}),
        ("add_to_date", {"date": "2024-01-01", "days": "many"}),
        ("check_date", {"date": "31 February"}),
        ("clock", {"at": "now", "tell": "time"}),
        ("calculate", {"expression": "17 * 6", "claimed": "many"}),
        ("leap_year", {"year": "0"}),
        ("days_in", {"period": "2024-13"}),
    ],
)
def test_a_call_that_is_none_is_refused(name: str, arguments: dict[str, str]) -> None:
    with pytest.raises(BadCall):
        computed(Call(name, arguments), "en", TODAY)


def test_an_age_changes_on_the_birthday() -> None:
    ages = [
        computed(Call("age", {"born": "1990-05-05", "on": on}), "en", TODAY).value
        for on in ("2026-05-04", "2026-05-05", "2026-05-06", "1990-05-05")
    ]
    assert ages == ["35 years", "36 years", "36 years", "0 years"]


def test_the_clock_tells_its_time_zone() -> None:
    call = Call("clock", {"at": "2026-11-27 23:05+05:30", "tell": "time"})
    assert computed(call, "en", TODAY).sentence.startswith(
        "It is 23:05 on Friday, 27 November 2026 (UTC+05:30,"
    )


def test_a_date_may_be_one() -> None:
    assert computed(Call("check_date", {"date": "2024-02-29"}), "en", TODAY).value == "a day"


def test_no_name_stands_for_two_units() -> None:
    seen: dict[str, units.Unit] = {}
    for unit in dict.fromkeys(units.known().values()):
        for name in unit.names:
            assert seen.setdefault(name, unit) == unit


@pytest.mark.parametrize("symbol", sorted({unit.symbol for unit in units.known().values()}))
def test_a_unit_is_itself_after_a_way_there_and_back(symbol: str) -> None:
    unit = units.known()[symbol]
    for other in {one.symbol: one for one in units.known().values() if one.kind == unit.kind}.values():
        there = units.converted((units.Amount(units.Fraction(7), unit),), other)
        assert there is not None
        assert units.converted((units.Amount(there, other),), unit) == 7
