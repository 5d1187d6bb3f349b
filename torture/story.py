"""What a person does with the program, in steps: `python -m torture.story STEP FOLDER [BEYOND]`.

Each step has a home of its own in the folder, runs real commands as processes, and ends with 1 and a sentence
where it is not as it must be. BEYOND is the address at which servers elsewhere stand; without one there is no
network, and what needs it must say so in a sentence. Knows nothing of namespaces and of what watches it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torture import authority
from torture.works import Broken, must

TESTS = Path(__file__).parents[1] / "tests"
sys.path[:0] = [str(TESTS / one) for one in ("processes", "browser", "models", "engine")]

SOTTO = [sys.executable, "-P", "-m", "sottovoce"]
LONGEST = 240
"""Seconds after which a command that hangs is ended."""
NOWHERE = "192.168.77.1"
"""Where no network leads to without one."""
PLANTED = "The ferry to Hiiumaa leaves at ten past six."
QUESTION = "When does the ferry to Hiiumaa leave?"
WRONG = ("Traceback", "socket.gaierror", "ConnectError", "Errno")
"""What is no sentence."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step happens."""

    folder: Path
    beyond: str = ""

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def environment(self, settings: Mapping[str, str], home: Path | None = None) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SOTTO_")}
        given = {f"SOTTO_{name.upper()}": value for name, value in settings.items()}
        return {**kept, "HOME": str(self.folder), "SOTTO_HOME": str(home or self.home), **given}

    def tried(
        self, *words: str, said: str = "", home: Path | None = None, **settings: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command; `said` is what it reads on its standard input."""
        return subprocess.run(
            [*SOTTO, *words],
            input=said,
            capture_output=True,
            text=True,
            env=self.environment(settings, home),
            timeout=LONGEST,
        )

    def done(self, *words: str, **how: Any) -> str:
        """Run a command that must come to its end; return what it says."""
        run = self.tried(*words, **how)
        must(
            run.returncode == 0,
            f"sotto {' '.join(words[:2])} ended with {run.returncode}: {run.stderr[-300:]}",
        )
        return run.stdout

    def reached(self, *words: str, **how: Any) -> None:
        """Run a command that needs the network: without one it must say so in a sentence."""
        if self.beyond:
            self.done(*words, **how)
            return
        run = self.tried(*words, **how)
        said = run.stdout + run.stderr
        must(run.returncode not in (0, None), f"sotto {' '.join(words[:2])} ended well without a network")
        told = (
            f"sotto {' '.join(words[:2])} does not say in a sentence that there is no network: {said[-300:]}"
        )
        must("hint:" in run.stderr and not any(word in said for word in WRONG), told)

    @property
    def there(self) -> str:
        return self.beyond or NOWHERE


def ask(at: Place) -> None:
    """The real engine answers."""
    said = json.loads(at.done("ask", "--json", "--max-tokens", "12", "Name three colours."))
    must(bool(said["answer"].strip()), "the answer is empty")


def talk(at: Place) -> None:
    """A chat at a terminal."""
    import pexpect

    env = at.environment({"engine": "echo"})
    child = pexpect.spawn(SOTTO[0], SOTTO[1:], env={**env, "TERM": "xterm-256color"}, timeout=60)
    try:
        child.expect("Ask something")
        child.send("a boat on the sea\r")
        child.expect("Ask something")
        child.send("\x04")
        child.expect(pexpect.EOF)
    except pexpect.ExceptionPexpect as problem:
        raise Broken(f"the chat did not go as it must: {str(child.before)[-300:]}") from problem
    finally:
        child.close(force=True)
    must("a boat on the sea" in at.done("chats", "list", engine="echo"), "the chat is not kept")


def page(at: Place) -> None:
    """The page of the server, in a browser."""
    from playwright.sync_api import sync_playwright
    from window import Window

    with served(at, engine="echo") as link, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        window = Window(browser, link.partition("/enter#")[0])
        window.enter(link)
        window.have_answered("a boat on the sea")
        window.go("/models")
        window.page.get_by_role("dialog").first.wait_for()
        window.go("/settings")
        window.page.get_by_role("dialog").first.wait_for()
        must(not window.outside, f"the page asks elsewhere: {window.outside}")
        browser.close()


def shelf(at: Place) -> None:
    """A document on a shelf is found, and answers."""
    papers = at.folder / "papers"
    papers.mkdir()
    (papers / "ferry.md").write_text(f"# Ferries\n\n{PLANTED}\n")
    (papers / "ferry.html").write_text(f"<h1>Ferries</h1><img src='http://{NOWHERE}/x.png'><p>{PLANTED}</p>")
    at.done("kb", "add", "sea", str(papers), engine="echo")
    must(PLANTED in at.done("kb", "search", "sea", "ferry"), "what was put on a shelf is not found")
    must("ten past six" in at.done("ask", "--kb", "sea", "--quote", QUESTION, engine="echo"), "no quotation")


def pull(at: Place) -> None:
    """A model is got from a hub of one's own."""
    with hub(at) as address:
        pulled = ("models", "pull", "hf:org/m-GGUF", "--accept-licence")
        at.reached(*pulled, network="on", hub=address, engine="echo")
    must(("m-Q4_0" in at.done("models", "list")) == bool(at.beyond), "the list of models is wrong")


def elsewhere(at: Place) -> None:
    """A model elsewhere answers; without a network the question waits for it."""
    with recorder(at) as address:
        about = ("--model", "large-2026", "--where", "inside", "--window", "8192")
        at.done("upstreams", "add", "cellar", "--url", address, *about)
        at.reached("upstreams", "test", "cellar", "--yes", network="on")
        send = ("ask", "--there", "cellar", "--yes-send", "a boat on the sea")
        said = at.tried(*send, network="on", engine="echo")
        must(
            said.returncode == 0 or not at.beyond, f"a model elsewhere does not answer: {said.stderr[-300:]}"
        )
        must(not any(word in said.stderr for word in WRONG), f"no sentence: {said.stderr[-300:]}")


def refused(at: Place) -> None:
    """Network off: what needs it is refused in a sentence, and nothing is tried."""
    off = Place(at.folder)
    off.reached("models", "pull", "hf:org/m-GGUF", "--accept-licence", engine="echo")
    off.done(
        "upstreams", "add", "cellar", "--url", f"http://{NOWHERE}:9", "--model", "m", "--where", "inside"
    )
    off.reached("upstreams", "test", "cellar", "--yes")
    must(not (at.home / "ledger.jsonl").exists(), "the ledger has a line although the network is off")


def carried(at: Place) -> None:
    """A bundle is made, and another home takes it."""
    keys, stick, other = at.folder / "keys", at.folder / "stick", at.folder / "other"
    stick.mkdir()
    (at.folder / "ferry.md").write_text(f"# Ferries\n\n{PLANTED}\n")
    at.done("kb", "add", "sea", str(at.folder / "ferry.md"), engine="echo")
    told = at.done("bundle", "keys", str(keys), "--signer", "Clinic IT")
    (fingerprint,) = [line.split(": ")[1] for line in told.splitlines() if line.startswith("Fingerprint")]
    at.done("bundle", "make", "--to", str(stick), "--keys", str(keys), "--shelves", "sea")
    at.done("update", "--from", str(stick), "--yes", "--trust", fingerprint, home=other, engine="echo")
    must(PLANTED in at.done("kb", "search", "sea", "ferry", home=other), "the shelf has not arrived")


def proof(at: Place) -> None:
    """The program's own proof holds."""
    said = json.loads(at.done("doctor", "--prove-offline", "--json"))
    must(said["holds"] if "holds" in said else said["verdict"].startswith("0 connections"), said["verdict"])


STEPS: dict[str, Callable[[Place], None]] = {
    step.__name__: step for step in (ask, talk, page, shelf, pull, elsewhere, refused, carried, proof)
}


@contextlib.contextmanager
def served(at: Place, **settings: str) -> Iterator[str]:
    """Run the server for the block; yield the link that signs in."""
    command = [*SOTTO, "serve", "--port", "0"]
    env = at.environment(settings)
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env)
    try:
        assert server.stdout is not None
        link = ""
        while "/enter#" not in link:
            link = server.stdout.readline()
            must(bool(link), "the server ended by itself")
        yield next(word for word in link.split() if "/enter#" in word)
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=60)


