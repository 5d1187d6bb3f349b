"""What an answer is made of while it streams.

A turn yields, in order: one `Asked`, a `Whole` where it goes on with an answer, `Grounds` where shelves are
asked, `Computed` where an exact tool answers, any number of `Waiting`, `Reading`, `Notice`, `Reasoning` and
`Text`, a `Whole` where a guard has ended the answer with other words, and last exactly one of `Done` and
`Failed`. What a guard says in the model's place may come before `Grounds`. Closing the generator stops the
answer; what was written is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sottovoce.core.errors import SottoError
from sottovoce.core.grounds import NOTHING_CITED, Citation, Cited, Ground


@dataclass(frozen=True, slots=True)
class Asked:
    """The question is on the disk under this id; no later failure loses it."""

    chat: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Grounds:
    """What was found on the shelves that are asked, best first. `answers`: it seems to hold the answer."""

    passages: tuple[Ground, ...]
    answers: bool
    shelves: tuple[str, ...] = ()
    """Their names."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """What the documents say themselves, where nothing that a model wrote stands in its passages."""

    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """The engine has read this many of the prompt's tokens."""

    read: int
    total: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Others come first: how many, and in how many seconds it is likely to begin.

    Or the model is being loaded, which takes as long as it takes: then both are 0.
    """

    before: int
    seconds: float
    loading: bool = False


@dataclass(frozen=True, slots=True)
class Likelihood:
    """One token as the model weighed it: its bytes, and the natural logarithm of its probability."""

    token: str
    data: bytes
    logprob: float
    others: tuple[Likelihood, ...] = ()
    """The likeliest tokens at this place, the likeliest first; as many as were asked for."""


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    likelihoods: tuple[Likelihood, ...] = ()
    """One for each token of the text, where they were asked for."""


@dataclass(frozen=True, slots=True)
class Reasoning:
    """More of what a model thinks before it answers, and the seconds it has thought by now."""

    text: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Whole:
    """All that there is of the answer so far: it takes the place of earlier text.

    With what the model thought before it, and for how many seconds.
    """

    text: str
    reasoning: str = ""
    thought: float | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """The model asks its caller to call a function. `arguments` is JSON that follows its schema."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Computed:
    """An exact tool was used: its name, what it was given, and what came out, in digits."""

    name: str
    arguments: Mapping[str, str]
    result: str

    @property
    def line(self) -> str:
        """The use of the tool as it is shown: calculate: 17 × 6."""
        return f"{self.name}: {', '.join(self.arguments.values())}"


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
    """The engine's last word. `reason` is stop, length, stop_text or, after `Called`, call."""

    reason: str
    usage: Usage
    timings: Timings
    stop: str | None = None
    """With stop_text, the text that was met."""
    company: int = 1
    """How many were answered as its words began or ended, this one included."""


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
    reasoning: str = ""
    """What it thought before it answered."""
    thought: float | None = None
    """The seconds that took; None: it did not think."""
    cited: Cited = NOTHING_CITED
    """Where shelves were asked: what of the answer their passages support."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The turn ended without a whole answer; what was written before is kept."""

    error: SottoError


Piece = Waiting | Reading | Text | Finished
"""What an engine yields."""

Event = Asked | Whole | Grounds | Waiting | Reading | Notice | Computed | Reasoning | Text | Done | Failed
"""What a turn yields."""
