"""Turns a request of the Messages API into a call on the model. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from sottovoce.chat.call import Call
from sottovoce.chat.tools import Choice, Tool, spoken_calls, spoken_result
from sottovoce.core.errors import BadValue, Unsupported
from sottovoce.core.events import Called
from sottovoce.core.messages import Message, Role
from sottovoce.core.sampling import Sampling
from sottovoce.server.anthropic_api.nouns import (
    AnyText,
    AnyTool,
    Block,
    CountBody,
    MessageBody,
    OtherBlock,
    OtherTool,
    TextBlock,
    ToolChoice,
    ToolResultBlock,
    ToolUseBlock,
    Turn,
)

MODES = {"auto": "auto", "any": "required", "tool": "required", "none": "none"}


def call(body: CountBody, owner: str) -> Call:
    """Return what is asked. Raises Unsupported or BadValue, naming the field."""
    return Call(owner, tuple(_messages(body)), _sampling(body), _tools(body.tools), _choice(body.tool_choice))


def _messages(body: CountBody) -> Iterator[Message]:
    if body.messages[-1].role == "assistant":
        raise Unsupported(
            "The last message is the assistant's; an answer cannot be begun for the model here.",
            hint="End with a user message; output_config.format or a forced tool shapes an answer",
            field=f"messages.{len(body.messages) - 1}.role",
        )
    if body.system:
        yield Message(Role.SYSTEM, _text(body.system, "system"))
    names: dict[str, str] = {}
    for at, turn in enumerate(body.messages):
        yield from _said(turn, f"messages.{at}.content", names)


def _said(turn: Turn, field: str, names: dict[str, str]) -> Iterator[Message]:
    """Yield a turn as messages, text blocks in a row as one. `names` collects functions' names by call."""
    role = Role(turn.role)
    calls: list[Called] = []
    texts: list[str] = []
    for at, block in enumerate(turn.content):
        where = f"{field}.{at}"
        if isinstance(block, ToolUseBlock):
            _only(role, Role.ASSISTANT, block, where)
            names[block.id] = block.name
            calls.append(Called(block.name, json.dumps(block.input)))
        elif isinstance(block, ToolResultBlock):
            _only(role, Role.USER, block, where)
            if texts:
                yield _joined(role, texts)
                texts = []
            yield _result(block, where, names)
        elif isinstance(block, TextBlock):
            texts.append(block.text)
        elif isinstance(block, OtherBlock):
            raise _unread(block, where)
    if texts:
        yield _joined(role, texts)
    if calls:
        yield Message(role, spoken_calls(calls))


def _joined(role: Role, texts: Sequence[str]) -> Message:
    """Return the blocks of a text as one: it is the whole of it that is looked for on a shelf."""
    return Message(role, "\n\n".join(text for text in texts if text))


def _only(role: Role, wanted: Role, block: Block, where: str) -> None:
    if role is not wanted:
        raise BadValue(
            f"A {block.type} block stands in a message of the {wanted}, not of the {role}.",
            hint=f"Put it into one with the role {wanted}",
            field=where,
        )


def _result(block: ToolResultBlock, where: str, names: dict[str, str]) -> Message:
    name = names.get(block.tool_use_id)
    if name is None:
        raise BadValue(
            f"There is no tool_use block before this result with the id {block.tool_use_id!r}.",
            hint="Send the assistant's message with the tool_use block before its result",
            field=f"{where}.tool_use_id",
        )
    text = _text(block.content, f"{where}.content")
    return spoken_result(name, f"Error: {text}" if block.is_error else text)


def _text(blocks: Sequence[AnyText], field: str) -> str:
    return "\n\n".join(_plain(block, f"{field}.{at}") for at, block in enumerate(blocks))


def _plain(block: AnyText, where: str) -> str:
    if isinstance(block, OtherBlock):
        raise _unread(block, where)
    return block.text


def _unread(block: OtherBlock, where: str) -> Unsupported:
    return Unsupported(
        f"A block of the type {block.type!r} cannot be read here; this model reads text.",
        hint="Send what it says as a text block",
        field=where,
    )


def _tools(tools: Sequence[AnyTool]) -> tuple[Tool, ...]:
    found = []
    for at, tool in enumerate(tools):
        if isinstance(tool, OtherTool):
            raise Unsupported(
                f"The tool {tool.type!r} runs elsewhere; only functions of your own can be offered here.",
                hint="Describe it as a custom tool with a name and an input_schema",
                field=f"tools.{at}.type",
            )
        schema = json.dumps(tool.input_schema)
        found.append(Tool(tool.name, tool.description, schema, f"tools.{at}.input_schema"))
    return tuple(found)


def _choice(chosen: ToolChoice | None) -> Choice:
    if chosen is None:
        return Choice()
    if chosen.type == "tool" and not chosen.name:
        raise BadValue(
            "A tool is to be used, and none is named.",
            hint='For example: {"type": "tool", "name": NAME}',
            field="tool_choice.name",
        )
    name = chosen.name if chosen.type == "tool" else None
    return Choice(MODES[chosen.type], name, not chosen.disable_parallel_tool_use)


def _sampling(body: CountBody) -> Sampling:
    shaped = body.output_config.format if body.output_config else None
    schema = json.dumps(shaped.schema_) if shaped else None
    think = {"enabled": True, "disabled": False}.get(body.thinking.type) if body.thinking else None
    if not isinstance(body, MessageBody):
        return Sampling(schema=schema, thinking=think)
    return Sampling(
        temperature=body.temperature,
        top_p=body.top_p,
        top_k=body.top_k,
        max_tokens=body.max_tokens,
        stop=tuple(body.stop_sequences),
        schema=schema,
        thinking=think,
    )
