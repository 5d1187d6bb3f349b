"""The server as a process: how it begins, what it tells, how it ends, and whom it lets wait."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("loopback")]

PATIENCE = 20.0
IMPATIENT = (
    "import sys; from pathlib import Path; from sottovoce.core.paths import open_home;"
    "from sottovoce.server.serve import Wish, serve;"
    "tell = lambda text: print(text, flush=True);"
    "serve(open_home(Path(sys.argv[1])), Wish({'port': 0}, stop_seconds=0.5), tell)"
)

HELD_UP = (
    "import sys, time; from pathlib import Path; from sottovoce import guards;"
    "from sottovoce.core.paths import open_home; from sottovoce.server import serve;"
    "guards.prepare = lambda _: time.sleep(600); serve.LAST_SECONDS = 1.0;"
    "tell = lambda text: print(text, flush=True);"
    "serve.serve(open_home(Path(sys.argv[1])), serve.Wish({'port': 0}, stop_seconds=0.5), tell)"
)
"""A thread of it does not end."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Served:
    """One run of `sotto serve`, or of what is given in its place."""

    def __init__(self, home: Path, *arguments: str, program: tuple[str, ...] = (), **env: str) -> None:
        self.home = home
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SOTTO_")}
        self.process = subprocess.Popen(
            [sys.executable, *(program or ("-m", "sottovoce", "serve", "--port", "0", *arguments))],
            env={**environment, "SOTTO_HOME": str(home), "SOTTO_ENGINE": "echo", **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said: list[str] = []
        self.streams: list[http.client.HTTPConnection] = []

    def listen(self) -> Served:
        """Wait until it has told its address."""
        assert self.process.stdout is not None
        while not any("To stop" in line for line in self.said):
            line = self.process.stdout.readline()
            assert line, (
                f"ended with {self.process.wait()}: {self.process.stderr and self.process.stderr.read()}"
            )
            self.said.append(line.rstrip("\n"))
        return self

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.said[0].partition("http://")[2].split()[0].rpartition(":")
        return host, int(port)

    @property
    def link(self) -> str:
        return next(word for line in self.said for word in line.split() if "/enter#" in word)

    def sign(self) -> dict[str, Any]:
        found = json.loads((self.home / "server.json").read_text())
        assert isinstance(found, dict)
        return found

    def connect(self) -> socket.socket:
        client = socket.create_connection(self.address, PATIENCE)
        client.settimeout(PATIENCE)
        return client

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        return _ask(http.client.HTTPConnection(*self.address, timeout=PATIENCE), method, path, body, headers)

    def ask_as_person(self, method: str, path: str, body: object = None) -> Any:
        """Ask through the home's own socket."""
        connection = http.client.HTTPConnection("localhost", 80, timeout=PATIENCE)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(self.sign()["socket"])
        answer = _ask(connection, method, path, body, {})
        assert answer.status < 300, answer
        return json.loads(answer.body)

    def stream(self, text: str) -> http.client.HTTPResponse:
        """Ask for an answer in pieces."""
        connection = http.client.HTTPConnection(*self.address, timeout=PATIENCE)
        self.streams.append(connection)
        body = {"model": "default", "messages": [{"role": "user", "content": text}], "stream": True}
        kind = {"Content-Type": "application/json"}
        connection.request("POST", "/v1/chat/completions", json.dumps(body), kind)
        return connection.getresponse()

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()
        for stream in self.streams:
            stream.close()

    def signal(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)

    def ended(self, within: float = PATIENCE) -> int:
        return self.process.wait(within)

    def told(self) -> tuple[str, str]:
        """Return the rest of what it printed, once it has ended."""
        out, err = self.process.communicate(timeout=PATIENCE)
        return out, err


def _ask(
    connection: http.client.HTTPConnection, method: str, path: str, body: object, headers: dict[str, str]
) -> Answer:
    text = None if body is None else json.dumps(body)
    kind = {} if body is None else {"Content-Type": "application/json"}
    try:
        connection.request(method, path, text, {**kind, **headers})
        with connection.getresponse() as response:
            return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


Serve = Callable[..., Served]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    with ExitStack() as running:

        def start(*arguments: str, home: str = "home", **more: Any) -> Served:
            one = Served(tmp_path / home, *arguments, **more)
            running.callback(one.close)
            return one

        yield start


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_it_tells_where_it_is_and_leaves_nothing_behind(serve):
    served = serve().listen()
    host, port = served.address
    assert host == "127.0.0.1"
    said = "\n".join(served.said)
    assert f"http://127.0.0.1:{port}/v1" in said
    assert "no key is needed" in said
    assert f"http://127.0.0.1:{port}/enter#" in said
    assert served.ask("GET", "/healthz").status == 200

    sign, path = served.sign(), served.home / "server.json"
    door = Path(sign["socket"])
    assert (sign["process"], sign["address"]) == (served.process.pid, f"http://127.0.0.1:{port}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(door.stat().st_mode) == 0o600
    assert stat.S_IMODE(door.parent.stat().st_mode) == 0o700

    served.signal()
    assert served.ended() == 0
    assert not path.exists()
    assert not door.parent.exists()
    assert served.told()[1] == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_each_way_of_stopping_it_ends_it_well(serve, number):
    served = serve().listen()
    served.signal(number)
    assert served.ended() == 0
    assert not (served.home / "server.json").exists()


def test_it_listens_only_where_it_says(serve):
    served = serve().listen()
    process = psutil.Process(served.process.pid)
    assert process.children() == []
    network = [one for one in process.net_connections("inet") if one.status == psutil.CONN_LISTEN]
    assert {one.laddr.port for one in network} == {served.address[1]}
    assert {one.laddr.ip for one in network} <= {"127.0.0.1", "::1"}
    inside = {one.laddr for one in process.net_connections("unix") if one.laddr}
    assert inside == {served.sign()["socket"]}


def test_the_engines_own_addresses_are_not_ours(serve):
    served = serve().listen()
    for path in (
        "/slots",
        "/props",
        "/completion",
        "/embedding",
        "/metrics/",
        "/v1/internal",
        "/static/../sotto.db",
    ):
        assert served.ask("GET", path).status == 404


def test_the_socket_lets_the_persons_own_programs_in(serve):
    served = serve().listen()
    assert served.ask_as_person("GET", "/app/api/session")["signed_in"] is True
    assert json.loads(served.ask("GET", "/app/api/session").body)["signed_in"] is False


def test_a_browser_signs_in_once_with_the_link(serve):
    served = serve().listen()
    page, _, code = served.link.partition("#")
    origin = page.removesuffix("/enter")
    assert served.ask("GET", "/enter").status == 200
    own = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
    entered = served.ask("POST", "/app/api/session", {"code": code}, **own)
    cookie = entered.headers["Set-Cookie"]
    assert (entered.status, "HttpOnly" in cookie, "samesite=strict" in cookie.lower()) == (200, True, True)
    told = served.ask("GET", "/app/api/session", Cookie=cookie.partition(";")[0])
    assert json.loads(told.body)["signed_in"] is True
    assert served.ask("POST", "/app/api/session", {"code": code}, **own).status == 401


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_browser_stays_signed_in_when_the_server_starts_again(serve, number):
    first = serve().listen()
    code = {"code": first.link.partition("#")[2]}
    answer = first.ask("POST", "/app/api/session", code, **{"Sec-Fetch-Site": "same-origin"})
    cookie = {"Cookie": answer.headers["set-cookie"].partition(";")[0], "Sec-Fetch-Site": "same-origin"}
    first.process.send_signal(number)
    first.process.wait(PATIENCE)
    second = serve().listen()
    assert second.ask("GET", "/app/api/chats", **cookie).status == 200
    assert second.ask("POST", "/app/api/session", code, **cookie).status == 401, "a link outlived its server"
    assert second.ask("DELETE", "/app/api/session", **cookie).status == 200
    second.process.send_signal(number)
    second.process.wait(PATIENCE)
    assert serve().listen().ask("GET", "/app/api/chats", **cookie).status == 403


def test_it_opens_the_browser_with_a_file_that_leads_to_the_link(serve, tmp_path):
    browser, seen = tmp_path / "browser", tmp_path / "seen"
    browser.write_text(
        f'#!/bin/sh\necho "$1" > {seen}.new && mv {seen}.new {seen}\nexec sleep 8 >/dev/null 2>&1\n'
    )
    browser.chmod(0o700)
    served = serve("--open", BROWSER=str(browser)).listen()
    until(seen.exists)
    (page,) = tmp_path.rglob("enter.html")
    assert seen.read_text().strip() == page.as_uri()
    assert served.link in page.read_text()
    served.signal()
    assert served.ended(5) == 0
    assert not page.exists()


# ── beginnings that are refused ───────────────────────────────────────────────────────────────────


def test_a_second_server_of_a_home_is_refused_and_told_where_the_first_is(serve):
    first = serve().listen()
    second = serve()
    assert second.ended() == 3
    out, err = second.told()
    assert out == ""
    assert "runs already at http://127.0.0.1:" in err
    assert "hint: " in err
    assert first.ask("GET", "/healthz").status == 200
    assert first.sign()["process"] == first.process.pid
    other = serve(home="another").listen()
    assert other.ask("GET", "/healthz").status == 200


def test_a_port_that_is_taken_is_said_with_another(serve):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        served = serve("--port", str(port))
        assert served.ended() == 2
        out, err = served.told()
    assert (out, err) == (
        "",
        f"Port {port} is taken by another program.\n\nhint: sotto serve --port {port + 1}\n",
    )


def test_beyond_this_machine_it_takes_a_key(serve):
    refused = serve("--host", "0.0.0.0")
    assert refused.ended() == 3
    assert "sotto keys add NAME" in refused.told()[1]
    assert not (refused.home / "server.json").exists()

    added = serve(program=("-m", "sottovoce", "keys", "add", "phone"))
    out, err = added.told()
    key = next(word for word in (out + err).split() if word.startswith("sk-sotto-"))
    served = serve("--host", "0.0.0.0").listen()
    assert "each call needs a key" in "\n".join(served.said)
    assert served.ask("GET", "/v1/models").status == 401
    assert served.ask("GET", "/v1/models", Authorization=f"Bearer {key}").status == 200
    assert served.ask("GET", "/v1/models", Authorization="Bearer sk-sotto-wrong").status == 401
    assert served.ask("GET", "/v1/models", Authorization=f"Bearer {key}", Host="evil.example").status == 421


def test_after_a_kill_it_begins_again(serve):
    first = serve().listen()
    first.process.kill()
    first.process.wait()
    assert (first.home / "server.json").exists()
    again = serve().listen()
    assert again.sign()["process"] == again.process.pid
    assert again.ask("GET", "/healthz").status == 200


# ── ends ──────────────────────────────────────────────────────────────────────────────────────────


def test_an_answer_under_way_is_finished(serve):
    served = serve().listen()
    answer = served.stream("/slow 20")
    assert answer.readline().startswith(b"data: ")
    served.signal()
    until(lambda: not _accepts(served))
    whole = answer.read()
    assert b"word99" in whole
    assert whole.rstrip().endswith(b"data: [DONE]")
    assert served.ended() == 0


def test_an_answer_that_does_not_end_is_cut_with_a_word(serve, tmp_path):
    served = serve(program=("-c", IMPATIENT, str(tmp_path / "home"))).listen()
    answer = served.stream("/slow 200")
    assert answer.readline().startswith(b"data: ")
    served.signal()
    begun = time.monotonic()
    rest = answer.read()
    assert served.ended() == 0
    assert time.monotonic() - begun < 5
    assert b"word99" not in rest
    *_, last = [line for line in rest.splitlines() if line.startswith(b"data: ")]
    assert json.loads(last.removeprefix(b"data: "))["error"]["code"] == "stopping"
    assert not (served.home / "server.json").exists()


def test_one_who_waits_for_a_whole_answer_is_told_as_well(serve, tmp_path):
    served = serve(program=("-c", IMPATIENT, str(tmp_path / "home"))).listen()
    body = json.dumps({"model": "default", "messages": [{"role": "user", "content": "/slow 200"}]}).encode()
    with served.connect() as client:
        host = "{}:{}".format(*served.address)
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        client.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        time.sleep(0.3)
        served.signal()
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b'"code":"stopping"' in answer
    assert b"retry-after" in answer.lower()
    assert served.ended() == 0


@pytest.mark.parametrize("patient", [True, False])
def test_a_turn_that_nobody_follows_is_finished_or_cut_and_kept(serve, tmp_path, patient):
    program = () if patient else ("-c", IMPATIENT, str(tmp_path / "home"))
    served = serve(program=program).listen()
    chat = served.ask_as_person("POST", "/app/api/runs", {"text": f"/slow {20 if patient else 200}"})["chat"]
    time.sleep(0.5)
    served.signal()
    assert served.ended() == 0
    kept = serve().listen().ask_as_person("GET", f"/app/api/chats/{chat}")["messages"][-1]
    assert kept["text"].startswith("word0 word1")
    assert kept["text"].endswith("word99") == patient
    assert (kept["state"] == "complete") == patient


def test_what_does_not_end_is_not_waited_for(serve, tmp_path):
    served = serve(program=("-c", HELD_UP, str(tmp_path / "home"))).listen()
    door = Path(served.sign()["socket"])
    served.signal()
    assert served.ended() == 0
    assert not (served.home / "server.json").exists()
    assert not door.parent.exists()


def test_a_second_signal_ends_it_at_once(serve):
    served = serve().listen()
    answer = served.stream("/slow 1000")
    assert answer.readline().startswith(b"data: ")
    served.signal()
    until(lambda: not _accepts(served))
    door = Path(served.sign()["socket"])
    begun = time.monotonic()
    served.signal()
    served.ended()
    assert time.monotonic() - begun < 3
    assert not (served.home / "server.json").exists()
    assert not door.parent.exists()


def test_windows_that_follow_what_changes_do_not_keep_it_from_ending(serve):
    served = serve().listen()
    own = {"Sec-Fetch-Site": "same-origin"}
    entered = served.ask("POST", "/app/api/session", {"code": served.link.partition("#")[2]}, **own)
    connection = http.client.HTTPConnection(*served.address, timeout=PATIENCE)
    served.streams.append(connection)
    cookie = entered.headers["Set-Cookie"].partition(";")[0]
    connection.request("GET", "/app/api/changes", headers={"Cookie": cookie})
    stream = connection.getresponse()
    assert b"event: here" in stream.readline() + stream.readline()
    served.process.send_signal(signal.SIGTERM)
    out, _ = served.process.communicate(timeout=PATIENCE)
    assert served.process.returncode == 0
    assert "Answers under way" not in out
    assert stream.read().strip() in (b"", b"data: {}")


def test_an_idle_connection_does_not_keep_it_from_ending(serve):
    served = serve().listen()
    with served.connect(), served.connect() as half:
        half.sendall(b"GET / HTTP/1.1\r\n")
        time.sleep(0.1)
        served.signal()
        assert served.ended(5) == 0


def _accepts(served: Served) -> bool:
    try:
        served.connect().close()
    except OSError:
        return False
    return True


# ── bad neighbours ────────────────────────────────────────────────────────────────────────────────


def test_slow_half_closed_and_idle_connections_disturb_nobody(serve):
    served = serve().listen()
    host = "{}:{}".format(*served.address).encode()
    request = b"GET /v1/models HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"
    post = b"POST /v1/chat/completions HTTP/1.1\r\nHost: " + host + b"\r\nContent-Type: application/json\r\n"
    with ExitStack() as open_:
        for at in range(80):
            bad = open_.enter_context(served.connect())
            match at % 4:
                case 0:  # idle
                    pass
                case 1:  # a head in drops
                    bad.sendall(request[:20])
                case 2:  # a body that does not come
                    bad.sendall(post + b"Content-Length: 1000\r\n\r\n{")
                case 3:  # one side closed
                    bad.sendall(request)
                    bad.shutdown(socket.SHUT_WR)
        times = []
        for _ in range(60):
            begun = time.monotonic()
            assert served.ask("GET", "/v1/models").body
            times.append(time.monotonic() - begun)
        assert sorted(times)[57] < 0.5
        assert psutil.Process(served.process.pid).num_fds() < 200
    until(lambda: psutil.Process(served.process.pid).num_fds() < 60)
    served.signal()
    assert served.ended() == 0
