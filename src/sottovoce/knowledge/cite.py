"""Finds for each sentence of an answer the sentence of a passage that says it. Pure.

Citations are made here and nowhere else: numbers that a model wrote mean nothing. A quote is a slice of a
passage, its place in bytes of the document's text. What no passage supports is said to be unsupported.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from sottovoce.core.grounds import Citation, Cited, Claim, Found, day_of
from sottovoce.knowledge import agree, sentences
from sottovoce.knowledge.agree import ENOUGH, ENOUGH_ITSELF, Sentence
from sottovoce.knowledge.terms import Said, said

MOST_CLAIM = 2_000
"""Characters of a sentence that are compared; what is longer is no sentence."""

_GOES_ON = re.compile(
    r"\s*(?:it|they|he|she|this|that|these|those|there|then|also|such|in addition|however)\b"
    r"|\s*[它他她这那该此其]",
    re.I,
)
_JOINTS = re.compile(r";\s|,?\s+and\s+(?:also\s+)?|,\s+(?:but|while|whereas)\s+|[，；]|而且|并且", re.I)
_NO_CLAIM = re.compile(
    r"""(?ix)
    (?:hi|hello|hey|sure|certainly|of\ course|great\ question|thanks|thank\ you|you're\ welcome|absolutely)\b
      [^.]*[.!,]?$
    | (?:i'm|i\ am)?\s*sorry\b | (?:i|we)\ (?:do\ not|don't|cannot|can't|could\ not|couldn't)\b
    | let\ me\ know\b | feel\ free\b | (?:i\ )?hope\ (?:this|that)\b | please\ (?:let|note\ that\ i)\b
    | (?:here|below|the\ following)\ (?:is|are)\b[^.]*[:：]$
    | (?:unfortunately,?\s*)?(?:the|these|this|none\ of\ the)\ (?:given\ |provided\ )?
      (?:passages?|texts?|documents?|sources?|information)\b[^.]*\b(?:not|n't|no)\b
    | 你好 | 您好 | 好的[，。！] | 当然[，。！] | 谢谢 | 抱歉 | 对不起 | 很抱歉
    | 希望[这对] | (?:文中|资料中?|文件中?)(?:没有|未)
    """
)
_LEAD_IN = re.compile(
    r"^(?:(?:according to|based on|as stated in|as mentioned in)\s[^,]{1,80},\s*"
    r"|(?:the|this) (?:document|passage|text|context)s? (?:states?|says?|mentions?)(?: that\b)?:?\s*"
    r"|the (?:short )?answer(?: to (?:this|the|your) question)? is(?: that\b)?:?\s*|(?:yes|no)[,:]\s+)+",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Place:
    """A sentence of a passage: which passage, from 0, and where in its text, in characters."""

    passage: int
    start: int
    end: int
    says: Sentence


class Sources:
    """Passages, ready to be compared with what an answer claims. Their order gives them their numbers."""

    def __init__(self, passages: Sequence[Found]) -> None:
        self._passages = tuple(passages)

    @cached_property
    def _places(self) -> tuple[_Place, ...]:
        return tuple(place for at, passage in enumerate(self._passages) for place in _places_of(at, passage))

    @cached_property
    def _doubles(self) -> tuple[_Place, ...]:
        return tuple(
            _Place(one.passage, one.start, other.end, agree.together(one.says, other.says))
            for one, other in pairwise(self._places)
            if one.passage == other.passage and _GOES_ON.match(self._text(other))
        )

    def _text(self, place: _Place) -> str:
        return self._passages[place.passage].text[place.start : place.end]

    @cached_property
    def _everywhere(self) -> frozenset[str]:
        return frozenset[str]().union(*(place.says.whole.terms for place in self._places))

    @cached_property
    def _spread(self) -> Counter[str]:
        return Counter(term for place in self._places for term in place.says.whole.terms)

    def supporting(self, claim: str) -> tuple[Citation, ...]:
        """Return what supports a sentence: none, one quote, or one for each of its parts."""
        plain = _LEAD_IN.sub("", claim[:MOST_CLAIM])
        whole = self._best(said(plain))
        if whole is not None:
            return (self._citation(whole),)
        parts = [part for part in _JOINTS.split(plain) if part.strip()]
        claims = [said(part) for part in parts]
        if len(parts) < 2 or not all(len(part.terms) + len(part.numbers) >= 2 for part in claims):
            return ()
        found = [self._best(part) for part in claims]
        if any(place is None for place in found):
            return ()
        quotes = [self._citation(place) for place in found if place is not None]
        return tuple(dict.fromkeys(quotes))

    def _best(self, claim: Said) -> _Place | None:
        """Return what supports a claim best: one sentence, or else two of which the second goes on."""
        return self._best_of(claim, self._places) or self._best_of(claim, self._doubles)

    def _best_of(self, claim: Said, places: Sequence[_Place]) -> _Place | None:
        best: tuple[float, _Place] | None = None
        for place in places:
            itself, helped = agree.coverage(claim, place.says, self._weight)
            if helped < ENOUGH or itself < ENOUGH_ITSELF or (best is not None and helped <= best[0]):
                continue
            if agree.agrees(claim, place.says, self._everywhere) and not self._is_mixed(claim, place):
                best = helped, place
        return None if best is None else best[1]

    def _is_mixed(self, claim: Said, place: _Place) -> bool:
        """Return whether a word of the claim that is not said here is said elsewhere of the same things."""
        says = place.says
        for term in claim.terms - says.whole.terms - says.headings - says.before:
            for other in self._places:
                terms = other.says.whole.terms
                if term in terms and len(claim.terms & terms) > 1:
                    return True
        return False

    def _weight(self, term: str) -> float:
        return math.log(2.0 + len(self._places) / (1 + self._spread[term]))

    def _citation(self, place: _Place) -> Citation:
        return quoted(self._passages[place.passage], place.passage + 1, place.start, place.end)


def cited(answer: str, passages: Sequence[Found]) -> Cited:
    """Return the claims of an answer, and what of the passages each quotes."""
    sources = Sources(passages)
    claims: list[Claim] = []
    citations: dict[Citation, int] = {}
    for start, end in sentences.split(answer):
        text = answer[start:end]
        if claims_something(text, answer[:start]):
            places = [citations.setdefault(one, len(citations)) for one in sources.supporting(text)]
            claims.append(Claim(start, end, tuple(places)))
    return Cited(tuple(claims), tuple(citations))


def claims_something(text: str, before: str = "") -> bool:
    """Return whether a sentence says anything that may be true or false. `before` stands before it."""
    line = before[before.rfind("\n") + 1 :]
    bare = text.strip(" *_`\"'“”")
    if line.lstrip().startswith("#") or bare.endswith((":", "：", "?", "？")) or _NO_CLAIM.match(bare):
        return False
    found = said(bare)
    return bool(found.terms or found.numbers)


def quoted(passage: Found, n: int, start: int, end: int) -> Citation:
    """Return a quote of a passage, from one character of its text to before another."""
    quote = passage.text[start:end]
    first = passage.start + len(passage.text[:start].encode())
    return Citation(
        n=n,
        shelf=passage.shelf,
        document=passage.document,
        digest=passage.digest,
        page=passage.page,
        headings=passage.headings,
        start=first,
        end=first + len(quote.encode()),
        quote=quote,
        score=passage.score,
        as_of=day_of(passage.written),
    )


def _places_of(at: int, passage: Found) -> list[_Place]:
    headings = said(
        "; ".join([passage.document.rpartition(".")[0] or passage.document, *passage.headings])
    ).terms
    found: list[_Place] = []
    before = frozenset[str]()
    for start, end in sentences.split(passage.text):
        text = passage.text[start:end]
        says = agree.sentence(text, headings, before if _GOES_ON.match(text) else frozenset())
        found.append(_Place(at, start, end, says))
        before = says.whole.terms
    return found
