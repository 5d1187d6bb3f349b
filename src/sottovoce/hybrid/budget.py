"""What a question may use at most, and whether that is allowed. Values in, values out; the clock is given.

Days and months are those of UTC, as they are on most bills.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sottovoce.core.errors import OverBudget
from sottovoce.core.events import Usage
from sottovoce.core.messages import Message
from sottovoce.hybrid.upstream import Limit, Upstream
from sottovoce.store.spending import Spent

BYTES_PER_TOKEN = 3
"""Of common text, in English or Chinese. No token is less than one byte: that is the bound."""
TOKENS_PER_MESSAGE = 16
"""The marks of a chat template around a message."""
MILLION = 1_000_000
HEAD = 2_000
"""Bytes of a request's head, and of an answer's."""
SMALLEST_ANSWER = 4_096
"""Bytes below which no answer can come."""


@dataclass(frozen=True, slots=True)
class Period:
    """From one moment up to, and without, another: seconds since 1970."""

    name: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Count:
    """One limit with what is used of it and what a question may take, in the unit that people read."""

    limit: Decimal
    used: Decimal
    wanted: Decimal
    unit: str


def periods(now: float) -> tuple[Period, Period]:
    """Return the day and the month, in UTC, that a moment lies in."""
    today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    first = today.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return (
        Period("day", today.timestamp(), (today + timedelta(days=1)).timestamp()),
        Period("month", first.timestamp(), following.timestamp()),
    )


def answer_bytes(longest: int) -> int:
    """Return how many bytes an answer of so many tokens may come in, each wrapped by its protocol."""
    return 65_536 + min(1024 * longest, 64 * MILLION)


def cost(upstream: Upstream, prompt: int, answer: int) -> int:
    """Return what so many tokens cost, in millionths of the currency, rounded up; 0 without a price."""
    if upstream.price is None:
        return 0
    # A price per million tokens is a number of millionths per token.
    return math.ceil(prompt * upstream.price.input + answer * upstream.price.output)


def likely(messages: Sequence[Message]) -> int:
    """Return how many tokens messages are likely to be, where nobody can count them."""
    return sum(-(-len(one.text.encode()) // BYTES_PER_TOKEN) + TOKENS_PER_MESSAGE for one in messages)


def most(upstream: Upstream, messages: Sequence[Message], longest: int, sent: int) -> Spent:
    """Return the most that a question can use: no token is shorter than a byte, no answer over `longest`.

    `sent` are the bytes of its body.
    """
    prompt = sum(len(one.text.encode()) + TOKENS_PER_MESSAGE for one in messages)
    return Spent(cost(upstream, prompt, longest), prompt + longest, sent + 2 * HEAD + answer_bytes(longest))


def used(upstream: Upstream, usage: Usage, data: int) -> Spent:
    """Return what an answer has used; `data` in bytes, both ways."""
    return Spent(cost(upstream, usage.prompt, usage.answer), usage.prompt + usage.answer, data)


def allowed(upstream: Upstream, spent: Mapping[str, Spent], wanted: Spent, sent: int) -> Spent:
    """Return what a question may use: what is `wanted`, but of data no more than is left. Raises OverBudget.

    `sent` are the bytes of its body; `spent` is what the upstream has used of each day and month.
    """
    room, least = wanted.bytes, sent + 2 * HEAD + SMALLEST_ANSWER
    for period, before in spent.items():
        limit: Limit = getattr(upstream.budget, period)
        for count in _counts(limit, before, wanted, least, upstream.currency):
            if count.used + count.wanted > count.limit:
                raise _over(upstream, period, count)
        if limit.bytes is not None:
            room = min(room, limit.bytes - before.bytes)
    return Spent(wanted.micro, wanted.tokens, room)


def room_for_answer(granted: Spent, sent: int) -> int:
    """Return how many bytes of an answer's body may come, of what was granted."""
    return granted.bytes - sent - 2 * HEAD


def _counts(limit: Limit, before: Spent, wanted: Spent, least: int, currency: str) -> list[Count]:
    found = []
    if limit.money is not None:
        money = Decimal(before.micro) / MILLION, Decimal(wanted.micro) / MILLION
        found.append(Count(limit.money, *money, currency))
    if limit.tokens is not None:
        found.append(Count(Decimal(limit.tokens), Decimal(before.tokens), Decimal(wanted.tokens), "tokens"))
    if limit.bytes is not None:
        found.append(Count(Decimal(limit.bytes), Decimal(before.bytes), Decimal(least), "bytes"))
    return found


def _over(upstream: Upstream, period: str, count: Count) -> OverBudget:
    a_day = period == "day"
    return OverBudget(
        f"{upstream.name} may use {count.limit:,f} {count.unit} a {'day' if a_day else 'month'}; "
        f"{count.used:,f} are used, and this question may take {count.wanted:,f}.",
        hint=f"Ask the model here or {'tomorrow' if a_day else 'next month'}, or raise the limit in its file",
    )
