from __future__ import annotations

import errno
import hashlib
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from signed_files import NOW
from update_homes import Maker, Receiver, item, nobody, state

from sottovoce.core.errors import BadBundle, DiskFull, SottoError, StoreProblem
from sottovoce.core.messages import OWNER
from sottovoce.knowledge import carrying
from sottovoce.store.db import open_database
from sottovoce.updates import contents, copying, known, making, pouring, staging
from sottovoce.updates.applying import apply
from sottovoce.updates.contents import File, Item
from sottovoce.updates.copying import Piece, assemble
from sottovoce.updates.gather import hashed
from sottovoce.updates.settling import alone


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    return Maker(tmp_path)


@pytest.fixture
def receiver(tmp_path: Path, maker: Maker) -> Receiver:
    found = Receiver(tmp_path / "home")
    maker.bring(maker.put_everything(1))
    found.apply(maker.stick)
    return found


def test_only_what_is_missing_goes_onto_the_stick(maker: Maker) -> None:
    wish = maker.put_everything(1)
    first = maker.bring(wish)
    assert maker.bring(wish).size == 0
    assert maker.bring(maker.put_everything(2)).size < first.size
    there = {path.name for path in (maker.stick.root / "blobs").glob("*/*")}
    signed = json.loads((maker.stick.metadata / "3.targets.json").read_text())["signed"]["targets"]
    assert there == {one["hashes"]["sha256"] for one in signed.values()}, (
        "and nothing stays that no bundle has"
    )


