"""Checks of encyclopaedias in the background: begun once, stopped, tried again, closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from test_damage import a_byte_of_the_third_cluster, harm

from sottovoce.core.errors import SottoError, Stopping
from sottovoce.core.paths import open_home
from sottovoce.knowledge.mounting import Mounting, Mountings
from sottovoce.knowledge.shelf import Shelf
from sottovoce.knowledge.shelves import Shelves
from sottovoce.store.db import open_database


@pytest.fixture
async def shelves(tmp_path: Path) -> AsyncIterator[Shelves]:
    database = open_database(open_home(tmp_path / "home"))
    shelves = Shelves(database.home, database)
    yield shelves
    await shelves.close()
    database.close()


async def ended(mounting: Mounting) -> SottoError | None:
    assert mounting.task is not None
    await asyncio.wait({mounting.task})
    return mounting.problem


class Slow:
    """Stands for a check that takes until it is stopped; `begun` is set once it has told how far it is."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()

    async def __call__(self, path: Path, told: Callable[[int, int], None]) -> None:
        told(1, 4)
        self.begun.set()
        await asyncio.Event().wait()


async def test_it_is_begun_once_and_mounted_at_the_end(shelves: Shelves, copy: Path) -> None:
    heard: list[str] = []
    mountings = Mountings(shelves, heard.append)
    shelf = await shelves.add("me", "wiki")
    mounting = mountings.start(shelf, copy)
    assert mountings.start(shelf, copy) is mounting
    assert mountings.of(shelf.row.id) == [mounting]
    assert await ended(mounting) is None
    assert mounting.read == mounting.of > 0
    assert mountings.of(shelf.row.id) == []
    assert [one.path for one in await shelf.mounted()] == [copy]
    assert heard == [shelf.row.id] * 2


async def test_one_that_was_refused_is_tried_again(shelves: Shelves, copy: Path) -> None:
    harm(copy, a_byte_of_the_third_cluster)
    mountings = Mountings(shelves)
    shelf = await shelves.add("me", "wiki")
    problem = await ended(mountings.start(shelf, copy))
    assert problem is not None
    assert problem.sentence == "wiki.zim is damaged: its content does not match its checksum."
    assert [one.problem for one in mountings.of(shelf.row.id)] == [problem]
    harm(copy, a_byte_of_the_third_cluster)  # the same bit again: it is whole
    assert await ended(mountings.start(shelf, copy)) is None
    assert len(await shelf.mounted()) == 1


async def _stopped(mountings: Mountings, shelf: Shelf, path: Path) -> None:
    assert await mountings.stop(shelf.row.id, path)


async def _left(mountings: Mountings, shelf: Shelf, path: Path) -> None:
    await mountings.leave(shelf.row.id)


async def _closed(mountings: Mountings, shelf: Shelf, path: Path) -> None:
    await mountings.close()
    with pytest.raises(Stopping):
        mountings.start(shelf, path)


@pytest.mark.parametrize("end", [_stopped, _left, _closed])
async def test_one_that_is_stopped_mounts_nothing(
    shelves: Shelves, copy: Path, monkeypatch: pytest.MonkeyPatch, end: Callable[..., object]
) -> None:
    slow = Slow()
    monkeypatch.setattr("sottovoce.knowledge.zim.mount.check", slow)
    mountings = Mountings(shelves)
    shelf = await shelves.add("me", "wiki")
    mounting = mountings.start(shelf, copy)
    await slow.begun.wait()
    assert (mounting.read, mounting.of) == (1, 4)
    await end(mountings, shelf, copy)  # type: ignore[misc]
    assert mounting.task is not None
    assert mounting.task.done()
    assert mountings.of(shelf.row.id) == []
    assert await shelf.mounted() == []
    assert not await mountings.stop(shelf.row.id, copy)
