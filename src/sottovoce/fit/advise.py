"""Does a model run here, and how well? Joins an estimate with a machine into a verdict. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from sottovoce.core.amounts import amount
from sottovoce.engine.header import Header
from sottovoce.fit import estimate
from sottovoce.fit.accelerators import Accelerator
from sottovoce.fit.estimate import Memory, Program, Run
from sottovoce.fit.pace import Pace
from sottovoce.fit.shape import Shape, shape_of

QUESTION = 256
"""Tokens of the question that a first word is predicted for: some 190 English words."""

DEPTH = QUESTION + 64
"""Tokens behind the word whose speed is told: in the middle of an answer of some length."""

COMFORT = 0.85
"""A model that takes more of the free memory than this leaves other programs no room to grow."""

WINDOW = 4096
"""Tokens of a chat where neither the model nor anybody else says how many."""

LONGEST_TEXT = 2048
"""Tokens of the longest text that vectors are made of (engine/embedder.py)."""

CARD_SPREAD = 0.3
"""How far off a prediction for a card may be: the formula was held against one card only."""

SLOWEST = 1.0
"""Tokens a second; below this nobody waits for an answer."""

USABLE = 5.0
"""Tokens a second, about as quickly as one reads; what is slower is named only where nothing else is."""


class Verdict(StrEnum):
    RUNS = "runs"
    TIGHT = "tight"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    expected: float
    high: float


@dataclass(frozen=True, slots=True)
class OnCard:
    """What a graphics card would bring: it holds `layers` of `of`, at so many tokens a second.

    `decode` None: the model writes nothing.
    """

    layers: int
    of: int
    decode: Interval | None


@dataclass(frozen=True, slots=True)
class Fit:
    """`decode` and `prompt` are tokens a second, `first_token` seconds to the first word of an answer.

    Neither `decode` nor `first_token` where the model writes nothing. `window` is how many tokens each chat
    can hold, or a text to be embedded can have. `reason` says in a few words why it does not run, or only
    just.
    """

    verdict: Verdict
    memory: Memory
    window: int
    decode: Interval | None
    prompt: Interval
    first_token: Interval | None
    reason: str = ""
    card: OnCard | None = None


@dataclass(frozen=True, slots=True)
class Learned:
    """What earlier answers on this machine say of the prediction: `factor` times as fast as predicted.

    `spread`: how far off that may be, None where it was learned from other models. `seen`: tokens a second as
    this very model wrote here.
    """

    factor: float = 1.0
    spread: float | None = None
    seen: float | None = None


def fit(
    shape: Shape,
    run: Run,
    pace: Pace,
    program: Program,
    free: int,
    *,
    learned: Learned | None = None,
    card: Accelerator | None = None,
) -> Fit:
    """Return how a model of this shape does on the processor, with `free` bytes of memory to be had.

    `run` is what was asked for, see run_of. A `card` is told of beside it.
    """
    run, learned = run_of(shape, run), learned or Learned()
    needed = estimate.memory(shape, run, program)
    spread = max(_spread(shape, pace, learned), shape.doubt)
    question, depth = _question(run), _depth(run)
    first = estimate.first_token_seconds(shape, run, pace, question) / learned.factor
    decode = None
    if shape.writes:
        decode = learned.factor / estimate.step_seconds(shape, run, pace, depth, run.slots)
    verdict, reason = _judged(needed, free, decode)
    if shape.unknown:
        verdict, reason = Verdict.NO, f"is of a kind that the engine does not know: {shape.unknown}"
    return Fit(
        verdict,
        needed,
        run.window,
        None if decode is None else _holding(_around(decode, spread), learned.seen),
        _around(question / first, spread),
        _around(first, spread) if shape.writes else None,
        reason,
        None if card is None else on_card(shape, run, pace, card),
    )


def run_of(shape: Shape, run: Run) -> Run:
    """Return how the engine runs a model of this shape for whoever asks for `run`.

    Its window is at most what the model was made for; 0 asks for all of it. One that writes nothing reads a
    text in one go, and one after the other.
    """
    window = min(run.window or shape.context, shape.context or run.window) or WINDOW
    if shape.writes:
        return replace(run, window=window)
    window = min(window, LONGEST_TEXT)
    return replace(run, window=window, slots=1, batch=window)


def on_card(shape: Shape, run: Run, pace: Pace, card: Accelerator) -> OnCard | None:
    """Return what a card would bring to this model; None where its memory is not known."""
    room = card.memory if card.free is None else card.free
    if room is None:
        return None
    placed = estimate.split(shape, run, room)
    if not shape.writes:
        return OnCard(placed.layers, shape.layers, None)
    seconds = estimate.split_step_seconds(shape, run, pace, _depth(run), placed, card.bandwidth)
    return OnCard(placed.layers, shape.layers, _around(1 / seconds, CARD_SPREAD))


def bytes_needed(header: Header, window: int, slots: int, batch: int) -> int:
    """Return the bytes that must be free to load a model with this header, `batch` tokens read in one go.

    That is the whole window where it makes vectors, as one that writes can be asked to as well.
    """
    shape = shape_of(header)
    shape = replace(shape, writes=shape.writes and batch < window)
    return estimate.memory(shape, Run(window, slots, batch=batch), Program()).least


def _question(run: Run) -> int:
    return min(QUESTION, max(1, run.window // 2))


def _depth(run: Run) -> int:
    return min(DEPTH, max(1, run.window // 2))


def _spread(shape: Shape, pace: Pace, learned: Learned) -> float:
    """Return how far off a prediction may be: where other models moved it, back to where it was."""
    if learned.spread is not None:
        return learned.spread
    usual = pace.spread_of({group.type for group in shape.weights if group.bytes})
    return max(usual, learned.factor - 1, 1 / learned.factor - 1)


def _judged(needed: Memory, free: int, decode: float | None) -> tuple[Verdict, str]:
    if needed.least > free:
        return Verdict.NO, f"needs {amount(needed.least)} of memory, {amount(free)} are free"
    if needed.total > free:
        return Verdict.TIGHT, (
            f"needs {amount(needed.least)} of memory, and has no room for its file's own pages beside that "
            f"({amount(needed.total)} in all)"
        )
    if needed.total > free * COMFORT:
        return Verdict.TIGHT, "takes nearly all of the free memory"
    if decode is not None and decode < SLOWEST:
        return Verdict.TIGHT, "fits, but writes less than a word a second"
    return Verdict.RUNS, ""


def _around(expected: float, spread: float) -> Interval:
    return Interval(expected / (1 + spread), expected, expected * (1 + spread))


def _holding(interval: Interval, seen: float | None) -> Interval:
    """Return the interval, made wide enough for what was seen."""
    if seen is None:
        return interval
    return replace(interval, low=min(interval.low, seen), high=max(interval.high, seen))
