"""sotto kb, as a person at a terminal and a script see it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from datetime import UTC, datetime

import pytest
from gguf_samples import ranker

from sottovoce.knowledge import vectors
from sottovoce.knowledge.file import ShelfFile
from sottovoce.knowledge.vectors import VectorModel


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
