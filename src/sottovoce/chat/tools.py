"""Functions that a caller offers to the model: how they are told to it, and the shape of its calls.

Works with every model: the functions are described in words, and a call is JSON whose shape the engine
holds. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sottovoce.chat import schema
from sottovoce.core.errors import BadSchema, BadValue, SchemaUnmet
from sottovoce.core.events import Called
from sottovoce.core.messages import Message, Role

MAX_TOOLS = 128
MAX_CHARACTERS = 400_000
"""Of all descriptions and schemas together; no window here holds so much."""

NO_PARAMETERS = '{"type": "object", "properties": {}}'

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,128}")
_TOLD = """\
You can call these functions:
{functions}
To call one, write nothing but JSON of this form: {{"name": NAME, "arguments": {{PARAMETER: VALUE}}}}
If no function helps, answer in words."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A function the model may ask for. `parameters` is a JSON schema as JSON text.

    `field` says where the parameters stand in the request, for errors.
    """

    name: str
    description: str = ""
    parameters: str = NO_PARAMETERS
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """Whether a function is to be called: `auto`, `none`, or `required`, perhaps one by `name`."""

    mode: str = "auto"
    name: str | None = None
    parallel: bool = True


# ---- what the model is told ----


def described(tools: Sequence[Tool], choice: Choice) -> str:
    """Return what the model is told of the functions, for its system message; empty where it may call none.

    The same text whether it may call or must, so that the engine's work on it is reused.
    """
    if not tools or choice.mode == "none":
        return ""
    return _TOLD.format(functions="\n".join(_line(tool) for tool in tools))


def spoken_calls(calls: Sequence[Called]) -> str:
    """Return an assistant's earlier calls as the text of its message."""
    return "\n".join(compact({"name": call.name, "arguments": parsed(call.arguments)}) for call in calls)


def spoken_result(name: str, text: str) -> Message:
    """Return what a function gave back, as a message the model reads."""
    return Message(Role.USER, f"The function {name} returned:\n{text}")


def with_told(messages: Sequence[Message], told: str) -> list[Message]:
    """Return the messages with this text at the end of the system message."""
    if not told:
        return list(messages)
    if messages and messages[0].role is Role.SYSTEM:
        first = Message(Role.SYSTEM, f"{messages[0].text}\n\n{told}" if messages[0].text else told)
        return [first, *messages[1:]]
    return [Message(Role.SYSTEM, told), *messages]


def merged(messages: Sequence[Message]) -> list[Message]:
    """Return the messages with no two neighbours of one role, and a system message only as the first.

    Many models' templates take nothing else. Later instructions stay where they were said, as words
    of the user's.
    """
    result: list[Message] = []
    for message in messages:
        leads = all(before.role is Role.SYSTEM for before in result)
        role = Role.USER if message.role is Role.SYSTEM and not leads else message.role
        if result and result[-1].role is role:
            message = Message(role, "\n\n".join(text for text in (result.pop().text, message.text) if text))
        result.append(replace(message, role=role))
    return result


def _line(tool: Tool) -> str:
    told: dict[str, Any] = {"name": tool.name}
    if tool.description:
        told["description"] = tool.description
    return compact({**told, "parameters": _briefly(json.loads(tool.parameters))})


def _briefly(node: Any) -> Any:
    """Return a schema without what tells a model nothing; a small one has little room."""
    if isinstance(node, list):
        return [_briefly(part) for part in node]
    if not isinstance(node, dict):
        return node
    kept = {}
    for rule, part in node.items():
        if rule in schema.NAMED and isinstance(part, dict):
            kept[rule] = {name: _briefly(named) for name, named in part.items()}
        elif rule not in ("title", "$schema", "additionalProperties"):
            kept[rule] = part if rule in schema.LITERAL else _briefly(part)
    return kept


# ---- what may be offered, and the shape of a call ----


