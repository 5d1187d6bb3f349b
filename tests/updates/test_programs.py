"""A program of a few lines, as a wheel that real pip installs into a real environment."""

from __future__ import annotations

import ensurepip
import os
import re
import shutil
import subprocess
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from update_homes import Maker, Receiver, state

from sottovoce.core.errors import BadBundle, SottoError
from sottovoce.core.messages import OWNER
from sottovoce.core.paths import Home, open_home
from sottovoce.store.db import open_database
from sottovoce.updates import installing, programs, staging, switch, trial
from sottovoce.updates.applying import apply, roll_back
from sottovoce.updates.gather import Wish
from sottovoce.updates.plan import CHANGED, LEFT, NEW, SAME, Machine, Plan
from sottovoce.updates.programs import Running
from sottovoce.updates.settling import alone, settle
from sottovoce.updates.wheels import Choice

PLACES = (Path(ensurepip.__file__).parent / "_bundled", Path("/usr/share/python-wheels"))
"""Where Pythons keep the wheel of pip; the second is Debian's."""
INSTALLERS = [wheel for place in PLACES for wheel in sorted(place.glob("pip-*.whl"))]
CODE = """
import json, sys
print("sotto, version {version}") if "--version" in sys.argv else print(json.dumps({checks}))
"""
WELL: dict[str, object] = {"ok": True, "checks": []}
FOREIGN = Running(Path("/opt/venv"), Path("/opt/venv/lib/sottovoce"), "0.1.0")
CHECKOUT = Running(Path("/opt/venv"), Path("/home/a/src"), "0.1.0", is_checkout=True)
LATER = Running(FOREIGN.prefix, FOREIGN.package, "0.10.0")


