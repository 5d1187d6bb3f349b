"""Which build of the engine's library the children of one program load.

Knows no records and no proofs: fit.built says which one is to be used, and hears of it when one fails.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Library:
    """A build in a folder of its own. `name` tells it from the installed one of the same release."""

    folder: Path
    name: str


def installed() -> None:
    """Choose the library that was installed with the program."""


def _unheard(_library: Library, _why: str) -> None:
    """Hear of a library that failed."""


@dataclass(frozen=True, slots=True)
class Choice:
    """`now` is asked before each start; None: what is installed. `give_up` hears why one is not used."""

    now: Callable[[], Library | None] = installed
    give_up: Callable[[Library, str], None] = _unheard