def checked(tools: Sequence[Tool], choice: Choice) -> tuple[Tool, ...]:
    """Return the functions with their schemas checked. Raises BadValue or BadSchema with the field."""
    if len(tools) > MAX_TOOLS:
        raise BadValue(
            f"{len(tools)} functions are offered; {MAX_TOOLS} is the most.",
            hint="Offer those that this question may need",
            field="tools",
        )
    if sum(len(tool.description) + len(tool.parameters) for tool in tools) > MAX_CHARACTERS:
        raise BadValue(
            f"The functions have more than {MAX_CHARACTERS:,} characters.",
            hint="Offer those that this question may need",
            field="tools",
        )
    found: dict[str, Tool] = {}
    for at, tool in enumerate(tools):
        if not _NAME.fullmatch(tool.name):
            raise BadValue(
                f"A function cannot be named {tool.name[:140]!r}.",
                hint="Use 1 to 128 letters, digits, dots, dashes or underscores",
                field=tool.field or f"tools.{at}",
            )
        if tool.name in found:
            raise BadValue(
                f"Two functions are named {tool.name}.",
                hint="Give each its own name",
                field=tool.field or f"tools.{at}",
            )
        found[tool.name] = _with_checked_parameters(tool, tool.field or f"tools.{at}")
    if choice.mode == "required" and not (choice.name in found if choice.name else found):
        raise BadValue(
            f"The function {choice.name} is to be called, but not offered."
            if choice.name
            else "A function is to be called, but none is offered.",
            hint="Add it to tools",
            field="tool_choice",
        )
    return tuple(found.values())


def _with_checked_parameters(tool: Tool, field: str) -> Tool:
    try:
        text = schema.checked(tool.parameters)
        wanted = json.loads(text)
        if wanted in ({}, True):
            text = NO_PARAMETERS
        elif not isinstance(wanted, dict) or wanted.get("type", "object") != "object":
            raise BadSchema(
                f"The parameters of {tool.name} are not an object.",
                hint='A function takes named parameters: {"type": "object", "properties": {...}}',
            )
    except (BadSchema, SchemaUnmet) as problem:
        raise BadSchema(problem.sentence, hint=problem.hint, detail=problem.detail, field=field) from problem
    return replace(tool, parameters=text)


def shape(tools: Sequence[Tool], answer: str | None = None) -> str:
    """Return the schema that makes the engine write a call of one of these functions.

    Or, where a schema for the `answer` is given, an answer that follows it.
    """
    parts: dict[str, Any] = {}
    ways = [_call_shape(tool, f"tool{at}", parts) for at, tool in enumerate(tools)]
    if answer is not None:
        ways.append(_moved(json.loads(schema.for_engine(answer)), "answer", parts))
    whole = ways[0] if len(ways) == 1 else {"anyOf": ways}
    return json.dumps(whole | {"$defs": parts} if parts else whole)


def _call_shape(tool: Tool, place: str, parts: dict[str, Any]) -> dict[str, Any]:
    arguments = _moved(_object(json.loads(schema.for_engine(tool.parameters))), place, parts)
    return {
        "type": "object",
        "properties": {"name": {"const": tool.name}, "arguments": arguments},
        "required": ["name", "arguments"],
        "additionalProperties": False,
    }


def _object(node: dict[str, Any]) -> dict[str, Any]:
    # Rules alone, without a type, would let the engine write any value.
    return node if {"anyOf", "oneOf", "allOf", "$ref"} & node.keys() else {"type": "object", **node}


def _moved(node: Any, place: str, parts: dict[str, Any]) -> Any:
    """Return the schema fit to stand within another; one that refers to itself moves to `parts`."""
    if '"$ref"' not in json.dumps(node):
        return node
    parts[place] = _rerooted(node, f"#/$defs/{place}")
    return {"$ref": f"#/$defs/{place}"}


def _rerooted(node: Any, root: str) -> Any:
    if isinstance(node, list):
        return [_rerooted(part, root) for part in node]
    if not isinstance(node, dict):
        return node
    return {
        rule: root + part.removeprefix("#")
        if rule == "$ref" and isinstance(part, str)
        else part
        if rule in schema.LITERAL
        else _rerooted(part, root)
        for rule, part in node.items()
    }


# ---- JSON as it stands in messages ----


def compact(value: Any) -> str:
    """Return JSON in which letters stay letters, save halves of a pair, which have no UTF-8."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return text


def parsed(arguments: Any) -> Any:
    """Return what JSON text says; anything else as it is."""
    if not isinstance(arguments, str):
        return arguments
    try:
        return json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments
