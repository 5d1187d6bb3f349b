"""What of a chat goes into the model's window, and what must be left out. Pure.

History is dropped from its old end, whole turns at a time and in one large step, so that the prompt's
beginning stays the same for many turns and the engine's work on it is reused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ANSWER_ROOM = 0.25
"""Share of the window kept free for the answer, unless the caller asks for a shorter one."""

KEEP_AFTER_CUT = 0.5
"""When something must go, go down to this share of the window, so that it lasts."""

OVERHEAD = 8
"""Tokens that a template puts around a message, at most, in the templates we know."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and the answer it got, in tokens."""

    question: int
    answer: int


def room_for_prompt(window: int, max_tokens: int | None, most: int | None = None) -> int:
    """Return how many tokens the prompt may have so that an answer still fits behind it.

    `most`: no more than that, whatever the window holds.
    """
    answer = room_for_answer(window)
    room = window - min(answer, max_tokens or answer) - 1
    return room if most is None else min(room, most)


def room_for_answer(window: int) -> int:
    """Return the longest answer when nobody asked for a length: the next question must find room, too."""
    return int(window * ANSWER_ROOM)


def first_kept(system: int, past: Sequence[Turn], question: int, room: int) -> int:
    """Return the index of the oldest turn that stays in view when `question` is asked.

    All counts are tokens. The chat is played through from its start, so that it is always cut at the
    same place, and that place moves only when it must.
    """
    start = 0
    total = system
    for at, turn in enumerate([*past, Turn(question, 0)]):
        total += turn.question
        if total > room:
            while total > room * KEEP_AFTER_CUT and start < at:
                total -= past[start].question + past[start].answer
                start += 1
        total += turn.answer
    return start


def with_overhead(text: int) -> int:
    """Return the tokens of a message whose text alone has this many."""
    return text + OVERHEAD
