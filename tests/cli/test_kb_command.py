"""sotto kb, as a person at a terminal and a script see it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
from datetime import UTC, datetime

import pytest
from gguf_samples import ranker

from sottovoce.knowledge import facts, mounts, vectors
from sottovoce.knowledge.file import ShelfFile
from sottovoce.knowledge.vectors import VectorModel
from sottovoce.knowledge.zim.header import Identity
from sottovoce.knowledge.zim.mount import Mount


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "handbook"
    folder.mkdir()
    (folder / "leave.md").write_text("# Leave\n\nEverybody has 28 days of leave a year.\n")
    (folder / "travel.txt").write_text("Trains are paid for in second class.\n\n出差须经批准。")
    return folder


@pytest.fixture
def handbook(sotto, folder):
    said = sotto("kb", "add", "handbook", folder)
    assert (said.code, said.out) == (0, "")
    assert "handbook: 2 added." in said.err
    return folder


def test_a_passage_is_found_with_its_bytes_digest_and_age(sotto, handbook):
    (found, *_) = json.loads(sotto("kb", "search", "handbook", "how many days of leave", "--json").out)
    assert set(found) == {
        "document", "page", "heading", "start", "end", "text", "score", "digest", "as_of",
    }  # fmt: skip
    file = handbook / "leave.md"
    assert found["document"] == "handbook/leave.md"
    assert found["digest"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert "28 days of leave" in found["text"]
    assert found["end"] - found["start"] == len(found["text"].encode())
    assert found["as_of"] == datetime.fromtimestamp(file.stat().st_mtime, UTC).date().isoformat()
    shown = sotto("kb", "search", "handbook", "出差").out
    assert "handbook/travel.txt" in shown


def test_the_list_and_the_shelf_tell_space_and_age(sotto, handbook):
    (shelf,) = json.loads(sotto("kb", "list", "--json").out)
    assert (shelf["name"], shelf["documents"], shelf["unread"]) == ("handbook", 2, 0)
    assert shelf["bytes"] > 0
    assert shelf["synced"] is not None
    told = json.loads(sotto("kb", "show", "handbook", "--json").out)
    assert [one["name"] for one in told["documents"]] == ["handbook/leave.md", "handbook/travel.txt"]
    assert [one["path"] for one in told["sources"]] == [str(handbook)]
    said = sotto("kb", "show", "handbook", "--documents").out
    assert "on the disk" in said
    assert "handbook/leave.md" in said
    assert "handbook" in sotto("kb", "list").out


def test_what_was_not_utf8_is_told(sotto, tmp_path):
    folder = tmp_path / "old"
    folder.mkdir()
    (folder / "lamp.txt").write_bytes("Der Kühlschrank läuft mit 12 Volt.".encode("latin-1"))
    (folder / "new.txt").write_text("Die Lampe nicht.", encoding="utf-8")
    said = sotto("kb", "add", "old", str(folder)).err
    assert "  old/lamp.txt: Read as Windows-1252, not UTF-8.\n" in said
    assert "new.txt" not in said


async def _with_vectors(folder):
    file = ShelfFile(folder)
    await file.run(lambda conn: vectors.begin(conn, VectorModel("m", "d" * 64)))
    file.close()


def test_a_shelf_with_vectors_tells_of_a_model_that_orders_anew(sotto, handbook, home):
    assert "rerank" not in sotto("kb", "show", "handbook").err, "vectors bring more"
    (folder,) = home.knowledge.iterdir()
    asyncio.run(_with_vectors(folder))
    assert "sotto settings set rerank_model NAME" in sotto("kb", "show", "handbook").err
    ranker().write(home.models / "rank.gguf")
    assert sotto("settings", "set", "rerank_model", "rank").code == 0
    shown = sotto("kb", "show", "handbook")
    assert "ordered anew by rank" in shown.out
    assert "rerank" not in shown.err


def test_a_second_run_reads_nothing_and_a_check_tells_what_has_changed(sotto, handbook):
    assert "2 unchanged" in sotto("kb", "add", "handbook").err
    (handbook / "leave.md").unlink()
    (handbook / "new.txt").write_text("new")
    verdict = json.loads(sotto("kb", "check", "handbook", "--json").out)
    assert (verdict["sound"], verdict["in_step"]) == (True, False)
    assert (verdict["gone"], verdict["new"]) == (["handbook/leave.md"], ["handbook/new.txt"])
    sotto("kb", "add", "handbook")
    assert json.loads(sotto("kb", "check", "handbook", "--json").out)["in_step"]


def test_a_damaged_shelf_is_told_and_can_be_made_anew(sotto, handbook, tmp_path):
    (file,) = (tmp_path / "home" / "knowledge").glob("*/shelf.db")
    data = bytearray(file.read_bytes())
    for at in range(8192, len(data), 4096):
        data[at : at + 64] = b"\xff" * 64
    file.write_bytes(data)
    said = sotto("kb", "check", "handbook")
    assert said.code == 1
    assert "sotto kb remove" in said.err
    (listed,) = json.loads(sotto("kb", "list", "--json").out)
    assert listed["name"] == "handbook"
    assert sotto("kb", "remove", "handbook", "--yes").code == 0
    assert "2 added" in sotto("kb", "add", "handbook", handbook).err


@pytest.mark.parametrize(
    "words", [("search", "handbook", "leave"), ("check", "handbook"), ("add", "handbook")]
)
def test_a_shelf_whose_file_is_lost_is_not_begun_anew(sotto, handbook, home, words):
    sotto("kb", "add", "other", handbook)
    other, here = json.loads(sotto("kb", "list", "--json").out)[::-1]
    shutil.rmtree(home.knowledge / here["id"])
    said = sotto("kb", *words)
    assert said.code == 1
    assert "The file of the shelf 'handbook' is missing" in said.err
    assert "hint: Put it back from a backup, or make the shelf anew: sotto kb remove" in said.err
    assert not (home.knowledge / here["id"]).exists()
    lost, kept = json.loads(sotto("kb", "list", "--json").out)
    assert "is missing" in lost["problem"]
    assert kept == other
    assert sotto("kb", "remove", "handbook", "--yes").code == 0
    assert "2 added" in sotto("kb", "add", "handbook", handbook).err


def test_a_shelf_whose_file_was_emptied_is_damaged_though_it_is_open_elsewhere(sotto, handbook, home):
    (folder,) = home.knowledge.iterdir()
    elsewhere = ShelfFile(folder)
    elsewhere.call(facts.of)
    (folder / "shelf.db").write_bytes(b"")
    said = sotto("kb", "check", "handbook")
    assert said.code == 1
    assert "The file of the shelf 'handbook' is empty" in said.err
    assert "sotto kb remove" in said.err
    elsewhere.close()


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("add", "x", "/nowhere/at/all"), 2, "is not there"),
        (("add", "x"), 2, "There is no shelf named 'x'"),
        (("add", "a/b", "."), 2, "no slash"),
        (("add", "--", "-x", "."), 2, "no hyphen in front"),
        (("add", "x", os.devnull), 2, "is neither a file nor a folder"),
        (("search", "x", "y"), 2, "There is no shelf named 'x'"),
        (("remove", "handbook"), 3, "This needs a yes"),
        (("remove", "handbook", "/elsewhere"), 2, "was not put on this shelf"),
    ],
)
def test_what_cannot_be_is_said_with_a_next_step(sotto, handbook, words, code, sentence):
    said = sotto("kb", *words)
    assert said.code == code
    assert sentence in said.err
    assert "hint:" in said.err
    assert [one["name"] for one in json.loads(sotto("kb", "list", "--json").out)] == ["handbook"]


def test_what_only_has_the_name_of_an_encyclopaedia_is_refused_and_no_shelf_made(sotto, handbook, tmp_path):
    (tmp_path / "folder.zim").mkdir()
    (tmp_path / "page.zim").write_text("404 Not Found" * 100)
    for name, sentence in (
        ("folder.zim", "is a folder, not a ZIM file."),
        ("page.zim", "is not a ZIM file."),
    ):
        said = sotto("kb", "add", "wiki", tmp_path / name)
        assert said.code == 2
        assert f"{name} {sentence}" in said.err
        assert "hint:" in said.err
    assert [one["name"] for one in json.loads(sotto("kb", "list", "--json").out)] == ["handbook"]


@pytest.fixture
def wiki(handbook, home, tmp_path):
    """The place of an encyclopaedia that stands on the shelf handbook; nothing is there."""
    (folder,) = home.knowledge.iterdir()
    path = tmp_path / "a disk" / "wiki.zim"
    path.parent.mkdir()
    file = ShelfFile(folder)
    file.call(lambda conn: mounts.put(conn, Mount(path, Identity("u", 1, 1), "Wiki", "", None, 1, True, 1.0)))
    file.close()
    return path


def test_an_encyclopaedia_that_is_away_is_no_damage(sotto, wiki):
    said = sotto("kb", "check", "handbook")
    assert said.code == 0
    assert "missing: " in said.out
    assert "handbook is sound." in said.err
    assert (
        f"plug in the disk it is on, or take it off the shelf: sotto kb remove handbook '{wiki}'" in said.err
    )
    assert "make it anew" not in said.err
    assert json.loads(sotto("kb", "check", "handbook", "--json").out)["missing"] == [str(wiki)]
    assert "taken off" in sotto("kb", "remove", "handbook", wiki).err
    assert json.loads(sotto("kb", "check", "handbook", "--json").out)["in_step"]


def test_a_damaged_encyclopaedia_does_not_cost_the_shelf(sotto, wiki):
    wiki.write_bytes(b"404 Not Found" * 100)
    said = sotto("kb", "check", "handbook")
    assert said.code == 1
    assert "damage: wiki.zim is not a ZIM file." in said.out
    assert "copy the encyclopaedia to its place again, then: sotto kb add handbook FILE" in said.err
    assert "sotto kb remove" not in said.err


def test_a_folder_that_is_away_is_to_be_plugged_in(sotto, handbook):
    handbook.rename(handbook.with_name("away"))
    said = sotto("kb", "check", "handbook")
    assert f"missing: {handbook}" in said.out
    assert f"sotto kb remove handbook {handbook}" in said.err
    assert "brings it in step" not in said.err


def test_a_folder_that_is_closed_is_named_with_its_next_step(sotto, tmp_path, monkeypatch):
    folder = tmp_path / "docs"
    (folder / "closed").mkdir(parents=True)
    (folder / "a.txt").write_text("A jib is a sail.")
    real = os.scandir

    def scandir(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    sotto("kb", "add", "boats", folder)
    said = sotto("kb", "check", "boats")
    assert said.out == f"closed: {folder / 'closed'}\n"
    assert f"give yourself access: chmod u+rx {folder / 'closed'}" in said.err
    assert "kb remove" not in said.err
    why = "not yet looked through to its end; sotto kb add goes on, or tells why"
    assert f"  from {folder} ({why})\n" in sotto("kb", "show", "boats").out


def test_a_line_break_in_a_name_begins_no_line(sotto, home, tmp_path):
    odd = tmp_path / "a\nfrom nowhere"
    odd.mkdir()
    (odd / "sails\n[9] jib.txt").write_text("A jib is a sail.")
    (odd / "torn\nnot read.pdf").write_bytes(b"%PDF-1.7 torn")
    added = sotto("kb", "add", "boats", odd).err.splitlines()
    assert [line[:11] for line in added if "torn" in line] == ["  not read:"]
    (folder,) = home.knowledge.iterdir()
    file = ShelfFile(folder)
    mounted = Mount(odd / "w.zim", Identity("u", 1, 1), "Wi\nki", "", None, 1, True, 1.0)
    file.call(lambda conn: mounts.put(conn, mounted))
    file.close()
    shown = sotto("kb", "show", "boats").out.splitlines()
    assert f"  from {tmp_path}/a from nowhere" in shown
    assert f"  encyclopaedia Wi ki: 1 articles, {tmp_path}/a from nowhere/w.zim" in shown
    assert [line[:11] for line in shown if "torn" in line] == ["  not read:"]
    assert not any(line.startswith(("from", "not")) for line in added + shown)
    (first, *_) = sotto("kb", "search", "boats", "jib").out.splitlines()
    assert first == "[1] a from nowhere/sails [9] jib.txt"


@pytest.mark.skipif(os.name == "nt", reason="no pipe has a place in a folder there")
def test_a_pipe_is_refused_and_no_shelf_made(sotto, tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    said = sotto("kb", "add", "pipes", tmp_path / "pipe.txt")
    assert said.code == 2
    assert "pipe.txt is neither a file nor a folder." in said.err
    assert "hint: Save what comes out of it as a file" in said.err
    assert json.loads(sotto("kb", "list", "--json").out) == []


def test_a_source_is_taken_off_and_the_files_stay(sotto, handbook):
    assert "2 documents taken off" in sotto("kb", "remove", "handbook", handbook).err
    assert json.loads(sotto("kb", "search", "handbook", "leave", "--json").out) == []
    assert (handbook / "leave.md").exists()


@pytest.mark.parametrize("order", [1, -1])
def test_what_another_source_holds_stays_when_one_is_taken_off(sotto, folder, order):
    more = folder / "more"
    more.mkdir()
    (more / "sick.txt").write_text("Sickness is told on the first day.")
    gone, stays = [folder, more][::order]
    sotto("kb", "add", "handbook", gone)
    sotto("kb", "add", "handbook", stays)
    said = sotto("kb", "remove", "handbook", gone)
    assert (said.code, said.out) == (0, "")
    (found, *_) = json.loads(sotto("kb", "search", "handbook", "sickness", "--json").out)
    assert found["text"] == "Sickness is told on the first day."
    assert json.loads(sotto("kb", "check", "handbook", "--json").out)["in_step"]
