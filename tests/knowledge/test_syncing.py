"""A shelf kept in step with its files, whatever happens to them meanwhile."""

from __future__ import annotations

import asyncio
import os
import shutil
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from sottovoce.core.errors import BadDocument, DiskFull, StoreBusy
from sottovoce.core.grounds import day_of
from sottovoce.core.lock import FileLock
from sottovoce.knowledge import documents, search, sources
from sottovoce.knowledge.document import Block, Reading
from sottovoce.knowledge.file import ShelfFile
from sottovoce.knowledge.syncing import Progress, sync


class Plain:
    """Reads paragraphs, and counts what it was asked for; `during` happens while a file is read."""

    def __init__(self) -> None:
        self.read_names: list[str] = []
        self.during = lambda path: None
        self.written: float | None = None

    async def read(self, path: Path, name: str) -> Reading:
        self.read_names.append(name)
        text = await asyncio.to_thread(path.read_text)
        self.during(path)
        if "broken" in text:
            raise BadDocument(f"{name} is broken.", hint="Mend it")
        return Reading(tuple(Block("text", part) for part in text.split("\n\n")), written=self.written)


def is_readable(name: str) -> bool:
    return name.endswith((".txt", ".md"))


@pytest.fixture
def reader():
    return Plain()


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a.txt").write_text("the first anchor")
    (folder / "b.md").write_text("the second buoy")
    return folder


async def synced(shelf: ShelfFile, reader: Plain) -> Progress:
    reader.read_names.clear()
    async with aclosing(sync(shelf, "boats", reader, is_readable)) as steps:
        async for step in steps:
            last = step
    assert last.finished
    return last


def names(shelf: ShelfFile) -> list[str]:
    return [one.name for one in shelf.look(documents.listed) if one.problem is None]


def found(shelf: ShelfFile, question: str) -> list[str]:
    results = shelf.look(lambda conn: search.search(conn, "boats", question, 5))
    return [one.document for one in results.found]


async def test_what_is_new_is_read_once_and_what_has_not_changed_never_again(shelf, reader, folder):
    assert (await synced(shelf, reader)).added == 2
    assert names(shelf) == ["docs/a.txt", "docs/b.md"]
    again = await synced(shelf, reader)
    assert (again.kept, again.total, reader.read_names) == (2, 0, [])
    (folder / "b.md").write_text("the third cleat")
    assert (await synced(shelf, reader)).changed == 1
    assert reader.read_names == ["docs/b.md"]
    assert found(shelf, "cleat") == ["docs/b.md"]
    assert found(shelf, "buoy") == []


async def test_a_file_with_a_new_time_and_the_old_content_is_not_read(shelf, reader, folder):
    await synced(shelf, reader)
    os.utime(folder / "a.txt", ns=(5, 5))
    step = await synced(shelf, reader)
    assert (step.kept, reader.read_names) == (2, [])
    assert (await synced(shelf, reader)).total == 0


async def test_a_renamed_file_keeps_its_passages(shelf, reader, folder):
    await synced(shelf, reader)
    before = shelf.look(lambda conn: conn.execute("SELECT number FROM passages").fetchall())
    (folder / "sub").mkdir()
    (folder / "a.txt").rename(folder / "sub" / "renamed.txt")
    step = await synced(shelf, reader)
    assert (step.moved, step.added, step.removed) == (1, 0, 0)
    assert names(shelf) == ["docs/b.md", "docs/sub/renamed.txt"]
    assert found(shelf, "renamed") == ["docs/sub/renamed.txt"]
    assert shelf.look(lambda conn: conn.execute("SELECT number FROM passages").fetchall()) == before


async def test_a_deleted_file_goes_and_leaves_no_byte(shelf, reader, folder):
    await synced(shelf, reader)
    (folder / "b.md").unlink()
    assert (await synced(shelf, reader)).removed == 1
    assert found(shelf, "buoy") == []
    shelf.close()
    assert b"buoy" not in b"".join(file.read_bytes() for file in shelf.folder.iterdir())


async def test_a_folder_that_vanishes_takes_nothing_with_it(shelf, reader, folder):
    await synced(shelf, reader)
    folder.rename(folder.with_name("away"))
    step = await synced(shelf, reader)
    assert step.missing == [str(folder)]
    assert names(shelf) == ["docs/a.txt", "docs/b.md"]


async def test_a_folder_that_cannot_be_looked_into_keeps_what_was_read(shelf, reader, folder, monkeypatch):
    (folder / "closed").mkdir()
    (folder / "closed" / "c.txt").write_text("the hidden capstan")
    await synced(shelf, reader)
    real = os.scandir

    def scandir(path):
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    step = await synced(shelf, reader)
    assert step.missing == [str(folder / "closed")]
    assert found(shelf, "capstan") == ["docs/closed/c.txt"]


