"""A watched shelf hears of what happens to its files."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import aclosing

import pytest

from sottovoce.core.errors import BadValue
from sottovoce.knowledge import sources, watching
from sottovoce.knowledge.file import ShelfFile


@pytest.fixture
def shelf(tmp_path):
    file = ShelfFile(tmp_path / "shelf")
    yield file
    file.close()


@pytest.mark.parametrize("is_folder", [True, False])
async def test_what_happens_to_a_source_is_told(shelf, tmp_path, monkeypatch, is_folder):
    monkeypatch.setattr(watching, "QUIET", 50)
    monkeypatch.setattr(watching, "LOOK", 3_600_000)
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a.txt").write_text("one")
    shelf.call(lambda conn: sources.add(conn, folder if is_folder else folder / "a.txt", 1.0))
    async with aclosing(watching.changes(shelf)) as coming:
        heard = asyncio.ensure_future(anext(coming))
        while not heard.done():  # until the watch stands, nobody hears
            (folder / "a.txt").write_text("two")
            (folder / "a.txt").rename(folder / "b.txt")
            (folder / "b.txt").rename(folder / "a.txt")
            await asyncio.wait([heard], timeout=0.3)
        assert heard.exception() is None


async def told_of(coming, path) -> None:
    """Return once something was told while this was there."""
    async for _ in coming:
        if path.exists():
            return


@pytest.mark.parametrize("how", ["deleted", "moved", "not there at first"])
async def test_a_folder_that_is_there_anew_is_heard(shelf, tmp_path, monkeypatch, how):
    monkeypatch.setattr(watching, "QUIET", 20)
    monkeypatch.setattr(watching, "LOOK", 100)
    folder = tmp_path / "docs"
    folder.mkdir()
    shelf.call(lambda conn: sources.add(conn, folder, 1.0))
    if how == "not there at first":
        folder.rmdir()
    async with aclosing(watching.changes(shelf)) as coming, asyncio.timeout(20):
        if folder.exists():
            heard = asyncio.ensure_future(anext(coming))
            while not heard.done():  # until the watch stands, nobody hears
                (folder / "first.txt").write_text("one")
                await asyncio.wait([heard], timeout=0.1)
            if how == "deleted":
                shutil.rmtree(folder)
                await anext(coming)
            else:
                folder.rename(tmp_path / "away")
        for name in ("a.txt", "b.txt", "c.txt"):  # the first may be met only by the look at what came back
            folder.mkdir(exist_ok=True)
            (folder / name).write_text("one")
            await told_of(coming, folder / name)


async def test_a_shelf_without_sources_has_nothing_to_watch(shelf):
    with pytest.raises(BadValue, match="nothing on this shelf to watch"):
        async with aclosing(watching.changes(shelf)) as coming:
            await anext(coming)
