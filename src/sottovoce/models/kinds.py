"""What kind of model a file is, by its header: one that answers, embeds, ranks, or goes beside another."""

from __future__ import annotations

from sottovoce.engine.header import Header

LANGUAGE = "language"
EMBEDDING = "embedding"
RERANK = "rerank"
PROJECTOR = "projector"
BESIDE = "beside"
"""A LoRA, a table of importance and the like: it goes with a model, and is none itself."""

MEANINGS = {
    LANGUAGE: "a language model",
    EMBEDDING: "an embedding model, which turns texts into numbers to search by",
    RERANK: "a rerank model, which tells how well a text fits a question",
    PROJECTOR: "a projector, which goes beside a model and lets it see images or hear",
    BESIDE: "no model but something that goes beside one",
}


def kind_of(header: Header) -> str:
    """Return what a file with this header is for."""
    if header.is_companion or not header.is_language_model:
        sees = "clip" in header.architecture or header.text("general.type") == "mmproj"
        return PROJECTOR if sees else BESIDE
    if header.writes:
        return LANGUAGE
    return RERANK if header.ranks else EMBEDDING
