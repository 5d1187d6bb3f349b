"""Fits the weights of guard/likeness.py to the sets: `python -m packing.likeness` writes guard/likeness.tsv.

A logistic regression over the seven categories and none of them, by Adam, from nought and without chance: the
same sets give the same weights. The more texts a word stands in, the less it may weigh. Fitted on what
evals/guard_sets.py calls written, and on what the program itself asks and tells, which is harmless. From
where on a text is alike is told by fitting on four fifths and looking at the fifth, five times over, so that
few of the harmless texts are. The file has a digest of all that, by which a test tells that it is old.
"""

from __future__ import annotations

import hashlib
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sottovoce.evals import guard_sets
from sottovoce.evals.reading import shipped
from sottovoce.guard.folding import fold
from sottovoce.guard.likeness import BIAS, CATEGORIES, CHINESE, FILE, INPUTS, LIMITS, MOST_WORDS, features
from sottovoce.guard.policy import Category
from sottovoce.guard.ruleset import built_in
from sottovoce.help import shelf

PATH = Path(__file__).parent.parent / "src" / "sottovoce" / "guard" / FILE
SCALE = 10
"""Weights are tenths of a logit."""

FEWEST = 2
"""Texts in which a word stands that is kept. The others are fitted all the same: what stands once takes the
blame from what stands often."""

ROUNDS = 150
STEP = 0.1
DECAY = 1e-4
FOLDS = 5
CRISIS_FALSELY = 0.016
"""The share of harmless texts near to a category that may be like self-harm: there a card too many costs less
than one too few."""

