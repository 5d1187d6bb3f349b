"""A home with secrets of every kind in it, what its person and a program do there, and how that is cut off.

Each `Life` has a server, which is started again whenever it is gone. What was found where it must not be is
told once.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

sys.path.extend(str(Path(__file__).parents[1] / "tests" / one) for one in ("processes", "models", "engine"))

from getting import small_model
from mirror import Mirror
from mirror import serving as mirroring
from recording import recording

from sottovoce.server.caller import Scope
from sottovoce.server.sessions import COOKIE as COOKIE_NAME
from torture import hidden, places, seen
from torture.canaries import Canaries
from torture.serving import SOTTO, Server, add_keys, end, environment, started, until_ready

SETTINGS = {
    "slots": 2,
    "context": 1024,
    "queue_seconds": 0,
    "max_tokens": 8,
    "kv_megabytes": 16,
    "tools": "off",
    "help_in_chat": "off",
    "memory": "on",
    "network": "on",
}
UPSTREAM = ("cellar", "--model", "large-2026", "--where", "inside", "--window", "8192")
FILE = "application/octet-stream"
LONGEST = 60.0
"""Seconds that a command may take."""
MOMENT = 0.02
LATEST = {"server": 0.4, "engine": 0.4, "command": 0.8}
"""Seconds after which at the latest what is at work is killed."""
EXPORTS = ("json", "markdown")
CHANGES = 60
"""The disk is full at one of so many changes to the home, of which about half come while a server starts."""
FULL = 2.0
"""Seconds after which a server whose disk is full is killed, at the latest."""


class Life:
    """`planted` gives the code that every program here begins with. `found`: what stood where it must not."""

    def __init__(
        self, folder: Path, chance: Random, planted: Callable[[Life], str], settings: Mapping[str, object]
    ) -> None:
        self.folder, self.own = folder / "life", folder / "own"
        for one in (self.folder, self.own):
            one.mkdir()
        self.words = Canaries(hidden.MADE, chance)
        self.switch, self.begun = self.own / "switch", self.own / "begun"
        self.planted = planted(self)
        self.found: list[tuple[str, str]] = []
        self.watch = seen.Watch()
        self._process: subprocess.Popen[bytes] | None = None
        self._server: Server | None = None
        self._settings: dict[str, object] = {**SETTINGS, **settings}
        self._told = 0
        self._options = ["--open"] if "port" not in settings else ["--port", str(settings["port"])]
        self.key = self._stranger = ""

    # ---- what is looked at ----

    def look(self, where: str, data: bytes) -> None:
        for kind in sorted(self.words.held(data)):
            self._note(where, kind)

    def _note(self, where: str, kind: str) -> None:
        if (where, kind) not in self.found:
            self.found.append((where, kind))

    def searched(self) -> None:
        """Look through all files, and all that was seen of processes."""
        for where, data in list(self.watch.seen):
            self.look(where, data)
        for where, kinds in hidden.found(self.folder, self.words):
            for kind in sorted(kinds):
                self._note(where, kind)

    def asked(self) -> None:
        """Look at what the server tells others, and have it export what it has."""
        server = self.up()
        for path in places.ASKED:
            self.look(f"GET {path}", server.ask(path, key=self._stranger).raw)
        for name in EXPORTS:
            (self.folder / f"exported.{name}").write_bytes(server.ask(f"/app/api/export?format={name}").body)

    def news(self) -> str | None:
        """Return in a sentence what was found since this was asked last."""
        new, self._told = self.found[self._told :], len(self.found)
        return "; ".join(f"{where} holds {kind}" for where, kind in new) or None

    # ---- the home and its server ----

    def sow(self, hub: str, elsewhere: str) -> None:
        """Put every secret where it belongs."""
        (self.key,) = add_keys(self.folder, ["program"])
        (self._stranger,) = add_keys(self.folder, ["stranger"], [Scope.CHAT, Scope.MODELS, Scope.ADMIN])
        self.words.add(hidden.KEY, self.key)
        self._settings |= {"hub": hub, "hf_token": f"hf_{self.words[hidden.HUB]}"}
        key = self.own / "key"
        key.write_text(self.words[hidden.THERE])
        self.finish(self.command("upstreams", "add", *UPSTREAM, "--url", elsewhere, "--key-file", str(key)))
        server = self.up()
        server.ask("/app/api/memory", _json(text=f"My boat is called {self.words[hidden.MEMORY]}"))
        server.ask("/app/api/shelves", _json(name="sea"))

    def up(self) -> Server:
        """Return the server; start it where it is not there."""
        if self._process is None or self._server is None or self._process.poll() is not None:
            self._process = self.started()
            self._server = until_ready(self.folder, self._process)
            for code in re.findall(r"/enter#([\w-]+)", (self.folder / "printed").read_text()):
                self.words.add(hidden.LINK, code)
        return self._server

    def link(self) -> str:
        """Return a new link that signs in."""
        server = self.up()
        path = json.loads(server.ask("/app/api/link", b"", method="POST").body)["link"]
        self.words.add(hidden.LINK, path.partition("#")[2])
        return f"http://127.0.0.1:{server.port}{path}"

    def started(self, **around: str) -> subprocess.Popen[bytes]:
        with self.watch.still:
            browser = {"BROWSER": str(self._browser())}
            process = started(self.folder, self._settings, self.planted, self._options, {**browser, **around})
            self.watch.owners.add(process.pid)
        return process

    def _browser(self) -> Path:
        """Return a program that stands for a browser, and is long enough there to be seen."""
        script = self.own / "browser"
        script.write_text("#!/bin/sh\nsleep 1\n")
        script.chmod(0o700)
        return script

    def kill(self) -> None:
        os.kill(self.up().pid, signal.SIGKILL)
        self.gone()

    def close(self) -> None:
        if self._process is not None:
            end(self._process)

    def gone(self) -> None:
        """Wait until the server is."""
        assert self._process is not None
        self._process.wait(LONGEST)

    # ---- commands ----

    def command(self, *words: str, said: str = "") -> subprocess.Popen[bytes]:
        """Start a command, which reads what is `said`."""
        self.begun.unlink(missing_ok=True)
        with self.watch.still, (self.folder / "errors").open("ab") as errors:
            process = subprocess.Popen(
                [sys.executable, "-c", f"{self.planted}\n{SOTTO}", *words],
                cwd=self.folder,
                env=environment(self.folder, self._settings),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
            self.watch.owners.add(process.pid)
        assert process.stdin is not None
        with suppress(BrokenPipeError):
            process.stdin.write(said.encode())
            process.stdin.close()
        return process

    def until_begun(self) -> None:
        """Wait until the command's own first line is what comes next."""
        ends = time.monotonic() + LONGEST
        while not self.begun.exists() and time.monotonic() < ends:
            time.sleep(0.005)

    def finish(self, process: subprocess.Popen[bytes]) -> None:
        process.wait(LONGEST)


