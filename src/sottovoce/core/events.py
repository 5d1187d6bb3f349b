"""What an answer is made of while it streams.

A turn yields, in order: one `Asked`, any number of `Reading`, `Notice` and `Text`, and last exactly
one of `Done` and `Failed`. Closing the generator stops the answer; what was written is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from sottovoce.core.errors import SottoError


@dataclass(frozen=True, slots=True)
class Asked:
    """The question is on the disk under this id; no later failure loses it."""

    chat: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The engine has read this many of the prompt's tokens."""

    read: int
    total: int


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the reader should know, in a sentence. `code` is stable."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Counts in tokens, from the engine. `reused` of the prompt's tokens were not computed again."""

    prompt: int
    reused: int
    answer: int


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds and tokens per second. The first token counts from the moment the engine was asked."""

    first_token: float
    total: float
    prompt_per_second: float
    answer_per_second: float


@dataclass(frozen=True, slots=True)
class Finished:
    """The engine's last word. `reason` is stop, length or stop_text."""

    reason: str
    usage: Usage
    timings: Timings


@dataclass(frozen=True, slots=True)
class Done:
    chat: str
    answer: str
    text: str
    reason: str
    model: str
    digest: str
    usage: Usage
    timings: Timings


@dataclass(frozen=True, slots=True)
class Failed:
    """The turn ended without a whole answer; what was written before is kept."""

    error: SottoError


Piece = Reading | Text | Finished
"""What an engine yields."""

Event = Asked | Reading | Notice | Text | Done | Failed
"""What a turn yields."""
