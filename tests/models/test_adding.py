"""A file comes onto the shelf whole or not at all, and one that is linked stays as it was."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import BinaryIO

import pytest
from gguf_samples import language_model, split

from sottovoce.core.errors import BadModelFile, BadValue, DiskFull
from sottovoce.core.paths import Home
from sottovoce.models import adding, shelf, starter


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


def test_a_linked_file_stays_where_it_is_and_as_it_is(home: Home, elsewhere: Path) -> None:
    path = language_model().write(elsewhere / "m.gguf")
    path.chmod(0o444)
    before, content = path.stat(), path.read_bytes()
    (file,) = adding.put(home, adding.examine(path), "mine")
    assert file.path == home.models / "mine.gguf"
    assert file.path.readlink() == path
    after = path.stat()
    kept = ("st_mode", "st_uid", "st_gid", "st_mtime_ns", "st_ino", "st_nlink", "st_size")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    assert path.read_bytes() == content
    assert shelf.resolve("mine", home).path == file.path


def test_what_is_remembered_of_a_link_holds_so_it_is_not_hashed_again(home: Home, elsewhere: Path) -> None:
    path = language_model().write(elsewhere / "m.gguf")
    (file,) = adding.put(home, adding.examine(path), "mine")
    assert shelf.content(file.path, file) is file


def test_a_copy_is_private_and_whole(home: Home, elsewhere: Path) -> None:
    path = language_model().write(elsewhere / "m.gguf")
    path.chmod(0o444)
    (file,) = adding.put(home, adding.examine(path), "mine", copy=True)
    assert not file.path.is_symlink()
    assert file.path.read_bytes() == path.read_bytes()
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in home.models.iterdir()] == ["mine.gguf"]


@pytest.mark.parametrize("copy", [False, True])
def test_all_parts_of_a_split_model_come_under_one_name(home: Home, elsewhere: Path, copy: bool) -> None:
    candidate = adding.examine(split(elsewhere)[0])
    files = adding.put(home, candidate, "large", copy=copy)
    assert [file.path.name for file in files] == [f"large-{n:05}-of-00003.gguf" for n in (1, 2, 3)]
    model = shelf.resolve("large", home)
    assert (model.name, model.path) == ("large", files[0].path)
    assert shelf.size(model.path) == candidate.size


def test_a_part_that_cannot_be_put_takes_the_others_back(home: Home, elsewhere: Path) -> None:
    candidate = adding.examine(split(elsewhere)[0])
    (elsewhere / "big-00003-of-00003.gguf").unlink()
    with pytest.raises(Exception):  # noqa: B017, PT011  (whatever the disk says)
        adding.put(home, candidate, "large", copy=True)
    assert list(home.models.iterdir()) == []


def test_a_file_that_changes_before_it_is_copied_is_refused(home: Home, elsewhere: Path) -> None:
    path = language_model().write(elsewhere / "m.gguf")
    candidate = adding.examine(path)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(BadModelFile, match="changed while it was copied"):
        adding.put(home, candidate, "mine", copy=True)
    assert list(home.models.iterdir()) == []


def test_a_copy_that_would_fill_the_disk_is_not_begun(
    home: Home, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = adding.examine(language_model().write(elsewhere / "m.gguf"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(100, 100, 1 << 20))
    with pytest.raises(DiskFull, match="of disk") as caught:
        adding.put(home, candidate, "mine", copy=True)
    assert "sotto models add FILE" in str(caught.value.hint)
    adding.put(home, candidate, "mine")


@pytest.mark.parametrize("taken", ["file", "link to nothing"])
def test_a_name_that_is_taken_is_not_given_twice(home: Home, elsewhere: Path, taken: str) -> None:
    candidate = adding.examine(language_model().write(elsewhere / "m.gguf"))
    there = home.models / "mine.gguf"
    there.write_bytes(b"theirs") if taken == "file" else there.symlink_to(elsewhere / "gone")
    with pytest.raises(BadValue, match="mine already"):
        adding.put(home, candidate, "mine")
    assert there.is_symlink() or there.read_bytes() == b"theirs"


def test_what_took_the_name_while_it_was_copied_is_not_written_over(
    home: Home, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = adding.examine(language_model().write(elsewhere / "m.gguf"))

    def copied_meanwhile(source: BinaryIO, into: BinaryIO, _: int) -> None:
        into.write(source.read())
        (home.models / "mine.gguf").write_bytes(b"mine")

    monkeypatch.setattr(shutil, "copyfileobj", copied_meanwhile)
    with pytest.raises(BadValue, match="mine already"):
        adding.put(home, candidate, "mine", copy=True)
    assert (home.models / "mine.gguf").read_bytes() == b"mine"
    assert [path.name for path in home.models.iterdir()] == ["mine.gguf"]


@pytest.mark.parametrize("content", [b"", b"GGUF", b"PK\x03\x04" + bytes(99), b"<!doctype html>"])
def test_what_is_no_sound_model_is_not_added(elsewhere: Path, content: bytes) -> None:
    path = elsewhere / "m.gguf"
    path.write_bytes(content)
    with pytest.raises(BadModelFile):
        adding.examine(path)


def test_a_split_model_with_a_part_missing_is_not_added(elsewhere: Path) -> None:
    first, _, last = split(elsewhere)
    last.unlink()
    with pytest.raises(BadModelFile):
        adding.examine(first)


def test_the_same_content_is_noticed_under_any_name(home: Home, elsewhere: Path) -> None:
    path = language_model().write(elsewhere / "m.gguf")
    candidate = adding.examine(path)
    assert adding.already(home, candidate, {}) is None
    shutil.copy(path, home.models / "by-hand.gguf")
    assert adding.already(home, candidate, {}) == home.models / "by-hand.gguf"


def test_other_content_of_the_same_size_is_another_model(home: Home, elsewhere: Path) -> None:
    candidate = adding.examine(language_model().write(elsewhere / "m.gguf"))
    other = bytearray((elsewhere / "m.gguf").read_bytes())
    other[-1] ^= 1
    (home.models / "other.gguf").write_bytes(other)
    assert adding.already(home, candidate, {}) is None


def test_the_starter_is_had_already(home: Home, elsewhere: Path) -> None:
    (elsewhere / "s.gguf").symlink_to(starter.path())
    assert adding.already(home, adding.examine(elsewhere / "s.gguf"), {}) == starter.path()


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("Llama-3.2-1B-Instruct-Q4_K_M.gguf", "Llama-3.2-1B-Instruct-Q4_K_M"),
        ("my model (2).gguf", "my-model-2"),
        ("big-00001-of-00003.gguf", "big"),
        (".hidden.gguf", "hidden"),
        ("模型 x.gguf", "x"),
        ("a" * 200 + ".gguf", "a" * 100),
    ],
)
def test_a_file_goes_by_its_own_name_as_far_as_that_is_one(file: str, name: str) -> None:
    assert adding.name_for(Path(file)) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        ".x",
        "-x",
        "a/b",
        "../up",
        "/abs",
        "a\\b",
        "a\0b",
        "a b",
        "starter",
        "Starter",
        "ü",
        "x" * 101,
    ],
)
def test_a_name_that_leads_elsewhere_or_cannot_be_typed_is_refused(name: str) -> None:
    with pytest.raises(BadValue, match=r"name of a model|came with the program"):
        adding.name_for(Path("m.gguf"), name)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_file_named_by_a_link_is_linked_as_it_was_named(home: Home, elsewhere: Path) -> None:
    path = language_model().write(elsewhere / "blob")
    link = elsewhere / "m.gguf"
    link.symlink_to(path)
    (file,) = adding.put(home, adding.examine(link), "mine")
    assert file.path.readlink() == link
