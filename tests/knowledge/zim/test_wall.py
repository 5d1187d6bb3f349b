"""What the reader's process may no longer do. Each tried in a process of its own: there is no way back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sottovoce.knowledge.zim.wall import MACHINES, program

WALL = """
import ctypes, os, socket, subprocess, sys, threading
from sottovoce.knowledge.zim.wall import raise_wall
held = raise_wall()
libc = ctypes.CDLL(None, use_errno=True)
print("held" if held else "open")
try:
    {attempt}
except (OSError, RuntimeError) as problem:
    print(type(problem).__name__)
"""


def tried(attempt: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", WALL.format(attempt=attempt)],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return done.stdout.split("\n", 2)[:2]


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's wall is Linux's")
@pytest.mark.parametrize(
    ("attempt", "said"),
    [
        ("print(libc.socket(2, 1, 0), ctypes.get_errno())", "-1 1"),
        ("print(libc.socket(1, 1, 0), ctypes.get_errno())", "-1 1"),
        ("print(libc.fork(), ctypes.get_errno())", "-1 1"),
        ("print(libc.execv(b'/bin/true', None), ctypes.get_errno())", "-1 1"),
        ("print(libc.syscall(425, 1, 0), ctypes.get_errno())", "-1 1"),
        ("t = threading.Thread(target=lambda: print(libc.socket(2, 1, 0))); t.start(); t.join()", "-1"),
        ("open(os.devnull).read(); print('reads')", "reads"),
    ],
)
def test_the_kernel_refuses_what_a_reader_does_not_need(attempt: str, said: str) -> None:
    assert tried(attempt) == ["held", said]


@pytest.mark.parametrize("attempt", ["socket.socket()", "subprocess.run(['true'])", "os.system('true')"])
def test_python_refuses_it_on_every_system(attempt: str) -> None:
    assert tried(attempt)[1] == "PermissionError"


@pytest.mark.skipif(sys.platform == "win32", reason="limits are POSIX's")
def test_it_writes_no_file(tmp_path: Path) -> None:
    file = tmp_path / "written"
    assert tried(f"file = open({str(file)!r}, 'wb', 0); file.write(b'x')")[1] == "OSError"
    assert file.stat().st_size == 0


def test_each_machine_has_its_own_numbers() -> None:
    for machine, (mark, numbers) in MACHINES.items():
        steps = program(machine)
        assert (0x15, 1, 0, mark) in steps
        assert {step[3] for step in steps if step[0] == 0x15} == {mark, *numbers}
        assert steps[-1] == (0x06, 0, 0, 0x7FFF0000)
