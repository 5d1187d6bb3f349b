from __future__ import annotations

import hashlib
import random
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from backports import zstd
from update_homes import Maker, Receiver, nobody, put_model, put_shelf, state

from sottovoce.core.errors import BadBundle, BadValue, DiskFull
from sottovoce.knowledge import carrying
from sottovoce.store.db import open_database
from sottovoce.updates import deltas, since
from sottovoce.updates.checking import check
from sottovoce.updates.contents import File
from sottovoce.updates.gather import Wish
from sottovoce.updates.plan import CHANGED, LEFT, ONLY_CHANGES, SAME

SHELF = Wish(shelves=("handbook",))


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def file_of(data: bytes) -> File:
    return File("f", len(data), hashlib.sha256(data).hexdigest(), ())


def applied(folder: Path, old: bytes, delta: bytes, wanted: bytes) -> bytes:
    """Return what comes of a delta that is to lead to something."""
    (folder / "old").write_bytes(old)
    (folder / "delta").write_bytes(delta)
    deltas.apply(folder / "old", folder / "delta", folder / "made", file_of(wanted), nobody)
    return (folder / "made").read_bytes()


def made(folder: Path, old: bytes, new: bytes) -> bytes:
    (folder / "old").write_bytes(old)
    (folder / "new").write_bytes(new)
    deltas.make(folder / "old", folder / "new", folder / "into", nobody)
    return (folder / "into").read_bytes()


OLD = noise(300_000)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (OLD, OLD),
        (OLD, noise(2_000) + OLD),
        (OLD, OLD[:150_000] + noise(999) + OLD[151_000:]),
        (OLD, OLD[:10]),
        (OLD, b""),
        (b"", OLD),
        (b"short", OLD),
    ],
)
def test_what_changed_leads_from_the_old_file_to_the_new_one(tmp_path: Path, old: bytes, new: bytes) -> None:
    delta = made(tmp_path, old, new)
    assert applied(tmp_path, old, delta, new) == new
    if len(old) > 10:
        assert len(delta) < 4_000


def test_a_file_of_several_stretches_takes_little_more_than_what_changed_in_it(tmp_path: Path) -> None:
    old = noise(deltas.STRETCH + 3_000_000)
    new = noise(150_000) + old
    delta = made(tmp_path, old, new)
    assert len(delta) < 200_000
    assert applied(tmp_path, old, delta, new) == new


def packed(data: bytes, window: int = deltas.WINDOW_LOG) -> bytes:
    """Return a frame as somebody else could make it."""
    options = {zstd.CompressionParameter.window_log: window, zstd.CompressionParameter.content_size_flag: 0}
    compressor = zstd.ZstdCompressor(options=options)
    return compressor.compress(data[:1]) + compressor.compress(data[1:]) + compressor.flush()


@pytest.mark.parametrize(
    ("delta", "why"),
    [
        (b"no delta at all", "cannot be read"),
        (b"", "ends too early"),
        (packed(bytes(50_000_000)), "longer than it may be"),
        (packed(OLD) + b"more", "longer than it may be"),
        (packed(OLD) + packed(OLD), "longer than it may be"),
        (packed(OLD)[:-20], "ends too early"),
        (packed(OLD[:-1]), "ends too early"),
        (packed(OLD, deltas.WINDOW_LOG + 2), "cannot be read"),
        (packed(noise(300_000)[::-1]), "does not lead to what was signed"),
    ],
    ids=["noise", "nothing", "bomb", "tail", "twice", "torn", "short", "memory", "other"],
)
def test_a_hostile_delta_is_refused_and_leaves_nothing(tmp_path: Path, delta: bytes, why: str) -> None:
    with pytest.raises(BadBundle, match=why):
        applied(tmp_path, OLD, delta, OLD)
    assert not (tmp_path / "made").exists()
    there = (tmp_path / "made.part").stat().st_size if (tmp_path / "made.part").exists() else 0
    assert there <= len(OLD) + deltas.BLOCK


def test_a_delta_from_another_file_is_refused(tmp_path: Path) -> None:
    delta = made(tmp_path, OLD, noise(500) + OLD)
    with pytest.raises(BadBundle):
        applied(tmp_path, OLD[::-1], delta, noise(500) + OLD)


class Shelf:
    """A home that took a shelf, and a stick on which there is a newer one."""

    def __init__(self, folder: Path, *, changes_only: bool = False) -> None:
        self.maker, self.receiver = Maker(folder), Receiver(folder / "home")
        put_shelf(self.maker.home, "handbook", " ".join(noise(6_000).hex(" ", 3).split()))
        self.maker.bring(SHELF)
        self.receiver.apply(self.maker.stick)
        self.first = next(iter((self.maker.stick.root / "blobs").glob("*/*")))
        put_shelf(self.maker.home, "handbook", "Leave is 30 days.")
        self.lack = self.maker.bring(SHELF, changes_only=changes_only)

    @property
    def file(self) -> File:
        (item,) = self.receiver.opened(self.maker.stick).items
        return item.files[0]

    def texts(self) -> object:
        return state(self.receiver.home)["shelves"]


