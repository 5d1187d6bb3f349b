"""What the pages show can be done: links lead somewhere, and examples run."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
PORT = "7886"
"""The port that pages speak of; a test's server takes a free one."""
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Example:
    """A block of a page. `console` holds commands after `$ `.

    Marks: `model` wants the real one, `server` a running `sotto serve`, at the port that pages speak of.
    """

    page: Path
    at: int
    language: str
    marks: frozenset[str]
    text: str

    @property
    def name(self) -> str:
        return f"{self.page.relative_to(ROOT)}-{self.at}"

    @property
    def commands(self) -> str:
        """Return what a reader would type: the lines after a prompt, and those that continue them."""
        typed: list[str] = []
        for line in self.text.splitlines():
            if line.startswith("$ ") or (typed and typed[-1].endswith("\\")):
                typed.append(line.removeprefix("$ "))
        return "\n".join(typed)


def examples() -> Iterator[Example]:
    for page in PAGES:
        text = page.read_text("utf-8")
        for found in BLOCK.finditer(text):
            language, marks, body = found.groups()
            if language in ("python", "console") and "reference" not in page.parts:
                line = text.count("\n", 0, found.start()) + 1
                yield Example(page, line, language, frozenset(marks.split()), body)


EXAMPLES = list(examples())


def anchors(page: Path) -> set[str]:
    """Return the names that a page's headings can be linked by."""
    titles = HEADING.findall(re.sub(BLOCK, "", page.read_text("utf-8")))
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(re.sub(BLOCK, "", page.read_text("utf-8"))):
        if re.match(r"\w+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), f"{target} leads nowhere"
        assert not anchor or anchor in anchors(there), f"{target}: no such heading"


def test_every_page_can_be_found_from_the_readme() -> None:
    found, new = set[Path](), {ROOT / "README.md"}
    while new:
        page = new.pop()
        found.add(page)
        for target in LINK.findall(page.read_text("utf-8")):
            there = (page.parent / target.partition("#")[0]).resolve()
            if there in PAGES and there not in found:
                new.add(there)
    assert [str(page) for page in PAGES if page not in found] == []


def test_the_sessions_shown_were_recorded() -> None:
    record = pytest.importorskip("docs.record", reason="terminals are recorded where there are such")
    sessions = [found for page in record.PAGES for found in record.SESSION.finditer(page.read_text("utf-8"))]
    assert sessions
    for found in sessions:
        assert [typed for typed in found[2].split(" | ") if f"› {typed}" not in found[0]] == [], "make record"


@dataclass(frozen=True, slots=True)
class Server:
    home: Path
    port: str


Serve = Callable[[str], Server]


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Return what gives the one server on an engine, which all examples that need one share."""
    with ExitStack() as running:

        @cache
        def served(engine: str) -> Server:
            home = tmp_path_factory.mktemp("server")
            return Server(home, running.enter_context(serving(environment(home, engine))))

        yield served


def environment(home: Path, engine: str) -> dict[str, str]:
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "SOTTO_HOME": str(home / "sotto"),
        "SOTTO_ENGINE": engine,
        "LLM_USER_PATH": str(home / "llm"),
    }


def run(example: Example, home: Path, engine: str, serve: Serve) -> None:
    """Run an example where a reader would: in a folder of its own, with `sotto` at hand."""
    here = home / "here"
    here.mkdir()
    if "server" in example.marks:
        server = serve(engine)
        example, home = replace(example, text=example.text.replace(PORT, server.port)), server.home
    execute(example, here, environment(home, engine))


@contextmanager
def serving(env: dict[str, str]) -> Iterator[str]:
    """Run `sotto serve` at a free port until it is no longer needed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "sottovoce", "serve", "--port", str(port)],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        deadline = time.monotonic() + 30
        while True:
            assert server.poll() is None, f"the server ended:\n{server.stdout.read().decode()}"
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert time.monotonic() < deadline, "the server did not listen in time"
                time.sleep(0.1)
        yield str(port)
    finally:
        server.terminate()
        server.communicate(timeout=20)


def execute(example: Example, here: Path, env: dict[str, str]) -> None:
    if example.language == "python":
        command = [sys.executable, "-W", "error", "-c", example.text]
    else:
        command = ["bash", "-euo", "pipefail", "-c", example.commands]
        assert example.commands, "a console block shows no command"
    done = subprocess.run(
        command, cwd=here, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{example.name}:\n{done.stdout}\n{done.stderr}"


@pytest.mark.e2e
@pytest.mark.parametrize(
    "example", [one for one in EXAMPLES if "model" not in one.marks], ids=lambda example: example.name
)
def test_an_example_runs(example: Example, tmp_path: Path, serve: Serve, loopback: None) -> None:
    run(example, tmp_path, "echo", serve)


@pytest.mark.e2e
@pytest.mark.model
@pytest.mark.parametrize(
    "example", [one for one in EXAMPLES if "model" in one.marks], ids=lambda example: example.name
)
def test_an_example_runs_on_the_real_model(
    example: Example, tmp_path: Path, serve: Serve, loopback: None
) -> None:
    run(example, tmp_path, "", serve)


def test_a_broken_example_is_noticed(tmp_path: Path, serve: Serve) -> None:
    broken = Example(ROOT / "README.md", 1, "console", frozenset(), "$ false\n$ true\n")
    with pytest.raises(AssertionError):
        run(broken, tmp_path, "echo", serve)
