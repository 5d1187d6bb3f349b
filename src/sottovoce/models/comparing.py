"""Is a re-encoded model as good as the one it was made of, and is it quicker here? Measured, in turn.

Each is loaded twice, A B B A, so that what slows this machine down meanwhile slows both. How likely each
finds a text that comes with the program tells how good it is. Knows nothing of shelves.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sottovoce.engine.library import Library
from sottovoce.fit.probe import BUSY
from sottovoce.fit.rig import Rig, rigged

TEXT = Path(__file__).with_name("passages.txt")

TOLERANCE = 0.005
"""The share by which perplexity may differ, once what chance explains is taken off."""

MOST = 0.02
"""By more it may not differ, whatever chance explains."""

CHANCE = 2.0
"""Standard errors."""

READ, WRITTEN = 400, 200
"""Tokens of a usual question, and of its answer."""

LEAST_GAIN = 1.05
"""A file that makes no more of a difference than this is not worth its room."""

WINDOW = 2048
PROMPT, STEPS, ROUNDS = 128, 32, 3

Told = Callable[[float], None]
"""Hears which part of it is done, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Speeds:
    """Tokens a second."""

    prompt: float
    decode: float

    @property
    def usual(self) -> float:
        """Seconds that a usual question and its answer take."""
        return READ / self.prompt + WRITTEN / self.decode


@dataclass(frozen=True, slots=True)
class Comparison:
    """`difference` is by how much the old finds a token of the text likelier, on average, as a logarithm.

    `error` is its standard error; `tokens` how many there were. `share` is the part of the processor time it
    could use that the engine had meanwhile.
    """

    old: Speeds
    new: Speeds
    difference: float
    error: float
    tokens: int
    share: float = 1.0

    @property
    def perplexity(self) -> float:
        """Return the share by which the new one's perplexity is higher."""
        return math.expm1(self.difference)

    @property
    def chance(self) -> float:
        """Return how much of that may be chance."""
        return CHANCE * self.error

    @property
    def is_as_good(self) -> bool:
        """Whether perplexity differs by no more than TOLERANCE, as far as this can tell."""
        off = abs(self.perplexity)
        return off <= MOST and off - self.chance <= TOLERANCE  # false of what is no number, too

    @property
    def gain(self) -> float:
        """Return how many times as fast a usual question is answered."""
        return self.old.usual / self.new.usual

    @property
    def is_sure(self) -> bool:
        """Whether other programs left the machine alone: beside them even a file and its copy differ."""
        return self.share >= BUSY

    @property
    def is_quicker(self) -> bool:
        return self.is_sure and self.gain >= LEAST_GAIN


async def compare(
    old: Path,
    new: Path,
    threads: int,
    told: Told,
    text: str = "",
    libraries: tuple[Library | None, Library | None] = (None, None),
) -> Comparison:
    """Load both in turn and measure, by the text that comes with the program or another.

    `libraries`: by which engine each is asked, so that two engines can be compared on one model; None is the
    installed one. Raises ModelProblem.
    """
    text = text or TEXT.read_text("utf-8")
    both = (old, libraries[0]), (new, libraries[1])
    speeds: tuple[list[tuple[float, float]], ...] = [], []
    likely: dict[int, list[float]] = {}
    rigs: list[Rig] = []
    for at, side in enumerate((0, 1, 1, 0)):
        path, library = both[side]
        async with rigged(path, window=WINDOW, threads=threads, library=library) as rig:
            await rig.time(rig.words(16), 2)  # the first step of all finds nothing in the caches
            for _ in range(ROUNDS):
                speeds[side].append(await _speeds(rig))
            rigs.append(rig)
            if side not in likely:
                likely[side] = await likelihoods(rig, text, partial(_of_four, told, at))
        told((at + 1) / 4)
    difference, error = paired(likely[0], likely[1])
    share = min(1.0, sum(rig.used for rig in rigs) / sum(rig.wanted for rig in rigs))
    return Comparison(_median(speeds[0]), _median(speeds[1]), difference, error, len(likely[0]), share)


async def likelihoods(rig: Rig, text: str, told: Told) -> list[float]:
    """Return how likely the model finds each token of a text behind those before it, as logarithms."""
    tokens = (await rig.tokens(text))[: WINDOW - 1]
    found = []
    for at in range(1, len(tokens)):
        found.append(await rig.likelihood(tokens[:at], tokens[at]))
        told(at / len(tokens))
    return found


def paired(old: Sequence[float], new: Sequence[float]) -> tuple[float, float]:
    """Return the mean of the differences between pairs, and its standard error."""
    differences = [before - after for before, after in zip(old, new, strict=True)]
    return statistics.fmean(differences), statistics.stdev(differences) / math.sqrt(len(differences))


def _of_four(told: Told, at: int, part: float) -> None:
    told((at + part) / 4)


async def _speeds(rig: Rig) -> tuple[float, float]:
    read = await rig.time(rig.words(PROMPT))
    wrote = await rig.time(rig.words(16), STEPS)
    return read.read / read.prompt, 1 / wrote.step


def _median(found: Sequence[tuple[float, float]]) -> Speeds:
    return Speeds(statistics.median(one for one, _ in found), statistics.median(one for _, one in found))
