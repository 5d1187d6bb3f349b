from __future__ import annotations

import asyncio

from sottovoce.core.feed import Feed


async def heard(feed: Feed[str], after: int = 0) -> list[tuple[int, str]]:
    return [one async for one in feed.follow(after)]


async def test_readers_hear_all_in_order_whenever_they_come() -> None:
    feed: Feed[str] = Feed()
    early = asyncio.create_task(heard(feed))
    for word in ["one", "two", "three"]:
        feed.tell(word)
        await asyncio.sleep(0)
    late = asyncio.create_task(heard(feed, 1))
    feed.end()
    assert await early == [(1, "one"), (2, "two"), (3, "three")]
    assert await late == [(2, "two"), (3, "three")]


async def test_what_is_forgotten_takes_no_number_with_it() -> None:
    feed: Feed[str] = Feed(most=8)
    for number in range(1, 101):
        feed.tell(str(number))
    feed.end()
    found = await heard(feed)
    assert len(found) <= 8
    assert all(str(number) == event for number, event in found)
    assert found[-1] == (100, "100")
    assert await heard(feed, 99) == [(100, "100")]


async def test_something_is_left_until_the_end_was_heard() -> None:
    feed: Feed[str] = Feed()
    assert feed.left(0)
    feed.tell("one")
    feed.end()
    assert feed.left(0)
    assert not feed.left(1)
    assert await heard(feed, 7) == []
