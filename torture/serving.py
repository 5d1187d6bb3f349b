"""Runs `sotto serve` as a process of its own, and asks it over plain sockets, keeping every byte that comes.

A control gives code that takes a safeguard away before the program begins. Knows no protocol above HTTP.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil

from sottovoce.core.paths import Home, open_home
from sottovoce.engine import sign
from sottovoce.server.caller import Scope
from sottovoce.store import keys
from sottovoce.store.db import open_database

SOTTO = "from sottovoce.cli.main import main; main()"
PATIENCE = 120.0
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Reply:
    """Every byte that came, and whether the server ended it: a client that left has but a part."""

    raw: bytes
    is_whole: bool

    @property
    def status(self) -> int:
        """The status; 0 where none came."""
        first = self.raw.split(b" ", 2)
        return int(first[1]) if len(first) == 3 else 0

    @property
    def is_well(self) -> bool:
        return self.is_whole and 200 <= self.status < 300

    @property
    def body(self) -> bytes:
        """The body, joined where it came in chunks."""
        head, _, rest = self.raw.partition(b"\r\n\r\n")
        if b"transfer-encoding: chunked" not in head.lower():
            return rest
        parts = []
        while rest:
            size, _, rest = rest.partition(b"\r\n")
            length = int(size or b"0", 16)
            parts.append(rest[:length])
            rest = rest[length + 2 :]
        return b"".join(parts)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers. `folder` has its home, and beside it `tmp`, `cwd` and `printed`."""

    folder: Path
    pid: int
    port: int
    door: str
    """The socket of the home, for the person's own programs."""

    @property
    def home(self) -> Home:
        return Home(self.folder / "home")

    def ask(
        self,
        path: str,
        body: bytes | None = None,
        *,
        key: str = "",
        method: str = "",
        kind: str = JSON,
        leave_after: float = PATIENCE,
    ) -> Reply:
        """Ask with a key, or without one as the person at this machine; be gone after so many seconds.

        `kind` is what the body is.
        """
        head = self.head(method or ("POST" if body else "GET"), path, body, key, kind)
        with closing(self.connect(as_person=not key)) as client:
            client.sendall(head + (body or b""))
            return read(client, leave_after)

    def connect(self, *, as_person: bool = False) -> socket.socket:
        client = socket.socket(socket.AF_UNIX if as_person else socket.AF_INET)
        client.settimeout(PATIENCE)
        try:
            client.connect(self.door if as_person else ("127.0.0.1", self.port))
        except OSError:
            client.close()
            raise
        return client

    def head(self, method: str, path: str, body: bytes | None, key: str = "", kind: str = JSON) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {f'127.0.0.1:{self.port}' if key else 'localhost'}"]
        lines += ["Connection: close", *([f"Authorization: Bearer {key}"] if key else [])]
        if body is not None:
            lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def engines(self) -> list[psutil.Process]:
        return psutil.Process(self.pid).children(recursive=True)

    def kill_engine(self, number: int = signal.SIGKILL) -> None:
        for engine in self.engines():
            with suppress(psutil.NoSuchProcess):
                engine.send_signal(number)


def read(client: socket.socket, leave_after: float = PATIENCE) -> Reply:
    """Take what comes until the server ends it, or until it is time to go."""
    parts: list[bytes] = []
    ends = time.monotonic() + leave_after
    while (left := ends - time.monotonic()) > 0:
        client.settimeout(left)
        try:
            part = client.recv(65536)
        except TimeoutError:
            break
        except ConnectionError:
            return Reply(b"".join(parts), is_whole=False)
        if not part:
            return Reply(b"".join(parts), is_whole=True)
        parts.append(part)
    return Reply(b"".join(parts), is_whole=False)


def add_keys(folder: Path, names: Sequence[str], scopes: Sequence[Scope] = (Scope.CHAT,)) -> list[str]:
    """Make keys in the home of a server that is to be; return what their users show."""
    with closing(open_database(open_home(folder / "home"))) as database:

        def added(name: str) -> str:
            terms = keys.Terms(name, tuple(scopes))
            return database.call(lambda conn: keys.add(conn, terms, time.time())[1])

        return [added(name) for name in names]


@contextmanager
def serving(folder: Path, without: str = "", **settings: object) -> Iterator[Server]:
    """Run a server for the block; `without` is code that takes a safeguard away."""
    process = start(folder, without, **settings)
    try:
        yield until_ready(folder, process)
    finally:
        end(process)


def start(folder: Path, without: str = "", **settings: object) -> subprocess.Popen[bytes]:
    """Start a server whose home, temporary files, working folder and words are all in this folder."""
    return started(folder, settings, without)


def started(
    folder: Path,
    settings: Mapping[str, object],
    without: str = "",
    options: Sequence[str] = (),
    around: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start one with more `options`. `around` comes to its environment."""
    for name in ("tmp", "cwd"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    with (folder / "printed").open("ab") as printed:
        return subprocess.Popen(
            [sys.executable, "-c", f"{without}\n{SOTTO}", "serve", "--port", "0", *options],
            cwd=folder / "cwd",
            env={**environment(folder, settings), **(around or {})},
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
        )


def environment(folder: Path, settings: Mapping[str, object]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SOTTO_")}
    given = {f"SOTTO_{name.upper()}": str(value) for name, value in settings.items()}
    return {**kept, "SOTTO_HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp"), **given}


class Started(Protocol):
    """A process, however it was started."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...


def until_ready(folder: Path, process: Started) -> Server:
    """Wait until it has a model and answers."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        if process.poll() is not None:
            said = folder / "printed"
            raise RuntimeError(f"the server ended: {said.read_text()[-2000:] if said.is_file() else ''}")
        server = listening(folder)
        if server is not None and server.pid == process.pid:
            with suppress(OSError):
                if server.ask("/readyz").status == 200:
                    return server
        time.sleep(0.05)
    raise RuntimeError("the server was not ready in time")


def listening(folder: Path) -> Server | None:
    """Return the server whose sign is up in this folder's home, if one is."""
    found = sign.read(Home(folder / "home"))
    if found is None:
        return None
    return Server(folder, found.process, int(found.address.rpartition(":")[2]), found.socket)


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
