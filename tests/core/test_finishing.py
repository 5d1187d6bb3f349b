from __future__ import annotations

import asyncio

import pytest

from sottovoce.core.finishing import to_its_end


async def test_who_is_cancelled_too_late_goes_on() -> None:
    go_on, seen = asyncio.Event(), []

    async def work() -> str:
        await go_on.wait()
        return "done"

    async def caller() -> None:
        seen.append(await to_its_end(work()))
        await asyncio.sleep(0)
        seen.append("went on")

    task = asyncio.create_task(caller())
    for _ in range(3):
        await asyncio.sleep(0)
        task.cancel()
    await asyncio.sleep(0)
    go_on.set()
    await task
    assert seen == ["done", "went on"]
    assert task.cancelling() == 0


async def test_what_fails_says_so() -> None:
    async def work() -> None:
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        await to_its_end(work())
