"""What the reader's process may no longer do. Each tried in a process of its own: there is no way back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

WALL = """
import ctypes, os, socket, subprocess, sys, threading
from sottovoce.knowledge.zim import wall
libc = ctypes.CDLL(None, use_errno=True)
ctypes.get_errno()
held = wall.raise_wall()
{step}
print("held" if held else "open")
try:
    {attempt}
except (OSError, RuntimeError, ImportError) as problem:
    print(type(problem).__name__)
"""

linux = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's wall is Linux's")


def tried(attempt: str, step: str = "") -> list[str]:
    command = [sys.executable, "-c", WALL.format(attempt=attempt, step=step)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    return done.stdout.split("\n", 2)[:2]


@linux
@pytest.mark.parametrize(
    ("attempt", "said"),
    [
        ("print(libc.socket(2, 1, 0), ctypes.get_errno())", "-1 1"),
        ("print(libc.socket(1, 1, 0), ctypes.get_errno())", "-1 1"),
        ("print(libc.fork(), ctypes.get_errno())", "-1 1"),
        ("print(libc.execv(b'/bin/true', None), ctypes.get_errno())", "-1 1"),
        ("print(libc.unlink(b'/nowhere'), ctypes.get_errno())", "-1 1"),
        ("print(libc.syscall(425, 1, 0), ctypes.get_errno())", "-1 1"),
        ("t = threading.Thread(target=lambda: print(libc.socket(2, 1, 0))); t.start(); t.join()", "-1"),
        ("open(os.devnull).read(); print('reads')", "reads"),
    ],
)
def test_the_kernel_refuses_what_a_reader_does_not_need(attempt: str, said: str) -> None:
    assert tried(attempt) == ["held", said]


@linux
@pytest.mark.parametrize(
    ("attempt", "said"),
    [
        ("print(libc.open(b'/dev/null', 0), ctypes.get_errno())", "-1 1"),
        ("print(libc.socket(2, 1, 0), ctypes.get_errno())", "-1 1"),
        ("t = threading.Thread(target=lambda: print(libc.open(b'/dev/null', 0))); t.start(); t.join()", "-1"),
        ("print(len(bytes(1 << 20)))", "1048576"),
    ],
)
def test_once_its_file_is_open_it_opens_no_other(attempt: str, said: str) -> None:
    assert tried(attempt, "held = wall.close_files()") == ["held", said]


@pytest.mark.parametrize("attempt", ["socket.socket()", "subprocess.run(['true'])", "os.system('true')"])
def test_python_refuses_it_on_every_system(attempt: str) -> None:
    assert tried(attempt)[1] == "PermissionError"


@pytest.mark.parametrize(
    ("attempt", "said"),
    [("open(os.devnull)", "PermissionError"), ("import csv", "ModuleNotFoundError"), ("print(1)", "1")],
)
def test_python_opens_nothing_more_on_every_system(attempt: str, said: str) -> None:
    assert tried(attempt, "wall.close_files()")[1] == said


@pytest.mark.skipif(sys.platform == "win32", reason="limits are POSIX's")
def test_it_writes_no_file(tmp_path: Path) -> None:
    file = tmp_path / "written"
    assert tried(f"file = open({str(file)!r}, 'wb', 0); file.write(b'x')")[1] == "OSError"
    assert file.stat().st_size == 0
