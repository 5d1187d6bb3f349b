"""A watched shelf hears of what happens to its files."""

from __future__ import annotations

import asyncio
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


async def test_nothing_to_watch_is_told(shelf, tmp_path):
    (tmp_path / "stick" / "docs").mkdir(parents=True)
    shelf.call(lambda conn: sources.add(conn, tmp_path / "stick" / "docs", 1.0))
    (tmp_path / "stick").rename(tmp_path / "away")
    with pytest.raises(BadValue, match="None of the sources"):
        async with aclosing(watching.changes(shelf)) as coming:
            await anext(coming)
