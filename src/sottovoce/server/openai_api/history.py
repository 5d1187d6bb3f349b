"""Turns the messages of a chat, as a client sends them, into what the model is told. Pure.

Calls and results of functions become words, since most models know no other form of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from sottovoce.chat.tools import spoken_calls, spoken_result
from sottovoce.core.errors import BadValue
from sottovoce.core.events import Called
from sottovoce.core.messages import Message, Role
from sottovoce.server.openai_api.nouns import unsupported
from sottovoce.server.openai_api.nouns_messages import (
    Answer,
    ChatMessage,
    Content,
    FunctionResult,
    Instruction,
    OtherCall,
    Question,
    RefusalPart,
    Result,
    Said,
    TextPart,
)
from sottovoce.server.openai_api.refusals import ONLY_FUNCTIONS, TEXT_ONLY


def told(messages: Sequence[ChatMessage]) -> tuple[Message, ...]:
    """Return what the model is told. Raises Unsupported or BadValue naming the part that is meant.

    The last message may be the assistant's own: the answer then goes on where it ends.
    """
    history = _History()
    said = tuple(history.told(message, f"messages.{at}") for at, message in enumerate(messages))
    last = messages[-1]
    if isinstance(last, Answer) and (last.tool_calls or last.function_call):
        raise BadValue(
            "The last message calls a function and nothing says what it returned.",
            hint="Add a message of the role tool with its tool_call_id",
            field=f"messages.{len(messages) - 1}",
        )
    return said


class _History:
    """What was called so far: a result names its call by an id only."""

    def __init__(self) -> None:
        self._called: dict[str, str] = {}

    def told(self, message: ChatMessage, at: str) -> Message:
        match message:
            case Instruction():
                return Message(Role.SYSTEM, text_of(message.content, f"{at}.content"))
            case Question():
                text = text_of(message.content, f"{at}.content")
                return Message(Role.USER, f"{message.name}: {text}" if message.name else text)
            case Answer():
                return self._answer(message, at)
            case Result():
                text = text_of(message.content, f"{at}.content")
                return spoken_result(self._name_of(message.tool_call_id, at), text)
            case FunctionResult():
                return spoken_result(message.name, message.content or "")

    def _answer(self, message: Answer, at: str) -> Message:
        if message.audio is not None:
            raise unsupported(f"{at}.audio", TEXT_ONLY)
        calls = self._calls(message, at)
        words = [] if message.content is None else [text_of(message.content, f"{at}.content")]
        words += [message.refusal] if message.refusal else []
        if not words and not calls:
            raise BadValue(
                "The assistant's message has neither content nor calls.",
                hint="Send what it said, or leave the message out",
                field=f"{at}.content",
            )
        return Message(Role.ASSISTANT, "\n".join([*words, *([spoken_calls(calls)] if calls else [])]))

    def _calls(self, message: Answer, at: str) -> list[Called]:
        calls: list[Called] = []
        for number, call in enumerate(message.tool_calls or ()):
            if isinstance(call, OtherCall):
                raise unsupported(f"{at}.tool_calls.{number}", ONLY_FUNCTIONS)
            self._called[call.id] = call.function.name
            calls.append(Called(call.function.name, call.function.arguments))
        if message.function_call is not None:
            calls.append(Called(message.function_call.name, message.function_call.arguments))
        return calls

    def _name_of(self, call: str, at: str) -> str:
        if call not in self._called:
            raise BadValue(
                f"No message before this one makes the call {call[:80]!r}.",
                hint="Send the assistant's message with its tool_calls before their results",
                field=f"{at}.tool_call_id",
            )
        return self._called[call]


def text_of(content: Content | Said, at: str) -> str:
    """Return a content's text; its parts become lines. Raises Unsupported for a part that is no text."""
    if isinstance(content, str):
        return content
    words: list[str] = []
    for number, part in enumerate(content):
        if isinstance(part, TextPart):
            words.append(part.text)
        elif isinstance(part, RefusalPart):
            words.append(part.refusal)
        else:
            raise unsupported(f"{at}.{number}", f"It is of the type {part.type[:40]!r}. {TEXT_ONLY}")
    return "\n".join(words)
