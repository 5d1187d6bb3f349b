"""Turns the body of a chat completion into the calls that answer it, one for each choice. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from sottovoce.chat import schema
from sottovoce.chat.call import Call
from sottovoce.chat.tools import NO_PARAMETERS, Choice, Tool, with_told
from sottovoce.core.errors import BadSchema, BadValue, SchemaUnmet
from sottovoce.core.sampling import Sampling, laid_over
from sottovoce.server.openai_api import history
from sottovoce.server.openai_api.nouns import Drawn, unsupported
from sottovoce.server.openai_api.nouns_chat import (
    Allowed,
    ChatBody,
    Function,
    FunctionNamed,
    FunctionTool,
    NamedTool,
    OldFunction,
    Other,
    SchemaFormat,
)
from sottovoce.server.openai_api.refusals import NOTHING_STORED, ONE_TIER, ONLY_FUNCTIONS, TEXT_ONLY

SEEDS = 2**32 - 1
"""How many the engine knows; the original's larger ones are folded into them."""

ANY_OBJECT = '{"type": "object"}'
QUIET = ("none", "minimal")
LENGTHS = {"low": "Answer as briefly as you can.", "high": "Answer at length and in detail."}


@dataclass(frozen=True, slots=True)
class Asked:
    """`old_functions`: asked in the form that `tools` replaced, so the answer takes that form, too."""

    calls: tuple[Call, ...]
    streams: bool
    tells_usage: bool
    old_functions: bool = False


def asked(body: ChatBody, owner: str, defaults: Sampling) -> Asked:
    """Return what is asked; `defaults` are the person's settings, for what the body leaves open.

    Raises BadInput naming the field that cannot be met.
    """
    _require_what_runs_here(body)
    tools, choice = _offered(body)
    messages = history.told(body.messages)
    given = replace(
        drawn(body),
        max_tokens=_longest(body),
        schema=_schema(body),
        likelihoods=_likelihoods(body),
        thinking=None if body.reasoning_effort is None else body.reasoning_effort not in QUIET,
    )
    sampling = laid_over(defaults, given)
    call = Call(owner, tuple(with_told(messages, _wishes(body))), sampling, tools, choice)
    return Asked(
        tuple(replace(call, sampling=one) for one in each_choice(sampling, body.n)),
        bool(body.stream),
        tells_usage(body),
        old_functions=body.functions is not None,
    )


def drawn(body: Drawn) -> Sampling:
    """Return how the answer is drawn, as far as chats and plain texts have it in common."""
    stop = (body.stop,) if isinstance(body.stop, str) else tuple(body.stop or ())
    bias = tuple((int(token), value) for token, value in (body.logit_bias or {}).items())
    return Sampling(
        temperature=body.temperature,
        top_p=body.top_p,
        top_k=body.top_k,
        min_p=body.min_p,
        repeat_penalty=body.repeat_penalty,
        presence_penalty=body.presence_penalty,
        frequency_penalty=body.frequency_penalty,
        max_tokens=body.max_tokens,
        seed=None if body.seed is None else body.seed % SEEDS,
        stop=stop,
        bias=bias,
    )


def each_choice(sampling: Sampling, count: int | None) -> list[Sampling]:
    """Return how each choice is drawn: with a seed, each has the next one."""
    if sampling.seed is None:
        return [sampling] * (count or 1)
    return [replace(sampling, seed=(sampling.seed + at) % SEEDS) for at in range(count or 1)]


def tells_usage(body: Drawn) -> bool:
    """Return whether a stream ends with the count of its tokens. Raises BadValue where there is no stream."""
    if body.stream_options is None:
        return False
    if not body.stream:
        raise BadValue(
            "`stream_options` is only for streams.",
            hint="Set stream to true, or leave it out",
            field="stream_options",
        )
    return bool(body.stream_options.include_usage)


# ---- single fields ----


def _require_what_runs_here(body: ChatBody) -> None:
    if body.store:
        raise unsupported("store", NOTHING_STORED)
    if body.service_tier not in (None, "auto", "default"):
        raise unsupported("service_tier", ONE_TIER)
    if body.modalities is not None and "audio" in body.modalities:
        raise unsupported("modalities", TEXT_ONLY)
    if body.prediction is not None:
        history.text_of(body.prediction.content, "prediction.content")


def _longest(body: ChatBody) -> int | None:
    older, newer = body.max_tokens, body.max_completion_tokens
    if older is not None and newer is not None and older != newer:
        raise BadValue(
            f"`max_tokens` is {older} and `max_completion_tokens` is {newer}.",
            hint="Send max_completion_tokens alone; it replaced the other",
            field="max_tokens",
        )
    return older if newer is None else newer