FALSELY = 0.004
"""The share that may be like any of the other categories."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """What is weighed of one text. `kind` 0: harmless, else one more than the number of its category.

    `counts`: as so many texts. `is_near`: harmless, but like something harmful.
    """

    text: str
    words: frozenset[str]
    kind: int
    counts: float = 1.0
    is_near: bool = False


@dataclass(frozen=True, slots=True)
class Weights:
    """A column for each kind, the first for harmless texts. `known` numbers the rows."""

    known: dict[str, int]
    rows: Floats
    bias: Floats

    def margins(self, sample: Sample) -> Floats:
        """Return how much more a text is like each category than like what is harmless."""
        at = [self.known[word] for word in sample.words if word in self.known]
        sums = self.bias + self.rows[at].sum(axis=0)
        found: Floats = sums[1:] - sums[0]
        return found


def samples() -> list[Sample]:
    """Return what is fitted on."""
    found = []
    for name in guard_sets.SETS:
        harmless = name in (guard_sets.HARMLESS, guard_sets.ORDINARY)
        for item in guard_sets.items(name):
            if item.part == guard_sets.WRITTEN:
                kind = 0 if harmless or item.category is None else 1 + CATEGORIES.index(item.category)
                is_near = name == guard_sets.HARMLESS
                found.append(sample(item.text, kind, 1.0 if kind or is_near else 2.0, is_near=is_near))
    return found + [sample(text, 0, 2.0) for text in plain_texts()]


def plain_texts() -> list[str]:
    """Return harmless texts that come with the program: what `sotto eval` asks, what `sotto help` knows."""
    asked = [item.asked for item in shipped().items]
    known = [words for entry in shelf.entries() for words in (entry.en, entry.zh)]
    told = [text for words in known for text in (*words.questions, words.answer)]
    return [text for long in (*asked, *told) for text in pieces(long)]


def pieces(text: str) -> list[str]:
    """Return a text in pieces that are weighed as a whole, each cut at spaces where it has any."""
    signs = text if any(one >= CHINESE for one in text) else text.split()
    joint = "" if isinstance(signs, str) else " "
    return [joint.join(signs[at : at + MOST_WORDS]) for at in range(0, len(signs), MOST_WORDS)]


def sample(text: str, kind: int, counts: float = 1.0, *, is_near: bool = False) -> Sample:
    words = fold(text, built_in().known).words
    return Sample(text, frozenset(features(words)), kind, counts, is_near)


def fit(on: Sequence[Sample]) -> Weights:
    """Return the weights that tell these samples apart best."""
    known = {word: at for at, word in enumerate(sorted({word for one in on for word in one.words}))}
    rows = [sorted(known[word] for word in one.words) for one in on]
    kept = [at for at, row in enumerate(rows) if row]
    columns = np.concatenate([rows[at] for at in kept])
    lengths = np.array([len(rows[at]) for at in kept])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    owners = np.repeat(np.arange(len(kept)), lengths)
    order = np.argsort(columns, kind="stable")
    _, begins = np.unique(columns[order], return_index=True)
    often = np.bincount(columns, minlength=len(known))
    rarity = np.log(len(kept) / np.maximum(often, 1)) / np.log(len(kept))
    factors = np.append(np.maximum(rarity, 0.0), 1.0)[:, None]
    share = np.array([[on[at].counts] for at in kept])
    share /= share.sum()
    wanted = np.eye(len(CATEGORIES) + 1)[[on[at].kind for at in kept]]
    weights = np.zeros((len(known) + 1, len(CATEGORIES) + 1))
    slope, spread = np.zeros_like(weights), np.zeros_like(weights)
    for turn in range(1, ROUNDS + 1):
        sums = np.add.reduceat((weights * factors)[columns], starts, axis=0) + weights[-1]
        likely = np.exp(sums - sums.max(axis=1, keepdims=True))
        wrong = (likely / likely.sum(axis=1, keepdims=True) - wanted) * share
        change = DECAY * weights
        change[:-1] += np.add.reduceat(wrong[owners[order]], begins, axis=0) * factors[:-1]
        change[-1] = wrong.sum(axis=0)
        slope = 0.9 * slope + 0.1 * change
        spread = 0.99 * spread + 0.01 * change * change
        step = STEP if turn < 0.7 * ROUNDS else 0.3 * STEP
        weights -= step * slope / (1 - 0.9**turn) / (np.sqrt(spread / (1 - 0.99**turn)) + 1e-6)
    weights *= factors
    return Weights(known, weights[:-1], weights[-1])


def judged(on: Sequence[Sample]) -> list[tuple[Sample, Floats]]:
    """Return each sample with its margins by weights that were fitted without it."""
    number = [int(hashlib.sha256(one.text.encode()).hexdigest(), 16) // 10 % FOLDS for one in on]
    found = []
    for fold_number in range(FOLDS):
        weights = fit([one for one, at in zip(on, number, strict=True) if at != fold_number])
        found += [
            (one, weights.margins(one)) for one, at in zip(on, number, strict=True) if at == fold_number
        ]
    return found


def limits(found: Sequence[tuple[Sample, Floats]]) -> list[int]:
    """Return for each category from where on a text is like it."""
    harmless = np.array([margins for one, margins in found if one.is_near])
    crisis = CATEGORIES.index(Category.SELF_HARM)
    rest = _limit(np.delete(harmless, crisis, axis=1).max(axis=1), FALSELY)
    return [
        _limit(harmless[:, at], CRISIS_FALSELY) if at == crisis else rest for at in range(len(CATEGORIES))
    ]


def _limit(margins: Floats, share: float) -> int:
    highest = np.sort(margins)[::-1]
    return int(np.floor(SCALE * highest[int(share * len(highest))])) + 1


def digest(on: Sequence[Sample]) -> str:
    """Return what changes with these samples, and with how this file fits weights to them."""
    found = hashlib.sha256(Path(__file__).read_bytes())
    for one in on:
        found.update(repr((one.text, sorted(one.words), one.kind, one.counts, one.is_near)).encode())
    return found.hexdigest()


def written(on: Sequence[Sample]) -> str:
    """Return the file: its rows in the order of their words."""
    weights = fit(on)
    margins = np.rint(SCALE * (weights.rows[:, 1:] - weights.rows[:, :1])).astype(int)
    bias = np.rint(SCALE * (weights.bias[1:] - weights.bias[0])).astype(int)
    counts = Counter(word for one in on for word in one.words)
    rows = {BIAS: bias.tolist(), LIMITS: limits(judged(on))}
    for word, at in weights.known.items():
        if counts[word] >= FEWEST and margins[at].any():
            rows[word] = margins[at].tolist()
    texts = {word: " ".join(map(str, row)) for word, row in rows.items()} | {INPUTS: digest(on)}
    return "".join(f"{word}\t{text}\n" for word, text in sorted(texts.items()))


def main() -> None:
    on = samples()
    PATH.write_text(written(on), "utf-8")
    sys.stdout.write(f"{PATH}: {PATH.stat().st_size} bytes, from {len(on)} texts\n")


if __name__ == "__main__":
    main()
