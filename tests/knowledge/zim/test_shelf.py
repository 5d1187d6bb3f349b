"""A shelf with a document and an encyclopaedia that comes to harm: the document answers, the harm is told."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from test_damage import a_byte_of_the_third_cluster, both_indexes, cut_short, harm
from zim_articles import LEADS

from sottovoce.core.errors import BadDocument
from sottovoce.core.paths import open_home
from sottovoce.knowledge import documents
from sottovoce.knowledge.chunk import cut
from sottovoce.knowledge.document import Block, Reading
from sottovoce.knowledge.documents import Document
from sottovoce.knowledge.shelf import Shelf
from sottovoce.knowledge.shelves import Shelves
from sottovoce.store.db import open_database

QUESTION = "Which metal glows in the dark?"
SAID = "Radium is a metal that glows in the dark."


@pytest.fixture
async def shelves(tmp_path: Path) -> AsyncIterator[Shelves]:
    database = open_database(open_home(tmp_path / "home"))
    shelves = Shelves(database.home, database)
    yield shelves
    await shelves.close()
    database.close()


@pytest.fixture
async def shelf(shelves: Shelves, copy: Path) -> Shelf:
    """A shelf with a note about radium and wiki.zim."""
    shelf = await shelves.add("me", "desk")
    text, passages = cut(Reading((Block("text", SAID),)))
    note = Document(0, None, "/note.md", "note.md", "", "d" * 64, 1, 1, 1.0, None, 0, 2.0)
    await shelf.file.run(lambda conn: documents.put(conn, note, text, passages))
    await shelves.mount(shelf, copy)
    return shelf


def rotten(path: Path, damage: Callable[[bytes], bytes]) -> None:
    """Change a file as a failing disk does: its time stays."""
    seen = path.stat()
    harm(path, damage)
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))


def vanish(path: Path) -> None:
    path.unlink()


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


HARMS: dict[str, tuple[Callable[[Path], None], str]] = {
    "cut short": (lambda path: rotten(path, cut_short), "wiki.zim is cut short"),
    "written to": (lambda path: harm(path, both_indexes), "wiki.zim is no longer the file that was mounted"),
    "vanished": (vanish, "There is no encyclopaedia at"),
    "a folder": (a_folder, "wiki.zim is a folder, not a ZIM file"),
    "a pipe": (a_pipe, "wiki.zim is a pipe or a device, not a ZIM file"),
}


@pytest.mark.parametrize("asked_before", [False, True])
@pytest.mark.parametrize("name", HARMS)
@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be harmed there")
async def test_the_documents_answer_and_one_sentence_names_the_file(
    shelf: Shelf, copy: Path, name: str, asked_before: bool
) -> None:
    if asked_before:
        whole = await shelf.search(QUESTION)
        assert {"note.md", "Radium"} <= {one.document for one in whole.found}
        assert whole.unread == ()
    harmed, sentence = HARMS[name]
    harmed(copy)
    results = await shelf.search(QUESTION)
    assert [one.text for one in results.found] == [SAID]
    assert results.answers
    (said,) = results.unread
    assert said.startswith(sentence)
    assert copy.name in said
    with pytest.raises(BadDocument) as refused:
        await shelf.search("Who painted ceilings?")
    assert refused.value.sentence == said
    assert await shelf.text_of("note.md") == SAID.encode()


async def test_another_edition_in_its_place_is_not_asked(shelf: Shelf, written: Path, copy: Path) -> None:
    shutil.copy(written / "chinese.zim", copy)
    results = await shelf.search(QUESTION)
    assert [one.document for one in results.found] == ["note.md"]
    assert results.unread == (
        "wiki.zim is no longer the file that was mounted: it is another encyclopaedia, or another edition.",
    )
    verdict = await shelf.check()
    assert not verdict.is_sound
    assert not verdict.is_broken, "the shelf itself is well"
    assert verdict.damage == list(results.unread)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (both_indexes, "wiki.zim: its index cannot be read: "),
        (a_byte_of_the_third_cluster, "wiki.zim: the article “"),
    ],
)
async def test_what_rots_inside_is_told_once_and_the_rest_goes_on(
    shelf: Shelf, copy: Path, damage: Callable[[bytes], bytes], sentence: str
) -> None:
    rotten(copy, damage)
    told = [(await shelf.search(title)).unread for title in LEADS]
    assert all(len(said) <= 1 for said in told)
    assert any(said and said[0].startswith(sentence) for said in told)
    assert (await shelf.search(QUESTION)).found[0].text == SAID


async def test_one_that_is_gone_leaves_the_other_to_answer(
    shelves: Shelves, shelf: Shelf, written: Path, copy: Path
) -> None:
    await shelves.mount(shelf, written / "english.zim")
    vanish(copy)
    results = await shelf.search("What lowers blood sugar?")
    assert results.found[0].document == "Insulin"
    assert len(results.unread) == 1
    assert b"Insulin" in await shelf.text_of("Insulin")
    with pytest.raises(BadDocument, match="There is no encyclopaedia at"):
        await shelf.text_of("Nothing of this name")