@contextlib.contextmanager
def hub(at: Place) -> Iterator[str]:
    """Run a hub elsewhere for the block, where there is an elsewhere; yield its address."""
    if not at.beyond:
        yield f"https://{NOWHERE}:7"
        return
    from getting import small_model
    from mirror import Mirror, serving

    with serving(Mirror(), at.beyond, authority.shown(at.folder)) as mirror:
        mirror.put("org/m-GGUF", ("m-Q4_0.gguf", small_model()))
        yield mirror.hub


@contextlib.contextmanager
def recorder(at: Place) -> Iterator[str]:
    """The same with a model elsewhere, which keeps what it is sent, in a file beside the home."""
    if not at.beyond:
        yield f"http://{NOWHERE}:9"
        return
    from recording import recording

    with recording(at.folder / "sent.txt", host=at.beyond) as running:
        yield f"http://{at.beyond}:{running.port}"


def chromium() -> str:
    import shutil

    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        raise FileNotFoundError("No Chromium is installed. Next: apt install chromium-headless-shell")
    return found


def main() -> None:
    name, folder, *beyond = sys.argv[1:]
    try:
        STEPS[name](Place(Path(folder), *beyond))
    except Broken as problem:
        print(problem)
        sys.exit(1)


if __name__ == "__main__":
    main()
