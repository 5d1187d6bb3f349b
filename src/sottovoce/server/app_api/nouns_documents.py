"""What the page hears of documents: on a shelf, around a citation, found, and read for a chat."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, SecretStr

from sottovoce.knowledge.document import Found, Passage, Reading
from sottovoce.knowledge.documents import Document
from sottovoce.knowledge.listing import Stretch
from sottovoce.knowledge.search import Results
from sottovoce.server.app_api.nouns import Noun
from sottovoce.server.language import Told

MOST_PATH = 4096
MOST_PASSWORD = 1_000


class DocumentNoun(Noun):
    """`name` is what it is cited by, `digest` the file's SHA-256, `source` the number of the source it is of.

    With a `problem`, a sentence, it could not be read and has no text; `locked`: its password would open it.
    """

    name: str
    title: str
    source: int | None
    digest: str
    size: int
    written: float | None
    read: float
    pages: int | None
    length: int
    problem: Told | None
    locked: bool

    @classmethod
    def of(cls, document: Document) -> Self:
        return cls(
            name=document.name,
            title=document.title,
            source=document.source,
            digest=document.digest,
            size=document.size,
            written=document.written,
            read=document.read,
            pages=document.pages,
            length=document.length,
            problem=document.problem,
            locked=document.is_locked,
        )


class Unlocking(Noun):
    """A locked document of a shelf, and its password."""

    name: str = Field(min_length=1, max_length=MOST_PATH)
    password: Annotated[SecretStr, Field(min_length=1, max_length=MOST_PASSWORD)]


class DocumentList(Noun):
    """`further` is what to ask for as `after` for more; null where these are all."""

    documents: list[DocumentNoun]
    further: str | None


class PassageNoun(Noun):
    start: int
    end: int
    page: int | None
    headings: list[str]

    @classmethod
    def of(cls, passage: Passage) -> Self:
        return cls(start=passage.start, end=passage.end, page=passage.page, headings=list(passage.headings))


class StretchNoun(Noun):
    """`text` is what stands from `start` to `end`; the document's is `length` long. With its passages."""

    document: DocumentNoun
    start: int
    end: int
    text: str
    passages: list[PassageNoun]

    @classmethod
    def of(cls, stretch: Stretch) -> Self:
        return cls(
            document=DocumentNoun.of(stretch.document),
            start=stretch.start,
            end=stretch.end,
            text=stretch.text,
            passages=[PassageNoun.of(one) for one in stretch.passages],
        )


class FoundNoun(Noun):
    document: str
    digest: str
    page: int | None
    headings: list[str]
    start: int
    end: int
    text: str
    score: float
    written: float | None

    @classmethod
    def of(cls, found: Found) -> Self:
        return cls(
            document=found.document,
            digest=found.digest,
            page=found.page,
            headings=list(found.headings),
            start=found.start,
            end=found.end,
            text=found.text,
            score=found.score,
            written=found.written,
        )


class FoundList(Noun):
    """Passages, the best first. `answers`: whether what was asked seems to stand among them.

    `unread`: what could not be looked into, in sentences.
    """

    found: list[FoundNoun]
    answers: bool
    unread: list[str]

    @classmethod
    def of(cls, results: Results) -> Self:
        return cls(
            found=[FoundNoun.of(one) for one in results.found],
            answers=results.answers,
            unread=list(results.unread),
        )


class ReadNoun(Noun):
    """What a file says. `notes` is what its reader should know of it, in sentences."""

    name: str
    text: str
    pages: int | None
    notes: list[str]

    @classmethod
    def of(cls, name: str, text: str, reading: Reading) -> Self:
        return cls(name=name, text=text, pages=reading.pages, notes=list(reading.notes))
