"""What /v1/responses takes, in the shapes of the official `openai` client.

Knows how things are written, not what they do; `responses_fields.py` says what each field does here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from sottovoce.chat.tools import MAX_TOOLS
from sottovoce.server.grounds import Knowledge
from sottovoce.server.openai_api.nouns import Body, FunctionName, Label, Noun, Temperature, Tokens, TopP
from sottovoce.server.openai_api.nouns_chat import Description, Other, PlainFormat, Schema
from sottovoce.server.openai_api.refusals import TEXT_ONLY

MOST_ITEMS = 4096
MOST_PARTS = 1024

REFUSED: Mapping[str, str] = {
    "access_programs": "There are no such programmes here.",
    "context_management": "Nothing of a conversation is cut or made shorter here.",
    "conversation": "Go on from an answer with previous_response_id, or send the conversation as input.",
    "image": TEXT_ONLY,
    "moderation": "No moderation model runs here.",
    "prompt": "There are no stored prompts here; send their text as instructions.",
}
"""Fields that are refused whatever they say."""

Status = Literal["in_progress", "completed", "incomplete"]
Metadata = Annotated[dict[Annotated[str, Field(max_length=64)], Label], Field(max_length=16)]


def _among(*kinds: str, bare: str = "other") -> Discriminator:
    """Tell these kinds apart by their `type`; without one it is `bare`, and any further one `other`."""

    def kind(value: object) -> str:
        if isinstance(value, str):
            return "word"
        found = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
        found = bare if found is None else found
        return found if isinstance(found, str) and found in kinds else "other"

    return Discriminator(kind)


class TextPart(Noun):
    """A piece of a message. `annotations` and `logprobs` come back from earlier answers."""

    type: Literal["input_text", "output_text", "text"]
    text: str
    annotations: Annotated[list[object], Field(max_length=MOST_PARTS)] | None = None
    logprobs: list[object] | None = None
    prompt_cache_breakpoint: dict[str, str] | None = None


class RefusalPart(Noun):
    type: Literal["refusal"]
    refusal: str


AnyPart = Annotated[
    Annotated[TextPart, Tag("input_text")]
    | Annotated[TextPart, Tag("output_text")]
    | Annotated[TextPart, Tag("text")]
    | Annotated[RefusalPart, Tag("refusal")]
    | Annotated[Other, Tag("other")],
    _among("input_text", "output_text", "text", "refusal"),
]


def _as_parts(value: object) -> object:
    """Take bare text for what it is short for: one part of text."""
    return [{"type": "input_text", "text": value}] if isinstance(value, str) else value


Parts = Annotated[
    list[AnyPart],
    Field(max_length=MOST_PARTS),
    BeforeValidator(_as_parts, json_schema_input_type=str | list[AnyPart]),
]


class Direct(Noun):
    type: Literal["direct"]


class MessageItem(Noun):
    type: Literal["message"] | None = None
    role: Literal["user", "assistant", "system", "developer"]
    content: Parts
    id: Label | None = None
    status: Status | None = None
    phase: Literal["commentary", "final_answer"] | None = None


class CallItem(Noun):
    type: Literal["function_call"]
    call_id: Label
    name: FunctionName
    arguments: str
    id: Label | None = None
    status: Status | None = None
    caller: Direct | None = None
    namespace: None = None
    created_by: Label | None = None


class ResultItem(Noun):
    type: Literal["function_call_output"]
    call_id: Label
    output: Parts
    id: Label | None = None
    status: Status | None = None
    name: Label | None = None
    caller: Direct | None = None
    namespace: None = None
    created_by: Label | None = None


class ReferenceItem(Noun):
    type: Literal["item_reference"]
    id: str


class ReasoningItem(Noun):
    """Earlier thoughts, which the model does not see again."""

    type: Literal["reasoning"]
    id: Label | None = None
    summary: list[object] | None = None
    content: list[object] | None = None
    encrypted_content: str | None = None
    status: Status | None = None


AnyItem = Annotated[
    Annotated[MessageItem, Tag("message")]
    | Annotated[CallItem, Tag("function_call")]
    | Annotated[ResultItem, Tag("function_call_output")]
    | Annotated[ReferenceItem, Tag("item_reference")]
    | Annotated[ReasoningItem, Tag("reasoning")]
    | Annotated[Other, Tag("other")],
    _among(
        "message",
        "function_call",
        "function_call_output",
        "item_reference",
        "reasoning",
        bare="message",
    ),
]


def _as_items(value: object) -> object:
    """Take bare text for what it is short for: one message of the user's."""
    return [{"role": "user", "content": value}] if isinstance(value, str) else value


