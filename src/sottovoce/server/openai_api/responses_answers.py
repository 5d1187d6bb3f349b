"""What /v1/responses answers, in the shapes of the official `openai` client."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Discriminator, Field, RootModel

from sottovoce.server.grounds import CitationNoun, ClaimNoun, GroundedNoun, GroundNoun
from sottovoce.server.openai_api.nouns_answers import WeighedToken
from sottovoce.server.openai_api.nouns_chat import Schema
from sottovoce.server.openai_api.responses_nouns import Status


class OutputText(BaseModel):
    type: Literal["output_text"] = "output_text"
    text: str
    annotations: list[str] = []
    logprobs: list[WeighedToken] = []


class OutputMessage(BaseModel):
    id: str
    type: Literal["message"] = "message"
    status: Status
    role: Literal["assistant"] = "assistant"
    content: list[OutputText]


class OutputCall(BaseModel):
    id: str
    type: Literal["function_call"] = "function_call"
    status: Status
    call_id: str
    name: str
    arguments: str


Output = Annotated[OutputMessage | OutputCall, Discriminator("type")]


class InputDetails(BaseModel):
    cached_tokens: int
    cache_write_tokens: int = 0


class OutputDetails(BaseModel):
    reasoning_tokens: int = 0


class Spent(BaseModel):
    input_tokens: int
    input_tokens_details: InputDetails
    output_tokens: int
    output_tokens_details: OutputDetails = OutputDetails()
    total_tokens: int


class Failure(BaseModel):
    code: str
    message: str


class Incomplete(BaseModel):
    reason: Literal["max_output_tokens"] = "max_output_tokens"


class Answered(BaseModel):
    """A response, at any moment of its making. What was asked of it stands in it again."""

    id: str
    object: Literal["response"] = "response"
    created_at: int
    status: Literal["in_progress", "completed", "incomplete", "failed"]
    completed_at: int | None = None
    error: Failure | None = None
    incomplete_details: Incomplete | None = None
    model: str
    output: list[Output]
    usage: Spent | None = None
    background: Literal[False] = False
    instructions: str | None
    max_output_tokens: int | None
    max_tool_calls: int | None
    metadata: dict[str, str]
    parallel_tool_calls: bool
    previous_response_id: str | None
    prompt_cache_key: str | None
    reasoning: Schema
    safety_identifier: str | None
    service_tier: Literal["default"] = "default"
    store: bool = Field(True, exclude=True)
    temperature: float | None
    text: Schema
    tool_choice: str | Schema
    tools: list[Schema]
    top_logprobs: int
    top_p: float | None
    truncation: Literal["disabled"] = "disabled"
    user: str | None
    provenance: Schema | None = Field(default=None, exclude_if=lambda value: value is None)
    """Not the original's: the signed record that an AI wrote the text."""


class GroundedResponse(Answered, GroundedNoun):
    """A response to a question that shelves were asked, which is no field of the original's.

    What was found, and what of the answer it supports, is told once the answer is whole.
    """

    passages: list[GroundNoun] = []
    claims: list[ClaimNoun] = []
    citations: list[CitationNoun] = []
    supported_share: float | None = None
    answered: bool = False
    as_of: str | None = None
    stale: str | None = None
    unread: str | None = None
    knowledge: list[str]
    quote: bool


class AnyResponse(RootModel[GroundedResponse | Answered]):
    """A response. Where no shelf is asked, the original's fields are all that it has."""


class Deleted(BaseModel):
    id: str
    object: Literal["response"] = "response"
    deleted: Literal[True] = True


class Items(BaseModel):
    """What a response was asked with, a page of it."""

    object: Literal["list"] = "list"
    data: list[Schema]
    first_id: str | None
    last_id: str | None
    has_more: bool
