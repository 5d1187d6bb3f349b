"""What the page's API gives of models: the shelf, the catalogue, how they do here, licences accepted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Self

from pydantic import Field

from sottovoce.engine.header import Header
from sottovoce.engine.protocol import Load
from sottovoce.evals import telling
from sottovoce.fit.advise import Fit, Interval, OnCard
from sottovoce.models import checking
from sottovoce.models.catalogue import Card, CardFile
from sottovoce.models.checking import Verdict
from sottovoce.models.fitting import Candidate
from sottovoce.models.inventory import Disk, Item
from sottovoce.models.licences import Licence
from sottovoce.models.records import Acceptance
from sottovoce.server.app_api.nouns import Noun
from sottovoce.server.language import Told

# ---- how it does here ----


class Span(Noun):
    """Predicted: from, most likely, to."""

    low: float
    expected: float
    high: float

    @classmethod
    def of(cls, interval: Interval) -> Self:
        return cls(
            low=round(interval.low, 3), expected=round(interval.expected, 3), high=round(interval.high, 3)
        )


class CardFitNoun(Noun):
    """What the largest graphics card would bring: it holds `layers` of `of`."""

    layers: int
    of: int
    decode_tokens_per_s: Span | None

    @classmethod
    def of_card(cls, card: OnCard) -> Self:
        return cls(layers=card.layers, of=card.of, decode_tokens_per_s=_span(card.decode))


class FitNoun(Noun):
    """`verdict` is runs, tight or no; `reason` says why not, or only just. `card` is null without one.

    `context` is tokens that each chat can hold: what was asked for, at most what the model sees. A model that
    embeds or ranks writes nothing: its decode_tokens_per_s and first_token_s are null.
    """

    verdict: str
    reason: Told
    context: int
    memory_bytes: int
    decode_tokens_per_s: Span | None
    prompt_tokens_per_s: Span
    first_token_s: Span | None
    card: CardFitNoun | None

    @classmethod
    def of(cls, fit: Fit) -> Self:
        return cls(**_fit(fit))


class PassedNoun(Noun):
    passed: int
    of: int


class EvaluatedNoun(Noun):
    """How a model did on questions with known answers. `low` and `high` are the 95 % interval of `share`."""

    set: str
    version: int
    items: int
    asked: int
    passed: int
    share: float
    low: float
    high: float
    groups: dict[str, PassedNoun]
    seconds: float
    tokens_written: int
    made: float


class CandidateNoun(FitNoun):
    """A model that could be run: the same as one of `sotto fit --json`."""

    model: str
    file: str
    bytes: int
    measured_tokens_per_s: float | None
    evaluated: EvaluatedNoun | None
    # A field named class cannot be written here.
    quality: str | None = Field(
        serialization_alias="class",
        description="What to expect of its answers by the number of parameters alone, no test was made: toy, "
        "basic, fair, good, strong, best. Null where it writes nothing.",
    )
    licence: str
    command: str

    @classmethod
    def of_candidate(cls, one: Candidate) -> Self:
        return cls(
            model=one.name,
            file=one.file,
            bytes=one.size,
            measured_tokens_per_s=one.measured,
            evaluated=None if one.evaluated is None else EvaluatedNoun(**telling.told(one.evaluated)),
            quality=one.quality or None,
            licence=one.licence,
            command=one.command,
            **_fit(one.fit),
        )


class FitList(Noun):
    models: list[CandidateNoun]


# ---- the shelf ----


class LicenceNoun(Noun):
    """`commercial` is yes, conditions, no or unclear."""

    id: str
    name: str
    commercial: str

    @classmethod
    def of(cls, licence: Licence) -> Self:
        return cls(id=licence.id, name=licence.name, commercial=licence.commercial)


class LoadNoun(Noun):
    """What a loaded model takes. `left`: seconds until it is unloaded if nobody asks, null for never."""

    bytes: int
    window: int
    left: float | None

    @classmethod
    def of(cls, load: Load) -> Self:
        left = load.left if math.isfinite(load.left) else None
        return cls(bytes=load.bytes, window=load.window, left=left)


class ModelNoun(Noun):
    """A model on the shelf. `kind` is empty where it cannot be used, and `note` says why.

    `answers`: it does where none is named; it and the starter cannot be removed. `loaded` is null while it is
    not, `fit` before this machine was measured. `parameters` is 0 and `packing` empty where its file does not
    say. Times are seconds since 1970.
    """

    name: str
    kind: str
    bytes: int
    parameters: int
    packing: str
    used: float | None
    licence: LicenceNoun
    sha256: str | None
    source: str | None
    languages: str
    note: str
    linked: bool
    answers: bool
    is_starter: bool
    removable: bool
    loaded: LoadNoun | None
    fit: FitNoun | None
    measured_tokens_per_s: float | None

    @classmethod
    def of(
        cls, item: Item, header: Header | None, load: Load | None, *, answers: bool, is_starter: bool
    ) -> Self:
        record = item.record
        return cls(
            name=item.file.name,
            kind=item.file.kind,
            bytes=item.size,
            parameters=header.parameters if header else 0,
            packing=header.file_type if header else "",
            used=record.used if record else None,
            licence=LicenceNoun.of(item.licence),
            sha256=item.sha256,
            source=(record.source or None) if record else None,
            languages=item.file.languages,
            note=item.file.note,
            linked=item.is_linked,
            answers=answers,
            is_starter=is_starter,
            removable=not answers and not is_starter,
            loaded=None if load is None else LoadNoun.of(load),
            fit=None if item.fit is None else FitNoun.of(item.fit),
            measured_tokens_per_s=item.rate,
        )


class DiskNoun(Noun):
    """Bytes: of models, without what is linked; of downloads not finished; and free beside."""

    models: int
    partial: int
    free: int

    @classmethod
    def of(cls, disk: Disk) -> Self:
        return cls(models=disk.models, partial=disk.partial, free=disk.free)


class VariantNoun(Noun):
    """A model with instructions, settings and shelves under a name, which stands wherever a model's does."""

    name: str
    title: str
    model: str


