"""The wall, tried in processes of its own: there is no way back from behind it."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from sottovoce.core.errors import Refused
from sottovoce.doctor import walls

BEHIND = """
import os, socket, sys
from pathlib import Path
from sottovoce.core.errors import Refused
from sottovoce.doctor.walls import raise_wall, routes
from sottovoce.net.watch import try_control

me, outside = (os.geteuid(), os.getegid()), os.stat("/proc/self/ns/net").st_ino
try:
    raise_wall()
except Refused as problem:
    print("forbidden", problem.detail)
    sys.exit()
assert os.stat("/proc/self/ns/net").st_ino != outside
assert (os.geteuid(), os.getegid()) == me, "not the same person"
Path(sys.argv[1]).write_text("mine")
assert routes() == []
assert try_control() == "Network is unreachable"
assert try_control(stream=True) == "Network is unreachable"
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[2])), 2)
except OSError as problem:
    print("nowhere", problem.strerror)
else:
    print("reached")
"""


def test_behind_the_wall_nothing_can_be_reached(tmp_path: Path, loopback: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        socket.create_connection(("127.0.0.1", port), 2).close()  # before the wall it can be
        command = [sys.executable, "-c", BEHIND, str(tmp_path / "file"), str(port)]
        run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    if run.stdout.startswith("forbidden"):
        pytest.skip(f"this system forbids network namespaces: {run.stdout}")
    assert run.stdout == "nowhere Network is unreachable\n"
    assert (tmp_path / "file").owner() == tmp_path.owner()


def test_a_wall_that_cannot_be_raised_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walls.sys, "platform", "darwin")
    with pytest.raises(Refused, match="no network namespaces"):
        walls.raise_wall()
