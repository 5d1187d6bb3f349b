from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sottovoce.core.errors import OverBudget
from sottovoce.core.events import Usage
from sottovoce.core.messages import Message, Role
from sottovoce.hybrid import budget
from sottovoce.hybrid.upstream import Budget, Limit, Price, Upstream
from sottovoce.net.address import Where
from sottovoce.store.spending import NOTHING, Spent

EURO = Price(Decimal("0.25"), Decimal("2.00"), "EUR")
UPSTREAM = Upstream("far", "https://far.example", "large", Where.OUTSIDE, price=EURO)
QUESTION = [Message(Role.USER, "Wo ist der Kanarienvogel? 金丝雀在哪里？")]
CLEAN = {"day": NOTHING, "month": NOTHING}


def limited(**limits: Limit) -> Upstream:
    return Upstream("far", "https://far.example", "large", Where.OUTSIDE, price=EURO, budget=Budget(**limits))


def test_a_price_per_million_tokens_is_counted_in_millionths_and_rounded_up() -> None:
    assert budget.cost(UPSTREAM, 1_000_000, 0) == 250_000
    assert budget.cost(UPSTREAM, 1_000_000, 1_000_000) == 2_250_000
    assert budget.cost(UPSTREAM, 1, 0) == 1
    assert budget.cost(Upstream("f", "https://f", "m", Where.OUTSIDE), 10**6, 10**6) == 0
    assert budget.used(UPSTREAM, Usage(3, 0, 5), 900) == Spent(11, 8, 900)


@given(st.text(), st.integers(1, 100_000))
def test_no_question_uses_more_than_was_said_before(text: str, longest: int) -> None:
    """A token is a byte at least: with as many tokens as it has bytes, a text stays within the bound."""
    messages = [Message(Role.USER, text)]
    most = budget.most(UPSTREAM, messages, longest, len(text.encode()))
    worst = budget.used(UPSTREAM, Usage(len(text.encode()), 0, longest), most.bytes)
    assert worst.micro <= most.micro
    assert worst.tokens <= most.tokens
    assert budget.likely(messages) <= most.tokens


@pytest.mark.parametrize(
    ("limit", "unit"),
    [(Limit(money=Decimal("0.002")), "EUR"), (Limit(tokens=1000), "tokens"), (Limit(bytes=9000), "bytes")],
)
@pytest.mark.parametrize("period", ["day", "month"])
def test_a_limit_is_hard_and_says_what_is_used(limit: Limit, unit: str, period: str) -> None:
    wanted = budget.most(UPSTREAM, QUESTION, 900, 200)
    used = {"day": NOTHING, "month": NOTHING, period: Spent(1900, 990, 8000)}
    assert budget.allowed(UPSTREAM, used, wanted, 200) == wanted
    with pytest.raises(OverBudget, match=f"{unit} a {period}; ") as raised:
        budget.allowed(limited(**{period: limit}), used, wanted, 200)
    assert raised.value.exit_code == 3
    assert ("tomorrow" if period == "day" else "next month") in str(raised.value.hint)


def test_up_to_the_limit_is_within_it() -> None:
    wanted = Spent(500, 100, 90_000)
    just = limited(day=Limit(Decimal("0.0005"), 100))
    assert budget.allowed(just, CLEAN, wanted, 10) == wanted
    with pytest.raises(OverBudget):
        budget.allowed(just, CLEAN | {"day": Spent(1, 0, 0)}, wanted, 10)


def test_of_data_a_question_gets_what_is_left() -> None:
    wanted = budget.most(UPSTREAM, QUESTION, 900, 200)
    granted = budget.allowed(
        limited(day=Limit(bytes=50_000)), CLEAN | {"day": Spent(0, 0, 20_000)}, wanted, 200
    )
    assert granted == Spent(wanted.micro, wanted.tokens, 30_000)
    assert budget.room_for_answer(granted, 200) == 30_000 - 200 - 2 * budget.HEAD


@pytest.mark.parametrize(
    ("now", "day", "month"),
    [
        ("2026-11-27T18:00:00", ("2026-11-27", "2026-11-28"), ("2026-11-01", "2026-12-01")),
        ("2026-12-31T23:59:59", ("2026-12-31", "2027-01-01"), ("2026-12-01", "2027-01-01")),
        ("2028-02-29T00:00:00", ("2028-02-29", "2028-03-01"), ("2028-02-01", "2028-03-01")),
        ("1970-01-01T00:00:00", ("1970-01-01", "1970-01-02"), ("1970-01-01", "1970-02-01")),
        ("2126-03-31T12:00:00", ("2126-03-31", "2126-04-01"), ("2126-03-01", "2126-04-01")),
    ],
)
def test_a_day_and_a_month_are_those_of_utc(now: str, day: tuple[str, str], month: tuple[str, str]) -> None:
    def at(text: str) -> float:
        return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()

    found = [(one.name, one.start, one.end) for one in budget.periods(at(now))]
    assert found == [("day", *map(at, day)), ("month", *map(at, month))]
