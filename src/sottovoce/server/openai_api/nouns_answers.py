"""What chat completions and plain completions answer, as a whole. A stream's chunks are in `chunks.py`.

What has a default here is written only where it is set.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from sottovoce.server.grounds import CitationNoun, ClaimNoun, GroundNoun
from sottovoce.server.openai_api.nouns import Used

Reason = Literal["stop", "length", "tool_calls", "function_call", "content_filter"]


class TopToken(BaseModel):
    token: str
    logprob: float
    bytes: list[int]


class WeighedToken(TopToken):
    top_logprobs: list[TopToken]


class Weighed(BaseModel):
    content: list[WeighedToken]
    refusal: None


class CalledFunction(BaseModel):
    name: str
    arguments: str


class Calling(BaseModel):
    id: str
    type: Literal["function"]
    function: CalledFunction


class AnswerMessage(BaseModel):
    """`reasoning_content` is not the original's: what the model thought first, as other servers give it.

    Nor are those from `passages` on, which come where shelves were asked: what was found on them, and what of
    the answer that supports. Nor is `provenance`, the signed record that an AI wrote the text.
    """

    role: Literal["assistant"]
    content: str | None
    refusal: None
    tool_calls: list[Calling] | None = None
    function_call: CalledFunction | None = None
    reasoning_content: str | None = None
    passages: list[GroundNoun] | None = None
    claims: list[ClaimNoun] | None = None
    citations: list[CitationNoun] | None = None
    supported_share: float | None = None
    answered: bool | None = None
    as_of: str | None = None
    stale: str | None = None
    unread: str | None = None
    provenance: dict[str, Any] | None = None


class ChatChoice(BaseModel):
    index: int
    message: AnswerMessage
    logprobs: Weighed | None
    finish_reason: Reason


class ChatCompletion(BaseModel):
    """`system_fingerprint` names the model and the engine: a seed draws the same text on the same pair."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[ChatChoice]
    usage: Used
    system_fingerprint: str
    service_tier: Literal["default"] | None = None


class TextWeighed(BaseModel):
    """Four lists of one length: one entry for each token. `text_offset` counts characters."""

    tokens: list[str]
    token_logprobs: list[float]
    top_logprobs: list[dict[str, float]]
    text_offset: list[int]


class TextChoice(BaseModel):
    """`provenance` is not the original's: the signed record that an AI wrote the text."""

    index: int
    text: str
    logprobs: TextWeighed | None
    finish_reason: Literal["stop", "length", "content_filter"]
    provenance: dict[str, Any] | None = None


class Completion(BaseModel):
    id: str
    object: Literal["text_completion"]
    created: int
    model: str
    choices: list[TextChoice]
    usage: Used
    system_fingerprint: str
