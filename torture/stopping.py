"""Stops `sotto serve` with SIGTERM at an instant of chance, and looks at what it leaves.

While it starts, answers, reads documents or does nothing. A server is forked from a program that is loaded
already, so that hundreds of them start in their time. Knows nothing of how much is tried.
"""

from __future__ import annotations

import json
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

sys.path.append(str(Path(__file__).parents[1] / "tests" / "processes"))

import psutil
from loaded import Loaded, Process

from sottovoce.core.lock import FileLock
from sottovoce.core.paths import Home
from sottovoce.engine import sign
from torture.result import Figures
from torture.serving import SOTTO, Server, environment, listening, read, until_ready

MODULES = (
    "sottovoce.cli.main",
    "sottovoce.server.serve",
    "sottovoce.server.app_api",
    "sottovoce.engine.echo",
)

ANSWERS_SECONDS = 10.0
"""That are promised to answers under way."""
END_SECONDS = 10.0
"""In which it ends after these, or at once where nothing is under way."""

LATE = 3.0
"""Seconds that its leaving itself may take on a busy machine."""

SOON = 1.5
"""Seconds within which the signal comes, once it works."""

LONG = 1 / 12
"""The share of answers that take longer than they may."""

DOCUMENTS = 12
PARTS = 8


@dataclass(slots=True)
class Work:
    """What a server does when it is stopped. `chats` are those of which it has said that it has them."""

    chats: dict[str, str] = field(default_factory=dict)
    shelf: str = ""
    heard: list[threading.Thread] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seconds: float = END_SECONDS
    """Within which it must have ended."""


Begin = Callable[[Server, Random], Work]


@dataclass(frozen=True, slots=True)
class Safeguard:
    """What a good end is owed to, and code that takes it away."""

    what: str
    code: str


SAFEGUARDS = {
    "rests": Safeguard(
        "the taking down of its sign",
        """
from sottovoce.engine import sign

sign.take_down = lambda *_: None
""",
    ),
    "starts": Safeguard(
        "its ear for signals",
        """
import signal
from sottovoce.server import serve

serve.SIGNALS = ()
signal.signal(signal.SIGTERM, signal.SIG_IGN)
""",
    ),
    "answers": Safeguard(
        "its own end at a signal",
        """
from sottovoce.server import serve

serve.SIGNALS = ()
""",
    ),
    "indexes": Safeguard(
        "a lifeline of those it starts",
        """
import subprocess
from sottovoce.knowledge.at_work import AtWork

def start(self, shelf, start=AtWork.start):
    subprocess.Popen(["sleep", "60"], start_new_session=True)
    return start(self, shelf)

AtWork.start = start
""",
    ),
    "engine": Safeguard(
        "the end by force of an engine that hangs",
        """
import signal
from asyncio.base_subprocess import BaseSubprocessTransport
from sottovoce.core import child

async def end(process, patience):
    process.send_signal(signal.SIGSTOP)
    return True

child.end = end
BaseSubprocessTransport.close = lambda self: None
""",
    ),
}


