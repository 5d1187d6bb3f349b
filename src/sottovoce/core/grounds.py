"""What an answer rests on: passages that were found, and which of their sentences say what it says.

Offsets in a document are bytes of its text in UTF-8; offsets in an answer are characters, that is Unicode
code points. Knows neither how passages are found nor how sentences are compared.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

NOT_ON_SHELF = "not_on_shelf"
QUOTES = "quotes"
HELPED = "helped"
"""Reasons for which an answer ended that no model wrote."""

STALE = "stale"
"""The code of the notice that a question is about a time after the newest document asked."""

UNREAD = "unread"
"""The code of the notice that names encyclopaedias which could not be read."""


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that was found. `text` is exactly what stands from `start` to `end`."""

    shelf: str
    document: str
    """The document's name on its shelf."""
    digest: str
    """SHA-256 of the file it was read from, in hexadecimal."""
    page: int | None
    headings: tuple[str, ...]
    start: int
    end: int
    text: str
    score: float
    written: float | None = None
    """When its source was written; seconds since 1970, UTC."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A passage as it is kept with a question. `told`: the model was given it; else it was shown only."""

    passage: Found
    told: bool = False


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote: exactly what stands from `start` to `end` of the document. `n` is its passage's, from 1.

    `as_of` is the day when the source was written, as 2026-05-01.
    """

    n: int
    shelf: str
    document: str
    digest: str
    page: int | None
    headings: tuple[str, ...]
    start: int
    end: int
    quote: str
    score: float
    as_of: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of an answer that says something. `citations` are places in the list of these, from 0."""

    start: int
    end: int
    citations: tuple[int, ...] = ()

    @property
    def supported(self) -> bool:
        return bool(self.citations)


@dataclass(frozen=True, slots=True)
class Cited:
    """An answer's claims in their order, and what they quote.

    Where no claim is supported, the citations are what the documents say themselves, and no claim has them.
    """

    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()

    @property
    def supported_share(self) -> float | None:
        """Return which part of the claims a passage supports; None where nothing is claimed."""
        if not self.claims:
            return None
        return round(sum(claim.supported for claim in self.claims) / len(self.claims), 4)

    @property
    def as_of(self) -> str | None:
        """Return the newest day of what is quoted, as 2026-05-01; None where nobody says any."""
        days = [citation.as_of for citation in self.citations if citation.as_of is not None]
        return max(days, default=None)

    def facts(self) -> dict[str, Any]:
        """Return it as it is kept with an answer: JSON."""
        return {
            "claims": [[claim.start, claim.end, list(claim.citations)] for claim in self.claims],
            "citations": [asdict(citation) for citation in self.citations],
        }


NOTHING_CITED = Cited()


def read_cited(facts: Mapping[str, Any]) -> Cited:
    """Return what an answer's facts say; nothing where another program wrote something else there."""
    try:
        citations = tuple(_citation(one) for one in facts["citations"])
        claims = tuple(
            Claim(int(start), int(end), tuple(int(at) for at in places))
            for start, end, places in facts["claims"]
        )
    except (KeyError, TypeError, ValueError):
        return NOTHING_CITED
    if not all(0 <= at < len(citations) for claim in claims for at in claim.citations):
        return NOTHING_CITED
    return Cited(claims, citations)


def day_of(seconds: float | None) -> str | None:
    """Return the day of a moment in UTC, as 2026-05-01."""
    if seconds is None:
        return None
    try:
        return time.strftime("%Y-%m-%d", time.gmtime(seconds))
    except (ValueError, OverflowError, OSError):
        return None


def _citation(said: Mapping[str, Any]) -> Citation:
    page, as_of = said["page"], said["as_of"]
    return Citation(
        n=int(said["n"]),
        shelf=str(said["shelf"]),
        document=str(said["document"]),
        digest=str(said["digest"]),
        page=None if page is None else int(page),
        headings=tuple(str(heading) for heading in said["headings"]),
        start=int(said["start"]),
        end=int(said["end"]),
        quote=str(said["quote"]),
        score=float(said["score"]),
        as_of=None if as_of is None else str(as_of),
    )
