"""The whole program, the real engine and the starter model, where nothing can be reached."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.model]

SOTTO = [sys.executable, "-P", "-m", "sottovoce"]
QUESTION = "Name three colours."

REACH_OUT = """
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
    try:
        made.connect(("192.0.2.1", 443))
    except OSError as problem:
        print(problem.strerror)
"""


@pytest.fixture
def unshare() -> list[str]:
    """The command that runs another in a network namespace with nothing but a loopback."""
    program = shutil.which("unshare")
    if program is None:
        pytest.skip("unshare (util-linux) is not installed")
    command = [program, "--user", "--map-root-user", "--net"]
    tried = subprocess.run([*command, "true"], capture_output=True, text=True)
    if tried.returncode != 0:
        pytest.skip(f"this system forbids network namespaces: {tried.stderr.strip()}")
    return command


def run(command: Sequence[str], home: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SOTTO_HOME": str(home)}
    environment.pop("SOTTO_ENGINE", None)
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL, timeout=300
    )


def test_an_answer_comes_where_no_route_exists(tmp_path: Path, unshare: list[str]) -> None:
    control = run([*unshare, sys.executable, "-c", REACH_OUT], tmp_path)
    assert control.stdout == "Network is unreachable\n"
    answered = run([*unshare, *SOTTO, "ask", "--json", "--max-tokens", "24", QUESTION], tmp_path / "home")
    assert answered.returncode == 0, answered.stderr
    said = json.loads(answered.stdout)
    assert said["answer"].strip()
    assert said["usage"]["answer"] > 1
    assert not (tmp_path / "home" / "ledger.jsonl").exists()


# ── what the kernel saw ───────────────────────────────────────────────────────────────────────────

FAMILY = re.compile(r"sa_family=(AF_\w+)")
CALLS = "trace=connect,bind,sendto,sendmsg,sendmmsg"


@pytest.fixture
def strace() -> list[str]:
    program = shutil.which("strace")
    if program is None:
        pytest.skip("strace is not installed")
    command = [program, "-f", "-qq", "-e", CALLS, "-e", "signal=none", "-o"]
    tried = subprocess.run([*command, os.devnull, "true"], capture_output=True, text=True)
    if tried.returncode != 0:
        pytest.skip(f"this system forbids tracing: {tried.stderr.strip()}")
    return command


def families(trace: Path) -> set[str]:
    return set(FAMILY.findall(trace.read_text()))


def test_the_kernel_sees_only_sockets_that_are_files(tmp_path: Path, strace: list[str]) -> None:
    """Covers what no Python hook sees: the engine's own code, in whatever process."""
    trace = tmp_path / "trace"
    command = [*strace, str(trace), *SOTTO, "ask", "--max-tokens", "24", QUESTION]
    answered = run(command, tmp_path / "home")
    assert answered.returncode == 0, answered.stderr
    assert answered.stdout.strip()
    assert families(trace) == {"AF_UNIX"}


def test_the_kernel_sees_an_attempt_to_reach_out(tmp_path: Path, strace: list[str]) -> None:
    trace = tmp_path / "trace"
    run([*strace, str(trace), sys.executable, "-c", REACH_OUT], tmp_path)
    assert "AF_INET" in families(trace)


# ── what the program shows by itself ──────────────────────────────────────────────────────────────


def test_the_program_proves_it(tmp_path: Path, unshare: list[str]) -> None:
    proven = run([*SOTTO, "doctor", "--prove-offline", "--json"], tmp_path / "home")
    assert proven.returncode == 0, proven.stderr
    said = json.loads(proven.stdout)
    assert said["verdict"] == (
        "0 connections tried during the chat; the control attempt was seen and went nowhere."
    )
    assert (said["wall"], said["processes"], len(said["answers"])) == (True, 2, 2)
    assert all(answer.strip() for answer in said["answers"])


def test_where_the_system_forbids_a_wall_the_proof_says_less(tmp_path: Path, unshare: list[str]) -> None:
    forbid = 'echo 0 > /proc/sys/user/max_net_namespaces && exec "$@"'
    command = [unshare[0], "--user", "--map-root-user", "sh", "-c", forbid, "sh", *SOTTO]
    proven = run([*command, "doctor", "--prove-offline"], tmp_path / "home")
    assert proven.returncode == 0, proven.stderr
    assert "does not allow a network namespace. So only calls made through Python" in proven.stdout
    assert "0 connections tried during the chat; the control attempt was seen.\n" in proven.stdout


LEAK = """
import socket, sys
if "sottovoce.engine.child" in sys.orig_argv:
    import sottovoce.net.watch as watch
    installed = watch.install
    def install(report):
        installed(report)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
            try:
                made.connect(("192.0.2.99", 53))
            except OSError:
                pass
    watch.install = install
"""


def test_an_engine_that_reaches_out_refutes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text(LEAK)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    proven = run([*SOTTO, "doctor", "--prove-offline"], tmp_path / "home")
    assert proven.returncode == 1
    assert "1 connection tried during the chat: socket.connect 192.0.2.99:53." in proven.stdout


def test_the_doctor_finds_this_machine_in_order(tmp_path: Path) -> None:
    examined = run([*SOTTO, "doctor", "--json"], tmp_path / "home")
    said = json.loads(examined.stdout)
    assert [check for check in said["checks"] if check["grade"] == "fail"] == []
    assert said["checks"][-1]["name"] == "engine"
    assert examined.returncode == 0