def wheels(folder: Path, version: str, says: str | None = None, checks: object = WELL) -> Path:
    """Make a folder with a program's wheel and pip's."""
    folder.mkdir()
    about = f"sottovoce-{version}.dist-info"
    files = {
        "sottovoce/__init__.py": "",
        "sottovoce/__main__.py": CODE.format(version=says or version, checks=checks),
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: sottovoce\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{about}/RECORD"] = "".join(f"{name},,\n" for name in (*files, f"{about}/RECORD"))
    with zipfile.ZipFile(folder / f"sottovoce-{version}-py3-none-any.whl", "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    shutil.copyfile(INSTALLERS[0], folder / INSTALLERS[0].name)
    return folder


class Scene:
    """A maker with a stick, and a home to which programs come."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.maker, self.receiver = Maker(folder), Receiver(folder / "home")
        self.receiver.machine = Machine(FOREIGN, adopt=True)

    @property
    def home(self) -> Home:
        return self.receiver.home

    def bring(self, version: str, says: str | None = None, checks: object = WELL) -> Plan:
        """Make a bundle with a program, and stage it."""
        made = wheels(self.folder / f"wheels-{version}", version, says, checks)
        self.maker.bring(Wish(program=made))
        return self.receiver.stage(self.maker.stick)

    def install(self, plan: Plan) -> str:
        (change,) = plan.due
        assert change.choice is not None
        source = staging.staged(self.home, change.item)
        return installing.install(self.home, change.item, change.choice, source)

    def apply(self, plan: Plan) -> str:
        """Install and switch."""
        name = self.install(plan)
        switch.begin(self.home, str(FOREIGN.prefix))
        pair = (switch.current(self.home), name)
        with closing(open_database(self.home)) as database, alone(self.home):
            apply(self.home, database, plan, OWNER, lambda: self.wrong(name), pair)
        return name

    def wrong(self, name: str) -> list[str]:
        return [text for _, text in trial.failing(switch.environment(self.home, name), self.home, None, {})]

    def started(self) -> str:
        """Return what the script says that a person starts."""
        done = subprocess.run([switch.launcher(self.home), "--version"], capture_output=True, text=True)
        return done.stdout.strip()

    def states(self) -> list[str]:
        with closing(open_database(self.home)) as database:
            return [change.state for change in self.receiver.plan(self.maker.stick, database).changes]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


@pytest.mark.skipif(not INSTALLERS, reason="this Python came without pip's wheel")
@pytest.mark.skipif(os.name == "nt", reason="the script for Windows was not run yet")
def test_the_program_comes_by_bundles_is_switched_and_goes_back(scene: Scene) -> None:
    assert [change.state for change in scene.bring("0.2.0").changes] == [NEW]
    first = scene.apply(scene.receiver.stage(scene.maker.stick))
    assert (switch.current(scene.home), scene.started()) == (first, "sotto, version 0.2.0")
    assert scene.states() == [SAME]
    assert not list((scene.home.root / "program").rglob("*.part"))
    private = [path for path in switch.folder(scene.home).rglob("*") if path.lstat().st_mode & 0o077]
    assert all(path.is_symlink() for path in private)

    scene.receiver.machine = Machine(FOREIGN)  # from now on unasked
    plan = scene.bring("0.3.0")
    assert [change.state for change in plan.changes] == [CHANGED]
    second = scene.apply(plan)
    assert scene.started() == "sotto, version 0.3.0"
    with closing(open_database(scene.home)) as database, alone(scene.home):
        roll_back(scene.home, database, lambda: scene.wrong(first))
    assert (switch.current(scene.home), scene.started()) == (first, "sotto, version 0.2.0")
    assert {path.name for path in (switch.folder(scene.home) / switch.VERSIONS).iterdir()} == {first, second}

    before = state(scene.home)
    plan = scene.bring(
        "0.4.0", checks={"checks": [{"name": "x", "sentence": "It says nothing.", "grade": "fail"}]}
    )
    with pytest.raises(SottoError, match=r"taken back, and this home is as before: It says nothing\."):
        scene.apply(plan)
    assert (state(scene.home), scene.started()) == (before, "sotto, version 0.2.0")


@pytest.mark.skipif(not INSTALLERS, reason="this Python came without pip's wheel")
def test_a_program_that_is_another_than_it_says_or_was_touched_is_not_installed(scene: Scene) -> None:
    plan = scene.bring("0.2.0", says="0.1.9")
    with pytest.raises(SottoError, match=r"0\.2\.0, does not start on this machine; nothing was changed"):
        scene.install(plan)
    (change,) = plan.due
    assert change.choice is not None
    less = Choice(tuple(replace(wheel, unpacked=1) for wheel in change.choice.wheels), ())
    with pytest.raises(BadBundle, match="is larger than it says"):
        scene.install(Plan(plan.bundle, (replace(change, choice=less),)))
    path = staging.staged(scene.home, change.item) / "sottovoce-0.2.0-py3-none-any.whl"
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(BadBundle, match="is not what was signed"):
        scene.install(plan)
    assert not list((switch.folder(scene.home) / switch.VERSIONS).glob("*"))


@pytest.mark.skipif(not INSTALLERS, reason="this Python came without pip's wheel")
@pytest.mark.parametrize(
    ("machine", "why"),
    [
        (Machine(FOREIGN), "runs here from /opt/venv, which bundles leave alone"),
        (Machine(CHECKOUT, adopt=True), "from a checkout, /home/a/src"),
        (Machine(LATER, adopt=True), r"A later one is here: 0\.10\.0\."),
    ],
)
def test_what_bundles_do_not_keep_up_stays_and_a_sentence_says_why(
    scene: Scene, machine: Machine, why: str
) -> None:
    scene.receiver.machine = machine
    (change,) = scene.bring("0.9.0").changes
    assert change.state == LEFT
    assert re.search(why, change.why)


def test_this_very_program_knows_that_it_runs_from_a_checkout() -> None:
    assert programs.running().is_checkout


def test_whoever_opens_the_home_ends_a_switch_that_was_cut_off(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    switch.begin(home, "/opt/venv")
    switch.prepare(home, "0.2.0")
    assert switch.current(home) == "/opt/venv"
    assert not settle(home)
    assert (switch.current(home), switch.is_due(home)) == ("0.2.0", False)
