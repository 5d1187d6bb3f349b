"""What `/v1/chat/completions` takes. Knows how it is written, not what is done with it."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, JsonValue, StringConstraints, Tag

from sottovoce.chat.tools import MAX_TOOLS
from sottovoce.core.sampling import MAX_LIKELIHOODS
from sottovoce.server.grounds import Knowledge
from sottovoce.server.openai_api.nouns import Drawn, FunctionName, Label, Noun, Tokens
from sottovoce.server.openai_api.nouns_messages import ChatMessage, Content
from sottovoce.server.openai_api.refusals import CHAT

MOST_MESSAGES = 4096

Schema = dict[str, JsonValue]
Description = Annotated[str, StringConstraints(max_length=100_000)]


class Function(Noun):
    name: FunctionName
    description: Description | None = None
    parameters: Schema | None = None
    strict: bool | None = None


class FunctionTool(Noun):
    type: Literal["function"]
    function: Function


class Other(BaseModel):
    """A kind that is not known here. It is read only to say which one cannot be honoured."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    type: str


def _among(*kinds: str) -> Discriminator:
    """Tell these kinds apart by their `type`; any further one is `other`, and a plain text is `word`."""

    def kind(value: object) -> str:
        if isinstance(value, str):
            return "word"
        found = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
        return found if isinstance(found, str) and found in kinds else "other"

    return Discriminator(kind)


AnyTool = Annotated[
    Annotated[FunctionTool, Tag("function")] | Annotated[Other, Tag("other")], _among("function")
]


class FunctionNamed(Noun):
    name: FunctionName


class NamedTool(Noun):
    type: Literal["function"]
    function: FunctionNamed


class AllowedTools(Noun):
    mode: Literal["auto", "required"]
    tools: Annotated[
        list[
            Annotated[
                Annotated[NamedTool, Tag("function")] | Annotated[Other, Tag("other")], _among("function")
            ]
        ],
        Field(min_length=1, max_length=MAX_TOOLS),
    ]


class Allowed(Noun):
    type: Literal["allowed_tools"]
    allowed_tools: AllowedTools


ToolChoice = Annotated[
    Annotated[Literal["none", "auto", "required"], Tag("word")]
    | Annotated[NamedTool, Tag("function")]
    | Annotated[Allowed, Tag("allowed_tools")]
    | Annotated[Other, Tag("other")],
    _among("function", "allowed_tools"),
]


class OldFunction(Noun):
    name: FunctionName
    description: Description | None = None
    parameters: Schema | None = None


class PlainFormat(Noun):
    type: Literal["text", "json_object"]


class WantedSchema(Noun):
    name: FunctionName
    description: Description | None = None
    wanted: Schema | None = Field(None, alias="schema")
    strict: bool | None = None


class SchemaFormat(Noun):
    type: Literal["json_schema"]
    json_schema: WantedSchema


def _kind_of_format(wanted: object) -> str | None:
    kind = wanted.get("type") if isinstance(wanted, dict) else getattr(wanted, "type", None)
    return {"text": "plain", "json_object": "plain", "json_schema": "schema"}.get(str(kind))


Format = Annotated[
    Annotated[PlainFormat, Tag("plain")] | Annotated[SchemaFormat, Tag("schema")],
    Discriminator(
        _kind_of_format,
        custom_error_type="unknown_format",
        custom_error_message="its type is text, json_object or json_schema",
    ),
]


class Prediction(Noun):
    type: Literal["content"]
    content: Content


class CacheOptions(Noun):
    mode: Literal["implicit", "explicit"] | None = None
    ttl: Literal["30m"] | None = None


class ChatBody(Drawn):
    refused: ClassVar = CHAT

    knowledge: Knowledge | None = None
    quote: bool | None = None
    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=MOST_MESSAGES)]
    max_completion_tokens: Tokens | None = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=MAX_LIKELIHOODS)] | None = None
    response_format: Format | None = None
    tools: Annotated[list[AnyTool], Field(max_length=MAX_TOOLS)] | None = None
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    functions: Annotated[list[OldFunction], Field(min_length=1, max_length=MAX_TOOLS)] | None = None
    function_call: Literal["none", "auto"] | FunctionNamed | None = None
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None = None
    verbosity: Literal["low", "medium", "high"] | None = None
    modalities: Annotated[list[Literal["text", "audio"]], Field(min_length=1, max_length=2)] | None = None
    prediction: Prediction | None = None
    store: bool | None = None
    service_tier: Literal["auto", "default", "flex", "scale", "priority", "fast"] | None = None
    metadata: (
        Annotated[
            dict[Annotated[str, StringConstraints(max_length=64)], Label],
            Field(max_length=16),
        ]
        | None
    ) = None
    prompt_cache_key: Label | None = None
    prompt_cache_options: CacheOptions | None = None
    prompt_cache_retention: Literal["in_memory", "24h"] | None = None
    safety_identifier: Label | None = None
