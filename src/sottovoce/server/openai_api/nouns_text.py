"""What `/v1/completions` and `/v1/embeddings` take, and what embeddings are answered with."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, Discriminator, Field, Tag

from sottovoce.server.openai_api.nouns import Body, Drawn, Label
from sottovoce.server.openai_api.refusals import COMPLETION

MOST_PROMPTS = 64
MOST_OTHERS = 5
MOST_INPUTS = 2048
MOST_DIMENSIONS = 1 << 20

Numbers = list[int] | list[list[int]]
"""A text as the numbers of its tokens: read only to say that they cannot be."""


def _kind(given: object) -> str:
    if not isinstance(given, list):
        return "text"
    return "texts" if not given or isinstance(given[0], str) else "numbers"


Prompt = Annotated[
    Annotated[str, Tag("text")]
    | Annotated[list[str], Field(min_length=1, max_length=MOST_PROMPTS), Tag("texts")]
    | Annotated[Numbers, Tag("numbers")],
    Discriminator(_kind),
]
Input = Annotated[
    Annotated[str, Tag("text")]
    | Annotated[list[str], Field(min_length=1, max_length=MOST_INPUTS), Tag("texts")]
    | Annotated[Numbers, Tag("numbers")],
    Discriminator(_kind),
]


class CompletionBody(Drawn):
    refused: ClassVar = COMPLETION

    prompt: Prompt | None
    echo: bool | None = None
    best_of: Annotated[int, Field(ge=1, le=20)] | None = None
    logprobs: Annotated[int, Field(ge=0, le=MOST_OTHERS)] | None = None


class EmbeddingBody(Body):
    model: str = Field(max_length=4096)
    input: Input
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: Annotated[int, Field(ge=1, le=MOST_DIMENSIONS)] | None = None
    user: Label | None = None


class Embedding(BaseModel):
    """`embedding` is a list of numbers, or their bytes in base64: 32-bit floats, the lowest byte first."""

    object: Literal["embedding"]
    index: int
    embedding: list[float] | str


class EmbeddingUsed(BaseModel):
    prompt_tokens: int
    total_tokens: int


class EmbeddingList(BaseModel):
    object: Literal["list"]
    data: list[Embedding]
    model: str
    usage: EmbeddingUsed
