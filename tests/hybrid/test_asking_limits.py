"""What a question may use is taken before it is sent; a server that fails is left alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from decimal import Decimal
from typing import Any

import pytest
from answers import (
    GOOD,
    PLAIN,
    QUESTION,
    endless_text,
    hang_in_the_middle,
    heard,
    spent,
    streamed,
    text_of,
    whole,
)  # fmt: skip

from sottovoce.core.errors import NetworkProblem, Offline, OverBudget, UpstreamProblem
from sottovoce.core.events import Text
from sottovoce.core.paths import Home
from sottovoce.hybrid.asking import ask, most
from sottovoce.hybrid.dialects.words import Named
from sottovoce.hybrid.means import Means
from sottovoce.hybrid.upstream import Budget, Limit, Price, Upstream
from sottovoce.net.door import Door
from sottovoce.net.ledger import Ledger
from sottovoce.store.spending import NOTHING

Make = Callable[..., Means]
Elsewhere = Callable[..., Upstream]
PATH = "/v1/chat/completions"

# ── what it may use ───────────────────────────────────────────────────────────────────────────────


async def test_a_question_beyond_the_budget_is_not_sent(
    speaker: Any, ways: Make, elsewhere: Elsewhere, home: Home
) -> None:
    there, means = await speaker(), ways()
    there.says[PATH] = streamed(*GOOD)
    for limit in (Limit(tokens=50), Limit(money=Decimal("0.00001")), Limit(bytes=1000)):
        tight = elsewhere(there.port, price=Price(Decimal(1), Decimal(1), "EUR"), budget=Budget(day=limit))
        with pytest.raises(OverBudget, match="cellar may use"):
            await heard(tight, means)
    assert (there.connections, home.ledger.exists(), spent(means, tight)) == (0, False, NOTHING)


async def test_two_questions_at_once_do_not_take_the_same_budget(
    speaker: Any, ways: Make, elsewhere: Elsewhere
) -> None:
    there, means, going = await speaker(), ways(), asyncio.Event()

    async def later(writer: asyncio.StreamWriter) -> None:
        await going.wait()
        writer.write(streamed(*GOOD))
        await writer.drain()

    there.says[PATH] = later
    one = most(elsewhere(there.port, longest=64), QUESTION, PLAIN).tokens
    tight = elsewhere(there.port, longest=64, budget=Budget(day=Limit(tokens=2 * one - 1)))
    asked = [asyncio.create_task(heard(tight, means)) for _ in range(8)]
    while sum(task.done() for task in asked) < 7:
        await asyncio.sleep(0.01)
    going.set()
    ended = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(one, OverBudget) for one in ended) == 7
    assert there.connections == 1
    assert text_of(await heard(tight, means)) == "Hello.", "what was not used is free again"


async def test_an_answer_ends_where_the_data_of_the_day_does(
    speaker: Any, ways: Make, elsewhere: Elsewhere
) -> None:
    there, means = await speaker(), ways()
    there.says[PATH] = endless_text
    tight = elsewhere(there.port, longest=100_000, budget=Budget(day=Limit(bytes=50_000)))
    with pytest.raises(NetworkProblem, match="sent more than"):
        await heard(tight, means)
    assert spent(means, tight).bytes < 50_000 + 70_000, "no more than one piece beyond"
    with pytest.raises(OverBudget):
        await heard(tight, means)
    assert there.connections == 1


async def test_what_was_refused_before_it_was_sent_costs_nothing(
    ways: Make, elsewhere: Elsewhere, home: Home, loopback: None
) -> None:
    upstream = elsewhere(9)
    closed = Door(lambda: "off", Ledger(home.ledger))
    for means, problem in ((ways(door=closed), Offline), (ways(), NetworkProblem)):
        with pytest.raises(problem):
            await heard(upstream, means)
        assert spent(means, upstream) == NOTHING


async def test_an_answer_that_is_stopped_is_paid_for_as_far_as_it_came(
    speaker: Any, ways: Make, elsewhere: Elsewhere, home: Home
) -> None:
    there, means = await speaker(), ways()
    there.says[PATH] = hang_in_the_middle
    upstream = elsewhere(there.port)
    async with aclosing(ask(upstream, QUESTION, PLAIN, means)) as pieces:
        assert [await anext(pieces), await anext(pieces)] == [Named("large"), Text("So far.")]
    used = spent(means, upstream)
    assert 0 < used.tokens < most(upstream, QUESTION, PLAIN).tokens
    [leaving] = Ledger(home.ledger).departures()
    assert leaving.outcome == "stopped"


async def test_a_program_that_is_killed_leaves_the_most_that_it_might_have_used(
    speaker: Any, ways: Make, elsewhere: Elsewhere
) -> None:
    there, means = await speaker(), ways()
    there.says[PATH] = hang_in_the_middle
    upstream = elsewhere(there.port)
    async with aclosing(ask(upstream, QUESTION, PLAIN, means)) as pieces:
        await anext(pieces)
        assert spent(means, upstream) == most(upstream, QUESTION, PLAIN)


# ── a server that fails is left alone ─────────────────────────────────────────────────────────────


async def test_a_server_that_failed_thrice_is_left_alone_and_then_tried_once(
    speaker: Any, ways: Make, elsewhere: Elsewhere
) -> None:
    now = [1_000_000.0]
    there, means = await speaker(), ways(clock=lambda: now[0])
    there.says[PATH] = whole(b"", status=500)
    for _ in range(3):
        with pytest.raises(UpstreamProblem, match="failed"):
            await heard(elsewhere(there.port), means)
    with pytest.raises(UpstreamProblem, match="left alone for 30 s") as raised:
        await heard(elsewhere(there.port), means)
    assert (there.connections, raised.value.retry_after) == (3, 30.0)
    now[0] += 31
    there.says[PATH] = streamed(*GOOD)
    assert text_of(await heard(elsewhere(there.port), means)) == "Hello."
    assert text_of(await heard(elsewhere(there.port), means)) == "Hello."


async def test_a_question_at_fault_is_not_the_servers_failure(
    speaker: Any, ways: Make, elsewhere: Elsewhere
) -> None:
    there, means = await speaker(), ways()
    there.says[PATH] = whole(b"", status=400)
    for _ in range(5):
        with pytest.raises(UpstreamProblem, match="did not accept"):
            await heard(elsewhere(there.port), means)
    assert there.connections == 5


async def test_a_server_that_asks_for_time_gets_it(speaker: Any, ways: Make, elsewhere: Elsewhere) -> None:
    there, means = await speaker(), ways()
    there.says[PATH] = whole(b"", status=429, more="Retry-After: 40\r\n")
    with pytest.raises(UpstreamProblem):
        await heard(elsewhere(there.port), means)
    with pytest.raises(UpstreamProblem, match="left alone"):
        await heard(elsewhere(there.port), means)
    assert there.connections == 1