class Shelf(Noun):
    models: list[ModelNoun]
    variants: list[VariantNoun]
    disk: DiskNoun


class OneModel(Noun):
    """`lines` say in plain words what it is, `terms` what its licence allows and asks for."""

    model: ModelNoun
    lines: list[Told]
    terms: list[Told]
    licence_text: str | None


class Verified(Noun):
    """`state` is sound, unknown (readable, but nobody said what it must be) or wrong; `sentence` says why."""

    state: str
    sentence: Told

    @classmethod
    def of(cls, verdicts: Sequence[Verdict]) -> Self:
        worst = max(verdicts, key=lambda one: checking.STATES.index(one.state))
        return cls(state=worst.state, sentence=worst.sentence)


# ---- the catalogue ----


class CardFileNoun(Noun):
    """One packing. `ref` gets it; `fit` is null where its build is not known, or nothing was measured."""

    name: str
    packing: str
    bytes: int
    ref: str
    fit: FitNoun | None


class CardNoun(Noun):
    """A model to choose. `here` is what it is called on the shelf; `best` the name of the file to take.

    Empty, 0 or null: not known.
    """

    name: str
    title: str
    publisher: str
    kind: str
    repository: str
    licence: LicenceNoun
    gated: bool | None
    parameters: int
    context: int
    languages: list[str]
    can: list[str]
    here: str | None
    best: str | None
    files: list[CardFileNoun]

    @classmethod
    def of(
        cls, card: Card, licence: Licence, here: str | None, best: str | None, fits: dict[str, Fit | None]
    ) -> Self:
        return cls(
            name=card.name,
            title=card.title,
            publisher=card.publisher,
            kind=card.kind,
            repository=card.repository,
            licence=LicenceNoun.of(licence),
            gated=card.gated,
            parameters=card.parameters,
            context=card.context,
            languages=list(card.languages),
            can=list(card.can),
            here=here,
            best=best,
            files=[_card_file(card, file, fits.get(file.name)) for file in card.models],
        )


class Catalogue(Noun):
    cards: list[CardNoun]


# ---- what was accepted ----


class AcceptanceNoun(Noun):
    """A yes to a licence. `text_sha256` is the hash of the words shown. `use`: private or commercial.

    `account` of the operating system: who said it; empty for what was accepted before this was kept.
    """

    file_sha256: str
    licence: str
    text_sha256: str
    text_source: str
    model: str
    source: str
    use: str
    accepted: float
    account: str

    @classmethod
    def of(cls, one: Acceptance) -> Self:
        return cls(**asdict(one))


class Acceptances(Noun):
    licences: list[AcceptanceNoun]


def _fit(fit: Fit) -> dict[str, Any]:
    return {
        "verdict": str(fit.verdict),
        "reason": fit.reason,
        "context": fit.window,
        "memory_bytes": fit.memory.total,
        "decode_tokens_per_s": _span(fit.decode),
        "prompt_tokens_per_s": Span.of(fit.prompt),
        "first_token_s": _span(fit.first_token),
        "card": None if fit.card is None else CardFitNoun.of_card(fit.card),
    }


def _span(interval: Interval | None) -> Span | None:
    return None if interval is None else Span.of(interval)


def _card_file(card: Card, file: CardFile, fit: Fit | None) -> CardFileNoun:
    return CardFileNoun(
        name=file.name,
        packing=file.packing,
        bytes=file.size,
        ref=f"hf:{card.repository}:{file.name}",
        fit=None if fit is None else FitNoun.of(fit),
    )
