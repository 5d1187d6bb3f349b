"""Programs that are loaded once and run many times, each time as a process of its own: see forking.py.

For tests that need very many processes, or need one each and are about something else: a fork takes
milliseconds where Python and all modules take most of a second. Those about how a program starts start it.
"""

from __future__ import annotations

import json
import math
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import SIGKILL
from typing import IO, Any


class Fork:
    """A running program, to be waited for by whoever started it."""

    def __init__(self, loaded: Loaded, pid: int) -> None:
        self.pid = pid
        self._loaded = loaded
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._loaded.ask(self.pid)
        return self.returncode

    def kill(self) -> None:
        self.send_signal(SIGKILL)

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def wait(self, timeout: float = math.inf) -> int:
        end = time.monotonic() + timeout
        while (code := self.poll()) is None:
            assert time.monotonic() < end, f"still running after {timeout:.0f} s"
            time.sleep(0.001)
        return code


class Process(Fork):
    """One whose output is read."""

    def __init__(self, loaded: Loaded, pid: int, stdout: IO[str], errors: IO[str]) -> None:
        super().__init__(loaded, pid)
        self.stdout = stdout
        self._errors = errors

    def communicate(self) -> tuple[str, str]:
        """Wait for its end, and return the rest of what it said and what it said of errors."""
        said = self.stdout.read()
        self.wait()
        self._errors.seek(0)
        errors = self._errors.read()
        self._errors.close()
        self.stdout.close()
        return said, errors


class Loaded:
    """A program that is loaded, with the modules named. Threads may share it."""

    def __init__(self, program: str, modules: Sequence[str] = (), **env: str) -> None:
        self._ours, theirs = socket.socketpair()
        forking = str(Path(__file__).with_name("forking.py"))
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, forking, str(theirs.fileno()), program, *modules],
                env={**os.environ, **env},
                pass_fds=[theirs.fileno()],
                # Of the kind that its forks have, which take over what Python has made of them.
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        self._lock = threading.Lock()

    def start(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        *,
        together: bool = False,
        patience: int = 0,
    ) -> Process:
        """Start it; `together` has its errors in its output. After `patience` in seconds it is ended."""
        reading, writing = os.pipe()
        errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
        files = [writing, writing if together else errors.fileno()]
        try:
            pid = self._order(arguments, environment, files, patience=patience)
        finally:
            os.close(writing)
        return Process(self, pid, os.fdopen(reading), errors)

    def start_at(self, terminal: int, arguments: Sequence[str], environment: Mapping[str, str]) -> Fork:
        """Start it at the slave's end of a terminal, which is then its own."""
        return Fork(self, self._order(arguments, environment, [terminal] * 3, terminal=True))

    def _order(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        files: Sequence[int],
        *,
        patience: int = 0,
        terminal: bool = False,
    ) -> int:
        order = {"arguments": [*arguments], "environment": {**environment}}
        pid: int = self.ask({**order, "patience": patience, "terminal": terminal}, files)
        return pid

    def ask(self, order: object, files: Sequence[int] = ()) -> Any:
        with self._lock:
            socket.send_fds(self._ours, [json.dumps(order).encode()], files)
            answer = self._ours.recv(100)
        assert answer, self._process.communicate()[1]
        return json.loads(answer)

    def close(self) -> None:
        self._ours.close()
        self._process.communicate()