def test_names_are_such_as_any_stick_takes(maker: Maker) -> None:
    maker.bring(maker.put_everything(1))
    for path in maker.stick.root.rglob("*"):
        assert not path.is_symlink()
        assert path.name.islower() or path.name.isdigit()
        assert set(path.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-"), path


def test_another_account_can_read_the_stick(maker: Maker) -> None:
    before = os.umask(0o022)
    try:
        maker.bring(maker.put_everything(1))
    finally:
        os.umask(before)
    for path in (maker.stick.root, *maker.stick.root.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path


def test_what_fails_its_trial_is_taken_back(maker: Maker, receiver: Receiver) -> None:
    before = state(receiver.home)
    maker.bring(maker.put_everything(2))
    plan = receiver.stage(maker.stick)
    told = pytest.raises(SottoError, match=r"taken back, and this home is as before: It says nothing\.")
    with closing(open_database(receiver.home)) as database, alone(receiver.home), told:
        apply(receiver.home, database, plan, OWNER, lambda: ["It says nothing."])
    assert state(receiver.home) == before
    assert receiver.apply(maker.stick).bundle.verdict.version == 2


def test_a_shelf_takes_no_path_of_the_makers_machine_along(maker: Maker, tmp_path: Path) -> None:
    secret = tmp_path / "anna-private"
    secret.mkdir()
    maker.bring(maker.put_everything(1))
    row = next(maker.home.knowledge.iterdir())
    with closing(sqlite3.connect(row / "shelf.db")) as connection:
        connection.execute("INSERT INTO sources (path, added) VALUES (?, 1)", (str(secret),))
        connection.execute("UPDATE documents SET source = 1, path = ?", (f"{secret}/leave.md",))
        connection.commit()
    carrying.pack(row, tmp_path / "packed.db", "handbook")
    assert b"anna-private" not in (tmp_path / "packed.db").read_bytes()


def test_a_copy_goes_on_where_it_was_cut_and_mends_what_was_torn(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    data = os.urandom(3 * copying.BLOCK + 17)
    source.write_bytes(data)
    pieces = [
        Piece(source, 0, copying.BLOCK, hashlib.sha256(data[: copying.BLOCK]).hexdigest()),
        Piece(
            source,
            copying.BLOCK,
            len(data) - copying.BLOCK,
            hashlib.sha256(data[copying.BLOCK :]).hexdigest(),
        ),
    ]
    for have in (0, 5, copying.BLOCK, copying.BLOCK + 9, len(data)):
        target.unlink(missing_ok=True)
        (tmp_path / "target.part").write_bytes(data[:have])
        assemble(pieces, target, nobody)
        assert target.read_bytes() == data
    target.unlink()
    (tmp_path / "target.part").write_bytes(bytes(copying.BLOCK + 9))  # as a power cut leaves it
    assemble(pieces, target, nobody)
    assert target.read_bytes() == data
    target.unlink()
    source.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(BadBundle):
        assemble(pieces, target, nobody)
    assert not target.exists()
    source.write_bytes(data)
    assemble(pieces, target, nobody)
    assert target.read_bytes() == data


@pytest.mark.parametrize("way", [name for name, _ in pouring.WAYS])
def test_each_way_of_copying_gives_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str | None
) -> None:
    """Also where the system has it and says on the first bytes that it does not do so here."""
    source, target = tmp_path / "source", tmp_path / "target"
    data = os.urandom(2 * pouring.STEP + 17)
    source.write_bytes(b"before" + data)
    asked: list[str | None] = []

    def unable(*call: int) -> int:
        asked.append(None)
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    (only,) = [one for one in pouring.WAYS if one[0] == way]
    monkeypatch.setattr(pouring, "WAYS", (("pread", unable), only))
    assemble([Piece(source, 6, len(data), hashlib.sha256(data).hexdigest())], target, nobody)
    assert target.read_bytes() == data
    assert len(asked) == 1


def test_what_is_hashed_is_the_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"right")

    def another(source: int, start: int, into: int, at: int, count: int) -> int:
        return os.pwrite(into, b"wrong"[:count], at)

    monkeypatch.setattr(pouring, "WAYS", ((None, another),))
    with pytest.raises(BadBundle):
        assemble([Piece(source, 0, 5, hashlib.sha256(b"right").hexdigest())], target, nobody)


def test_a_disk_that_fills_up_in_the_middle_is_told_and_gone_on_with(
    maker: Maker, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker.bring(maker.put_everything(2))
    before = state(receiver.home)

    def full(*call: int) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(pouring, "WAYS", ((None, full),))
        with pytest.raises(DiskFull):
            receiver.stage(maker.stick)
    assert state(receiver.home) == before
    receiver.apply(maker.stick)


def test_a_stick_that_fails_while_it_is_read_is_told(
    maker: Maker, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker.bring(maker.put_everything(2))

    def broken(*call: int) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(pouring, "WAYS", ((None, broken),))
    with pytest.raises(StoreProblem, match="went away"):
        receiver.stage(maker.stick)


def test_a_thing_that_cannot_be_used_here_is_refused_before_anything_changes(
    maker: Maker, receiver: Receiver, tmp_path: Path
) -> None:
    wish = maker.put_everything(2)
    before = state(receiver.home)
    found = maker.gathered(wish, tmp_path / "packing")
    (path,) = [one for one in found.items if one.kind == contents.VARIANT]
    bad = tmp_path / "bad.toml"
    bad.write_text("model = 3\n")
    file, pieces = hashed(bad, "desk.toml", nobody)
    found.items[found.items.index(path)] = Item(contents.VARIANT, "desk", (file,))
    found.pieces.update({one.sha256: one for one in pieces})
    making.make(making.missing(maker.path, found), found, maker.keys, NOW, 30, nobody)
    with pytest.raises(BadBundle, match="desk in this bundle cannot be used here"):
        receiver.stage(maker.stick)
    assert state(receiver.home) == before


@pytest.mark.parametrize(
    ("kind", "name", "file"),
    [
        ("model", "../m", "../m.gguf"),
        ("model", "m", "../../m.gguf"),
        ("model", "starter", "starter.gguf"),
        ("model", "/etc/m", "/etc/m.gguf"),
        ("variant", "A", "A.toml"),
        ("variant", "a", "b.toml"),
        ("shelf", "a/b", "shelf.db"),
        ("shelf", "a", "other.db"),
        ("shelf", "-a", "shelf.db"),
        ("rules", "rules.toml", "config.toml"),
        ("rules", "config.toml", "config.toml"),
        ("program", "a", "a"),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(kind: str, name: str, file: str) -> None:
    whole = Item(kind, name, (File(file, 1, "0" * 64, ("0" * 64,)),))
    with pytest.raises(BadBundle):
        contents.parsed(contents.written((whole,)))


def test_names_that_differ_in_case_alone_are_refused() -> None:
    each = [Item("shelf", name, (File("shelf.db", 1, "0" * 64, ("0" * 64,)),)) for name in ("A", "a")]
    with pytest.raises(BadBundle, match="two things of one name"):
        contents.parsed(contents.written(tuple(each)))


@pytest.mark.parametrize("size", [-1, 1 << 60, 10 << 30, True, 1.5, "1"])
def test_a_size_that_is_none_is_refused(size: object) -> None:
    said = json.loads(contents.written((Item("shelf", "a", (File("shelf.db", 1, "0" * 64, ("0" * 64,)),)),)))
    said["items"][0]["files"][0]["size"] = size
    with pytest.raises(BadBundle):
        contents.parsed(json.dumps(said).encode())


def test_a_pipe_and_a_link_on_the_stick_are_not_read(maker: Maker, receiver: Receiver) -> None:
    maker.bring(maker.put_everything(2))
    path = maker.stick.metadata / "timestamp.json"
    kept = path.read_bytes()
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(BadBundle, match="is no file"):
        receiver.opened(maker.stick)
    path.unlink()
    path.symlink_to("/dev/zero")
    with pytest.raises(StoreProblem):
        receiver.opened(maker.stick)
    path.unlink()
    path.write_bytes(kept)
    assert receiver.opened(maker.stick).verdict.version == 2


def test_memory_of_the_signer_that_is_damaged_is_told_and_not_begun_anew(receiver: Receiver) -> None:
    known.path_of(receiver.home).write_text("{")
    with pytest.raises(StoreProblem, match="What this home knows of its signer"):
        known.load(receiver.home)


def test_nothing_is_staged_that_is_here_already(maker: Maker, receiver: Receiver) -> None:
    maker.bring(maker.put_everything(2))
    with closing(open_database(receiver.home)) as database:
        plan = receiver.plan(maker.stick, database)
    steady = item(plan.bundle, "steady")
    assert steady not in [change.item for change in plan.due]
    whole = staging.needed(receiver.home, plan)
    receiver.stage(maker.stick)
    assert (whole > 0, staging.needed(receiver.home, plan)) == (True, 0)
