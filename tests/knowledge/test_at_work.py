"""Shelves at work in one program: read, then given vectors, paused in either, and one at a time each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

import pytest

from sottovoce.core.errors import EngineFailed, Stopping
from sottovoce.core.paths import open_home
from sottovoce.knowledge.at_work import AtWork, Work
from sottovoce.knowledge.shelf import Shelf
from sottovoce.knowledge.shelves import Shelves
from sottovoce.store.db import open_database

ME = "me"


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    """A shelf of one folder with one text."""
    place = tmp_path / "boats"
    place.mkdir()
    (place / "jib.md").write_text("A jib is a sail.")
    database = open_database(open_home(tmp_path / "home"))
    shelves = Shelves(database.home, database)
    shelf = await shelves.add(ME, "boats")
    await shelves.put(shelf, place)
    yield shelf
    await shelves.close()
    database.close()


class Vectors:
    """Makes two vectors, and waits before the second until it may go on."""

    def __init__(self) -> None:
        self.may = asyncio.Event()
        self.begun = asyncio.Event()
        self.documents: list[int] = []

    async def fill(self, shelf: Shelf) -> AsyncGenerator[tuple[int, int], None]:
        self.documents.append((await shelf.facts()).documents)
        yield 1, 2
        self.begun.set()
        await self.may.wait()
        yield 2, 2


async def ended(work: Work) -> None:
    assert work.task is not None
    await asyncio.wait({work.task})


async def test_vectors_are_made_once_all_is_read(shelf: Shelf) -> None:
    told: list[str] = []
    vectors = Vectors()
    vectors.may.set()
    at_work = AtWork(told.append, vectors.fill)
    work = at_work.start(shelf)
    await ended(work)
    assert (work.state, work.vectors, vectors.documents) == ("done", (2, 2), [1])
    assert told == [shelf.row.id] * 2


async def test_a_pause_among_the_vectors_keeps_what_was_read(shelf: Shelf) -> None:
    vectors = Vectors()
    at_work = AtWork(fill=vectors.fill)
    work = at_work.start(shelf)
    await vectors.begun.wait()
    await at_work.pause(shelf.row.id)
    assert (work.state, (await shelf.facts()).documents) == ("paused", 1)
    vectors.may.set()
    again = at_work.start(shelf)
    assert again is not work
    await ended(again)
    assert again.state == "done"


async def test_what_is_asked_for_meanwhile_is_read_before_more_vectors_are_made(
    shelf: Shelf, tmp_path: Path
) -> None:
    vectors = Vectors()
    at_work = AtWork(fill=vectors.fill)
    work = at_work.start(shelf)
    await vectors.begun.wait()
    (tmp_path / "boats" / "keel.md").write_text("A keel is below.")
    assert at_work.start(shelf) is work
    vectors.may.set()
    await ended(work)
    assert (work.state, vectors.documents) == ("done", [1, 2])


async def test_vectors_that_cannot_be_made_are_said(shelf: Shelf) -> None:
    async def fail(shelf: Shelf) -> AsyncGenerator[tuple[int, int], None]:
        yield 0, 1
        raise EngineFailed("The engine died.", hint="Try again")

    work = AtWork(fill=fail).start(shelf)
    await ended(work)
    assert work.problem is not None
    assert (work.state, work.problem.sentence) == ("failed", "The engine died.")


async def test_nothing_is_begun_once_it_is_closed(shelf: Shelf) -> None:
    at_work = AtWork()
    work = at_work.start(shelf)
    await at_work.close()
    assert work.state == "paused"
    with pytest.raises(Stopping):
        at_work.start(shelf)
