"""Shelves: made, searched and removed, each by its owner alone."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing

import pytest

from sottovoce.core.errors import BadValue, NotFound, StoreProblem
from sottovoce.core.paths import open_home
from sottovoce.knowledge import documents
from sottovoce.knowledge.chunk import cut
from sottovoce.knowledge.document import Block, Reading
from sottovoce.knowledge.documents import Document
from sottovoce.knowledge.shelves import Shelves
from sottovoce.store.db import open_database

ME, ANOTHER = "me", "another"


@pytest.fixture
def home(tmp_path):
    return open_home(tmp_path / "home")


@pytest.fixture
async def shelves(home):
    database = open_database(home)
    shelves = Shelves(home, database)
    yield shelves
    await shelves.close()
    database.close()


def document(name: str, **facts) -> Document:
    given = {"path": f"/{name}", "title": "", "digest": "d1", "size": 1, "modified": 1, "written": 1.0}
    return Document(number=0, source=None, name=name, pages=None, length=0, read=2.0, **(given | facts))


async def put(shelf, name: str, *blocks: Block, **facts) -> None:
    text, passages = cut(Reading(blocks))
    await shelf.file.run(lambda conn: documents.put(conn, document(name, **facts), text, passages))


def on_disk(folder) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


SAILS = (
    Block("heading", "Sails", 1),
    Block("text", "A jib is the triangular sail before the mast."),
    Block("heading", "Größe", 2),
    Block("text", "Die Fläche beträgt 40 m². 三角帆在桅杆前。"),
)


async def test_a_passage_is_found_and_is_what_stands_at_its_bytes(shelves):
    shelf = await shelves.add(ME, "boats")
    await put(shelf, "sails.md", *SAILS)
    found = (await shelf.search("Which sails are triangular?")).found[0]
    assert (found.shelf, found.document, found.headings) == ("boats", "sails.md", ("Sails",))
    text = await shelf.file.read(lambda conn: documents.text_of(conn, 1))
    assert text[found.start : found.end].decode() == found.text
    assert found.text == "A jib is the triangular sail before the mast."


@pytest.mark.parametrize("question", ["40", "三角帆", "Fläche", "flache"])
async def test_numbers_chinese_and_accents_are_found(shelves, question):
    shelf = await shelves.add(ME, "boats")
    await put(shelf, "sails.md", *SAILS)
    found = (await shelf.search(question)).found
    assert found[0].headings == ("Sails", "Größe")
    assert found[0].text == "Die Fläche beträgt 40 m². 三角帆在桅杆前。"


async def test_a_shelf_is_nobody_elses(shelves):
    await shelves.add(ME, "boats")
    with pytest.raises(NotFound):
        await shelves.open(ANOTHER, "boats")
    await shelves.add(ANOTHER, "boats")
    assert [row.owner for row in await shelves.listed(ME)] == [ME]


@pytest.mark.parametrize("name", ["", "-x", "a/b", "a,b", "x" * 61, "boats"])
async def test_names_that_cannot_be_are_refused(shelves, name):
    await shelves.add(ME, "Boats")
    with pytest.raises(BadValue):
        await shelves.add(ME, name)


async def test_a_document_that_is_taken_off_leaves_no_byte(shelves, home):
    shelf = await shelves.add(ME, "boats")
    await put(shelf, "sails.md", *SAILS)
    await put(shelf, "secret.md", Block("text", "the xylophone is buried under the oak"))
    await shelf.file.run(lambda conn: documents.remove(conn, ["/secret.md"]))
    assert b"xylophon" in on_disk(shelves.folder(shelf.row))
    await shelf.file.scrub()
    assert not (await shelf.search("xylophone")).found
    assert (await shelf.search("triangular")).found
    await shelves.close()
    assert b"xylophon" not in on_disk(shelves.folder(shelf.row))


async def test_a_changed_document_takes_the_place_of_the_old_one(shelves):
    shelf = await shelves.add(ME, "boats")
    await put(shelf, "sails.md", *SAILS)
    await put(shelf, "sails.md", Block("text", "Nothing but an anchor."))
    assert not (await shelf.search("triangular")).found
    assert len((await shelf.search("anchor")).found) == 1


async def test_a_removed_shelf_is_gone_from_the_disk(shelves):
    shelf = await shelves.add(ME, "boats")
    await put(shelf, "sails.md", *SAILS)
    folder = shelves.folder(shelf.row)
    assert folder.is_dir()
    await shelves.remove(ME, "boats")
    assert not folder.exists()
    with pytest.raises(NotFound):
        await shelves.open(ME, "boats")


async def test_who_still_asks_a_shelf_that_was_removed_is_told_so(shelves):
    shelf = await shelves.add(ME, "boats")
    await put(shelf, "sails.md", *SAILS)
    searching = [asyncio.create_task(shelf.search("triangular sails")) for _ in range(8)]
    await asyncio.sleep(0)
    await shelves.remove(ME, "boats")
    answers = await asyncio.gather(*searching, return_exceptions=True)
    assert [one for one in answers if not isinstance(one, NotFound) and not one.found] == []
    with pytest.raises(NotFound, match="has just been removed"):
        await shelf.search("triangular sails")
    with pytest.raises(NotFound, match="has just been removed"):
        await put(shelf, "jib.md", *SAILS)


async def test_a_file_that_is_lost_while_it_is_open_is_told_and_can_be_put_back(shelves, home):
    shelf = await shelves.add(ME, "boats")
    await put(shelf, "sails.md", *SAILS)
    folder = home.knowledge / shelf.row.id
    with closing(sqlite3.connect(folder / "shelf.db", isolation_level=None)) as conn:
        conn.execute("VACUUM INTO ?", (str(home.root / "kept.db"),))
    shutil.rmtree(folder)
    with pytest.raises(StoreProblem, match="The file of the shelf 'boats' is missing"):
        await shelves.open(ME, "boats")
    folder.mkdir()
    (home.root / "kept.db").rename(folder / "shelf.db")
    assert (await (await shelves.open(ME, "boats")).search("jib")).found


async def test_a_long_text_is_read_where_it_is_needed(shelves):
    shelf = await shelves.add(ME, "boats")
    words = [f"字{number}é" for number in range(60_000)]
    blocks = [Block("text", " ".join(words[at : at + 50])) for at in range(0, len(words), 50)]
    await put(shelf, "long.txt", *blocks)
    (found, *_) = (await shelf.search("字59990é")).found
    assert "字59990é" in found.text
    text = await shelf.file.read(lambda conn: documents.text_of(conn, 1))
    assert text[found.start : found.end].decode() == found.text