def test_a_shelf_in_use_comes_by_what_changed_where_the_whole_file_is_beside_it(tmp_path: Path) -> None:
    scene = Shelf(tmp_path)
    whole = scene.maker.stick.blob(scene.file.sha256)
    assert whole.exists()
    check(scene.receiver.opened(scene.maker.stick), nobody)
    whole.unlink()  # so that it must be the delta
    plan = scene.receiver.apply(scene.maker.stick)
    assert [change.state for change in plan.changes] == [CHANGED]
    assert scene.texts() == state(scene.maker.home)["shelves"]
    assert list((scene.receiver.home.root / "updates").glob("bases")) == []


def test_where_only_changes_go_along_the_stick_has_no_whole_file(tmp_path: Path) -> None:
    scene = Shelf(tmp_path, changes_only=True)
    assert not scene.file.whole
    assert not scene.maker.stick.blob(scene.file.sha256).exists()
    assert scene.lack.size < scene.file.size / 2
    check(scene.receiver.opened(scene.maker.stick), nobody)
    scene.receiver.apply(scene.maker.stick)
    assert scene.texts() == state(scene.maker.home)["shelves"]
    other = Receiver(tmp_path / "other")
    plan = other.stage(scene.maker.stick)
    assert [(change.state, change.why) for change in plan.changes] == [(LEFT, ONLY_CHANGES)]


def test_where_only_changes_go_along_a_model_that_is_in_use_there_does_not(tmp_path: Path) -> None:
    maker, receiver = Maker(tmp_path), Receiver(tmp_path / "home")
    put_model(maker.home, "steady", b"")
    wish = Wish(models=("steady",))
    maker.bring(wish)
    receiver.apply(maker.stick)
    shutil.copytree(maker.path, tmp_path / "there")
    maker.bring(wish, changes_only=True, earlier=[tmp_path / "there"])
    (item,) = receiver.opened(maker.stick).items
    assert not maker.stick.blob(item.files[0].sha256).exists()
    assert [change.state for change in receiver.stage(maker.stick).changes] == [SAME]
    plan = Receiver(tmp_path / "other").stage(maker.stick)
    assert [(change.state, change.why) for change in plan.changes] == [(LEFT, ONLY_CHANGES)]


def test_a_delta_that_was_changed_on_the_stick_is_refused(tmp_path: Path) -> None:
    scene = Shelf(tmp_path)
    (delta,) = scene.file.deltas
    path = scene.maker.stick.blob(delta.sha256)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    before = scene.texts()
    with pytest.raises(BadBundle):
        scene.receiver.stage(scene.maker.stick)
    assert scene.texts() == before


def test_a_shelf_that_was_written_to_is_no_base(tmp_path: Path) -> None:
    scene = Shelf(tmp_path)
    (row,) = scene.receiver.home.knowledge.iterdir()
    carrying.as_it_came(row, tmp_path / "as it came")
    put_shelf(scene.receiver.home, "handbook", "Leave is 31 days.")
    carrying.as_it_came(row, tmp_path / "written to")
    digests = {
        hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("as it came", "written to")
    }
    assert {delta.base for delta in scene.file.deltas} & digests == {
        hashlib.sha256((tmp_path / "as it came").read_bytes()).hexdigest()
    }


def test_only_changes_since_nothing_is_refused() -> None:
    with pytest.raises(BadValue, match="nothing says since when"):
        since.check_whole((), changes_only=True)


def test_a_shelf_that_cannot_be_copied_takes_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Shelf(tmp_path)

    def full(folder: Path, into: Path) -> None:
        into.write_bytes(b"half")
        raise DiskFull("It is full.", hint="Free some space")

    monkeypatch.setattr(carrying, "as_it_came", full)
    with closing(open_database(scene.receiver.home)) as database:
        (change,) = scene.receiver.plan(scene.maker.stick, database).due
    assert change.starts == (None,)
    assert not list((scene.receiver.home.root / "updates" / "bases").iterdir())


@pytest.mark.e2e
def test_a_shelf_that_was_copied_to_compare_it_goes_where_nobody_says_yes(tmp_path: Path) -> None:
    scene = Shelf(tmp_path)
    command = [
        sys.executable,
        "-P",
        "-m",
        "sottovoce",
        "--home",
        scene.receiver.home.root,
        "update",
        "--from",
    ]
    done = subprocess.run(
        [*command, scene.maker.path], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert "This needs a yes" in done.stderr
    assert not (scene.receiver.home.root / "updates" / "bases").exists()