class Stops:
    """Servers of one kind that are stopped. `without` is code that takes a safeguard away."""

    def __init__(self, folder: Path, figures: Figures, without: str = "", **settings: object) -> None:
        self._folder = folder
        self._figures = figures
        self._settings = settings
        self._loaded = Loaded(f"{without}\n{SOTTO}", MODULES)

    def close(self) -> None:
        self._loaded.close()

    def while_it(self, what: str, begin: Begin | None) -> Callable[[int], str | None]:
        """Return what stops one while it does something; None: while it starts."""

        def attempt(case: int) -> str | None:
            folder = self._folder / f"{what}{case}"
            try:
                return self._stopped(folder, self._figures.chance(what, case), begin)
            finally:
                shutil.rmtree(folder, ignore_errors=True)

        return attempt

    def _stopped(self, folder: Path, chance: Random, begin: Begin | None) -> str | None:
        process = self._start(folder)
        try:
            if begin is None:
                time.sleep(chance.uniform(0, SOON))
                server, work = listening(folder), Work()
            else:
                server = until_ready(folder, process)
                work = begin(server, chance)
                time.sleep(chance.uniform(0, SOON))
            children = _children(process.pid)
            process.send_signal(signal.SIGTERM)
            fault = _ended(process, work, is_up=server is not None) or _left(folder, server, children)
            for thread in work.heard:
                thread.join()
        finally:
            process.kill()
            said, _ = process.communicate()
        found = [fault, *work.faults, None if fault else self._begins_anew(folder, work)]
        first = next(filter(None, found), None)
        return first and f"{first} {said[-300:]!r}"

    def _begins_anew(self, folder: Path, work: Work) -> str | None:
        """Say what is wrong with the next start."""
        process = self._start(folder)
        try:
            server = until_ready(folder, process)
            return _kept(server, work)
        except RuntimeError as problem:
            return f"the next one: {problem}"
        finally:
            process.kill()
            process.communicate()

    def _start(self, folder: Path) -> Process:
        for name in ("tmp", "cwd"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        env = environment(folder, self._settings)
        return self._loaded.start(["serve", "--port", "0"], env, together=True)


# ── what it does meanwhile ────────────────────────────────────────────────────────────────────────


def rests(_server: Server, _chance: Random) -> Work:
    return Work()


def answers(server: Server, chance: Random) -> Work:
    """Have it write to the page, and to a program that reads along; some take longer than they may."""
    work = Work(seconds=ANSWERS_SECONDS + END_SECONDS)
    for number in range(chance.randint(1, 3)):
        text = f"/slow {_pause(chance)} " + " ".join(f"knot{number}.{word}" for word in range(100))
        begun = server.ask("/app/api/runs", json.dumps({"text": text}).encode())
        if begun.is_well:
            work.chats[json.loads(begun.body)["chat"]] = text
        else:
            work.faults.append(f"it did not begin: {begun.raw[:200]!r}")
    body = json.dumps(
        {
            "model": "default",
            "messages": [{"role": "user", "content": f"/slow {_pause(chance)}"}],
            "stream": True,
            "max_tokens": 100,
        }
    ).encode()
    thread = threading.Thread(target=_read_along, args=(server, body, work))
    thread.start()
    work.heard.append(thread)
    return work


def indexes(server: Server, _chance: Random) -> Work:
    """Have it read a folder of documents for a shelf."""
    docs = server.folder / "docs"
    docs.mkdir()
    for number in range(DOCUMENTS):
        parts = (f"Anchor {number} of chain {part}. " * 40 + "\n" for part in range(PARTS))
        (docs / f"{number}.md").write_text("\n".join([f"# Buoy {number}\n", *parts]))
    shelf = json.loads(server.ask("/app/api/shelves", b'{"name": "docs"}').body)["id"]
    place = f"/app/api/shelves/{shelf}"
    source = json.dumps({"path": str(docs)}).encode()
    for path, said in ((f"{place}/sources", source), (f"{place}/sync", b"{}")):
        if not (reply := server.ask(path, said)).is_well:
            return Work(faults=[f"it did not index: {reply.raw[-300:]!r}"])
    return Work(shelf=shelf)


def _pause(chance: Random) -> int:
    """Return the milliseconds between two words."""
    return 300 if chance.random() < LONG else chance.randint(1, 30)


def _read_along(server: Server, body: bytes, work: Work) -> None:
    """Follow an answer, which must end, or be cut with a word."""
    try:
        with closing(server.connect(as_person=True)) as client:
            client.sendall(server.head("POST", "/v1/chat/completions", body) + body)
            reply = read(client)
    except OSError:  # it takes nobody any more
        return
    if reply.raw and not (b"[DONE]" in reply.raw or b'"stopping"' in reply.raw):
        work.faults.append(f"an answer was cut without a word: {reply.raw[-200:]!r}")


# ── what it leaves ────────────────────────────────────────────────────────────────────────────────


def _ended(process: Process, work: Work, *, is_up: bool) -> str | None:
    """Wait for its end, and say what is wrong with that."""
    began = time.monotonic()
    while (code := process.poll()) is None:
        if time.monotonic() - began > work.seconds + LATE:
            return f"it had not ended {work.seconds + LATE:.0f} s after SIGTERM"
        time.sleep(0.02)
    # One that has not begun yet has nothing to end in good order.
    if code == 0 or (code == -signal.SIGTERM and not is_up):
        return None
    return f"it ended with {code}"


def _children(pid: int) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).children(recursive=True)
    return []


def _left(folder: Path, server: Server | None, children: list[psutil.Process]) -> str | None:
    """Say what is left of a server that has ended."""
    _, alive = psutil.wait_procs(children, timeout=5)
    if alive:
        names = [" ".join(_command(one)) for one in alive]
        for one in alive:
            one.kill()
        return f"left running: {names}"
    if sign.path_of(Home(folder / "home")).exists():
        return "its sign is still up"
    if left := [path.name for path in (folder / "tmp").iterdir()]:
        return f"left among the temporary files: {left}"
    lock = FileLock(folder / "home" / "server.lock")
    if (folder / "home").is_dir():
        if not lock.take():
            return "its home is still locked"
        lock.release()
    with suppress(OSError):
        if server is not None:
            server.connect().close()
            return "its port is still open"
    return None


def _command(process: psutil.Process) -> list[str]:
    with suppress(psutil.NoSuchProcess):
        return list(process.cmdline())
    return []


def _kept(server: Server, work: Work) -> str | None:
    """Say what the next server has not of that which the last had said it has."""
    for chat, text in work.chats.items():
        reply = server.ask(f"/app/api/chats/{chat}")
        if not reply.is_well:
            return f"a chat is lost: {reply.raw[:200]!r}"
        messages = json.loads(reply.body)["messages"]
        if text not in [message["text"] for message in messages]:
            return "an acknowledged message is lost"
        if any(message["state"] == "writing" for message in messages):
            return "an answer is said to be written still"
    if work.shelf and not server.ask(f"/app/api/shelves/{work.shelf}").is_well:
        return "a shelf is lost"
    return None
