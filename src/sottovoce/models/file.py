"""One model: its file, what it is for, and what people should know of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from sottovoce.core.sampling import Sampling


class Kind(StrEnum):
    """What a model is for."""

    LANGUAGE = "language"
    EMBEDDING = "embedding"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """`sha256` is known beforehand for the starter only. `note` is a phrase in small letters."""

    name: str
    path: Path
    sha256: str | None
    licence: str
    licence_text: Path | None
    languages: str
    note: str
    sampling: Sampling = field(default_factory=Sampling)
    """How this model answers best, where a person has not said otherwise."""
    kind: Kind = Kind.LANGUAGE
