"""What one check found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sottovoce.core.errors import SottoError


class Grade(StrEnum):
    OK = "ok"
    WARN = "warn"
    """It works, but look at it."""
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """`step` is what to do next, for all that is not ok."""

    name: str
    grade: Grade
    sentence: str
    step: str | None = None


def fine(name: str, sentence: str) -> Finding:
    return Finding(name, Grade.OK, sentence)


def warning(name: str, sentence: str, step: str) -> Finding:
    return Finding(name, Grade.WARN, sentence, step)


def failure(name: str, sentence: str, step: str) -> Finding:
    return Finding(name, Grade.FAIL, sentence, step)


def from_error(name: str, problem: SottoError, otherwise: str) -> Finding:
    """Return an error as a failed check; `otherwise` is the step where the error names none."""
    return failure(name, problem.sentence, problem.hint or otherwise)


def size(count: float) -> str:
    """Return bytes as people read them."""
    if count >= 1e9:
        return f"{count / 1e9:.1f} GB"
    return f"{count / 1e6:.0f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"