def _likelihoods(body: ChatBody) -> int | None:
    if body.logprobs:
        return body.top_logprobs or 0
    if body.top_logprobs is not None:
        raise BadValue(
            "`top_logprobs` is only for answers with `logprobs`.",
            hint="Set logprobs to true",
            field="top_logprobs",
        )
    return None


def _schema(body: ChatBody) -> str | None:
    wanted = body.response_format
    if wanted is None:
        return None
    if not isinstance(wanted, SchemaFormat):
        return ANY_OBJECT if wanted.type == "json_object" else None
    field = "response_format.json_schema.schema"
    if wanted.json_schema.wanted is None:
        raise BadValue(
            f"`{field}` is missing.",
            hint="Send the schema, or the type json_object for any JSON object",
            field=field,
        )
    try:
        return schema.checked(json.dumps(wanted.json_schema.wanted))
    except (BadSchema, SchemaUnmet) as problem:
        raise BadSchema(problem.sentence, hint=problem.hint, detail=problem.detail, field=field) from problem


def _wishes(body: ChatBody) -> str:
    """Return what the model is told besides its messages, for what no engine can hold it to."""
    wishes: list[str] = []
    if isinstance(body.response_format, SchemaFormat) and body.response_format.json_schema.description:
        wishes.append(f"The answer is JSON: {body.response_format.json_schema.description}")
    if body.verbosity in LENGTHS:
        wishes.append(LENGTHS[body.verbosity])
    return "\n".join(wishes)


# ---- functions ----


def _offered(body: ChatBody) -> tuple[tuple[Tool, ...], Choice]:
    if body.functions is not None or body.function_call is not None:
        return _offered_formerly(body)
    offered = tuple(_tool(tool, at) for at, tool in enumerate(body.tools or ()))
    parallel = body.parallel_tool_calls is not False
    wanted = body.tool_choice
    if wanted is None or isinstance(wanted, str):
        return offered, Choice(wanted or "auto", parallel=parallel)
    if isinstance(wanted, NamedTool):
        _require_offered(wanted.function.name, offered, "tool_choice.function.name")
        return offered, Choice("required", wanted.function.name, parallel)
    if isinstance(wanted, Allowed):
        return _among(wanted, offered), Choice(wanted.allowed_tools.mode, parallel=parallel)
    raise unsupported("tool_choice", f"It is of the type {wanted.type[:40]!r}. {ONLY_FUNCTIONS}")


def _tool(tool: FunctionTool | Other, at: int) -> Tool:
    if isinstance(tool, Other):
        raise unsupported(f"tools.{at}", f"It is of the type {tool.type[:40]!r}. {ONLY_FUNCTIONS}")
    return _function(tool.function, f"tools.{at}.function.parameters")


def _function(function: Function | OldFunction, field: str) -> Tool:
    parameters = NO_PARAMETERS if function.parameters is None else json.dumps(function.parameters)
    return Tool(function.name, function.description or "", parameters, field)


def _require_offered(name: str, offered: tuple[Tool, ...], field: str) -> None:
    if name not in {tool.name for tool in offered}:
        raise BadValue(f"The function {name} is not offered.", hint="Add it to tools", field=field)


def _among(wanted: Allowed, offered: tuple[Tool, ...]) -> tuple[Tool, ...]:
    """Return the functions that may be called now; the model is told of no other."""
    allowed: set[str] = set()
    for at, tool in enumerate(wanted.allowed_tools.tools):
        field = f"tool_choice.allowed_tools.tools.{at}"
        if isinstance(tool, Other):
            raise unsupported(field, f"It is of the type {tool.type[:40]!r}. {ONLY_FUNCTIONS}")
        _require_offered(tool.function.name, offered, field)
        allowed.add(tool.function.name)
    return tuple(tool for tool in offered if tool.name in allowed)


def _offered_formerly(body: ChatBody) -> tuple[tuple[Tool, ...], Choice]:
    """Return what the forms that `tools` and `tool_choice` replaced say. One call at most, as it was."""
    for name, given in (("tools", body.tools), ("tool_choice", body.tool_choice)):
        if given is not None:
            raise BadValue(
                f"`{name}` does not go together with `functions` and `function_call`.",
                hint="Send tools and tool_choice alone; they replaced the others",
                field=name,
            )
    offered = tuple(
        _function(function, f"functions.{at}.parameters") for at, function in enumerate(body.functions or ())
    )
    wanted = body.function_call
    if isinstance(wanted, FunctionNamed):
        _require_offered(wanted.name, offered, "function_call.name")
        return offered, Choice("required", wanted.name, parallel=False)
    return offered, Choice(wanted or "auto", parallel=False)
