"""How an answer is drawn from the model: the settings people may give, and their ranges."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

from sottovoce.core.errors import BadValue

MAX_STOPS = 8
MAX_STOP_CHARACTERS = 128
WITHIN = "Give a value within that range, or none for the default"


@dataclass(frozen=True, slots=True)
class Sampling:
    """None means the model's own default."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    repeat_penalty: float | None = None
    seed: int | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    schema: str | None = None
    """A JSON schema as JSON text; the answer is then JSON that follows it."""


@dataclass(frozen=True, slots=True)
class Range:
    low: float
    high: float
    whole: bool
    meaning: str


RANGES: dict[str, Range] = {
    "temperature": Range(0.0, 2.0, False, "how freely words are chosen; 0 always takes the likeliest"),
    "top_p": Range(0.0, 1.0, False, "keep the likeliest words that together reach this probability"),
    "top_k": Range(0, 1000, True, "keep this many of the likeliest words; 0 keeps all"),
    "min_p": Range(0.0, 1.0, False, "drop words less likely than this share of the likeliest"),
    "repeat_penalty": Range(0.5, 2.0, False, "above 1, words used just before become less likely"),
    "seed": Range(0, 2**32 - 2, True, "draw the same answer again on the same build"),
    "max_tokens": Range(1, 1_000_000, True, "longest answer, in tokens"),
}


def laid_over(defaults: Sampling, given: Sampling) -> Sampling:
    """Return what was given, with the defaults where nothing was."""
    said = {field.name: getattr(given, field.name) for field in fields(given)}
    return replace(defaults, **{name: value for name, value in said.items() if value not in (None, ())})


def checked(sampling: Sampling) -> Sampling:
    """Return the settings, or raise BadValue naming the first one out of range."""
    for field in fields(sampling):
        span = RANGES.get(field.name)
        value = getattr(sampling, field.name)
        if span is None or value is None:
            continue
        check_range(field.name, value, span)
    if len(sampling.stop) > MAX_STOPS:
        raise BadValue(f"At most {MAX_STOPS} stop texts can be given.", hint="Leave some of them out")
    for text in sampling.stop:
        if not text or len(text) > MAX_STOP_CHARACTERS:
            raise BadValue(
                f"A stop text has 1 to {MAX_STOP_CHARACTERS} characters.",
                hint="The beginning of the text is enough to stop at",
            )
    return sampling


def check_range(name: str, value: float, span: Range) -> None:
    """Raise BadValue unless the value is finite, whole where it must be, and inside the range."""
    wanted = "a whole number" if span.whole else "a number"
    limits = f"{name} takes {wanted} from {_plain(span.low)} to {_plain(span.high)}"
    if isinstance(value, bool) or not math.isfinite(value) or (span.whole and value != int(value)):
        raise BadValue(f"{limits}, not {value!r}.", hint=WITHIN)
    if not span.low <= value <= span.high:
        raise BadValue(f"{limits}; {_plain(value)} is outside.", hint=WITHIN)


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)
