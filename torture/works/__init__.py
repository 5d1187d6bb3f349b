"""Things the program does, to be cut off: each with its beginning, its program, and what must hold after."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sottovoce.core.errors import SottoError


class Broken(Exception):
    """What was promised does not hold."""


@dataclass(frozen=True, slots=True)
class Safeguard:
    """What a control takes away, in words, and the program that does so before the work begins."""

    what: str
    gone: str


@dataclass(frozen=True, slots=True)
class Work:
    """`begin` makes what is there before in a folder; the program is given that folder, and says on its
    standard output what it acknowledges. `check` is told what it said, and raises Broken. `settled` is what
    a control of kills takes away, `synced` one of power cuts. What it says after the word `read_again` may be
    lost in a power cut: the next run has it from elsewhere.
    """

    what: str
    program: str
    modules: tuple[str, ...]
    begin: Callable[[Path], None]
    check: Callable[[Path, Sequence[str]], None]
    settled: Safeguard
    synced: Safeguard
    env: dict[str, str] = field(default_factory=dict)
    read_again: str = ""
    within: str = ""
    """The folder in it whose changes count; all of it where none is named."""


def fault(work: Work, folder: Path, said: Sequence[str]) -> str | None:
    """Return what does not hold after a case, in a sentence."""
    try:
        with meant():
            work.check(folder, said)
    except Broken as problem:
        return str(problem)
    return None


@contextmanager
def meant() -> Iterator[None]:
    """Turn what the program cannot read any more into what it is: a promise that is broken."""
    try:
        yield
    except (SottoError, sqlite3.Error, OSError, ValueError, KeyError) as problem:
        detail = problem.detail if isinstance(problem, SottoError) else type(problem).__name__
        raise Broken(f"{problem} ({detail})") from problem


def must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Broken(otherwise)


def acknowledged(said: Sequence[str], word: str) -> list[list[str]]:
    """Return what was said after this word, each time, in pieces."""
    return [rest for first, *rest in map(str.split, said) if first == word]
