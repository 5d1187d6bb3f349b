"""What the page's API takes and tells of getting a model: the plan, the download, what one left."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from sottovoce.fit.advise import Fit
from sottovoce.models.getting import Offer
from sottovoce.models.left import Left
from sottovoce.models.progress import Progress
from sottovoce.models.pulls import Pull
from sottovoce.server.app_api.nouns import Noun
from sottovoce.server.app_api.nouns_models import FitNoun, LicenceNoun
from sottovoce.server.problems import Problem

MOST_REF = 4096
HASH = r"^[0-9a-f]{64}$"


class Ref(Noun):
    """`ref`: hf:ORG/REPO[:FILE or :PACKING][@REVISION], an address, a name of the catalogue, ollama:NAME,
    or the path of a file on this machine.
    """

    ref: str = Field(min_length=1, max_length=MOST_REF)


class NewPull(Ref):
    """`accepted`: the hash of the licence's words, as the plan gave it; left out where they were accepted
    before. `sha256`: that of the plan; with it, no other file than the planned one comes. Refused where what
    would come is another by now, or nobody says what it will be.
    """

    accepted: str | None = Field(None, pattern=HASH)
    sha256: str | None = Field(None, pattern=HASH)


class PlanNoun(Noun):
    """What would come. `terms` are the licence's words to be shown, `words` their hash, sent back as a yes.

    `here` is what the same is called on the shelf, if it is there; `linked`: it is on this machine, and is
    not fetched; `pull`: the download of it that is under way.
    """

    ref: str
    name: str
    bytes: int
    free_bytes: int
    files: list[str]
    sha256: str | None
    page: str | None
    architecture: str
    packing: str
    licence: LicenceNoun
    terms: list[str]
    words: str
    accepted: bool
    gated: bool
    linked: bool
    here: str | None
    pull: str | None
    fit: FitNoun | None

    @classmethod
    def of(
        cls, offer: Offer, *, free: int, accepted: bool, here: str | None, pull: str | None, fit: Fit | None
    ) -> Self:
        plan = offer.plan
        return cls(
            ref=offer.ref,
            name=offer.name,
            bytes=offer.size,
            free_bytes=free,
            files=[file.name for file in plan.files] if plan else [],
            sha256=offer.sha256,
            page=plan.page if plan else None,
            architecture=offer.header.architecture,
            packing=offer.header.file_type,
            licence=LicenceNoun.of(offer.licence),
            terms=list(offer.terms),
            words=offer.words,
            accepted=accepted,
            gated=plan is not None and plan.gated,
            linked=plan is None,
            here=here,
            pull=pull,
            fit=None if fit is None else FitNoun.of(fit),
        )


class PullNoun(Noun):
    """A download. `ref` begins it again; `ended` is how: null while it runs, else done, stopped or failed.

    `last` is the number of its newest event, `received` the bytes that are here as far as was told. How fast
    it comes is null while that is not known, `problem` where it did not fail. `sha256` is what its first file
    must have, null where nobody says.
    """

    id: str
    ref: str
    name: str
    bytes: int
    received: int
    bytes_per_second: int | None
    seconds_left: int | None
    sha256: str | None
    last: int
    ended: str | None
    problem: Problem | None

    @classmethod
    def of(cls, pull: Pull, ended: str | None, problem: Problem | None) -> Self:
        told = (event for event in reversed(pull.events) if isinstance(event, Progress))
        newest = next(told, Progress(0, pull.size))
        runs = ended is None
        return cls(
            id=pull.id,
            ref=pull.ref,
            name=pull.name,
            bytes=pull.size,
            received=pull.size if ended == "done" else newest.received,
            bytes_per_second=round(newest.speed) if runs and newest.speed is not None else None,
            seconds_left=round(newest.seconds_left) if runs and newest.seconds_left is not None else None,
            sha256=pull.sha256,
            last=pull.last,
            ended=ended,
            problem=problem,
        )


class LeftNoun(Noun):
    """What an earlier run of the server left of a download. `ref` begins it again, and it goes on from there.

    `bytes` is null where it is not known how large all of it is.
    """

    ref: str
    name: str
    bytes: int | None
    received: int

    @classmethod
    def of(cls, left: Left) -> Self:
        return cls(ref=left.ref, name=left.name, bytes=left.size, received=left.received)


class PullList(Noun):
    """`left` are those that nobody has taken up again since the server was started."""

    pulls: list[PullNoun]
    left: list[LeftNoun]
