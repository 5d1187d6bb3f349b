"""One model: its file, and what people should know of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sottovoce.core.sampling import Sampling
from sottovoce.models.kinds import LANGUAGE


@dataclass(frozen=True, slots=True)
class ModelFile:
    """`sha256` is known beforehand for the starter only. `note` is a phrase in small letters.

    `path` is the first part where it is split. `kind` is one of kinds.py; empty: the file cannot be read.
    """

    name: str
    path: Path
    sha256: str | None
    licence: str
    licence_text: Path | None
    languages: str
    note: str
    sampling: Sampling = field(default_factory=Sampling)
    """How this model answers best, where a person has not said otherwise."""
    kind: str = LANGUAGE
