"""Guard models: which kind a model is, what it is asked, and what its labels mean here.

Llama Guard 3, ShieldGemma and Qwen3Guard-Gen, by their published prompts (guard/prompts.py) and labels. What
a model writes is read to the letter: what is no label of its kind is no judgement at all, and a profile says
what becomes of that. Pure: calls no engine.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sottovoce.core.messages import Framed
from sottovoce.guard.policy import Category
from sottovoce.guard.prompts import (
    GEMMA_PRINCIPLES,
    LLAMA_CATEGORIES,
    QWEN_CATEGORIES,
    llama_guard,
    qwen_guard,
    shield_gemma,
)

SMALL = 3_000_000_000
"""Parameters: Llama Guard 3 of one billion knows 13 categories, that of eight knows 14."""

YES = 0.5
"""The probability of "Yes" from which ShieldGemma says that a principle is violated."""

LIKELIHOODS = 20
"""How many of the likeliest tokens are asked for, to find Yes and No among."""


class Kind(StrEnum):
    LLAMA_GUARD = "Llama Guard 3"
    SHIELD_GEMMA = "ShieldGemma"
    QWEN_GUARD = "Qwen3Guard"


@dataclass(frozen=True, slots=True)
class GuardModel:
    """What is known of one guard model. `parameters` 0: not known."""

    kind: Kind
    parameters: int = 0

    @property
    def categories(self) -> int:
        """How many categories Llama Guard 3 is asked about."""
        return 13 if 0 < self.parameters < SMALL else 14


@dataclass(frozen=True, slots=True)
class Request:
    """One thing to ask a guard model, in so many tokens at most. `about` is what a "Yes" stands for."""

    prompt: Framed
    tokens: int
    likelihoods: int | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What it wrote. `first`: the likeliest first tokens with their log-probabilities, if asked for."""

    text: str
    first: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a guard model says. `labels` are its own names of what is wrong; none: nothing is.

    `is_doubtful`: it calls this controversial rather than unsafe.
    """

    labels: tuple[str, ...] = ()
    is_doubtful: bool = False

    @property
    def is_safe(self) -> bool:
        return not self.labels


SAFE = Judgement()

_NAMES = {
    Kind.LLAMA_GUARD: (re.compile(r"llama[-_ .]?guard[-_ .]?3"), frozenset({"llama"})),
    Kind.SHIELD_GEMMA: (re.compile(r"shield[-_ .]?gemma(?![-_ .]?2-4b)"), frozenset({"gemma2"})),
    Kind.QWEN_GUARD: (re.compile(r"qwen3[-_ .]?guard(?![-_ .]?stream)"), frozenset({"qwen3"})),
}
"""How each is named, and the architecture it is built as. ShieldGemma 2 judges pictures, Qwen3Guard-Stream
needs a head that no model file has: neither is one of these."""

_TEMPLATES = {
    Kind.LLAMA_GUARD: ("<BEGIN UNSAFE CONTENT CATEGORIES>", "S1: Violent Crimes."),
    Kind.SHIELD_GEMMA: ("You are a policy expert trying to help determine",),
    Kind.QWEN_GUARD: ("<BEGIN UNSAFE CONTENT CATEGORIES>", "Safety: Controversial"),
}
"""What the chat template in each one's file holds: surer than a name, which anybody can change."""


def recognised(
    names: Sequence[str], architecture: str, template: str | None, parameters: int = 0
) -> GuardModel | None:
    """Return which guard model a file is, by its template or one of its names; None: none that is known."""
    for kind, marks in _TEMPLATES.items():
        if template is not None and all(mark in template for mark in marks):
            return GuardModel(kind, parameters)
    for kind, (pattern, built) in _NAMES.items():
        if architecture in built and any(pattern.search(name.lower()) for name in names):
            return GuardModel(kind, parameters)
    return None


def requests(model: GuardModel, question: str, answer: str | None = None) -> tuple[Request, ...]:
    """Return what is asked to have a question judged, or an answer to it."""
    if model.kind is Kind.LLAMA_GUARD:
        return (Request(llama_guard(question, answer, model.categories), 64),)
    if model.kind is Kind.QWEN_GUARD:
        return (Request(qwen_guard(question, answer), 96),)
    return tuple(
        Request(shield_gemma(question, answer, principle), 1, LIKELIHOODS, principle)
        for principle in GEMMA_PRINCIPLES
    )


def judged(model: GuardModel, asked: Sequence[Request], replies: Sequence[Reply]) -> Judgement | None:
    """Return what the replies say together; None where one of them is no label of this kind of model."""
    labels: list[str] = []
    doubts: list[bool] = []
    for request, reply in zip(asked, replies, strict=True):
        found = _read(model, request, reply)
        if found is None:
            return None
        if not found.is_safe:
            labels += found.labels
            doubts.append(found.is_doubtful)
    return Judgement(tuple(labels), all(doubts)) if labels else SAFE


