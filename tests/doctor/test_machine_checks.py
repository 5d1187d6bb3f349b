from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sottovoce.doctor import machine
from sottovoce.doctor.finding import Finding, Grade
from sottovoce.doctor.machine import RELEASED, Mount, Process

OK, WARN, FAIL = Grade.OK, Grade.WARN, Grade.FAIL
NOW = RELEASED + 1_000_000.0
SOTTO, EMBEDDED = ("/usr/bin/python3", "/bin/sotto"), ("python", "app.py")
INIT, KEEPER = ("/sbin/init",), ("/lib/systemd/systemd", "--user")
ENGINE = ("/usr/bin/python3", "-P", "-m", "sottovoce.engine.child")

HOME = Path("/home/me/sotto")
LOCAL = [Mount(Path("/"), "ext4"), Mount(Path("/home"), "btrfs")]


def file_system(mounts: list[Mount]) -> Finding:
    return machine.file_system(HOME, mounts)


def engine(parent: tuple[str, ...] | None) -> list[Process]:
    return [Process(4242, ENGINE, parent)]


TABLE: list[tuple[str, Callable[[], Finding], Grade, str]] = [
    ("this Python", lambda: machine.python((3, 11, 0)), OK, "Python 3.11.0"),
    ("a later one", lambda: machine.python((4, 0, 0)), OK, "Python 4.0.0"),
    ("an old one", lambda: machine.python((3, 10, 9)), FAIL, "3.10.9 is too old"),
    ("this SQLite", machine.sqlite, OK, "full-text search"),
    ("a sane clock", lambda: machine.clock(NOW, NOW - 5), OK, "20"),
    ("an empty home", lambda: machine.clock(NOW, None), OK, "20"),
    ("another time zone", lambda: machine.clock(NOW, NOW + 80_000), OK, "20"),
    ("a clock at 1970", lambda: machine.clock(86_400.0, None), WARN, "before this program was made"),
    ("a clock set back", lambda: machine.clock(NOW, NOW + 90_000), WARN, "written later"),
    ("room", lambda: machine.disk(5_000_000_000), OK, "5.0 GB"),
    ("little room", lambda: machine.disk(999_999_999), WARN, "1000 MB"),
    ("no room", lambda: machine.disk(49_999_999), FAIL, "50 MB"),
    ("hardly a byte", lambda: machine.disk(2_000), FAIL, "2 kB"),
    ("a local disk", lambda: file_system(LOCAL), OK, "btrfs"),
    ("nfs", lambda: file_system([*LOCAL, Mount(Path("/home/me"), "nfs4")]), WARN, "nfs4"),
    ("cifs", lambda: file_system([*LOCAL, Mount(HOME, "cifs")]), WARN, "network drive"),
    ("nfs elsewhere", lambda: file_system([*LOCAL, Mount(Path("/mnt"), "nfs")]), OK, "btrfs"),
    ("a like name", lambda: file_system([*LOCAL, Mount(Path("/home/m"), "nfs")]), OK, "btrfs"),
    ("no mounts known", lambda: file_system([]), OK, "unknown"),
    ("UTF-8", lambda: machine.screen("UTF-8"), OK, "UTF-8"),
    ("utf8", lambda: machine.screen("utf8"), OK, "UTF-8"),
    ("Latin", lambda: machine.screen("iso-8859-1"), WARN, "iso-8859-1"),
    ("ASCII", lambda: machine.screen("ANSI_X3.4-1968"), WARN, "question marks"),
    ("no screen", lambda: machine.screen(None), WARN, "unknown"),
    ("a made-up encoding", lambda: machine.screen("klingon"), WARN, "klingon"),
    ("no processes", lambda: machine.leftovers([]), OK, "no engine"),
    ("an engine at work", lambda: machine.leftovers(engine(SOTTO)), OK, "no engine"),
    ("an engine in a container", lambda: machine.leftovers(engine(EMBEDDED)), OK, "no engine"),
    ("an orphan", lambda: machine.leftovers(engine(INIT)), WARN, "4242"),
    ("an orphan of a session", lambda: machine.leftovers(engine(KEEPER)), WARN, "4242"),
    ("nobody's child", lambda: machine.leftovers(engine(None)), WARN, "4242"),
    ("another program", lambda: machine.leftovers([Process(1, ("vim", "x"), None)]), OK, "no engine"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "check", "grade", "said"), TABLE, ids=[row[0] for row in TABLE])
def test_a_check_judges(case: str, check: Callable[[], Finding], grade: Grade, said: str) -> None:
    found = check()
    assert found.grade is grade
    assert said in found.sentence
    assert (found.step is None) == (grade is OK)


def test_two_orphans_can_be_ended_with_one_command() -> None:
    found = machine.leftovers([*engine(None), Process(4343, ENGINE, None)])
    assert found.step == "kill 4242 4343"


def test_folders_left_over_are_removed_by_the_step(tmp_path: Path) -> None:
    left = tmp_path / "with a space" / "sotto-abcd1234"
    left.mkdir(parents=True)
    found = machine.leftovers(engine(None), [left])
    assert found.grade is WARN
    assert "A temporary folder is left" in found.sentence
    end, _, remove = str(found.step).partition("; ")
    assert end == "kill 4242"
    subprocess.run(remove, shell=True, check=True)
    assert not left.exists()
    assert left.parent.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="an engine in use shows nothing in its folder there")
def test_only_old_private_folders_of_ours_that_nobody_serves_are_left_over() -> None:
    with tempfile.TemporaryDirectory() as short, socket.socket(socket.AF_UNIX) as server:
        room = Path(short)  # short, as the path of a socket has to be
        for name in ("sotto-deadbeef", "sotto-doctor-ab12cd34", "sotto-inuse_00", "sotto-openwide"):
            (room / name).mkdir(mode=0o700)
        (room / "sotto-notes").mkdir(mode=0o700)
        (room / "sotto-a_file00").touch(mode=0o600)
        (room / "sotto-linklink").symlink_to(room / "sotto-deadbeef")
        (room / "sotto-openwide").chmod(0o755)
        server.bind(str(room / "sotto-inuse_00" / "e.sock"))
        server.listen()
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(room / "sotto-deadbeef" / "e.sock"))
        now = time.time()
        assert machine.folders_here(now, room) == []
        found = machine.folders_here(now + 4000, room)
        assert [path.name for path in found] == ["sotto-deadbeef", "sotto-doctor-ab12cd34"]


def test_free_space_is_known_before_the_home_is_made(tmp_path: Path) -> None:
    assert machine.free_space(tmp_path / "not" / "yet" / "there") > 0


def test_this_machine_can_be_looked_at() -> None:
    assert any(mount.at == Path("/") for mount in machine.mounts_here())
    assert isinstance(machine.processes_here(), list)
