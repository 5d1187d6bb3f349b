"""A locked document, and the password that puts its text on the shelf."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import aclosing
from pathlib import Path

import pytest

from sottovoce.core.errors import BadDocument, BadValue, NotFound
from sottovoce.knowledge import documents, search
from sottovoce.knowledge.document import Block, Reading
from sottovoce.knowledge.file import NAME, ShelfFile
from sottovoce.knowledge.syncing import Progress, sync
from sottovoce.knowledge.unlocking import unlock

PASSWORD = "open sésame"
PLAN = "docs/plan.txt"


class Locked:
    """Reads what begins with `locked:` with the password alone; `during` happens while a file is read."""

    def __init__(self) -> None:
        self.read_names: list[str] = []
        self.during = asyncio.Event()
        self.during.set()
        self.asked = asyncio.Event()

    async def read(self, path: Path, name: str, *, password: str | None = None) -> Reading:
        self.read_names.append(name)
        text = await asyncio.to_thread(path.read_text)
        if text.startswith("locked:") and password != PASSWORD:
            self.asked.set()
            await self.during.wait()
            said = "is locked with a password" if password is None else "has another password"
            raise BadDocument(f"{name} {said}.", hint="Give its password", field="password")
        if "scan" in text:
            raise BadDocument(f"{name} holds pictures.", hint="Add the text")
        return Reading((Block("text", text),), title="A plan")


@pytest.fixture
def reader():
    return Locked()


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "plan.txt").write_text("locked: the anchor is let go at noon")
    (folder / "free.txt").write_text("a buoy")
    return folder


async def synced(shelf: ShelfFile, reader: Locked) -> Progress:
    reader.read_names.clear()
    async with aclosing(sync(shelf, "boats", reader, lambda name: name.endswith(".txt"))) as steps:
        async for step in steps:
            last = step
    return last


def locked(shelf: ShelfFile) -> list[str]:
    return [one.name for one in shelf.look(documents.locked)]


def found(shelf: ShelfFile) -> list[str]:
    results = shelf.look(lambda conn: search.search(conn, "boats", "anchor", 5))
    return [one.document for one in results.found]


async def test_a_password_puts_the_text_on_the_shelf_where_it_stays(shelf, reader, folder):
    step = await synced(shelf, reader)
    assert step.problems == {PLAN: f"{PLAN} is locked with a password."}
    assert locked(shelf) == [PLAN]
    there = await unlock(shelf, reader, PLAN, PASSWORD)
    assert (there.name, there.title, there.problem, there.is_locked) == (PLAN, "A plan", None, False)
    assert (locked(shelf), found(shelf)) == ([], [PLAN])
    assert ((await synced(shelf, reader)).total, reader.read_names) == (0, [])
    os.utime(folder / "plan.txt", ns=(5, 5))
    assert ((await synced(shelf, reader)).problems, reader.read_names) == ({}, [])
    (folder / "plan.txt").rename(folder / "renamed.txt")
    step = await synced(shelf, reader)
    assert (step.moved, step.problems, locked(shelf)) == (1, {}, [])
    assert found(shelf) == ["docs/renamed.txt"]


async def test_a_changed_file_is_locked_anew_and_its_old_text_gone(shelf, reader, folder):
    await synced(shelf, reader)
    await unlock(shelf, reader, PLAN, PASSWORD)
    (folder / "plan.txt").write_text("locked: the anchor stays")
    assert list((await synced(shelf, reader)).problems) == [PLAN]
    assert (locked(shelf), found(shelf)) == ([PLAN], [])


async def test_a_wrong_password_changes_nothing(shelf, reader):
    await synced(shelf, reader)
    with pytest.raises(BadDocument, match="another password") as caught:
        await unlock(shelf, reader, PLAN, "open barley")
    assert caught.value.field == "password"
    assert "barley" not in f"{caught.value.sentence}{caught.value.hint}{caught.value.detail}"
    assert (locked(shelf), found(shelf)) == ([PLAN], [])


async def test_what_opens_and_cannot_be_read_says_why_from_then_on(shelf, reader, folder):
    (folder / "plan.txt").write_text("locked: scan")
    await synced(shelf, reader)
    with pytest.raises(BadDocument, match="holds pictures"):
        await unlock(shelf, reader, PLAN, PASSWORD)
    assert locked(shelf) == []
    assert shelf.look(lambda conn: documents.get(conn, PLAN)).problem == f"{PLAN} holds pictures."
    assert (await synced(shelf, reader)).total == 0


async def test_what_is_not_locked_or_not_there_is_said(shelf, reader, folder):
    await synced(shelf, reader)
    with pytest.raises(BadValue, match="not locked"):
        await unlock(shelf, reader, "docs/free.txt", PASSWORD)
    with pytest.raises(NotFound):
        await unlock(shelf, reader, "docs/none.txt", PASSWORD)
    (folder / "plan.txt").unlink()
    with pytest.raises(BadDocument, match="not there any more"):
        await unlock(shelf, reader, PLAN, PASSWORD)


async def test_a_file_that_became_a_link_out_of_its_folder_is_not_followed(shelf, reader, folder, tmp_path):
    await synced(shelf, reader)
    (tmp_path / "elsewhere.txt").write_text("locked: of somebody else")
    (folder / "plan.txt").unlink()
    (folder / "plan.txt").symlink_to(tmp_path / "elsewhere.txt")
    with pytest.raises(BadDocument, match="not there any more"):
        await unlock(shelf, reader, PLAN, PASSWORD)
    assert PLAN not in reader.read_names[2:]


async def test_links_that_lead_to_each_other_are_in_nobodys_way(shelf, reader, folder):
    await synced(shelf, reader)
    (folder / "one").symlink_to(folder / "two")
    (folder / "two").symlink_to(folder / "one")
    assert (await unlock(shelf, reader, PLAN, PASSWORD)).problem is None


async def test_a_password_given_while_the_file_is_met_again_is_not_lost(shelf, reader, folder):
    await synced(shelf, reader)
    os.utime(folder / "plan.txt", ns=(5, 5))
    reader.during.clear()
    reader.asked.clear()
    meeting = asyncio.create_task(synced(shelf, reader))
    await reader.asked.wait()
    await unlock(shelf, reader, PLAN, PASSWORD)
    reader.during.set()
    await meeting
    assert (locked(shelf), found(shelf)) == ([], [PLAN])


async def test_a_shelf_of_the_version_before_knows_what_was_locked(shelf, reader, tmp_path):
    await synced(shelf, reader)
    shelf.close()
    with sqlite3.connect(tmp_path / "shelf" / NAME) as old:
        old.execute("ALTER TABLE documents DROP COLUMN locked")
        old.execute("PRAGMA user_version = 1")
    old.close()
    file = ShelfFile(tmp_path / "shelf")
    try:
        assert locked(file) == [PLAN]
        assert (await unlock(file, reader, PLAN, PASSWORD)).problem is None
    finally:
        file.close()
