"""Turns a chat or a prompt as Ollama has it into a call on the model. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from sottovoce.chat.call import Call
from sottovoce.chat.tools import Tool, spoken_calls, spoken_result
from sottovoce.core.errors import BadValue, Unsupported
from sottovoce.core.events import Called
from sottovoce.core.messages import Message, Role
from sottovoce.server.ollama_api.nouns import ChatBody, ChatMessage, GenerateBody, OfferedTool
from sottovoce.server.ollama_api.options import sampling


def chat(body: ChatBody, owner: str) -> Call:
    """Return what is asked. Raises Unsupported or BadValue, naming the field."""
    messages = body.messages or []
    if messages and messages[-1].role == "assistant":
        raise Unsupported(
            "The last message is the assistant's; an answer cannot be begun for the model here.",
            hint="End with a user message; `format` shapes an answer",
            field=f"messages.{len(messages) - 1}.role",
        )
    return Call(owner, tuple(_said(messages)), sampling(body), tuple(_tools(body.tools or [])))


def prompt(body: GenerateBody, owner: str) -> Call:
    """Return what is asked; with `raw` it is text to go on with, else a question."""
    for name in ("suffix", "template", "context"):
        if getattr(body, name):
            raise Unsupported(f"{name} cannot be honoured here.", hint=_INSTEAD[name], field=name)
    _refuse_images(body.images, "images")
    text = body.prompt or ""
    if body.raw:
        if body.system:
            raise BadValue(
                "A raw prompt takes no system text.", hint="Write it into the prompt", field="system"
            )
        if body.knowledge:
            raise BadValue(
                "A raw prompt has no question that could be looked up on a shelf.",
                hint="Leave raw out, or knowledge",
                field="knowledge",
            )
        return Call(owner, text, sampling(body))
    system = (Message(Role.SYSTEM, body.system),) if body.system else ()
    return Call(owner, (*system, Message(Role.USER, text)), sampling(body))


_INSTEAD = {
    "suffix": "Ask for what stands between in words; no model at hand fills gaps",
    "template": "The model's own template is used; with raw, write the whole prompt yourself",
    "context": "Send the earlier messages to /api/chat",
}


def _said(messages: Sequence[ChatMessage]) -> Iterator[Message]:
    names: dict[str, str] = {}
    waiting: list[str] = []
    for at, message in enumerate(messages):
        _refuse_images(message.images, f"messages.{at}.images")
        text = message.content or ""
        if message.role == "tool":
            # Older clients do not say whose result it is: then they come in the order of the calls.
            next_call = waiting.pop(0) if waiting else None
            name = message.tool_name or names.get(message.tool_call_id or "") or next_call
            yield spoken_result(_required(name, f"messages.{at}.tool_name"), text)
            continue
        calls = message.tool_calls or []
        if text or not calls:
            yield Message(Role(message.role), text)
        if calls:
            names |= {call.id: call.function.name for call in calls if call.id}
            waiting = [call.function.name for call in calls]
            said = [Called(call.function.name, json.dumps(call.function.arguments)) for call in calls]
            yield Message(Role.ASSISTANT, spoken_calls(said))


def _required(name: str | None, field: str) -> str:
    if not name:
        raise BadValue(
            "A function's result does not say whose it is.",
            hint="Give the function's name in tool_name",
            field=field,
        )
    return name


def _tools(offered: Sequence[OfferedTool]) -> Iterator[Tool]:
    for at, tool in enumerate(offered):
        function = tool.function
        schema = json.dumps(function.parameters or {"type": "object", "properties": {}})
        yield Tool(function.name, function.description or "", schema, f"tools.{at}.function.parameters")


def _refuse_images(images: Sequence[str] | None, field: str) -> None:
    if images:
        raise Unsupported(
            "Images cannot be read here; this model reads text.",
            hint="Send what the image shows in words",
            field=field,
        )
