"""`sotto share` as a process, and a phone as another, at an address of this machine in its network."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from sottovoce.server import lan

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.usefixtures("loopback"),
    pytest.mark.skipif(not lan.places(), reason="this machine is in no network"),
]

PATIENCE = 20.0

ASK = """
import http.client, json, sys
host, port, method, path, body, headers = json.load(sys.stdin)
connection = http.client.HTTPConnection(host, port, timeout=10)
connection.request(method, path, body, headers)
reply = connection.getresponse()
print(json.dumps([reply.status, reply.headers["Set-Cookie"], reply.read().decode()]))
"""
"""A process of its own: no test reaches the network."""


class Shared:
    """One run of `sotto`, mostly of `sotto share`."""

    def __init__(self, home: Path, *arguments: str) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SOTTO_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sottovoce", *arguments],
            env={**environment, "SOTTO_HOME": str(home), "SOTTO_ENGINE": "echo"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said: list[str] = []

    def listen(self, last: str = "plain HTTP") -> Shared:
        """Wait until it has told all, whose last line has these words."""
        assert self.process.stdout is not None
        while not any(last in line for line in self.said):
            line = self.process.stdout.readline()
            assert line, self.process.stderr and self.process.stderr.read()
            self.said.append(line.rstrip("\n"))
        return self

    def ended(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, "\n".join(self.said) + out, err

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


Start = Callable[..., Shared]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as running:

        def begin(*arguments: str) -> Shared:
            one = Shared(tmp_path / "home", *arguments)
            running.callback(one.close)
            return one

        yield begin


def link_in(said: str) -> str:
    return next(word for word in said.split() if "/enter#" in word)


class Phone:
    """A browser at the address of a link, as far as it shows itself to a server."""

    def __init__(self, link: str) -> None:
        page, _, self.code = link.partition("#")
        self.origin = page.removesuffix("/enter")
        host, _, port = self.origin.removeprefix("http://").rpartition(":")
        self.end = (host.strip("[]"), int(port))
        self.cookie = ""

    def ask(self, method: str, path: str, body: object = None, **more: str) -> tuple[int, Any]:
        headers = {"Sec-Fetch-Site": "same-origin", "Cookie": self.cookie, **more}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Origin": self.origin}
        text = None if body is None else json.dumps(body)
        asked = json.dumps(
            [*self.end, method, path, text, {name: one for name, one in headers.items() if one}]
        )
        done = subprocess.run(
            [sys.executable, "-c", ASK],
            input=asked,
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE,
        )
        status, cookie, answer = json.loads(done.stdout)
        if cookie:
            self.cookie = cookie.partition(";")[0]
        return status, json.loads(answer) if answer.startswith("{") else answer

    def enter(self) -> int:
        return self.ask("POST", "/app/api/session", {"code": self.code})[0]


def test_only_the_phone_with_the_code_gets_in(start: Start) -> None:
    shared = start("share", "--port", "0").listen()
    said = "\n".join(shared.said)
    (place, *_) = lan.places()
    phone, stranger = Phone(link_in(said)), Phone(link_in(said))
    assert phone.end[0] == place.address
    assert "within ten minutes" in said
    for path in ("/app/api/chats", "/app/api/status", "/v1/models", "/api/tags"):
        assert stranger.ask("GET", path)[0] == 401
    assert stranger.ask("POST", "/app/api/runs", {"text": "hello"})[0] == 401
    assert stranger.ask("POST", "/app/api/session", {"code": "guessed"})[0] == 401
    assert stranger.ask("GET", "/enter", Host=f"evil.example:{stranger.end[1]}")[0] == 421

    assert phone.ask("GET", "/enter")[0] == 200
    assert phone.enter() == 200
    status, run = phone.ask("POST", "/app/api/runs", {"text": "hello"})
    assert status == 200
    assert phone.ask("GET", f"/app/api/chats/{run['chat']}")[0] == 200
    assert stranger.enter() == 401
    assert stranger.ask("GET", "/app/api/chats")[0] == 401
    status, offered = phone.ask("POST", "/app/api/share", {})
    assert status == 200
    assert Phone(offered["link"]).end == phone.end
    assert Phone(offered["link"]).enter() == 200

    shared.process.send_signal(signal.SIGINT)
    code, out, err = shared.ended()
    assert (code, err) == (0, "")
    assert "plain HTTP" in out
    again = start("share", "--port", str(phone.end[1])).listen()
    assert Phone(link_in("\n".join(again.said))).end == phone.end
    assert phone.ask("GET", "/app/api/chats")[0] == 200, "the phone would have to be paired again"
    assert phone.ask("DELETE", "/app/api/sessions", Origin=phone.origin)[0] == 200
    assert phone.ask("GET", "/app/api/chats")[0] == 401


def test_it_listens_at_this_machine_and_one_address_of_the_network(start: Start) -> None:
    shared = start("share", "--port", "0").listen()
    place = Phone(link_in("\n".join(shared.said))).end
    found = psutil.Process(shared.process.pid).net_connections("inet")
    ends = {tuple(one.laddr) for one in found if one.status == psutil.CONN_LISTEN}
    assert place in ends
    assert {host for host, _ in ends} <= {"127.0.0.1", "::1", place[0]}


def test_every_address_that_it_names_can_be_shared_at(start: Start) -> None:
    for place in lan.places():
        shared = start("share", "--port", "0", "--host", place.address).listen()
        phone = Phone(link_in("\n".join(shared.said)))
        assert phone.end[0] == place.address
        assert phone.enter() == 200
        assert phone.ask("GET", "/app/api/chats")[0] == 200
        shared.process.terminate()
        assert shared.ended()[0] == 0


def test_a_second_one_makes_one_more_link_of_the_first(start: Start) -> None:
    first = start("share", "--port", "0").listen()
    code, out, err = start("share").ended()
    assert (code, err) == (0, "")
    one, two = Phone(link_in("\n".join(first.said))), Phone(link_in(out))
    assert (one.end, one.code != two.code) == (two.end, True)
    assert "Ctrl-C where the server runs" in out
    assert (two.enter(), one.enter()) == (200, 200)
    assert first.process.poll() is None


def test_a_server_that_is_stuck_is_told(start: Start) -> None:
    first = start("share", "--port", "0").listen()
    first.process.send_signal(signal.SIGSTOP)
    code, out, err = start("share").ended()
    first.process.send_signal(signal.SIGCONT)
    assert (code, out) == (3, "")
    assert "does not answer" in err
    assert "hint: End it where it runs, then: sotto share" in err


def test_it_joins_a_server_that_listens_at_every_address(start: Start) -> None:
    assert start("keys", "add", "laptop").ended()[0] == 0
    start("serve", "--port", "0", "--host", "0.0.0.0").listen("To stop")
    code, out, _ = start("share").ended()
    assert code == 0
    assert Phone(link_in(out)).enter() == 200


def test_a_server_for_this_machine_alone_is_not_joined(start: Start) -> None:
    served = start("serve", "--port", "0").listen("To stop")
    code, out, err = start("share").ended()
    assert (code, out) == (3, "")
    assert "runs already at http://127.0.0.1:" in err
    assert "hint: Stop it with Ctrl-C where it runs, then: sotto share" in err
    assert served.process.poll() is None
