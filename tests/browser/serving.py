"""`sotto serve` as a process with a home of its own, which can be killed and started again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx2

sys.path.append(str(Path(__file__).parents[1] / "processes"))

import whole
from loaded import Process

PATIENCE = 30


def environment(home: Path, engine: str = "echo") -> dict[str, str]:
    """Return the environment of a program at this home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SOTTO_")}
    return {**kept, "SOTTO_HOME": str(home), "SOTTO_ENGINE": engine}


class Server:
    """`engine` "" is the real one, on the starter model."""

    def __init__(self, home: Path, engine: str = "echo") -> None:
        self.home, self.engine = home, engine
        self.address = self.link = ""
        self.within: tuple[str, ...] = ()
        """A command that runs what follows it, for a home on a disk of its own."""
        self._port = 0
        self._process: Process | subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it and wait until it listens; a second time at the same port."""
        self._process = self._run("serve", "--port", str(self._port))
        said: list[str] = []
        assert self._process.stdout is not None
        while not any("To stop" in line for line in said):
            line = self._process.stdout.readline()
            assert line, f"the server ended:\n{''.join(said)}"
            said.append(line)
        words = " ".join(said).split()
        self.link = next(word for word in words if "/enter#" in word)
        self.address = self.link.partition("/enter#")[0]
        self._port = int(self.address.rpartition(":")[2])

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    @property
    def process(self) -> int:
        """The number of its process."""
        assert self._process is not None
        return self._process.pid

    def take_in(self, chats: object) -> None:
        """Import chats, in the form that `sotto chats export` writes."""
        file = self.home.with_suffix(".json")
        file.write_text(json.dumps(chats))
        importing = self._run("chats", "import", str(file), patience=PATIENCE)
        said, _ = importing.communicate()
        assert importing.returncode == 0, said

    def ask(self, path: str, cookie: str) -> object:
        """Ask the API as the browser with this cookie would."""
        answer = httpx2.get(self.address + path, headers={"Cookie": cookie}, timeout=PATIENCE)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def _run(self, *arguments: str, patience: int = 0) -> Process | subprocess.Popen[str]:
        env = environment(self.home, self.engine)
        return whole.start(arguments, env, within=self.within, together=True, patience=patience)
