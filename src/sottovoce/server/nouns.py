"""What bodies of several APIs have in common.

Anthropic's and Ollama's clients send null for what is not there. What is not known, or cannot be honoured, is
refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sottovoce.core.errors import Unsupported
from sottovoce.core.sampling import MAX_STOP_CHARACTERS, RANGES

Stop = Annotated[str, Field(min_length=1, max_length=MAX_STOP_CHARACTERS)]


def span(name: str) -> Any:
    """Return what holds a field to the range of a setting of sampling."""
    found = RANGES[name]
    return Field(ge=found.low, le=found.high, description=found.meaning)


class Noun(BaseModel):
    """What is null counts as not there."""

    model_config = ConfigDict(extra="forbid", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: object) -> object:
        if not isinstance(value, dict) or None not in value.values():
            return value
        return {name: part for name, part in value.items() if part is not None}


class Body(Noun):
    """What a request says. `refused` are the original's fields that no one here can honour, and why."""

    refused: ClassVar[Mapping[str, str]] = {}

    @model_validator(mode="before")
    @classmethod
    def _refuse(cls, value: object) -> object:
        if isinstance(value, dict):
            for name, reason in cls.refused.items():
                if value.get(name) is not None:
                    raise Unsupported(
                        f"{name} cannot be honoured here. {reason}", hint="Leave it out", field=name
                    )
        return value
