"""Programs that are loaded once and run many times, each time as a process of its own: see forking.py.

For tests that need very many processes, or need one each and are about something else: a fork takes
milliseconds where Python and all modules take most of a second. Those about how a program starts start it.
"""

from __future__ import annotations

import json
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


class Process:
    """A running program, to be waited for by whoever started it."""

    def __init__(self, loaded: Loaded, pid: int, stdout: IO[str], errors: IO[str]) -> None:
        self.pid, self.stdout = pid, stdout
        self._loaded, self._errors = loaded, errors
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._loaded.ask(self.pid)
        return self.returncode

    def kill(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, SIGKILL)

    def communicate(self) -> tuple[str, str]:
        """Wait for its end, and return the rest of what it said and what it said of errors."""
        said = self.stdout.read()
        while self.poll() is None:
            time.sleep(0.001)
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
        order = {"arguments": [*arguments], "environment": {**environment}, "patience": patience}
        reading, writing = os.pipe()
        errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
        files = [writing, writing if together else errors.fileno()]
        try:
            pid = self.ask(order, files)
        finally:
            os.close(writing)
        return Process(self, pid, os.fdopen(reading), errors)

    def ask(self, order: object, files: Sequence[int] = ()) -> Any:
        with self._lock:
            socket.send_fds(self._ours, [json.dumps(order).encode()], files)
            answer = self._ours.recv(100)
        assert answer, self._process.communicate()[1]
        return json.loads(answer)

    def close(self) -> None:
        self._ours.close()
        self._process.communicate()
