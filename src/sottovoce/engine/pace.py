"""How fast the engine reads and writes for all its callers together, learned as it goes.

Starts from a guess by the model's size. Knows nothing of who asks.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sottovoce.engine.protocol import Asked, texts_of

CHARACTERS_PER_TOKEN = 3
"""Rather few for English, about right for the rest: a guess that costs no engine."""

WEIGHTS_PER_SECOND = 8e9
READ_FOR_ONE_WRITTEN = 2.5
"""A small machine goes over so many bytes of weights for the words it writes, and reads so much quicker."""

MEMORY_READING = 1024.0
MEMORY_WRITING = 256.0
MEMORY_ANSWERS = 8.0
"""After this many tokens (answers), two thirds of an average are new."""


@dataclass(slots=True)
class Pace:
    """`reading` and `writing` are tokens a second; `answer` is how many tokens one usually has."""

    reading: float = 200.0
    writing: float = 80.0
    answer: float = 160.0
    knows: bool = False
    """Has anything been learned or presumed?"""

    def presume(self, weights: int) -> None:
        """Guess from the bytes of the model's file, unless more is known."""
        if not self.knows:
            self.writing = WEIGHTS_PER_SECOND / max(1, weights)
            self.reading = self.writing * READ_FOR_ONE_WRITTEN
            self.knows = True

    def read(self, tokens: int, seconds: float) -> None:
        """Learn from a piece of prompt that was read."""
        if tokens > 0 and seconds > 0:
            self.reading = _nearer(self.reading, tokens / seconds, tokens / MEMORY_READING)

    @contextmanager
    def timing(self, tokens: int) -> Iterator[None]:
        """Learn from the reading that is done in the block, if it is done to its end."""
        began = time.monotonic()
        yield
        self.read(tokens, time.monotonic() - began)

    def wrote(self, tokens: int, seconds: float, company: float) -> None:
        """Learn from an answer that was written to its end, while `company` were, itself included."""
        self.answer = _nearer(self.answer, float(tokens), 1 / MEMORY_ANSWERS)
        if tokens > 1 and seconds > 0:  # the first one came with the prompt
            self.writing = _nearer(self.writing, (tokens - 1) * company / seconds, tokens / MEMORY_WRITING)

    def expected(self, limit: int | None) -> float:
        """Return how many tokens an answer will have, if it may have so many."""
        return self.answer if limit is None else min(self.answer, float(limit))

    def seconds(self, prompt: float, answer: float) -> float:
        """Return how long so much takes when nothing else is done."""
        return prompt / self.reading + answer / self.writing


def guessed_tokens(asked: Asked) -> int:
    """Return about how many tokens a prompt made of this has."""
    return sum(map(len, texts_of(asked))) // CHARACTERS_PER_TOKEN + 1


def _nearer(old: float, new: float, weight: float) -> float:
    return old + (new - old) * (1 - math.exp(-weight))