class FunctionTool(Noun):
    type: Literal["function"]
    name: FunctionName
    parameters: Schema | None = None
    description: Description | None = None
    strict: bool | None = None
    output_schema: Schema | None = None
    defer_loading: Literal[False] | None = None
    allowed_callers: list[Literal["direct"]] | None = None
    asynchronous: Literal[False] | None = Field(None, alias="async")


AnyTool = Annotated[
    Annotated[FunctionTool, Tag("function")] | Annotated[Other, Tag("other")], _among("function")
]


class NamedTool(Noun):
    type: Literal["function"]
    name: FunctionName


AnyNamed = Annotated[
    Annotated[NamedTool, Tag("function")] | Annotated[Other, Tag("other")], _among("function")
]


class AllowedTools(Noun):
    type: Literal["allowed_tools"]
    mode: Literal["auto", "required"]
    tools: Annotated[list[AnyNamed], Field(min_length=1, max_length=MAX_TOOLS)]


ToolChoice = Annotated[
    Annotated[Literal["none", "auto", "required"], Tag("word")]
    | Annotated[NamedTool, Tag("function")]
    | Annotated[AllowedTools, Tag("allowed_tools")]
    | Annotated[Other, Tag("other")],
    _among("function", "allowed_tools"),
]


class SchemaFormat(Noun):
    type: Literal["json_schema"]
    name: FunctionName
    wanted: Schema = Field(alias="schema")
    description: Description | None = None
    strict: bool | None = None


class TextConfig(Noun):
    format: Annotated[PlainFormat | SchemaFormat, Field(discriminator="type")] | None = None
    verbosity: Literal["low", "medium", "high"] | None = None


class Reasoning(Noun):
    effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None = None
    summary: Literal["auto", "concise", "detailed"] | None = None
    generate_summary: Literal["auto", "concise", "detailed"] | None = None
    context: Literal["auto", "current_turn", "all_turns"] | None = None
    mode: Literal["standard", "pro"] | None = None


class StreamOptions(Noun):
    include_obfuscation: bool | None = None


Includable = Literal[
    "file_search_call.results",
    "web_search_call.results",
    "web_search_call.action.sources",
    "message.input_image.image_url",
    "computer_call_output.output.image_url",
    "code_interpreter_call.outputs",
    "reasoning.encrypted_content",
    "message.output_text.logprobs",
]


class CacheOptions(Noun):
    mode: Literal["implicit", "explicit"] | None = None
    ttl: Literal["30m", "12h"] | None = None


class ResponseBody(Body):
    """Everything that the official client can send, and the shelves that are asked."""

    refused: ClassVar = REFUSED

    knowledge: Knowledge | None = None
    quote: bool | None = None
    model: str = Field(max_length=4096)
    input: Annotated[
        list[AnyItem],
        Field(min_length=1, max_length=MOST_ITEMS),
        BeforeValidator(_as_items, json_schema_input_type=str | list[AnyItem]),
    ]
    instructions: str | None = None
    previous_response_id: Label | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    store: bool | None = None
    temperature: Temperature | None = None
    top_p: TopP | None = None
    max_output_tokens: Tokens | None = None
    text: TextConfig | None = None
    tools: Annotated[list[AnyTool], Field(max_length=MAX_TOOLS)] | None = None
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    max_tool_calls: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    reasoning: Reasoning | None = None
    include: Annotated[list[Includable], Field(max_length=64)] | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=20)] | None = None
    metadata: Metadata | None = None
    truncation: Literal["auto", "disabled"] | None = None
    background: bool | None = None
    service_tier: Literal["auto", "default", "flex", "scale", "priority", "fast", "ultrafast"] | None = None
    user: Label | None = None
    safety_identifier: Label | None = None
    prompt_cache_key: Label | None = None
    prompt_cache_options: CacheOptions | None = None
    prompt_cache_retention: Literal["in_memory", "24h"] | None = None