def _read(model: GuardModel, request: Request, reply: Reply) -> Judgement | None:
    if model.kind is Kind.LLAMA_GUARD:
        return _llama(reply.text, model.categories)
    if model.kind is Kind.QWEN_GUARD:
        return _qwen(reply.text)
    return _gemma(reply, request.about)


def _llama(text: str, categories: int) -> Judgement | None:
    """Read "safe", or "unsafe" and below it codes as in "S1,S9"."""
    first, *rest = text.strip().split("\n")
    if first.strip() == "safe":
        return None if rest else SAFE
    if first.strip() != "unsafe" or len(rest) != 1:
        return None
    codes = [_CODE.fullmatch(code.strip()) for code in rest[0].split(",")]
    numbers = [int(code[1]) for code in codes if code is not None]
    if len(numbers) != len(codes) or not all(1 <= number <= categories for number in numbers):
        return None
    return Judgement(tuple(dict.fromkeys(LLAMA_CATEGORIES[number - 1] for number in numbers)))


def _qwen(text: str) -> Judgement | None:
    """Read "Safety: …", below it "Categories: …" and, of an answer, "Refusal: …"."""
    lines = [line.strip() for line in text.strip().split("\n")]
    if len(lines) not in (2, 3) or (len(lines) == 3 and not _REFUSAL.fullmatch(lines[2])):
        return None
    safety, named = _SAFETY.fullmatch(lines[0]), _CATEGORIES.fullmatch(lines[1])
    if safety is None or named is None:
        return None
    labels = tuple(dict.fromkeys(label.strip() for label in named[1].split(",")))
    if safety[1] == "Safe":
        return SAFE if labels == ("None",) else None
    if not all(label in QWEN_CATEGORIES for label in labels):
        return None
    return Judgement(labels, safety[1] == "Controversial")


def _gemma(reply: Reply, principle: str) -> Judgement | None:
    """Weigh "Yes" against "No" as the first word: the probability of the one among both."""
    if reply.text.strip() not in ("Yes", "No"):
        return None
    weights = {"Yes": 0.0, "No": 0.0}
    for token, logprob in reply.first:
        if token.strip() in weights:
            weights[token.strip()] += math.exp(min(logprob, 0.0))
    whole = weights["Yes"] + weights["No"]
    if not reply.first:
        says_yes = reply.text.strip() == "Yes"
    elif whole <= 0:
        return None
    else:
        says_yes = weights["Yes"] / whole >= YES
    return Judgement((principle,)) if says_yes else SAFE


_CODE = re.compile(r"S([1-9][0-9]?)")
_SAFETY = re.compile(r"Safety: (Safe|Unsafe|Controversial)")
_CATEGORIES = re.compile(r"Categories: (.+)")
_REFUSAL = re.compile(r"Refusal: (Yes|No)")

OURS: Mapping[str, Category | None] = {
    "Violent Crimes": Category.WEAPONS,
    "Indiscriminate Weapons": Category.WEAPONS,
    "Child Exploitation": Category.MINORS,
    "Privacy": Category.PRIVATE_DATA,
    "Hate": Category.HATE,
    "Self-Harm": Category.SELF_HARM,
    "Non-Violent Crimes": Category.FRAUD,
    "Code Interpreter Abuse": Category.MALWARE,
    "Sex Crimes": None,
    "Sexual Content": None,
    "Violent": Category.WEAPONS,
    "Non-violent Illegal Acts": Category.FRAUD,
    "PII": Category.PRIVATE_DATA,
    "Suicide & Self-Harm": Category.SELF_HARM,
    "Sexual Content or Sexual Acts": None,
    "Unethical Acts": Category.HATE,
    "Dangerous Content": Category.WEAPONS,
    "Hate Speech": Category.HATE,
    "Harassment": Category.HATE,
    "Sexually Explicit Information": None,
}
"""What a label stands for here, as near as it comes; None: it has no category of ours, and is refused where
more than the least is. Labels that are not here are let through: advice of doctors and lawyers, defamation,
elections, politics, copyright and jailbreaks are no harm that these profiles know."""


def acting(judgement: Judgement, blocks: frozenset[Category], *, strict: bool) -> str | None:
    """Return the first label that a profile with these categories refuses; None: it lets this through.

    `strict`: what is called controversial is refused as well. What would harm a child is refused always.
    """
    for label in judgement.labels:
        if label not in OURS:
            continue
        category = OURS[label]
        if category is Category.MINORS:
            return label
        if judgement.is_doubtful and not strict:
            continue
        if category in blocks or (category is None and len(blocks) > 1):
            return label
    return None
