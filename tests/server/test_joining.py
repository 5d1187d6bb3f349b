"""What is written in one step of the loop is handed over at once, in order, and never lost at an end."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from sottovoce.server.joining import MOST_HELD, Joining


class Transport:
    """Keeps what it is asked to do."""

    def __init__(self) -> None:
        self.done: list[bytes | str] = []

    def write(self, data: bytes) -> None:
        self.done.append(data)

    def get_write_buffer_size(self) -> int:
        return 100

    def write_eof(self) -> None:
        self.done.append("eof")

    def close(self) -> None:
        self.done.append("close")

    def abort(self) -> None:
        self.done.append("abort")

    def is_closing(self) -> bool:
        return "close" in self.done or "abort" in self.done


@pytest.fixture
def inner() -> Transport:
    return Transport()


@pytest.fixture
async def joining(inner: Transport) -> Joining:
    return Joining(cast("asyncio.Transport", inner), asyncio.get_running_loop())


async def test_what_one_step_writes_goes_together_and_the_next_steps_later(
    joining: Joining, inner: Transport
) -> None:
    joining.write(b"head ")
    joining.write(b"body")
    assert inner.done == []
    assert joining.get_write_buffer_size() == 100 + len("head body")
    await asyncio.sleep(0)
    assert inner.done == [b"head body"]
    assert joining.get_write_buffer_size() == 100
    joining.write(b"more")
    await asyncio.sleep(0)
    assert inner.done == [b"head body", b"more"]


@pytest.mark.parametrize("end", ["close", "write_eof"])
async def test_an_end_comes_behind_what_was_written(joining: Joining, inner: Transport, end: str) -> None:
    joining.write(b"last words")
    getattr(joining, end)()
    await asyncio.sleep(0)
    assert inner.done == [b"last words", end.removeprefix("write_")]


async def test_an_abort_takes_what_was_held_with_it(joining: Joining, inner: Transport) -> None:
    joining.write(b"nobody")
    joining.abort()
    await asyncio.sleep(0)
    assert inner.done == ["abort"]
    assert joining.is_closing()


async def test_much_is_handed_over_within_the_step_so_that_its_writer_can_be_held_up(
    joining: Joining, inner: Transport
) -> None:
    joining.write(b"-" * MOST_HELD)
    assert inner.done == []
    joining.write(b"-")
    assert inner.done == [b"-" * (MOST_HELD + 1)]
    await asyncio.sleep(0)
    assert len(inner.done) == 1
