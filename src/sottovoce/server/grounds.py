"""What an API takes of shelves, and gives of passages and of what an answer quotes from them.

Offsets in a document are bytes of its text in UTF-8; those in an answer are characters: Unicode code points.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from sottovoce.chat.shelved import MOST_SHELVES
from sottovoce.core.events import Grounds
from sottovoce.core.grounds import Citation, Cited, Claim, Found, Ground, day_of

ShelfName = Annotated[str, StringConstraints(min_length=1, max_length=300)]
"""The name of a shelf of documents, or its id."""

Knowledge = Annotated[list[ShelfName], Field(max_length=MOST_SHELVES)]
"""The shelves that a question asks."""


class Noun(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class GroundNoun(Noun):
    """A passage that was found for a question; `n` is its number, from 1, which is that of its citations.

    `start` and `end` are bytes of the document's text, and `text` is exactly what stands there. `as_of` is
    the day its source was written. `told`: the model was given it.
    """

    n: int
    shelf: str
    document: str
    digest: str
    page: int | None
    headings: list[str]
    start: int
    end: int
    text: str
    score: float
    as_of: str | None
    told: bool

    @classmethod
    def of(cls, n: int, ground: Ground) -> Self:
        passage = ground.passage
        return cls(
            n=n,
            shelf=passage.shelf,
            document=passage.document,
            digest=passage.digest,
            page=passage.page,
            headings=list(passage.headings),
            start=passage.start,
            end=passage.end,
            text=passage.text,
            score=passage.score,
            as_of=day_of(passage.written),
            told=ground.told,
        )

    def passage(self) -> Found:
        """Return the passage, as far as it is told to a model."""
        return Found(
            shelf=self.shelf,
            document=self.document,
            digest=self.digest,
            page=self.page,
            headings=tuple(self.headings),
            start=self.start,
            end=self.end,
            text=self.text,
            score=self.score,
        )


def passages(grounds: Sequence[Ground]) -> list[GroundNoun]:
    """Return passages with their numbers."""
    return [GroundNoun.of(n, ground) for n, ground in enumerate(grounds, 1)]


class CitationNoun(Noun):
    """A quote: exactly the bytes from `start` to `end` of the document's text. `n` is its passage's."""

    n: int
    shelf: str
    document: str
    digest: str
    page: int | None
    headings: list[str]
    start: int
    end: int
    quote: str
    score: float
    as_of: str | None

    @classmethod
    def of(cls, citation: Citation) -> Self:
        return cls(
            n=citation.n,
            shelf=citation.shelf,
            document=citation.document,
            digest=citation.digest,
            page=citation.page,
            headings=list(citation.headings),
            start=citation.start,
            end=citation.end,
            quote=citation.quote,
            score=citation.score,
            as_of=citation.as_of,
        )


class ClaimNoun(Noun):
    """A sentence of the answer, from character `start` to `end`, counted as Unicode code points.

    `citations` are places in the list of citations, from 0; with none it is not `supported`.
    """

    start: int
    end: int
    citations: list[int]
    supported: bool

    @classmethod
    def of(cls, claim: Claim) -> Self:
        return cls(
            start=claim.start, end=claim.end, citations=list(claim.citations), supported=claim.supported
        )


class CitedNoun(Noun):
    """What of an answer its passages support. `supported_share` is null where nothing is claimed.

    Where no claim is supported, the citations are what the documents say themselves.
    """

    claims: list[ClaimNoun]
    citations: list[CitationNoun]
    supported_share: float | None

    @classmethod
    def of(cls, cited: Cited) -> Self:
        return cls(
            claims=[ClaimNoun.of(claim) for claim in cited.claims],
            citations=[CitationNoun.of(citation) for citation in cited.citations],
            supported_share=cited.supported_share,
        )


class GroundedNoun(CitedNoun):
    """What an answer has besides where shelves were asked: what was found on them, and what it supports.

    `answered`: they seem to hold the answer. `as_of` is the newest day of what is quoted. `stale` says that
    the question is about a later time than all documents, `unread` which encyclopaedias could not be read.
    """

    passages: list[GroundNoun]
    answered: bool
    as_of: str | None
    stale: str | None
    unread: str | None


class GroundsNoun(Noun):
    """A run's event `grounds`. `answers` false: the answer is not on these shelves, those are the nearest."""

    passages: list[GroundNoun]
    answers: bool
    shelves: list[str]

    @classmethod
    def of(cls, event: Grounds) -> Self:
        return cls(passages=passages(event.passages), answers=event.answers, shelves=list(event.shelves))
