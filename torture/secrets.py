"""Crashes the program while it has what nobody else may find, and looks for that wherever it must not be.

Fifteen kinds of secrets, each a word of chance; fifty crashes: the server, the engine or a command killed by
signals, an error that says all it was given, a disk that is full. Then the same in a browser: browsed.py.
"""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from queue import Queue

from torture import browsed, forced, hidden
from torture.crashed import ASKS, COMMANDS, POINTS, Life, begun, cut
from torture.result import Figures, Result, Row
from torture.shim import build
from torture.told import Told

AT_ONCE = 2
SIGNALS = ("SIGKILL", "SIGSEGV", "SIGABRT")
ENGINES, DISKS = ("page", "temporary", "program"), ("page", "temporary", "program", "shelf", "enter")
ROUNDS = (1, 20)

LEAKS = {
    "a log": ("home/logs/server.log", hidden.QUESTION),
    "what a server prints": ("printed", hidden.QUESTION),
    "a temporary file": ("tmp/", hidden.QUESTION),
    "the list of processes": ("the list of processes", hidden.QUESTION),
    "the environment of a child": ("the environment of sottovoce.engine.child", hidden.HUB),
    "a crash file": ("home/logs/crash-", hidden.QUESTION),
    "a core file": ("cwd/core", hidden.QUESTION),
    "another file of the home": ("home/sought.json", hidden.SEARCH),
    "an export": ("exported.json", hidden.MEMORY),
    "the figures": ("GET /metrics", hidden.MEMORY),
}
"""What the control plants, each with the place where it must be found, and what is found there."""
NOTES = """Fifteen kinds: questions, instructions, what is remembered, documents, files and their names,
searches, temporary chats, what programs ask and are answered, their keys, those of models elsewhere and of
the hub, links that sign in, cookies. Each is looked for in UTF-8, UTF-16, hexadecimal and base64: in all
files of the home and around it, in what the server tells the owner of a key, in exports, and in the arguments
and the environment of every process. Chats are in the database and in what the engine keeps of them,
documents on their shelves, the key of a model elsewhere in its own file, all private to their person; a link
is on the screen that greets, and in the file that leads a browser there. Signals come once the program's
first line has run."""
CRASHES = ("search error", "terminal error", "page error", "page server SIGSEGV")
"""After which all leaks are there."""


def run(folder: Path, figures: Figures, told: Told) -> Result:
    what, cases = "each place but a secret's own, after each crash", _cases(figures.pick(*ROUNDS))
    with _core_files(), ExitStack() as stack:
        library = build(folder)
        idle: Queue[Life] = Queue()
        for number in range(AT_ONCE):
            (own := folder / str(number)).mkdir()
            life = begun(own, figures.chance("words", number), _planted)
            idle.put(stack.enter_context(life))

        def attempt(case: str) -> str | None:
            life = idle.get()
            try:
                name, how, *_ = case.split(",")
                cut(life, name, how, figures.chance("crash", case), library)
                return _looked(life)
            finally:
                idle.put(life)

        tried = told.each(what, cases, attempt, at_once=AT_ONCE)
    with _core_files():
        found = told.each(f"{what}, unsafe", [*LEAKS], _Leaky(folder, figures, library).found, at_once=1)
    return Result(
        "What nobody else may find stands in no log, no list, no environment and no file but its own",
        (
            Row(what, tried, "what keeps each place free: a leak is planted in each", found),
            _browser(folder, figures, told),
        ),
        NOTES,
    )


def _browser(folder: Path, figures: Figures, told: Told) -> Row:
    what = "what scripts in the browser can read, at each moment"

    @cache
    def looked(*, leaks: bool = False) -> dict[str, str]:
        (own := folder / ("leaky-browser" if leaks else "browser")).mkdir()
        chance = figures.chance("browser", leaks)
        with begun(own, chance, engine="echo", port=browsed.free_port()) as life:
            return browsed.looked(life, leaks=leaks)

    def attempt(case: str) -> str | None:
        return looked()[case] or None

    def leaky(store: str) -> str | None:
        held = looked(leaks=True)[f"{browsed.MOMENTS[0]}, {store}"]
        if held != hidden.QUESTION:
            raise RuntimeError(f"a word was put into {store} and not found there")
        return f"{store} holds {held}"

    cases = [f"{moment}, {store}" for moment in browsed.MOMENTS for store in browsed.READ]
    tried = told.each(what, cases, attempt, at_once=1)
    found = told.each(f"{what}, unsafe", [*browsed.LEAKS], leaky, at_once=1)
    return Row(what, tried, "a page that stores nothing said: a word is put into each store", found)


def _cases(rounds: int) -> list[str]:
    """Return what is done and how it is cut off."""
    once = [f"{name},server {signal}" for name in ASKS for signal in SIGNALS]
    once += [f"{name},engine {signal}" for name in ENGINES for signal in SIGNALS]
    once += [f"{name},command {signal}" for name in COMMANDS for signal in SIGNALS]
    once += [*(f"{name},error" for name in POINTS), *(f"{name},disk" for name in DISKS)]
    return [f"{case},{at}" for at in range(rounds) for case in once]


def _planted(life: Life) -> str:
    return forced.RAISES.format(
        switch=str(life.switch), begun=str(life.begun), points=sorted({*POINTS.values()})
    )


def _looked(life: Life) -> str | None:
    """Look at all that a crash has left, and again at what is there once the server is back."""
    life.searched()
    life.asked()
    life.searched()
    return life.news()


class _Leaky:
    """A home whose programs leak whatever they can, looked through once it is asked what was found."""

    def __init__(self, folder: Path, figures: Figures, library: Path) -> None:
        self._folder, self._figures, self._library = folder / "leaky", figures, library
        self._found: list[tuple[str, str]] = []

    def found(self, leak: str) -> str | None:
        """Return what was found of a leak, which must be. Raises RuntimeError."""
        if not self._found:
            self._found = self._crashed()
        place, kind = LEAKS[leak]
        for where, held in self._found:
            if where.startswith(place) and held == kind:
                return f"{where} holds {held}"
        raise RuntimeError(f"{kind} was put into {leak} and not found there: {self._found}")

    def _crashed(self) -> list[tuple[str, str]]:
        self._folder.mkdir()
        with begun(self._folder, self._figures.chance("leaky"), self._planted) as life:
            for case in CRASHES:
                name, _, how = case.partition(" ")
                cut(life, name, how, self._figures.chance("leaky", case), self._library)
                _looked(life)
            return life.found

    def _planted(self, life: Life) -> str:
        return _planted(life) + forced.LEAKS.format(held=life.words[hidden.MEMORY])


@contextmanager
def _core_files() -> Iterator[None]:
    """Let crashes here write them, as some machines do."""
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, before)
