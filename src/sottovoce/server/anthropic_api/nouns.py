"""What the Messages API takes and gives, in the shapes of the official `anthropic` client.

What cannot be honoured is left out here, or takes only the value that changes nothing; `fields.py` says
which and why. Knows how things are written, not what they do.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    RootModel,
    Tag,
)

from sottovoce.core.sampling import MAX_STOPS
from sottovoce.server.grounds import GroundedNoun, Knowledge
from sottovoce.server.nouns import Body, Noun, Stop, span

MOST_MESSAGES = 4_096


# ---- what is asked ----


class CacheControl(Noun):
    type: Literal["ephemeral"]
    ttl: Literal["5m", "1h"] | None = None


class TextBlock(Noun):
    type: Literal["text"]
    text: str
    cache_control: CacheControl | None = None
    citations: list[object] | None = Field(None, max_length=0)


class Caller(Noun):
    type: Literal["direct"]


class ToolUseBlock(Noun):
    type: Literal["tool_use"]
    id: str
    name: str
    input: dict[str, object]
    cache_control: CacheControl | None = None
    caller: Caller | None = None


class ThinkingBlock(Noun):
    """Earlier thoughts, which the model does not see again."""

    type: Literal["thinking"]
    thinking: str
    signature: str


class RedactedThinkingBlock(Noun):
    type: Literal["redacted_thinking"]
    data: str


class OtherBlock(BaseModel):
    """A kind of block that is not read here: images, documents, the results of the server's own tools."""

    model_config = ConfigDict(extra="allow")

    type: str


def _among(*kinds: str | None) -> Discriminator:
    """Tell these kinds apart by their `type`; any further one is `other`."""

    def kind(value: object) -> str:
        found = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
        return (found or kinds[0] or "other") if found in kinds else "other"

    return Discriminator(kind)


def _as_blocks(value: object) -> object:
    """Take bare text for what it is short for: one text block."""
    return [{"type": "text", "text": value}] if isinstance(value, str) else value


AnyText = Annotated[
    Annotated[TextBlock, Tag("text")] | Annotated[OtherBlock, Tag("other")],
    _among("text"),
]
Texts = Annotated[list[AnyText], BeforeValidator(_as_blocks, json_schema_input_type=str | list[AnyText])]


class ToolResultBlock(Noun):
    type: Literal["tool_result"]
    tool_use_id: str
    content: Texts = Field(default_factory=list)
    is_error: bool = False
    cache_control: CacheControl | None = None


Block = Annotated[
    Annotated[TextBlock, Tag("text")]
    | Annotated[ToolUseBlock, Tag("tool_use")]
    | Annotated[ToolResultBlock, Tag("tool_result")]
    | Annotated[ThinkingBlock, Tag("thinking")]
    | Annotated[RedactedThinkingBlock, Tag("redacted_thinking")]
    | Annotated[OtherBlock, Tag("other")],
    _among("text", "tool_use", "tool_result", "thinking", "redacted_thinking"),
]


class Turn(Noun):
    role: Literal["user", "assistant", "system"]
    content: Annotated[list[Block], BeforeValidator(_as_blocks, json_schema_input_type=str | list[Block])]


class CustomTool(Noun):
    name: str = Field(pattern=r"^[a-zA-Z0-9_-]{1,128}$")
    input_schema: dict[str, object]
    description: str = ""
    type: Literal["custom"] | None = None
    strict: bool = False
    cache_control: CacheControl | None = None
    eager_input_streaming: bool | None = None
    defer_loading: Literal[False] = False
    allowed_callers: list[Literal["direct"]] | None = None


class OtherTool(BaseModel):
    """A tool that runs on the provider's servers, or in a shape that only its models know."""

    model_config = ConfigDict(extra="allow")

    type: str


AnyTool = Annotated[
    Annotated[CustomTool, Tag("custom")] | Annotated[OtherTool, Tag("other")],
    _among("custom", None),
]


class ToolChoice(Noun):
    type: Literal["auto", "any", "tool", "none"]
    name: str | None = None
    disable_parallel_tool_use: bool = False


class Thinking(Noun):
    type: Literal["enabled", "disabled", "adaptive"]
    budget_tokens: int | None = Field(None, ge=1024)


class OutputFormat(Noun):
    type: Literal["json_schema"]
    schema_: dict[str, object] = Field(alias="schema")


class OutputConfig(Noun):
    format: OutputFormat | None = None
    effort: Literal["high"] | None = None


class Metadata(Noun):
    user_id: str | None = None


REFUSED = {
    "container": "Nothing is run here on a caller's behalf.",
    "diagnostics": "No request is kept to compare another one with.",
    "inference_geo": "It is computed on this machine, wherever that stands.",
}
"""Fields that the original knows and no machine here can honour, and why."""


class CountBody(Body):
    """A conversation to be counted; with more, it is one to be answered."""

    refused = REFUSED

    model: str
    messages: list[Turn] = Field(min_length=1, max_length=MOST_MESSAGES)
    system: Texts | None = None
    tools: list[AnyTool] = Field(default_factory=list)
    tool_choice: ToolChoice | None = None
    thinking: Thinking | None = None
    output_config: OutputConfig | None = None
    cache_control: CacheControl | None = None
    speed: Literal["standard"] | None = None


class MessageBody(CountBody):
    """`knowledge` and `quote` are not the original's: shelves to be asked, and whether they alone answer."""

    knowledge: Knowledge | None = None
    quote: bool | None = None
    max_tokens: Annotated[int, span("max_tokens")]
    stream: bool = False
    stop_sequences: list[Stop] = Field(default_factory=list, max_length=MAX_STOPS)
    temperature: Annotated[float, span("temperature")] | None = None
    top_p: Annotated[float, span("top_p")] | None = None
    top_k: Annotated[int, span("top_k")] | None = None
    metadata: Metadata | None = None
    service_tier: Literal["auto", "standard_only"] | None = None


# ---- what is answered ----


class Said(BaseModel):
    type: Literal["text"] = "text"
    text: str
    citations: None = None


class Use(BaseModel):
    type: Literal["tool_use"] = "tool_use"
    id: str
    name: str
    input: dict[str, object]


class Spent(BaseModel):
    """Tokens. `input_tokens` are those read afresh; the reused ones are counted beside them."""

    input_tokens: int
    output_tokens: int
    cache_read_input_tokens: int = 0
    cache_creation_input_tokens: int = 0
    service_tier: Literal["standard"] = "standard"


class Answered(BaseModel):
    id: str
    type: Literal["message"] = "message"
    role: Literal["assistant"] = "assistant"
    model: str
    content: list[Said | Use]
    stop_reason: str | None
    stop_sequence: str | None
    usage: Spent
    provenance: dict[str, Any] | None = Field(default=None, exclude_if=lambda value: value is None)
    """Not the original's: the signed record that an AI wrote the text."""


class GroundedMessage(Answered, GroundedNoun):
    """A message to a question that shelves were asked."""


class AnyMessage(RootModel[GroundedMessage | Answered]):
    """The message that answers. Where no shelf is asked, the original's fields are all that it has."""


class Counted(BaseModel):
    input_tokens: int


class ModelInfo(BaseModel):
    type: Literal["model"] = "model"
    id: str
    display_name: str
    created_at: str
    lifecycle: Literal["active"] = "active"
    max_input_tokens: int
    max_tokens: int


class ModelPage(BaseModel):
    data: list[ModelInfo]
    has_more: bool = False
    first_id: str | None
    last_id: str | None
