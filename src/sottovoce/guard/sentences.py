"""What is said where no model answers in a person's language. Pure but for its own table, sentences.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from sottovoce.guard import script

OTHERWISE = "en"
"""In which a person is told, where nothing is written in their language."""

TRADITIONAL = "zh-Hant"


def sentences(code: str, question: str = "") -> Mapping[str, str]:
    """Return the sentences of a language by their names; the question tells which Chinese signs to use."""
    known = _all()
    if code == "zh" and script.is_traditional(question):
        return known[TRADITIONAL]
    return known.get(code, known[OTHERWISE])


@cache
def _all() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.files(__package__).joinpath("sentences.toml").read_text("utf-8"))
