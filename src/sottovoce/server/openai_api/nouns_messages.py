"""The messages of a chat, as a client sends them. Knows how they are written, not what a model is told."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag

from sottovoce.server.openai_api.nouns import FunctionName, Noun

MOST_PARTS = 1024
MOST_CALLS = 128

PersonName = Annotated[str, StringConstraints(pattern=r"^[^\s<|\\/>]{1,64}$")]
CallId = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class Breakpoint(Noun):
    mode: Literal["explicit"]
    ttl: Literal["30m", "12h"] | None = None


class TextPart(Noun):
    type: Literal["text"]
    text: str
    prompt_cache_breakpoint: Breakpoint | None = None


class RefusalPart(Noun):
    type: Literal["refusal"]
    refusal: str


class OtherPart(BaseModel):
    """A part that is no text. It is read only to say which one cannot be honoured."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    type: str


def _kind_of_part(part: object) -> str:
    kind = part.get("type") if isinstance(part, dict) else getattr(part, "type", None)
    return kind if kind in ("text", "refusal") else "other"


Part = Annotated[
    Annotated[TextPart, Tag("text")] | Annotated[OtherPart, Tag("other")], Discriminator(_kind_of_part)
]
SaidPart = Annotated[
    Annotated[TextPart, Tag("text")]
    | Annotated[RefusalPart, Tag("refusal")]
    | Annotated[OtherPart, Tag("other")],
    Discriminator(_kind_of_part),
]
Content = str | Annotated[list[Part], Field(min_length=1, max_length=MOST_PARTS)]
Said = str | Annotated[list[SaidPart], Field(min_length=1, max_length=MOST_PARTS)]


class Instruction(Noun):
    role: Literal["developer", "system"]
    content: Content
    name: PersonName | None = None


class Question(Noun):
    role: Literal["user"]
    content: Content
    name: PersonName | None = None


class FunctionCall(Noun):
    """`arguments` is what a model wrote: mostly JSON, not always."""

    name: FunctionName
    arguments: str


class ToolCall(Noun):
    type: Literal["function"]
    id: CallId
    function: FunctionCall


class OtherCall(BaseModel):
    """A call of a kind that is not offered here."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    type: str


def _kind_of_call(call: object) -> str:
    kind = call.get("type") if isinstance(call, dict) else getattr(call, "type", None)
    return "function" if kind == "function" else "other"


AnyCall = Annotated[
    Annotated[ToolCall, Tag("function")] | Annotated[OtherCall, Tag("other")], Discriminator(_kind_of_call)
]


class Answer(Noun):
    """What the model said before.

    Programs send it back as they got it: with nulls, `annotations`, `reasoning_content`, what a shelf gave
    for it, and the record of how it was made.
    """

    role: Literal["assistant"]
    content: Said | None = None
    refusal: str | None = None
    name: PersonName | None = None
    tool_calls: Annotated[list[AnyCall], Field(max_length=MOST_CALLS)] | None = None
    function_call: FunctionCall | None = None
    annotations: Annotated[list[object], Field(max_length=MOST_PARTS)] | None = None
    audio: object = None
    reasoning_content: str | None = None
    passages: list[object] | None = None
    claims: list[object] | None = None
    citations: list[object] | None = None
    supported_share: float | None = None
    answered: bool | None = None
    as_of: str | None = None
    stale: str | None = None
    unread: str | None = None
    provenance: dict[str, object] | None = None


class Result(Noun):
    role: Literal["tool"]
    content: Content
    tool_call_id: CallId


class FunctionResult(Noun):
    role: Literal["function"]
    content: str | None
    name: FunctionName


ROLES = ("developer", "system", "user", "assistant", "tool", "function")


def _role(message: object) -> str | None:
    role = message.get("role") if isinstance(message, dict) else getattr(message, "role", None)
    return ("system" if role == "developer" else role) if role in ROLES else None


ChatMessage = Annotated[
    Annotated[Instruction, Tag("system")]
    | Annotated[Question, Tag("user")]
    | Annotated[Answer, Tag("assistant")]
    | Annotated[Result, Tag("tool")]
    | Annotated[FunctionResult, Tag("function")],
    Discriminator(
        _role,
        custom_error_type="unknown_role",
        custom_error_message=f"a message has a role, one of {', '.join(ROLES)}",
    ),
]