async def test_a_file_that_cannot_be_read_is_told_and_read_again_only_when_it_changes(shelf, reader, folder):
    (folder / "c.txt").write_text("broken")
    step = await synced(shelf, reader)
    assert step.problems == {"docs/c.txt": "docs/c.txt is broken."}
    assert (await synced(shelf, reader)).total == 0
    (folder / "c.txt").write_text("a mended capstan")
    await synced(shelf, reader)
    assert found(shelf, "capstan") == ["docs/c.txt"]


async def test_a_file_that_changes_while_it_is_read_is_read_again_the_next_time(shelf, reader, folder):
    def change(path: Path) -> None:
        if path.name == "a.txt":
            path.write_text("the first anchor, and more")

    reader.during = change
    step = await synced(shelf, reader)
    assert step.problems["docs/a.txt"].startswith("docs/a.txt was changed while it was read;")
    reader.during = lambda path: None
    await synced(shelf, reader)
    assert found(shelf, "anchor more") == ["docs/a.txt"]


async def test_a_stop_in_the_middle_loses_nothing_and_is_gone_on_from(shelf, reader, folder, monkeypatch):
    for number in range(20):
        (folder / f"n{number:02}.txt").write_text(f"buoy number {number}")
    monkeypatch.setattr("sottovoce.knowledge.syncing.TOGETHER", 4)
    async with aclosing(sync(shelf, "boats", reader, is_readable)) as steps:
        async for step in steps:
            if step.done >= 10:
                break
    there = len(names(shelf))
    assert 8 <= there < 22
    step = await synced(shelf, reader)
    assert len(reader.read_names) == 22 - there
    assert len(names(shelf)) == 22


async def test_two_programs_do_not_put_documents_on_the_same_shelf(shelf, reader):
    other = FileLock(shelf.folder / "lock")
    assert other.take()
    with pytest.raises(StoreBusy, match="Another program"):
        await synced(shelf, reader)
    other.release()
    assert (await synced(shelf, reader)).added == 2


async def test_a_full_disk_stops_it_and_the_next_run_goes_on(shelf, reader, folder, monkeypatch):
    monkeypatch.setattr("sottovoce.knowledge.syncing.TOGETHER", 1)
    pages = shelf.call(lambda conn: conn.execute("PRAGMA page_count").fetchone()[0])
    for number in range(30):
        (folder / f"n{number:02}.txt").write_text(" ".join(f"word{number}x{at}" for at in range(2000)))
    shelf.look(lambda conn: None)
    shelf._writing.submit(lambda: shelf._writer.execute(f"PRAGMA max_page_count = {pages + 60}")).result()
    with pytest.raises(DiskFull):
        await synced(shelf, reader)
    shelf._writing.submit(lambda: shelf._writer.execute("PRAGMA max_page_count = 1000000")).result()
    there = len(names(shelf))
    assert 0 < there < 32
    await synced(shelf, reader)
    assert len(names(shelf)) == 32
    assert len(reader.read_names) == 32 - there


async def test_what_will_not_fit_is_said_before_anything_is_read(shelf, reader, folder, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=20))
    (folder / "big.txt").write_text("x" * 1000)
    with pytest.raises(DiskFull, match="1 kB on the shelf"):
        await synced(shelf, reader)
    assert (reader.read_names, names(shelf)) == ([], [])


async def test_hidden_files_unfinished_ones_and_links_out_are_passed_over(shelf, reader, folder, tmp_path):
    (tmp_path / "secret.txt").write_text("the secret xebec")
    (folder / ".hidden.txt").write_text("x")
    (folder / "coming.txt.part").write_text("x")
    (folder / "picture.png").write_text("x")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "in.txt").symlink_to(folder / "a.txt")
    (folder / "loop").symlink_to(folder)
    (folder / "dead.txt").symlink_to(folder / "nowhere.txt")
    step = await synced(shelf, reader)
    assert names(shelf) == ["docs/a.txt", "docs/b.md", "docs/in.txt"]
    assert step.passed == {".png": 1}
    assert found(shelf, "xebec") == []


async def test_links_that_lead_to_each_other_are_passed_over(shelf, reader, folder):
    (folder / "c.md").symlink_to(folder / "d.md")
    (folder / "d.md").symlink_to(folder / "c.md")
    assert (await synced(shelf, reader)).added == 2
    assert names(shelf) == ["docs/a.txt", "docs/b.md"]


@pytest.mark.parametrize("beyond", [10**20, -(10**20)])
async def test_a_file_whose_time_is_beyond_all_bounds_is_read_once(
    shelf, reader, folder, beyond, monkeypatch
):
    def stat(path, **more):
        info = real(path, **more)
        if path.name != "a.txt":
            return info
        return SimpleNamespace(st_mode=info.st_mode, st_size=info.st_size, st_mtime_ns=beyond)

    real = Path.stat
    monkeypatch.setattr(Path, "stat", stat)
    step = await synced(shelf, reader)
    assert (step.added, step.problems) == (2, {})
    assert shelf.look(lambda conn: documents.get(conn, "docs/a.txt")).written is None
    assert shelf.look(lambda conn: documents.get(conn, "docs/b.md")).written is not None
    assert (await synced(shelf, reader)).total == 0


