"""A server and the home's other programs, as processes: one engine among them, whatever ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import psutil
import pytest
from whole import start

from sottovoce.core.paths import Home
from sottovoce.engine import sign

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no unix sockets here"),
]

PATIENCE = 30.0
LONGEST = 600
"""Seconds after which a server that does not end is ended."""
CTRL_C, ENTER = "\x03", "\r"


class Server:
    """`sotto serve` of one home, and the way to it through its socket."""

    def __init__(self, home: Home, *arguments: str, **env: str) -> None:
        self.home = home
        self.process = start(
            ["serve", "--port", "0", *arguments], environment(home, **env), together=True, patience=LONGEST
        )
        self.sign = until(lambda: self._at(sign.read(home)))
        self.client = httpx2.Client(
            transport=httpx2.HTTPTransport(uds=self.sign.socket, verify=False),
            base_url="http://localhost",
            timeout=PATIENCE,
        )

    def _at(self, found: sign.Sign | None) -> sign.Sign | None:
        assert self.process.poll() is None, self.process.communicate()[0]
        return found if found is not None and found.process == self.process.pid else None

    def answered(self) -> int:
        """Return how many tokens its engine has written."""
        told = self.client.get("/metrics").text
        counts = [line for line in told.splitlines() if line.startswith('sotto_tokens_total{kind="answer"}')]
        return int(float(counts[0].split()[-1])) if counts else 0

    def queue(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get("/app/api/queue").json()
        return found

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


def until(found: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (one := found()):
        assert time.monotonic() < deadline, "this never happened"
        time.sleep(0.02)
    return one


def environment(home: Home, **env: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SOTTO_")}
    given = {"SOTTO_HOME": str(home.root), "SOTTO_ENGINE": "echo", **env}
    return {**kept, **{name: value for name, value in given.items() if value}}


def ask(home: Home, *arguments: str, **env: str) -> dict[str, Any]:
    asking = start(["ask", "--json", *arguments], environment(home, **env), patience=60)
    out, err = asking.communicate()
    assert asking.returncode == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


def engines(process: psutil.Process) -> list[int]:
    """Return the engine children of a process."""
    try:
        below = process.children(recursive=True)
        return [one.pid for one in below if "sottovoce.engine.child" in one.cmdline()]
    except psutil.Error:
        return []


class Watching(threading.Thread):
    """Notes every engine that this process's children start, apart from those known."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.seen: set[int] = set()
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(0.02):
            self.seen.update(engines(psutil.Process()))

    def __enter__(self) -> Watching:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()


@pytest.fixture
def serve(home: Home) -> Iterator[Callable[..., Server]]:
    started: list[Server] = []

    def begin(*arguments: str, **env: str) -> Server:
        started.append(Server(home, *arguments, **env))
        return started[-1]

    yield begin
    for one in started:
        one.client.close()
        one.process.kill()
        one.process.communicate()


def test_ask_uses_the_servers_engine_and_keeps_its_own_chat(home: Home, serve: Callable[..., Server]) -> None:
    server = serve()
    done = ask(home, "one two three")
    assert done["answer"] == "one two three"
    assert server.answered() == 3
    shown = server.client.get(f"/app/api/chats/{done['chat']}").json()
    assert [message["text"] for message in shown["messages"]] == ["one two three", "one two three"]
    assert [message["state"] for message in shown["messages"]] == ["complete", "complete"]
    assert server.end() == 0
    assert sign.read(home) is None
    assert not sign.path_of(home).exists()
    assert ask(home, "alone again")["answer"] == "alone again"


def test_the_python_api_shares_it_too(home: Home, serve: Callable[..., Server]) -> None:
    server = serve()
    program = "from sottovoce import Sotto\nwith Sotto() as sotto: print(*sotto.ask('a b c'), sep='|')"
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(home), capture_output=True, text=True, check=True
    )
    assert done.stdout == "a| b| c\n"
    assert server.answered() == 3


def test_an_attached_terminal_says_so_and_outlives_a_killed_server(
    home: Home, serve: Callable[..., Server], terminal: Callable[..., Any]
) -> None:
    server = serve()
    sotto = terminal()
    sotto.until(f"Shares the engine of the server at {server.sign.address}")
    sotto.ask("hello there")
    sotto.settle()
    assert server.answered() == 2
    sotto.press("//slow 50", ENTER)
    sotto.until("word3")
    server.kill()
    sotto.until("The server that was answering has stopped.")
    sotto.ask("are you still there")
    sotto.until("\nare you still there\n")
    assert sotto.leave() == 0


def test_a_terminal_goes_over_to_a_server_that_appears_and_back(
    home: Home, serve: Callable[..., Server], terminal: Callable[..., Any]
) -> None:
    sotto = terminal()
    sotto.ask("first alone")
    sotto.settle()
    assert "Shares the engine" not in sotto.text
    server = serve()
    sotto.ask("then together here")
    sotto.until("\nthen together here\n")
    sotto.settle()
    assert server.answered() == 3
    server.kill()
    sotto.ask("alone again now")
    sotto.until("\nalone again now\n")
    assert sotto.leave() == 0


def test_whoever_must_wait_in_the_servers_line_is_told_and_can_leave_it(
    home: Home, serve: Callable[..., Server], terminal: Callable[..., Any]
) -> None:
    server = serve("--slots", "1")
    first = server.client.post("/app/api/runs", json={"text": "/slow 200"}).json()
    until(lambda: server.queue()["computing"] == 1)
    sotto = terminal()
    sotto.ask("my turn")
    sotto.until(lambda: "you are next" in sotto.text or "before you" in sotto.text)
    assert server.queue()["waiting"] == 1
    sotto.press(CTRL_C)
    until(lambda: server.queue()["waiting"] == 0)
    sotto.settle()
    sotto.press("my turn now", ENTER)
    until(lambda: server.queue()["waiting"] == 1)
    server.client.post(f"/app/api/chats/{first['chat']}/runs/{first['id']}/stop", json={})
    sotto.until("\nmy turn now\n")
    assert sotto.leave() == 0


@pytest.mark.model
def test_there_is_one_engine_and_one_keeper_of_states_until_the_server_is_killed(
    home: Home, serve: Callable[..., Server]
) -> None:
    real = {"SOTTO_ENGINE": "", "SOTTO_SLOTS": "1"}
    server = serve(**real)
    how = ["--max-tokens", "24", "--temperature", "0"]
    until(lambda: engines(psutil.Process(server.process.pid)))
    with Watching() as watching:
        first = ask(home, *how, "Why is the sky blue? Explain it to a child.", **real)
        second = ask(home, *how, "--chat", first["chat"], "And at night?", **real)
    assert second["usage"]["reused"] >= first["usage"]["prompt"]
    assert watching.seen == set(engines(psutil.Process(server.process.pid)))
    assert len(watching.seen) == 1

    assert server.end() == 0
    assert list(home.kv.glob("*.state")), "the server saved what it had computed"
    third = ask(home, *how, "--chat", first["chat"], "And on Mars?", **real)
    assert third["usage"]["reused"] >= second["usage"]["prompt"], "the state the server kept was of use"

    server = serve(**real)
    until(lambda: engines(psutil.Process(server.process.pid)))
    fourth = ask(home, *how, "--chat", first["chat"], "And on the Moon?", **real)
    assert fourth["usage"]["reused"] >= third["usage"]["prompt"]
    (child,) = engines(psutil.Process(server.process.pid))
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    assert ask(home, *how, "--chat", first["chat"], "And here?", **real)["answer"]
    until(lambda: not psutil.pid_exists(child))
