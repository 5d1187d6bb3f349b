"""What the page's API takes and gives of shelves: the shelf, its sources and documents, what is found.

Times are seconds since 1970, UTC; offsets are bytes of a document's text in UTF-8.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import Field

from sottovoce.core.errors import StoreProblem
from sottovoce.knowledge.at_work import Work
from sottovoce.knowledge.checking import Verdict
from sottovoce.knowledge.facts import Facts
from sottovoce.knowledge.mounting import Mounting
from sottovoce.knowledge.sources import Source
from sottovoce.knowledge.zim.mount import Mount
from sottovoce.server.app_api.nouns import Noun
from sottovoce.server.app_api.nouns_documents import MOST_PATH
from sottovoce.server.language import Told
from sottovoce.server.problems import Problem
from sottovoce.store.shelves import ShelfRow


class NewShelf(Noun):
    name: str = Field(min_length=1, max_length=1_000)


class ShelfChange(Noun):
    """`watched`: it is brought in step whenever one of its sources changes, while the server runs."""

    watched: bool


class NewSource(Noun):
    """A file or folder of the server's machine. A file whose name ends in .zim is an encyclopaedia."""

    path: str = Field(min_length=1, max_length=MOST_PATH)


class WorkNoun(Noun):
    """A shelf being brought in step, or how that ended last. Counts are files, but for `passages`.

    `unread` are those that could not be read, `missing` sources that are not there, and `passed` files of no
    kind that can be read, by their ending.
    """

    state: Literal["running", "paused", "done", "failed"]
    total: int
    done: int
    name: str
    added: int
    changed: int
    moved: int
    removed: int
    kept: int
    passages: int
    unread: int
    missing: list[str]
    passed: dict[str, int]
    vectors: int | None
    """Passages that have one by now; null before all was read, and where no model makes any."""
    vectors_total: int | None
    problem: Problem | None

    @classmethod
    def of(cls, work: Work) -> Self:
        now, vectors = work.progress, work.vectors
        return cls(
            state=work.state,
            total=now.total,
            done=now.done,
            name=now.name,
            added=now.added,
            changed=now.changed,
            moved=now.moved,
            removed=now.removed,
            kept=now.kept,
            passages=now.passages,
            unread=len(now.problems),
            missing=list(now.missing),
            passed=dict(now.passed),
            vectors=None if vectors is None else vectors.done,
            vectors_total=None if vectors is None else vectors.total,
            problem=None if work.problem is None else Problem.of(work.problem),
        )


class MountingNoun(Noun):
    """An encyclopaedia that is being checked; in bytes. With a `problem` it was refused."""

    path: str
    read: int
    total: int
    problem: Problem | None

    @classmethod
    def of(cls, one: Mounting) -> Self:
        problem = None if one.problem is None else Problem.of(one.problem)
        return cls(path=str(one.path), read=one.read, total=one.of, problem=problem)


NOTHING = Facts(0, 0, 0, 0, None, None, None, 0, None)


class ShelfNoun(Noun):
    """A shelf. `text` and `bytes` are the size of its texts, and what it takes of the disk.

    `oldest` and `newest` tell when its documents were written, `synced` when all its sources were last looked
    through, null where one never was. `given` are documents without a source, `mounting` encyclopaedias that
    are not on it yet. With a `problem` it cannot be opened, and nothing else is known of it.
    """

    id: str
    name: str
    created: float
    documents: int
    unread: int
    passages: int
    text: int
    bytes: int
    oldest: float | None
    newest: float | None
    synced: float | None
    vectors: int
    vectors_of: str | None
    sources: int
    given: int
    watched: bool
    work: WorkNoun | None
    encyclopaedias: int
    mounting: list[MountingNoun]
    problem: Problem | None

    @classmethod
    def of(
        cls,
        row: ShelfRow,
        facts: Facts = NOTHING,
        *,
        size: int = 0,
        sources: int = 0,
        given: int = 0,
        watched: bool = False,
        work: Work | None = None,
        encyclopaedias: int = 0,
        mounting: Sequence[Mounting] = (),
        problem: StoreProblem | None = None,
    ) -> Self:
        return cls(
            id=row.id,
            name=row.name,
            created=row.created,
            documents=facts.documents,
            unread=facts.unread,
            passages=facts.passages,
            text=facts.text,
            bytes=size,
            oldest=facts.oldest,
            newest=facts.newest,
            synced=facts.synced,
            vectors=facts.vectors,
            vectors_of=facts.vectors_of,
            sources=sources,
            given=given,
            watched=watched,
            work=None if work is None else WorkNoun.of(work),
            encyclopaedias=encyclopaedias,
            mounting=[MountingNoun.of(one) for one in mounting],
            problem=None if problem is None else Problem.of(problem),
        )


class ShelfList(Noun):
    shelves: list[ShelfNoun]


class SourceNoun(Noun):
    """`here`: it is there now. `documents` counts those that were read of it."""

    number: int
    path: str
    added: float
    synced: float | None
    here: bool
    documents: int

    @classmethod
    def of(cls, source: Source, here: bool, documents: int) -> Self:
        return cls(
            number=source.number,
            path=str(source.path),
            added=source.added,
            synced=source.synced,
            here=here,
            documents=documents,
        )


class EncyclopaediaNoun(Noun):
    """`as_of` is the day of the snapshot. Where it is not `indexed`, only its titles are searched."""

    path: str
    title: str
    language: str
    articles: int
    as_of: str | None
    indexed: bool

    @classmethod
    def of(cls, mounted: Mount) -> Self:
        return cls(
            path=str(mounted.path),
            title=mounted.title,
            language=mounted.language,
            articles=mounted.articles,
            as_of=None if mounted.as_of is None else mounted.as_of.isoformat(),
            indexed=mounted.indexed,
        )


class OneShelf(Noun):
    shelf: ShelfNoun
    sources: list[SourceNoun]
    encyclopaedias: list[EncyclopaediaNoun]


class VerdictNoun(Noun):
    """`damage` is what is wrong with the shelf, in sentences; the rest are names of what changed since."""

    sound: bool
    in_step: bool
    damage: list[Told]
    missing: list[str]
    changed: list[str]
    new: list[str]
    gone: list[str]

    @classmethod
    def of(cls, verdict: Verdict) -> Self:
        return cls(
            sound=verdict.is_sound,
            in_step=verdict.is_in_step,
            damage=verdict.damage,
            missing=verdict.missing,
            changed=verdict.changed,
            new=verdict.new,
            gone=verdict.gone,
        )
