"""Shelves that a server brings in step: words first, then vectors, each kept as it is done."""

from __future__ import annotations

import asyncio

import pytest

from sottovoce.core.errors import EngineFailed
from sottovoce.core.paths import open_home
from sottovoce.knowledge.at_work import AtWork
from sottovoce.knowledge.embedding import Progress
from sottovoce.knowledge.shelves import Shelves
from sottovoce.store.db import open_database


@pytest.fixture
async def shelf(tmp_path):
    home = open_home(tmp_path / "home")
    database = open_database(home)
    shelves = Shelves(home, database)
    shelf = await shelves.add("me", "boats")
    (tmp_path / "jib.txt").write_text("A jib is a triangular sail.")
    await shelves.put(shelf, tmp_path / "jib.txt")
    yield shelf
    await shelves.close()
    database.close()


async def ended(work) -> str:
    await asyncio.wait({work.task})
    return work.state


async def test_vectors_are_made_once_everything_can_be_found_by_its_words(shelf):
    seen = []

    async def fill(asked):
        seen.append((await asked.search("triangular sail")).found[0].document)
        yield Progress(0, 1, 0.0)
        yield Progress(1, 1, 2.0)

    at_work = AtWork(fill=fill)
    work = at_work.start(shelf)
    assert await ended(work) == "done"
    assert seen == ["jib.txt"]
    assert work.vectors == Progress(1, 1, 2.0)
    await at_work.close()


async def test_a_pause_while_vectors_are_made_keeps_what_was_read(shelf):
    begun = asyncio.Event()

    async def fill(_):
        yield Progress(0, 1, 0.0)
        begun.set()
        await asyncio.Event().wait()

    at_work = AtWork(fill=fill)
    work = at_work.start(shelf)
    await begun.wait()
    await at_work.pause(shelf.row.id)
    assert work.state == "paused"
    assert (await shelf.search("triangular sail")).found
    await at_work.close()


async def test_an_engine_that_fails_is_told_and_the_words_stay(shelf):
    async def fill(_):
        raise EngineFailed("The engine stopped.", hint="Ask again")
        yield

    at_work = AtWork(fill=fill)
    work = at_work.start(shelf)
    assert await ended(work) == "failed"
    assert work.problem.sentence == "The engine stopped."
    assert (await shelf.search("triangular sail")).found
    await at_work.close()