def _json(**said: object) -> bytes:
    return json.dumps(said).encode()


# ── what is done ──────────────────────────────────────────────────────────────────────────────────


def page(life: Life, server: Server) -> None:
    """A question with instructions and a file, as the page asks it."""
    words = life.words
    text, system = f"Who lives in {words[hidden.QUESTION]}?", f"You know {words[hidden.SYSTEM]}."
    file = {"name": f"of {words[hidden.NAME]}.txt", "text": f"It is {words[hidden.TEXT]}."}
    _follow(server, text=text, system=system, attachments=[file])


def temporary(life: Life, server: Server) -> None:
    """A temporary chat."""
    _follow(server, text=f"Who lives in {life.words[hidden.TEMPORARY]}?", temporary=True)


def program(life: Life, server: Server) -> None:
    """A question over the API with a key, whose schema leaves one answer alone."""
    schema = {
        "type": "object",
        "properties": {"is": {"const": life.words[hidden.ANSWER]}},
        "required": ["is"],
    }
    question = {"role": "user", "content": f"Who lives in {life.words[hidden.ASKED]}?"}
    wanted = {"type": "json_schema", "json_schema": {"name": "one", "schema": schema}}
    body = _json(model="default", messages=[question], response_format=wanted, max_tokens=48, stream=True)
    server.ask("/v1/chat/completions", body, key=life.key)


def shelf(life: Life, server: Server) -> None:
    """A document is put on a shelf, and looked for."""
    text = f"# Ferries\n\nThe ferry to {life.words[hidden.DOCUMENT]} leaves at six.\n"
    server.ask("/app/api/documents?shelf=sea&name=ferry.md", text.encode(), kind=FILE)
    server.ask(f"/app/api/shelves/sea/search?q={life.words[hidden.SEARCH]}")


def search(life: Life, server: Server) -> None:
    """The chats are searched."""
    server.ask(f"/app/api/search?q={life.words[hidden.SEARCH]}")


def pull(life: Life, server: Server) -> None:
    """A model is looked at, at a hub that asks for a token."""
    server.ask("/app/api/pulls/plan", _json(ref="hf:org/closed-GGUF"))


def enter(life: Life, server: Server) -> None:
    """A browser signs in."""
    code = life.link().partition("#")[2]
    address = f"127.0.0.1:{server.port}"
    browser = http.client.HTTPConnection(address, timeout=LONGEST)
    headers = {"Content-Type": "application/json", "Origin": f"http://{address}"}
    browser.request("POST", "/app/api/session", _json(code=code), headers)
    reply = browser.getresponse()
    reply.read()
    given = re.match(f"{COOKIE_NAME}=([^;]+)", reply.headers["Set-Cookie"] or "")
    if given:
        life.words.add(hidden.COOKIE, given[1])
        browser.request("GET", "/app/api/chats", headers={"Cookie": given[0]})
        browser.getresponse().read()
    browser.close()


