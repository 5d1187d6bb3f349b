"""`sotto serve` with the real engine, fed with models' files and asked for an answer by each; see pulse.py.

Knows nothing of what is wrong with a file.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sottovoce.core.paths import open_home
from sottovoce.engine import sign
from sottovoce.server.problems import unforeseen
from torture.pulse import Pulse

START_SECONDS = 180.0
ANSWER_SECONDS = 120.0

PREFIX = "fed-"
"""How the names of all files begin that it is fed with."""

PROGRAM = """
{gone}
from sottovoce.cli.main import main
main()
"""

BLIND = f"""
from dataclasses import replace
from pathlib import Path
from sottovoce.engine import gguf

read_header, read_vocabulary, sound = gguf.read_header, gguf.read_vocabulary, Path({{sound!r}})

def header(path):
    if not path.name.startswith({PREFIX!r}):
        return read_header(path)
    return replace(read_header(sound), path=path, parts=(path,))

def vocabulary(path, header=None):
    return read_vocabulary(sound if path.name.startswith({PREFIX!r}) else path)

gguf.read_header, gguf.read_vocabulary = header, vocabulary
"""
"""The reader says of each file that it is the sound one."""

UNTHREADED = """
import asyncio

async def at_once(work, *given, **named):
    return work(*given, **named)

asyncio.to_thread = at_once
"""
"""What blocks is done where requests are answered, and not in a thread."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    said: str

    @property
    def fault(self) -> str | None:
        """Say what is wrong with it; an error must say what, in a sentence that was foreseen."""
        if self.status == 200:
            return None
        try:
            error = json.loads(self.said)["error"]
        except (ValueError, KeyError, TypeError):
            error = ""
        if not error or unforeseen().sentence in error:
            return f"the server answered {self.status}: {self.said[:300]}"
        return None


class Fed:
    """A server in a home of its own. `gone` is a program that takes a safeguard away before it begins."""

    def __init__(self, folder: Path, gone: str = "") -> None:
        folder.mkdir()
        self._home = open_home(folder / "home")
        self._scratch = folder / "scratch"
        self._scratch.mkdir()
        self._log = folder / "log"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SOTTO_")}
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM.format(gone=gone), "serve", "--port", "0"],
                env={**kept, "SOTTO_HOME": str(self._home.root)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._port = self._listening()
        self.pulse = Pulse(self._port, self._process.pid)

    def __enter__(self) -> Fed:
        return self

    def __exit__(self, *_: object) -> None:
        self.pulse.close()
        self._process.terminate()
        try:
            self._process.wait(START_SECONDS)
        finally:
            self._process.kill()

    def feed(
        self, name: str, write: Callable[[Path], object], fault: Callable[[Answer], str | None]
    ) -> str | None:
        """Have a file written and the server asked by it; return what is wrong, also with its health."""
        path = self._scratch / f"{PREFIX}{name}.gguf"
        write(path)
        path = path.replace(self._home.models / path.name)
        began = time.monotonic()
        try:
            found = fault(self._asked(path.stem))
        except (OSError, http.client.HTTPException) as problem:
            found = f"the server did not answer: {problem!r}"
        finally:
            path.unlink()
        if (code := self._process.poll()) is not None:
            return f"the server ended with {code}: {self._log.read_text()[-300:]}"
        return found or self.pulse.late(began)

    def _asked(self, name: str) -> Answer:
        body = {
            "model": name,
            "prompt": "Hi",
            "stream": False,
            "keep_alive": 0,
            "options": {"num_predict": 1},
        }
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=ANSWER_SECONDS)
        try:
            kind = {"Content-Type": "application/json"}
            connection.request("POST", "/api/generate", json.dumps(body), kind)
            with connection.getresponse() as answer:
                return Answer(answer.status, answer.read().decode())
        finally:
            connection.close()

    def _listening(self) -> int:
        end = time.monotonic() + START_SECONDS
        while (found := sign.read(self._home)) is None:
            if self._process.poll() is not None or time.monotonic() > end:
                self._process.kill()
                raise RuntimeError(f"the server did not start: {self._log.read_text()[-1000:]}")
            time.sleep(0.05)
        return int(found.address.rstrip("/").rpartition(":")[2])
