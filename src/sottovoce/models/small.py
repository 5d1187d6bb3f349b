"""Is a model too small to be trusted with what must not go wrong? By the number of its parameters alone."""

from __future__ import annotations

from sottovoce.core.errors import BadModelFile
from sottovoce.engine.gguf import read_header
from sottovoce.models.file import ModelFile

ENOUGH = 2 * 10**9
"""Parameters. Below, answers are `basic` at best (fitting.CLASSES)."""


def is_small(model: ModelFile) -> bool:
    """Tell whether a model has fewer; one whose header cannot be read counts as small. Blocks."""
    try:
        return read_header(model.path).parameters < ENOUGH
    except BadModelFile:
        return True
