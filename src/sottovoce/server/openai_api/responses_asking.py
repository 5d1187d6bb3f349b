"""Turns the body of a request to /v1/responses into the call that answers it. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sottovoce.chat import call_grounds, schema
from sottovoce.chat.call import Call
from sottovoce.chat.tools import NO_PARAMETERS, Choice, Tool
from sottovoce.core.errors import BadSchema, BadValue, SchemaUnmet
from sottovoce.core.messages import Message, Role
from sottovoce.core.sampling import Sampling, laid_over
from sottovoce.server.openai_api.asking import ANY_OBJECT, LENGTHS, QUIET
from sottovoce.server.openai_api.nouns import unsupported
from sottovoce.server.openai_api.nouns_chat import Other, Schema
from sottovoce.server.openai_api.refusals import ONE_TIER, ONLY_FUNCTIONS
from sottovoce.server.openai_api.responses_answers import Answered, GroundedResponse
from sottovoce.server.openai_api.responses_items import Exchange
from sottovoce.server.openai_api.responses_nouns import (
    AllowedTools,
    AnyItem,
    AnyTool,
    FunctionTool,
    MessageItem,
    NamedTool,
    ResponseBody,
    SchemaFormat,
)

LOGPROBS = "message.output_text.logprobs"


def call(body: ResponseBody, history: Sequence[Message], defaults: Sampling, owner: str) -> Call:
    """Return what is asked. Raises BadInput naming the field that cannot be met."""
    _require_what_runs_here(body)
    offered = tuple(_tool(tool, at) for at, tool in enumerate(body.tools or ()))
    offered, choice = _chosen(body, offered)
    lead = "\n\n".join(text for text in (body.instructions, *_wishes(body)) if text)
    messages = [*([Message(Role.SYSTEM, lead)] if lead else []), *history]
    return Call(owner, tuple(messages), laid_over(defaults, _sampling(body)), offered, choice)


def require_question(body: ResponseBody, items: Sequence[AnyItem]) -> None:
    """Raise BadValue where shelves are asked and nothing new is asked of them."""
    if body.knowledge and not any(isinstance(item, MessageItem) and item.role == "user" for item in items):
        call_grounds.require_question("", "input")


def require_nothing_acts(asked: Call, earlier: Sequence[Exchange]) -> None:
    """Raise BadValue where functions are offered to a model that is told earlier passages again."""
    if asked.tools and any(exchange.passages for exchange in earlier):
        raise BadValue(
            "What this goes on from has passages of documents, and what stands in a document must not act.",
            hint="Leave the tools out, or begin without previous_response_id",
            field="tools",
        )


def begun(body: ResponseBody, asked: Call, response: str, model: str, now: float) -> Answered:
    """Return the response of which nothing is written yet."""
    reasoning = body.reasoning
    answered = Answered(
        id=response,
        created_at=int(now),
        status="in_progress",
        model=model,
        output=[],
        instructions=body.instructions,
        max_output_tokens=body.max_output_tokens,
        max_tool_calls=body.max_tool_calls,
        metadata=body.metadata or {},
        parallel_tool_calls=asked.choice.parallel,
        previous_response_id=body.previous_response_id,
        prompt_cache_key=body.prompt_cache_key,
        reasoning={"effort": reasoning.effort if reasoning else None, "summary": None},
        safety_identifier=body.safety_identifier,
        store=keeps(body),
        temperature=asked.sampling.temperature,
        text=_text(body),
        tool_choice=_again(body.tool_choice) if body.tool_choice is not None else "auto",
        tools=[_function(tool) for tool in body.tools or () if isinstance(tool, FunctionTool)],
        top_logprobs=body.top_logprobs or 0,
        top_p=asked.sampling.top_p,
        user=body.user,
    )
    if not body.knowledge:
        return answered
    return GroundedResponse(**dict(answered), knowledge=body.knowledge, quote=body.quote is True)


def keeps(body: ResponseBody) -> bool:
    """Return whether the response is kept: unless it is not to be, as in the original."""
    return body.store is not False


# ---- single fields ----


def _require_what_runs_here(body: ResponseBody) -> None:
    if body.background:
        raise unsupported(
            "background", "An answer is made while its asker waits; stream shows it as it comes."
        )
    if body.truncation == "auto":
        raise unsupported("truncation", "Nothing of the input is cut; what does not fit is refused in words.")
    if body.service_tier not in (None, "auto", "default"):
        raise unsupported("service_tier", ONE_TIER)
    if body.stream_options is not None and not body.stream:
        raise BadValue(
            "`stream_options` is only for streams.",
            hint="Set stream to true, or leave it out",
            field="stream_options",
        )
    if body.reasoning is not None:
        for name, taken in (
            ("summary", ()),
            ("generate_summary", ()),
            ("context", ("auto", "current_turn")),
            ("mode", ("standard",)),
        ):
            value = getattr(body.reasoning, name)
            if value is not None and value not in taken:
                raise unsupported(f"reasoning.{name}", "What a model thinks is neither kept nor summarized.")


def _sampling(body: ResponseBody) -> Sampling:
    effort = body.reasoning.effort if body.reasoning else None
    weighs = LOGPROBS in (body.include or ()) or body.top_logprobs is not None
    return Sampling(
        temperature=body.temperature,
        top_p=body.top_p,
        max_tokens=body.max_output_tokens,
        schema=_schema(body),
        likelihoods=body.top_logprobs or 0 if weighs else None,
        thinking=None if effort is None else effort not in QUIET,
    )


def _schema(body: ResponseBody) -> str | None:
    wanted = body.text.format if body.text else None
    if wanted is None:
        return None
    if not isinstance(wanted, SchemaFormat):
        return ANY_OBJECT if wanted.type == "json_object" else None
    try:
        return schema.checked(json.dumps(wanted.wanted))
    except (BadSchema, SchemaUnmet) as problem:
        raise BadSchema(
            problem.sentence, hint=problem.hint, detail=problem.detail, field="text.format.schema"
        ) from problem


def _wishes(body: ResponseBody) -> list[str]:
    """Return what the model is told besides its messages, for what no engine can hold it to."""
    if body.text is None:
        return []
    wanted = body.text.format
    told = wanted.description if isinstance(wanted, SchemaFormat) else None
    return [f"The answer is JSON: {told}" if told else "", LENGTHS.get(body.text.verbosity or "", "")]


# ---- functions ----


def _tool(tool: AnyTool, at: int) -> Tool:
    if isinstance(tool, Other):
        raise unsupported(f"tools.{at}", f"It is of the type {tool.type[:40]!r}. {ONLY_FUNCTIONS}")
    parameters = NO_PARAMETERS if tool.parameters is None else json.dumps(tool.parameters)
    return Tool(tool.name, tool.description or "", parameters, f"tools.{at}.parameters")


def _chosen(body: ResponseBody, offered: tuple[Tool, ...]) -> tuple[tuple[Tool, ...], Choice]:
    """Return the functions that may be called now, and whether one must."""
    wanted, parallel = body.tool_choice, body.parallel_tool_calls is not False
    if wanted is None or isinstance(wanted, str):
        return offered, Choice(wanted or "auto", parallel=parallel)
    if isinstance(wanted, NamedTool):
        _require_offered(wanted.name, offered, "tool_choice.name")
        return offered, Choice("required", wanted.name, parallel)
    if isinstance(wanted, AllowedTools):
        return _among(wanted, offered), Choice(wanted.mode, parallel=parallel)
    raise unsupported("tool_choice", f"It is of the type {wanted.type[:40]!r}. {ONLY_FUNCTIONS}")


def _among(wanted: AllowedTools, offered: tuple[Tool, ...]) -> tuple[Tool, ...]:
    allowed: set[str] = set()
    for at, tool in enumerate(wanted.tools):
        field = f"tool_choice.tools.{at}"
        if isinstance(tool, Other):
            raise unsupported(field, f"It is of the type {tool.type[:40]!r}. {ONLY_FUNCTIONS}")
        _require_offered(tool.name, offered, field)
        allowed.add(tool.name)
    return tuple(tool for tool in offered if tool.name in allowed)


def _require_offered(name: str, offered: tuple[Tool, ...], field: str) -> None:
    if name not in {tool.name for tool in offered}:
        raise BadValue(f"The function {name} is not offered.", hint="Add it to tools", field=field)


# ---- what was asked, as the answer says it again ----


def _text(body: ResponseBody) -> Schema:
    wanted = body.text.format if body.text else None
    shown: Schema = wanted.model_dump(by_alias=True, exclude_none=True) if wanted else {"type": "text"}
    return {"format": shown, "verbosity": (body.text.verbosity if body.text else None) or "medium"}


def _again(choice: str | NamedTool | AllowedTools | Other) -> str | Schema:
    return choice if isinstance(choice, str) else choice.model_dump()


def _function(tool: FunctionTool) -> Schema:
    return {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
        "strict": bool(tool.strict),
    }