def _follow(server: Server, **asked: object) -> None:
    run = json.loads(server.ask("/app/api/runs", _json(**asked)).body)
    server.ask(f"/app/api/chats/{run['chat']}/runs/{run['id']}/events")


def there(life: Life) -> subprocess.Popen[bytes]:
    """A question that goes to a model elsewhere."""
    words = ("ask", "--there", "cellar", "--yes-send")
    return life.command(*words, said=f"Who lives in {life.words[hidden.QUESTION]}?")


def terminal(life: Life) -> subprocess.Popen[bytes]:
    """A question at a terminal."""
    return life.command("ask", said=f"Who lives in {life.words[hidden.QUESTION]}?")


ASKS = {one.__name__: one for one in (page, temporary, program, shelf, search, pull, enter)}
COMMANDS = {one.__name__: one for one in (there, terminal)}

POINTS = {
    "page": "sottovoce.store.chats:ask",
    "temporary": "sottovoce.engine.llama:LlamaEngine.answer",
    "program": "sottovoce.engine.client:Client.stream",
    "shelf": "sottovoce.knowledge.giving:give",
    "search": "sottovoce.store.search:find",
    "pull": "sottovoce.net.bearer:Bearer.headers",
    "enter": "sottovoce.server.sessions:Sessions.enter",
    "there": "sottovoce.net.bearer:Bearer.headers",
    "terminal": "sottovoce.chat.titles:title_of",
}
"""Where an error is forced in each."""


# ── how it is cut off ─────────────────────────────────────────────────────────────────────────────


def cut(life: Life, what: str, how: str, chance: Random, library: Path) -> None:
    """Do something and cut it off: `how` is a signal for the `server`, the `engine` or the `command`, an
    `error`, or a full `disk`."""
    whom, _, name = how.partition(" ")
    if whom == "error":
        life.switch.write_text(POINTS[what])
        _whole(life, what, life.up())
        life.switch.unlink()
    elif whom == "disk":
        _without_room(life, what, chance, library)
    elif what in COMMANDS:
        life.up()
        process = COMMANDS[what](life)
        life.until_begun()
        time.sleep(chance.uniform(MOMENT, LATEST[whom]))
        process.send_signal(signal.Signals[name])
        life.finish(process)
    else:
        _killed(life, what, whom, signal.Signals[name], chance)


def _whole(life: Life, what: str, server: Server) -> None:
    """Do it to its end, or until nobody answers any more."""
    if what in COMMANDS:
        life.finish(COMMANDS[what](life))
        return
    # What was cut off is no answer, or half of one.
    with suppress(OSError, http.client.HTTPException, ValueError, KeyError):
        ASKS[what](life, server)


def _killed(life: Life, what: str, whom: str, number: int, chance: Random) -> None:
    server = life.up()
    work = threading.Thread(target=_whole, args=(life, what, server))
    work.start()
    time.sleep(chance.uniform(0, LATEST[whom]))
    if whom == "server":
        os.kill(server.pid, number)
        life.gone()
    else:
        server.kill_engine(number)
    work.join()


def _without_room(life: Life, what: str, chance: Random, library: Path) -> None:
    """Have the disk full from some change on: as the server starts, or as it is at work."""
    life.close()
    count = life.own / "count"
    count.write_bytes(bytes(8))
    full = {"DO": "fail", "AT": str(chance.randrange(1, CHANGES)), "ERRNO": "28"}
    shim = {f"SHIM_{name}": value for name, value in full.items()}
    process = life.started(
        LD_PRELOAD=str(library), SHIM_IN=str(life.folder / "home"), SHIM_COUNT=str(count), **shim
    )
    work = threading.Thread(target=_tried, args=(life, what, process))
    work.start()
    work.join(FULL)
    process.kill()
    process.wait()
    work.join()


def _tried(life: Life, what: str, process: subprocess.Popen[bytes]) -> None:
    with suppress(RuntimeError):  # where it has not even begun
        _whole(life, what, until_ready(life.folder, process))


@contextmanager
def begun(
    folder: Path, chance: Random, planted: Callable[[Life], str] = lambda _: "", **settings: object
) -> Iterator[Life]:
    """Give a home for the block, with all secrets in it and a server, watched."""
    life = Life(folder, chance, planted, settings)
    mirror = Mirror(token=f"hf_{life.words[hidden.HUB]}")
    with mirroring(mirror), recording(life.own / "sent.txt") as elsewhere, seen.watched(life.watch):
        mirror.put("org/closed-GGUF", ("m-Q4_0.gguf", small_model()), gated="manual")
        try:
            life.sow(mirror.hub, f"http://127.0.0.1:{elsewhere.port}")
            yield life
        finally:
            life.close()
