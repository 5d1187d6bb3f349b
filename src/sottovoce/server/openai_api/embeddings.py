"""`/v1/embeddings`: texts as vectors."""

from __future__ import annotations

import asyncio
import base64
import json
import math
import struct
from collections.abc import Sequence

from starlette.responses import Response

from sottovoce.core.blank import is_blank
from sottovoce.core.errors import BadValue, SottoError, Unsupported
from sottovoce.server.counted import embedded
from sottovoce.server.endpoint import Visit
from sottovoce.server.openai_api.nouns_text import EmbeddingBody
from sottovoce.server.openai_api.refusals import NO_NUMBERS

LANGCHAIN = "OpenAIEmbeddings(check_embedding_ctx_length=False)"


async def create(visit: Visit[EmbeddingBody]) -> Response:
    """Turn texts into vectors."""
    body = visit.body
    chosen = await visit.choose(body.model, vectors=True)
    name, texts = chosen.model.name, _texts(body)
    if not (await chosen.engine.ready()).can_embed:
        raise Unsupported(f"{name} makes no vectors.", hint="Serve a model that does", field="model")
    try:
        vectors, tokens = await embedded(visit, texts)
    except SottoError as problem:
        if isinstance(body.input, str) and problem.field == "input.0":
            problem.field = "input"
        raise
    if body.dimensions is not None:
        vectors = [shortened(vector, body.dimensions) for vector in vectors]
    data = await _written(vectors, as_bytes=body.encoding_format == "base64")
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    rest = json.dumps({"model": name, "usage": usage})[1:]
    return Response(
        b'{"object":"list","data":[' + data + b"]," + rest.encode(), media_type="application/json"
    )


def shortened(vector: Sequence[float], dimensions: int) -> list[float]:
    """Return the first so many numbers, made a vector of length one again. Raises BadValue."""
    if dimensions > len(vector):
        raise BadValue(
            f"This model's vectors have {len(vector)} dimensions, not {dimensions}.",
            hint="Ask for that many or fewer, or leave it out",
            field="dimensions",
        )
    kept = vector[:dimensions]
    length = math.hypot(*kept)
    return [number / length for number in kept] if length else list(kept)


def _texts(body: EmbeddingBody) -> list[str]:
    if isinstance(body.input, str):
        texts, names = [body.input], ["input"]
    else:
        texts = [text for text in body.input if isinstance(text, str)]
        names = [f"input.{at}" for at in range(len(texts))]
        if not texts:
            raise Unsupported(
                f"`input` cannot be honoured here. {NO_NUMBERS}",
                hint=f"Send the text itself; with LangChain: {LANGCHAIN}",
                field="input",
            )
    for text, name in zip(texts, names, strict=True):
        if is_blank(text) and not text.isspace():
            raise BadValue("An empty text has no vector.", hint="Leave it out", field=name)
    return texts


async def _written(vectors: Sequence[Sequence[float]], *, as_bytes: bool) -> bytes:
    """Return the vectors as JSON. Others are served between two of them, since there may be thousands."""
    written: list[bytes] = []
    for at, vector in enumerate(vectors):
        written.append(
            b'{"object":"embedding","index":%d,"embedding":' % at + _vector(vector, as_bytes) + b"}"
        )
        await asyncio.sleep(0)
    return b",".join(written)


def _vector(vector: Sequence[float], as_bytes: bool) -> bytes:
    if as_bytes:
        return b'"' + base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)) + b'"'
    return json.dumps(vector).encode()
