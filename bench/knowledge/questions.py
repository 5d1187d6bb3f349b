"""The questions, read from a file beside this one, and how well an order of documents answers them."""

from __future__ import annotations

import statistics
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent / "questions.toml"
DEV = Path(__file__).parent / "dev.toml"
"""All of them for tuning."""

FRESH = Path(__file__).parent / "fresh.toml"
"""By somebody who had not seen the search; none of them is for tuning."""

DEPTH = 10


@dataclass(frozen=True, slots=True)
class Question:
    """`at`: the places that answer it, any of them; none where nothing does. `tuning`: not for measuring."""

    text: str
    at: frozenset[str]
    kind: str
    tuning: bool


@dataclass(frozen=True, slots=True)
class Quality:
    """`ranks`: for each question that of the first right place, from 1; 0 where none came."""

    recall: float
    mrr: float
    ranks: tuple[int, ...]


def read(file: Path = FILE) -> list[Question]:
    found = []
    for kind, given in tomllib.loads(file.read_text("utf-8")).items():
        pairs = [(text, ()) for text in given["questions"]] if "questions" in given else given.items()
        for number, (text, at) in enumerate(pairs):
            tuning = file == DEV or (file == FILE and number % 2 == 0)
            found.append(Question(text, frozenset(at), kind, tuning))
    return found


def quality(questions: Sequence[Question], places: Callable[[str], Sequence[str]]) -> Quality:
    """Measure what `places` returns for each question, best first, without repetitions."""
    ranks = []
    for question in questions:
        order = list(dict.fromkeys(places(question.text)))[:DEPTH]
        ranks.append(next((at for at, place in enumerate(order, 1) if place in question.at), 0))
    return Quality(
        statistics.fmean(0 < rank <= 5 for rank in ranks),
        statistics.fmean(1 / rank if rank else 0 for rank in ranks),
        tuple(ranks),
    )
