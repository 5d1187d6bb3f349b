"""`/api/embed` and the older `/api/embeddings`: texts to vectors."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sottovoce.core.errors import BadValue, SottoError
from sottovoce.server.counted import embedded
from sottovoce.server.endpoint import Visit
from sottovoce.server.ollama_api import keeping, serving
from sottovoce.server.ollama_api.nouns import EmbedBody, Embedded, OldEmbedBody, OldEmbedded


async def embed(visit: Visit[EmbedBody]) -> Embedded:
    """Make a vector of length one for each text."""
    body = visit.body
    keep = keeping.seconds(body.keep_alive)
    chosen = await serving.choose(visit, body.model, vectors=True)
    began = time.monotonic()
    texts = [body.input] if isinstance(body.input, str) else body.input
    with _named("input" if isinstance(body.input, str) else None), keeping.kept(chosen.engine, keep):
        vectors, tokens = await embedded(visit, texts)
    size = body.dimensions
    if size and vectors and size > len(vectors[0]):
        raise BadValue(
            f"This model's vectors have {len(vectors[0])} numbers, not {size}.",
            hint="Leave dimensions out, or ask for fewer",
            field="dimensions",
        )
    took = time.monotonic() - began
    return Embedded(
        model=body.model,
        embeddings=[_unit(vector[:size]) for vector in vectors],
        total_duration=int(took * 1e9),
        load_duration=0,
        prompt_eval_count=tokens,
    )


async def old(visit: Visit[OldEmbedBody]) -> OldEmbedded:
    """Make a vector of one text, as older clients ask for it."""
    keep = keeping.seconds(visit.body.keep_alive)
    chosen = await serving.choose(visit, visit.body.model, vectors=True)
    if not visit.body.prompt:
        return OldEmbedded(embedding=[])
    with _named("prompt"), keeping.kept(chosen.engine, keep):
        vectors, _ = await embedded(visit, [visit.body.prompt])
    return OldEmbedded(embedding=vectors[0])


@contextmanager
def _named(field: str | None) -> Iterator[None]:
    """Name the field of a problem with the only text as it was sent."""
    try:
        yield
    except SottoError as problem:
        if field and problem.field == "input.0":
            problem.field = field
        raise


def _unit(vector: Sequence[float]) -> list[float]:
    length = math.hypot(*vector) or 1.0
    return [number / length for number in vector]
