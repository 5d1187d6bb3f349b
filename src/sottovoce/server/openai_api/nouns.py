"""What several places of the OpenAI API take and give, in the shapes of the official `openai` client.

Knows how things are written, not what they do; `fields.py` says what each field does here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from sottovoce.core.errors import Unsupported
from sottovoce.core.sampling import MAX_BIASES, MAX_STOPS
from sottovoce.server.nouns import Stop, span

MOST_CHOICES = 8
BIGGEST_SEED = 2**63 - 1
LEAVE_OUT = "Leave it out; docs/reference/conformance.md lists what every field does here"

Label = Annotated[str, StringConstraints(max_length=512)]
"""A text that only the original does something with."""

FunctionName = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
TokenId = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,8})$")]
Bias = Annotated[float, Field(ge=-100, le=100)]

Temperature = Annotated[float, span("temperature")]
TopP = Annotated[float, span("top_p")]
Penalty = Annotated[float, span("presence_penalty")]
TopK = Annotated[int, span("top_k")]
MinP = Annotated[float, span("min_p")]
RepeatPenalty = Annotated[float, span("repeat_penalty")]
Tokens = Annotated[int, span("max_tokens")]
Seed = Annotated[int, Field(ge=-BIGGEST_SEED - 1, le=BIGGEST_SEED)]
Stops = Stop | Annotated[list[Stop], Field(max_length=MAX_STOPS)]
Biases = Annotated[dict[TokenId, Bias], Field(max_length=MAX_BIASES)]


class Noun(BaseModel):
    """Nothing is taken for anything else: "1" is no number, and a field we do not know is refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Body(Noun):
    """What a request says. `refused` are the original's fields that no one here can honour, and why."""

    refused: ClassVar[Mapping[str, str]] = {}

    @model_validator(mode="before")
    @classmethod
    def _refuse(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        for name, reason in cls.refused.items():
            if given.get(name) is not None:
                raise unsupported(name, reason)
        return {name: value for name, value in given.items() if name not in cls.refused}


def unsupported(field: str, reason: str) -> Unsupported:
    """Return the refusal of one field, or of its value. `reason` is a whole sentence."""
    return Unsupported(f"`{field}` cannot be honoured here. {reason}", hint=LEAVE_OUT, field=field)


class StreamOptions(Noun):
    include_usage: bool | None = None
    include_obfuscation: bool | None = None


class Drawn(Body):
    """How an answer is drawn: what chat and plain completions have in common.

    Three fields are not the original's; local servers have them, and programs made for those send them.
    """

    model: str = Field(max_length=4096)
    temperature: Temperature | None = None
    top_p: TopP | None = None
    presence_penalty: Penalty | None = None
    frequency_penalty: Penalty | None = None
    max_tokens: Tokens | None = None
    seed: Seed | None = None
    stop: Stops | None = None
    logit_bias: Biases | None = None
    top_k: TopK | None = None
    min_p: MinP | None = None
    repeat_penalty: RepeatPenalty | None = None
    n: Annotated[int, Field(ge=1, le=MOST_CHOICES)] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    user: Label | None = None


# ---- what is answered ----


class PromptDetails(BaseModel):
    cached_tokens: int = Field(description="of the prompt's tokens, those that were not computed again")


class AnswerDetails(BaseModel):
    reasoning_tokens: int = Field(description="0: those of what a model thinks are not counted apart")


class Used(BaseModel):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: PromptDetails
    completion_tokens_details: AnswerDetails


class Model(BaseModel):
    id: str
    object: Literal["model"] = "model"
    created: int = Field(description="when its file was written, in seconds since 1970")
    owned_by: str = "sottovoce"


class ModelList(BaseModel):
    object: Literal["list"] = "list"
    data: list[Model]
