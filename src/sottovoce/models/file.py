"""One model: its file, and what people should know of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sottovoce.core.chat_settings import UNSET, ChatSettings
from sottovoce.core.sampling import Sampling
from sottovoce.models.kinds import LANGUAGE


@dataclass(frozen=True, slots=True)
class Variant:
    """A model with instructions, settings and shelves under a name of its own; see variants.py.

    `model` is named as the setting model is. A `problem` says why its file cannot be used.
    """

    name: str
    model: str
    title: str = ""
    system: str = ""
    settings: ChatSettings = UNSET
    knowledge: tuple[str, ...] = ()
    quote: bool = False
    problem: str = ""


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
    made_of: str = ""
    """SHA-256 of the file that this one was optimised from, by its own word."""
    kind: str = LANGUAGE
    variant: Variant | None = None
    """What it is asked with, where it goes by a variant's name; `base` is the model by itself."""
    base: ModelFile | None = None
