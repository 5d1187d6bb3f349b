"""How an answer is drawn from the model: the settings people may give, and their ranges."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

from sottovoce.core.errors import BadValue

MAX_STOPS = 8
MAX_STOP_CHARACTERS = 128
MAX_BIASES = 1024
MAX_LIKELIHOODS = 20
WITHIN = "Give a value within that range, or none for the default"


@dataclass(frozen=True, slots=True)
class Sampling:
    """None means the model's own default."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    repeat_penalty: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    seed: int | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    schema: str | None = None
    """A JSON schema as JSON text; the answer is then JSON that follows it."""
    bias: tuple[tuple[int, float], ...] = ()
    """Token ids, and what is added to their logits: -100 bans one, 100 all but forces it."""
    likelihoods: int | None = None
    """Give each token's likelihood, and those of this many others at its place."""
    thinking: bool | None = None
    """Whether a model that can think before it answers is to do so."""


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
    "presence_penalty": Range(-2.0, 2.0, False, "above 0, words used before become less likely"),
    "frequency_penalty": Range(
        -2.0, 2.0, False, "above 0, words become less likely with each time they are used"
    ),
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
        raise BadValue(
            f"At most {MAX_STOPS} stop texts can be given.", hint="Leave some of them out", field="stop"
        )
    for text in sampling.stop:
        if not text or len(text) > MAX_STOP_CHARACTERS:
            raise BadValue(
                f"A stop text has 1 to {MAX_STOP_CHARACTERS} characters.",
                hint="The beginning of the text is enough to stop at",
                field="stop",
            )
    _check_bias(sampling.bias)
    if sampling.likelihoods is not None:
        check_range("likelihoods", sampling.likelihoods, Range(0, MAX_LIKELIHOODS, True, ""))
    return sampling


def _check_bias(bias: tuple[tuple[int, float], ...]) -> None:
    """Check all but whether the tokens exist: only the engine knows."""
    if len(bias) > MAX_BIASES:
        raise BadValue(
            f"At most {MAX_BIASES:,} tokens can be biased.", hint="Leave some of them out", field="bias"
        )
    for token, value in bias:
        check_range("a biased token", token, Range(0, 2**31 - 1, True, ""), field="bias")
        check_range("a bias", value, Range(-100, 100, False, ""), field="bias")
    if len({token for token, _ in bias}) < len(bias):
        raise BadValue("A token is biased twice.", hint="Give each token one bias", field="bias")


def check_range(name: str, value: float, span: Range, field: str | None = None) -> None:
    """Raise BadValue unless the value is finite, whole where it must be, and inside the range."""
    wanted = "a whole number" if span.whole else "a number"
    low, high = _plain(span.low), _plain(span.high)
    is_finite = isinstance(value, int) or math.isfinite(value)  # an int may be too long for a float
    if isinstance(value, bool) or not is_finite or (span.whole and value != int(value)):
        sentence = f"{name} takes {wanted} from {low} to {high}, not {value!r}."
        raise BadValue(sentence, hint=WITHIN, field=field or name)
    if not span.low <= value <= span.high:
        sentence = f"{name} takes {wanted} from {low} to {high}; {_plain(value)} is outside."
        raise BadValue(sentence, hint=WITHIN, field=field or name)


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)