async def test_a_file_of_before_1970_has_its_day(shelf, reader, folder):
    os.utime(folder / "a.txt", (-86_400, -86_400))
    await synced(shelf, reader)
    assert day_of(shelf.look(lambda conn: documents.get(conn, "docs/a.txt")).written) == "1969-12-31"


@pytest.mark.parametrize("said", [-6e10, 3e11, float("inf"), float("nan")])
async def test_a_day_that_no_document_was_written_on_is_not_believed(shelf, reader, folder, said):
    os.utime(folder / "a.txt", (86_400, 86_400))
    reader.written = said
    await synced(shelf, reader)
    assert shelf.look(lambda conn: documents.get(conn, "docs/a.txt")).written == 86_400


@pytest.mark.skipif(os.name == "nt", reason="names are always Unicode there")
async def test_a_name_that_is_no_utf8_is_kept_with_its_odd_bytes_written_out(shelf, reader, folder):
    with open(os.fsencode(folder) + b"/odd\xff.txt", "w") as file:  # noqa: ASYNC230, PTH123
        file.write("an odd dinghy")
    await synced(shelf, reader)
    assert found(shelf, "dinghy") == ["docs/odd\\xff.txt"]
    assert (await synced(shelf, reader)).total == 0


@pytest.mark.skipif(os.name == "nt", reason="names are always Unicode there")
async def test_names_that_would_be_written_alike_are_kept_apart(shelf, reader, folder):
    raw = [b"n\xff.txt", b"n\\xff.txt", b"n\\\xff.txt", b"n\\\\xff.txt", b"n\\x.txt"]
    for number, name in enumerate(raw):
        with open(os.fsencode(folder) + b"/" + name, "w") as file:  # noqa: ASYNC230, PTH123
            file.write(f"dinghy{number}")
    step = await synced(shelf, reader)
    assert (step.added, step.problems) == (2 + len(raw), {})
    assert found(shelf, "dinghy0") == ["docs/n\\xff.txt"]
    assert found(shelf, "dinghy4") == ["docs/n\\x.txt"]
    shown = {name for number in range(len(raw)) for name in found(shelf, f"dinghy{number}")}
    assert len(shown) == len(raw)
    assert (await synced(shelf, reader)).total == 0


@pytest.mark.skipif(os.name == "nt", reason="names are always Unicode there")
async def test_a_closed_folder_with_an_odd_name_keeps_what_was_read(shelf, reader, folder, monkeypatch):
    odd = os.fsdecode(os.fsencode(folder) + b"/odd\xff")
    os.mkdir(odd)  # noqa: PTH102
    (folder / odd / "c.txt").write_text("the hidden capstan")
    await synced(shelf, reader)
    real = os.scandir

    def scandir(path):
        if str(path) == odd:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    await synced(shelf, reader)
    assert found(shelf, "capstan") == ["docs/odd\\xff/c.txt"]


async def test_two_sources_may_hold_files_of_one_name(shelf, reader, tmp_path):
    other = tmp_path / "other" / "docs"
    other.mkdir(parents=True)
    (other / "a.txt").write_text("another tiller")
    shelf.call(lambda conn: sources.add(conn, other, 2.0))
    await synced(shelf, reader)
    assert sorted(names(shelf)) == sorted(["docs/a.txt", "docs/b.md", str(other / "a.txt")])
    assert found(shelf, "tiller") == [str(other / "a.txt")]


def test_a_document_is_taken_off_with_exactly_the_words_that_were_put_in(shelf):
    text = "Größe ｆｕｌｌ width 三角帆 ﬁne \u0301 e\u0301 Straße 😀"
    passage = [documents.Passage(0, len(text.encode()), None, ("Ünder",))]
    one = documents.Document(0, None, "/x", "x", "Tïtle 标题", "d", 1, 1, 1.0, None, 0, 1.0)
    shelf.call(lambda conn: documents.put(conn, one, text, passage))
    shelf.call(lambda conn: documents.put(conn, replace(one, path="/y", name="y"), text, passage))
    shelf.call(lambda conn: documents.remove(conn, ["/x"]))
    shelf.call(lambda conn: conn.execute("INSERT INTO words (words) VALUES ('integrity-check')"))
    for word in ("grosse", "full", "三角帆", "fine", "strasse", "straße", "under", "标题"):
        assert "x" not in found(shelf, word)
    assert found(shelf, "三角帆") == ["y"]
