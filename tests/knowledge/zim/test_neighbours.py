"""Passages of an article that stand next to each other become one for an answer."""

from __future__ import annotations

from pathlib import Path

import zim_articles as articles

from sottovoce.core.messages import OWNER
from sottovoce.core.paths import Home
from sottovoce.knowledge.shelves import Shelves
from sottovoce.store.db import open_database

LIGHTS = [f"Lighthouse {at} of the coast shows {at + 2} flashes above the sea." for at in range(18)]


async def test_neighbours_in_an_article_become_one(home: Home, tmp_path: Path) -> None:
    articles.write(tmp_path / "coast.zim", {"Lighthouses": f"<h1>Lighthouses</h1><p>{' '.join(LIGHTS)}</p>"})
    database = open_database(home)
    shelves = Shelves(home, database)
    shelf = await shelves.add(OWNER, "wiki")
    await shelves.mount(shelf, tmp_path / "coast.zim")
    alone = (await shelf.search("lighthouse flashes")).found
    assert len(alone) == 2
    (one,) = (await shelf.passages("lighthouse flashes", 400)).found
    assert (await shelf.text_of(one.document))[one.start : one.end] == one.text.encode()
    assert (one.start, one.end) == (min(p.start for p in alone), max(p.end for p in alone))
    await shelves.close()
    database.close()
