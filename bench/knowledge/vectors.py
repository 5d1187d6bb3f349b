"""The vectors of a shelf's passages by all-MiniLM-L6-v2, made once by the engine and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.knowledge.corpus import FOLDER
from sottovoce.engine.plan import Plan
from sottovoce.engine.vectors import VectorEngine
from sottovoce.knowledge import documents
from sottovoce.knowledge.shelf import Shelf

MODEL = FOLDER / "all-MiniLM-L6-v2.gguf"
KEPT = FOLDER / "vectors.npz"
HEADINGS, BODY = 200, 640
"""Characters of the headings and the body that are embedded: what the model sees at once."""

GROUP = 64
NEAREST = 200
Array = np.ndarray[Any, np.dtype[np.float32]]


def texts(shelf: Shelf) -> dict[int, str]:
    """Return what is embedded of each passage, by its number."""
    found = {}
    for document in shelf.file.look(documents.listed):
        data = shelf.file.look(lambda conn, one=document.number: documents.text_of(conn, one))
        rows = shelf.file.look(
            lambda conn, one=document.number: conn.execute(
                'SELECT number, start, "end", headings FROM passages WHERE document = ?', (one,)
            ).fetchall()
        )
        for number, start, end, headings in rows:
            above = [one for one in headings.splitlines() if one not in document.title]
            path = " > ".join([document.title, *above])[:HEADINGS]
            found[number] = f"{path}\n{data[start:end].decode()[:BODY]}"
    return found


async def embedded(sought: Sequence[str]) -> Array:
    """Return the vectors of texts, computing those that are not kept."""
    kept = dict(np.load(KEPT)) if KEPT.exists() else {}
    keys = [hashlib.sha256(text.encode()).hexdigest()[:32] for text in sought]
    due = [(key, text) for key, text in dict(zip(keys, sought, strict=True)).items() if key not in kept]
    engine = VectorEngine(Plan(MODEL, "all-MiniLM-L6-v2", _unverified))
    try:
        for at in range(0, len(due), GROUP):
            some = due[at : at + GROUP]
            vectors = await engine.embed([text for _, text in some])
            kept |= {
                key: np.array(one, dtype=np.float16) for (key, _), one in zip(some, vectors, strict=True)
            }
            if at % 2048 == 0:
                print(f"  {at:,} of {len(due):,} passages embedded")
                save(kept)
    finally:
        await engine.close()
    if due:
        save(kept)
    return np.array([kept[key] for key in keys], dtype=np.float32)


def save(kept: dict[str, Any]) -> None:
    half = KEPT.with_suffix(".half.npz")
    np.savez(half, **kept)
    half.rename(KEPT)


def nearest(vectors: Array, numbers: Sequence[int], question: Array) -> list[tuple[int, float]]:
    """Return the passages nearest to a question, with their cosines."""
    cosines = vectors @ question
    order = np.argsort(-cosines)[:NEAREST]
    return [(numbers[at], float(cosines[at])) for at in order.tolist()]


def is_here() -> bool:
    return Path(MODEL).exists()


async def _unverified() -> str:
    return "0" * 64
