"""Programs that are here already: what of a later bundle they save, and those that do not start any more."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from signed_files import NOW
from update_homes import Maker, Receiver, nobody

from sottovoce.core.errors import BadBundle, DiskFull
from sottovoce.updates import fetching, installing, making, programs, since, staging, switch
from sottovoce.updates.folder import Folder, find
from sottovoce.updates.gather import Wish
from sottovoce.updates.plan import CHANGED, LEFT, ONLY_CHANGES, SAME, Machine, Plan
from sottovoce.updates.programs import Ready, Running

CONTENT = bytes(range(256)) * 800
FOREIGN = Running(Path("/opt/venv"), Path("/opt/venv/lib/sottovoce"), "0.1.0")


def put_wheel(folder: Path, project: str, version: str, content: bytes, requires: str = "") -> None:
    about = f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n"
    with zipfile.ZipFile(folder / f"{project}-{version}-py3-none-any.whl", "w") as archive:
        archive.writestr(zipfile.ZipInfo(f"{project}/data"), content)
        archive.writestr(
            zipfile.ZipInfo(f"{project}-{version}.dist-info/METADATA"),
            about + (f"Requires-Dist: {requires}\n" if requires else ""),
        )


class Scene:
    """A home with program 0.3.0, its wheels and a Python that says so."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.maker, self.receiver = folder, Maker(folder), Receiver(folder / "home")
        self.home = self.receiver.home
        self.receiver.machine = Machine(FOREIGN, adopt=True)
        self.first = self.bundle("0.2.0", "1.0")
        self.second = self.bundle("0.3.0", "1.1")
        (change,) = self.receiver.stage(self.second).due
        self.item = change.item
        prefix = switch.environment(self.home, "there")
        self.wheels = prefix / programs.WHEELS
        prefix.mkdir(parents=True)
        staging.staged(self.home, self.item).rename(self.wheels)
        self.put_python(prefix, "echo sotto, version 0.3.0")
        digests = {file.name: file.sha256 for file in self.item.files}
        programs.note_ready(prefix, Ready("0.3.0", self.item.digest, digests))

    def bundle(self, version: str, library: str, *earlier: Folder) -> Folder:
        """Make a bundle; after earlier ones with nothing but what changed."""
        wheels, stick, work = (self.folder / f"{name} {version}" for name in ("wheels", "stick", "work"))
        wheels.mkdir()
        stick.mkdir(exist_ok=True)
        put_wheel(wheels, "sottovoce", version, b"x", "lib")
        put_wheel(wheels, "pip", "1.0", b"x")
        put_wheel(wheels, "lib", library, CONTENT + library.encode())
        found = self.maker.gathered(Wish(program=wheels), work)
        before = since.earlier(stick, [folder.root for folder in earlier])
        since.compare(found, before, work, nobody, changes_only=bool(earlier))
        making.make(making.missing(stick, found), found, self.maker.keys, NOW, 180, nobody)
        shutil.rmtree(work)
        return find(stick)

    def put_python(self, prefix: Path, does: str) -> None:
        python = switch.python_of(prefix)
        python.parent.mkdir(exist_ok=True)
        python.write_text(f"#!/bin/sh\n{does}\n")
        python.chmod(0o700)

    def take_over(self) -> None:
        switch.begin(self.home, "there")

    def planned(self, stick: Folder) -> Plan:
        return self.receiver.stage(stick)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_a_wheel_that_is_here_need_not_come_whichever_its_changes_start_from(scene: Scene) -> None:
    scene.take_over()
    stick = scene.bundle("0.4.0", "1.1", scene.first, scene.second)
    (change,) = scene.planned(stick).changes
    (library,) = (file for file in change.item.files if file.name.startswith("lib-"))
    assert not library.whole
    assert library.deltas[0].base not in {file.sha256 for file in scene.item.files}
    assert change.state == CHANGED
    assert (staging.staged(scene.home, change.item) / library.name).stat().st_size == library.size


def test_where_only_changes_go_along_an_unchanged_wheel_does_not(scene: Scene, tmp_path: Path) -> None:
    scene.take_over()
    stick = scene.bundle("0.4.0", "1.1", scene.second)
    (change,) = scene.planned(stick).changes
    came = {file.name.split("-")[0]: file.whole for file in change.item.files}
    assert came == {"sottovoce": True, "lib": False, "pip": False}
    (library,) = (file for file in change.item.files if file.name.startswith("lib-"))
    assert not library.deltas
    assert not stick.blob(library.sha256).exists()
    assert change.state == CHANGED
    assert (staging.staged(scene.home, change.item) / library.name).stat().st_size == library.size
    other = Receiver(tmp_path / "other")
    other.machine = scene.receiver.machine
    (change,) = other.stage(stick).changes
    assert (change.state, change.why) == (LEFT, ONLY_CHANGES)


def test_made_once_more_a_bundle_of_changes_holds_the_same(scene: Scene) -> None:
    stick = scene.bundle("0.4.0", "1.1", scene.second)
    before = {path.name for path in (stick.root / "blobs").glob("*/*")}
    shutil.rmtree(scene.folder / "wheels 0.4.0")
    again = scene.bundle("0.4.0", "1.1", scene.second)
    assert {path.name for path in (again.root / "blobs").glob("*/*")} == before


def test_room_is_made_for_wheels_that_are_copied_from_here(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.take_over()
    plan = scene.planned(scene.bundle("0.4.0", "1.1"))
    shutil.rmtree(staging.staging(scene.home))
    free = staging.SPARE + staging.unpacked(plan) + len(CONTENT) // 2
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=free))
    with pytest.raises(DiskFull):
        fetching.check_room(scene.home, plan)


def test_a_wheel_that_was_damaged_once_staged_comes_anew(scene: Scene) -> None:
    scene.take_over()
    stick = scene.bundle("0.4.0", "1.1")
    plan = scene.planned(stick)
    (change,) = plan.due
    assert change.choice is not None
    folder = staging.staged(scene.home, change.item)
    (library,) = folder.glob("lib-*")
    right = library.read_bytes()
    library.write_bytes(right[:-1] + b"?")
    with pytest.raises(BadBundle, match="is not what was signed"):
        installing.install(scene.home, change.item, change.choice, folder)
    scene.planned(stick)
    assert library.read_bytes() == right


def test_a_program_whose_python_went_is_made_anew_by_the_bundle_that_brought_it(scene: Scene) -> None:
    scene.take_over()
    assert [change.state for change in scene.planned(scene.second).changes] == [SAME]
    switch.python_of(scene.wheels.parent).unlink()
    assert [change.state for change in scene.planned(scene.second).changes] == [CHANGED]


@pytest.mark.skipif(os.name == "nt", reason="the Python here is a script for a shell")
def test_a_program_that_does_not_start_any_more_is_made_anew(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch.begin(scene.home, "/opt/venv")
    (change,) = scene.planned(scene.second).due
    assert change.choice is not None
    half = switch.environment(scene.home, "half")
    half.mkdir()
    monkeypatch.setattr(installing, "install", lambda *given: "made anew")

    def name() -> str:
        assert change.choice is not None
        return installing.have(scene.home, change.item, change.choice, scene.folder)

    assert name() == "there"
    scene.put_python(scene.wheels.parent, "exit 1")
    assert name() == "made anew"
    assert not half.exists()
    assert not scene.wheels.exists()
