"""What Ollama's API takes and gives, in the shapes of the official `ollama` client.

What cannot be honoured is left out here, or takes only the value that changes nothing; `fields.py` says
which and why. Knows how things are written, not what they do.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from sottovoce.core.sampling import MAX_STOPS, RANGES
from sottovoce.server.grounds import CitationNoun, ClaimNoun, GroundNoun, Knowledge
from sottovoce.server.nouns import Body, Noun, Stop, span

MOST_MESSAGES = 4_096
MOST_INPUTS = 2_048
MOST_CONTEXT = 100_000
"""Token numbers of an earlier answer, as the original gives them out; they are refused at any length."""


# ---- what is asked ----


class Options(Noun):
    temperature: Annotated[float, span("temperature")] | None = None
    top_p: Annotated[float, span("top_p")] | None = None
    top_k: Annotated[int, span("top_k")] | None = None
    min_p: Annotated[float, span("min_p")] | None = None
    seed: Annotated[int, Field(ge=-1, le=int(RANGES["seed"].high))] | None = None
    num_predict: Annotated[int, Field(ge=-2, le=int(RANGES["max_tokens"].high))] | None = None
    stop: Annotated[list[Stop], Field(max_length=MAX_STOPS)] | None = None
    repeat_penalty: Annotated[float, span("repeat_penalty")] | None = None
    presence_penalty: Annotated[float, span("presence_penalty")] | None = None
    frequency_penalty: Annotated[float, span("frequency_penalty")] | None = None
    num_ctx: int | None = None

    # Where and how to compute: the server's own affair, and the text is the same.
    numa: bool | None = None
    num_batch: int | None = None
    num_gpu: int | None = None
    main_gpu: int | None = None
    low_vram: bool | None = None
    logits_all: bool | None = None
    use_mmap: bool | None = None
    use_mlock: bool | None = None
    num_thread: int | None = None
    num_keep: int | None = None
    mirostat_tau: float | None = None
    mirostat_eta: float | None = None

    # Taken at one value only; see options.ONLY.
    f16_kv: bool | None = None
    vocab_only: bool | None = None
    embedding_only: bool | None = None
    mirostat: int | None = None
    tfs_z: float | None = None
    typical_p: float | None = None
    repeat_last_n: int | None = None
    penalize_newline: bool | None = None


class CalledFunction(Noun):
    name: str
    arguments: dict[str, object] = Field(default_factory=dict)
    index: int | None = None


class ToolCall(Noun):
    function: CalledFunction
    id: str | None = None
    type: Literal["function"] | None = None


class ChatMessage(Noun):
    role: Literal["system", "user", "assistant", "tool"]
    content: str | None = None
    thinking: str | None = None
    images: list[str] | None = None
    tool_calls: list[ToolCall] | None = None
    tool_name: str | None = None
    tool_call_id: str | None = None


class ToolFunction(Noun):
    name: str
    description: str | None = None
    parameters: dict[str, object] | None = None


class OfferedTool(Noun):
    type: Literal["function"] | None = None
    function: ToolFunction


REFUSED = {
    "width": "The model writes text and draws no images.",
    "height": "The model writes text and draws no images.",
    "steps": "The model writes text and draws no images.",
}
"""Fields that the original knows and no model here can honour, and why."""


class Asking(Body):
    """What a chat and a bare prompt have in common.

    `knowledge` and `quote` are not the original's: shelves that are asked, and whether they alone answer.
    """

    refused = REFUSED

    knowledge: Knowledge | None = None
    quote: bool | None = None
    model: str = Field(min_length=1)
    stream: bool | None = None
    options: Options | None = None
    format: Literal["", "json"] | dict[str, object] | None = None
    keep_alive: int | float | str | None = None
    think: bool | str | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = Field(None, ge=0, le=20)
    truncate: Literal[False] | None = None
    shift: Literal[False] | None = None

    @property
    def streams(self) -> bool:
        """Whether the answer comes as it is written, as it does where nothing is said."""
        return self.stream is not False


class ChatBody(Asking):
    messages: list[ChatMessage] | None = Field(None, max_length=MOST_MESSAGES)
    tools: list[OfferedTool] | None = None


class GenerateBody(Asking):
    prompt: str | None = None
    suffix: str | None = None
    system: str | None = None
    template: str | None = None
    context: list[int] | None = Field(None, max_length=MOST_CONTEXT)
    raw: bool | None = None
    images: list[str] | None = None


class EmbedBody(Noun):
    model: str = Field(min_length=1)
    input: str | Annotated[list[str], Field(max_length=MOST_INPUTS)]
    truncate: bool | None = None
    dimensions: int | None = Field(None, ge=1)
    options: Options | None = None
    keep_alive: int | float | str | None = None


class OldEmbedBody(Noun):
    model: str = Field(min_length=1)
    prompt: str | None = None
    options: Options | None = None
    keep_alive: int | float | str | None = None


class ShowBody(Noun):
    model: str | None = None
    name: str | None = None
    verbose: Literal[False] | None = None


# ---- what is answered ----


class TokenChance(BaseModel):
    token: str
    logprob: float
    bytes: list[int]
    top_logprobs: list[TokenChance] | None = None


class Answered(BaseModel):
    """One line of an answer, or the whole of it. Durations are in nanoseconds; counts come last.

    The fields from `passages` on are not the original's: they come with the counts where shelves were asked.
    `provenance`, the signed record that an AI wrote the text, always does.
    """

    model: str
    created_at: str
    done: bool
    done_reason: str | None = None
    total_duration: int | None = None
    load_duration: int | None = None
    prompt_eval_count: int | None = None
    prompt_eval_duration: int | None = None
    eval_count: int | None = None
    eval_duration: int | None = None
    logprobs: list[TokenChance] | None = None
    passages: list[GroundNoun] | None = None
    claims: list[ClaimNoun] | None = None
    citations: list[CitationNoun] | None = None
    supported_share: float | None = None
    answered: bool | None = None
    as_of: str | None = None
    stale: str | None = None
    unread: str | None = None
    provenance: dict[str, Any] | None = None


class Said(BaseModel):
    """`thinking` is what the model thought before its content, where it did."""

    role: Literal["assistant"]
    content: str
    thinking: str | None = None
    tool_calls: list[ToolCall] | None = None


class ChatAnswered(Answered):
    message: Said


class GenerateAnswered(Answered):
    response: str
    thinking: str | None = None


class Embedded(BaseModel):
    model: str
    embeddings: list[list[float]]
    total_duration: int
    load_duration: int
    prompt_eval_count: int


class OldEmbedded(BaseModel):
    embedding: list[float]


class Details(BaseModel):
    parent_model: str = ""
    format: str = "gguf"
    family: str
    families: list[str]
    parameter_size: str
    quantization_level: str


class Listed(BaseModel):
    name: str
    model: str
    size: int
    digest: str
    details: Details


class Tag(Listed):
    modified_at: str


class Tags(BaseModel):
    models: list[Tag]


class Loaded(Listed):
    expires_at: str
    size_vram: int = 0
    context_length: int


class Running(BaseModel):
    models: list[Loaded]


class Shown(BaseModel):
    license: str
    modelfile: str
    parameters: str
    template: str
    details: Details
    model_info: dict[str, object]
    capabilities: list[str]
    modified_at: str


class Version(BaseModel):
    version: str
