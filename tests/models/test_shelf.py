from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from gguf_samples import encoder, language_model, projector, split

from sottovoce.core.errors import BadModelFile, NotFound
from sottovoce.core.paths import Home
from sottovoce.models import shelf
from sottovoce.models import starter as starter_module
from sottovoce.models.shelf import KnownFile, ModelFile
from sottovoce.models.starter import starter

MIGRATION = Path(shelf.__file__).parents[1] / "store" / "migrations" / "0001_start.sql"


@pytest.fixture
def conn() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.executescript(MIGRATION.read_text("utf-8"))
    yield connection
    connection.close()


def card(path: Path, sha256: str | None = None) -> ModelFile:
    return ModelFile(path.stem, path, sha256, "unknown", None, "unknown", "")


# ── finding ───────────────────────────────────────────────────────────────────────────────────────


def test_starter_names_the_starter(home: Home) -> None:
    assert shelf.resolve("starter", home) == starter()


def test_a_path_names_a_model(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = language_model().write(tmp_path / "mine.gguf")
    monkeypatch.chdir(tmp_path)
    for name in (str(path), "mine.gguf", "./mine.gguf"):
        found = shelf.resolve(name, home)
        assert found.name == "mine"
        assert found.path.is_absolute()
        assert found.path.samefile(path)
        assert (found.licence, found.sha256) == ("apache-2.0", None)


def test_a_file_in_the_models_folder_goes_by_its_name(home: Home) -> None:
    path = language_model().write(home.models / "tiny.gguf")
    assert shelf.resolve("tiny", home).path == path
    assert shelf.resolve("tiny.gguf", home).path == path


def test_the_ending_does_not_matter(home: Home) -> None:
    path = language_model().write(home.models / "sha256-abc")
    assert shelf.resolve(str(path), home).path == path


@pytest.mark.parametrize("name", ["", "nothing", "/no/such/file.gguf", "~nobody-here/x", "x" * 5000, "a\0b"])
def test_what_is_not_there_is_not_found(home: Home, name: str) -> None:
    with pytest.raises(NotFound) as caught:
        shelf.resolve(name, home)
    assert "sotto models list" in str(caught.value.hint)


def test_a_folder_is_not_a_model(home: Home, tmp_path: Path) -> None:
    with pytest.raises(BadModelFile, match="is not a file"):
        shelf.resolve(str(tmp_path), home)


def test_a_damaged_model_is_refused_when_it_is_named(home: Home) -> None:
    (home.models / "bad.gguf").write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(BadModelFile, match="zip archive"):
        shelf.resolve("bad", home)


@pytest.mark.parametrize(("make", "words"), [(projector, "beside one"), (encoder, "only makes embeddings")])
def test_a_file_that_cannot_answer_is_refused(home: Home, make: type, words: str) -> None:
    path = make().write(home.models / "other.gguf")
    with pytest.raises(BadModelFile, match=words):
        shelf.resolve(str(path), home)


def test_the_list_begins_with_the_starter_and_says_what_cannot_be_used(home: Home) -> None:
    sample = language_model().set("general.languages", "[string]", ["en", "de"])
    sample.write(home.models / "b.gguf")
    (home.models / "a.gguf").write_bytes(b"")
    (home.models / "notes.txt").write_text("none of it")
    split(home.models, "c")
    first, bad, tiny, big = shelf.listed(home)
    assert first == starter()
    assert (bad.name, bad.note) == ("a", "cannot be used: a.gguf is empty.")
    assert (tiny.name, tiny.licence, tiny.languages) == ("b", "apache-2.0", "en, de")
    assert tiny.note == "26,912 parameters, packed as F32"
    assert big.path.name == "c-00001-of-00003.gguf"


def test_the_list_stands_without_a_models_folder(home: Home) -> None:
    home.models.rmdir()
    assert shelf.listed(home) == [starter()]


def test_the_list_stands_without_the_starter(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starter_module, "FOLDER", tmp_path)
    language_model().write(home.models / "b.gguf")
    first, second = shelf.listed(home)
    assert first.note.startswith("cannot be used: The starter model is missing")
    assert second.name == "b"


# ── content ───────────────────────────────────────────────────────────────────────────────────────


def test_a_file_is_hashed_when_it_is_new(tmp_path: Path) -> None:
    content = os.urandom(3_000_001)
    path = tmp_path / "m.gguf"
    path.write_bytes(content)
    found = shelf.verified(card(path), None)
    info = path.stat()
    digest = hashlib.sha256(content).hexdigest()
    assert found == KnownFile(path, info.st_size, info.st_mtime_ns, info.st_ino, digest)


def test_a_file_is_not_read_again_while_it_has_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(b"one")
    known = replace(shelf.verified(card(path), None), sha256="remembered")
    assert shelf.verified(card(path), known) is known


@pytest.mark.parametrize("change", ["size", "time", "inode"])
def test_a_file_that_changed_is_read_again(tmp_path: Path, change: str) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(b"one")
    known = shelf.verified(card(path), None)
    if change == "size":
        path.write_bytes(b"more")
        os.utime(path, ns=(known.modified_ns, known.modified_ns))
    elif change == "time":
        path.write_bytes(b"two")
        os.utime(path, ns=(known.modified_ns + 1, known.modified_ns + 1))
    else:
        other = tmp_path / "other"
        other.write_bytes(b"six")
        os.utime(other, ns=(known.modified_ns, known.modified_ns))
        other.replace(path)
    found = shelf.verified(card(path), known)
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest() != known.sha256


def test_content_that_is_not_the_pinned_one_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(b"one")
    with pytest.raises(BadModelFile, match=r"m\.gguf is damaged: its content") as caught:
        shelf.verified(card(path, sha256="0" * 64), None)
    assert "pip install --force-reinstall ." in str(caught.value.hint)


def test_a_remembered_hash_that_is_not_the_pinned_one_is_damaged_too(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(b"one")
    known = shelf.verified(card(path), None)
    with pytest.raises(BadModelFile):
        shelf.verified(card(path, sha256="0" * 64), known)


def test_damaged_weights_are_found_though_the_header_is_sound(tmp_path: Path) -> None:
    sample = language_model()
    path = sample.write(tmp_path / "m.gguf")
    pinned = shelf.verified(card(path), None).sha256
    data = bytearray(path.read_bytes())
    data[-500] ^= 1
    path.write_bytes(data)
    with pytest.raises(BadModelFile, match="is damaged"):
        shelf.verified(card(path, sha256=pinned), None)


def test_a_file_that_changes_while_it_is_hashed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(bytes(5_000_000))
    opened = Path.open

    def open_and_append(self: Path, *args: object, **kwargs: object) -> object:
        file = opened(self, *args, **kwargs)  # type: ignore[arg-type]
        os.truncate(self, 5_000_001)
        return file

    monkeypatch.setattr(Path, "open", open_and_append)
    with pytest.raises(BadModelFile, match="changed while it was read"):
        shelf.verified(card(path), None)


def test_a_file_that_went_away_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadModelFile, match="cannot be read"):
        shelf.verified(card(tmp_path / "gone.gguf"), None)


def test_a_hash_is_remembered_and_replaced(conn: sqlite3.Connection, tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    first = KnownFile(path, 3, 1_700_000_000_123_456_789, 2**53, "a" * 64)
    assert shelf.known(conn, path) is None
    shelf.remember(conn, first, 1.0)
    assert shelf.known(conn, path) == first
    second = replace(first, size=4, sha256="b" * 64)
    shelf.remember(conn, second, 2.0)
    assert shelf.known(conn, path) == second
    assert conn.execute("SELECT count(*), max(checked) FROM checked_files").fetchone() == (1, 2.0)
    assert shelf.known(conn, tmp_path / "other.gguf") is None
