"""Puts an answer into the shapes of the Messages API: one message, or the events of one."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence

from sottovoce.chat.guarding.policy import REFUSED
from sottovoce.core.events import Called, Finished, Usage
from sottovoce.server.anthropic_api.nouns import Answered, GroundedMessage, MessageBody, Said, Spent, Use
from sottovoce.server.grounds import GroundedNoun
from sottovoce.server.sse import event

REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "stop_text": "stop_sequence",
    "call": "tool_use",
    REFUSED: "refusal",
}
PING = event('{"type": "ping"}', "ping")


def new_id(kind: str) -> str:
    return f"{kind}_{secrets.token_hex(12)}"


def spent(usage: Usage) -> Spent:
    return Spent(
        input_tokens=usage.prompt - usage.reused,
        output_tokens=usage.answer,
        cache_read_input_tokens=usage.reused,
    )


def ending(body: MessageBody, finished: Finished) -> tuple[str, str | None]:
    """Return why the answer ended, and at which of the caller's texts, if at one."""
    if finished.reason == "length" and finished.usage.answer < body.max_tokens:
        return "model_context_window_exceeded", None
    return REASONS.get(finished.reason, "end_turn"), finished.stop


def whole(
    model: str,
    body: MessageBody,
    text: str,
    calls: Sequence[Called],
    finished: Finished,
    found: GroundedNoun | None = None,
) -> Answered:
    """Return the message made of what was said and called; `found` is what it rests on."""
    content: list[Said | Use] = [Said(text=text)] if text else []
    content += [Use(id=new_id("toolu"), name=one.name, input=json.loads(one.arguments)) for one in calls]
    reason, stop = ending(body, finished)
    message = Answered(
        id=new_id("msg"),
        model=model,
        content=content,
        stop_reason=reason,
        stop_sequence=stop,
        usage=spent(finished.usage),
    )
    return message if found is None else GroundedMessage(**dict(message), **dict(found))


class Stream:
    """The events of one message. Each method returns the bytes of those that come next."""

    def __init__(self, model: str, body: MessageBody) -> None:
        self._model = model
        self._body = body
        self._begun = False
        self._index = -1
        self._text: bytes | None = None
        """What stands before each piece of the text block that is open."""

    def text(self, text: str) -> bytes:
        before = b""
        if self._text is None:
            before = self._begin() + self._open('{"type": "text", "text": ""}')
            self._text = (
                b'event: content_block_delta\ndata: {"type": "content_block_delta", "index": %d, '
                b'"delta": {"type": "text_delta", "text": ' % self._index
            )
        return b"%s%s%s}}\n\n" % (before, self._text, json.dumps(text).encode())

    def call(self, called: Called) -> bytes:
        block = {"type": "tool_use", "id": new_id("toolu"), "name": called.name, "input": {}}
        delta = {"type": "input_json_delta", "partial_json": called.arguments}
        said = {"type": "content_block_delta", "index": self._index + 1, "delta": delta}
        parts = self._begin(), self._close(), self._open(json.dumps(block)), _event(said), self._shut()
        return b"".join(parts)

    def end(self, finished: Finished, cited: Mapping[str, object]) -> bytes:
        """Close the message; `cited` is what it has besides where shelves were asked."""
        reason, stop = ending(self._body, finished)
        used = spent(finished.usage).model_dump(exclude={"service_tier"})
        delta: dict[str, object] = {"stop_reason": reason, "stop_sequence": stop, **cited}
        last = {"type": "message_delta", "delta": delta, "usage": used}
        return b"".join((self._begin(), self._close(), _event(last), _event({"type": "message_stop"})))

    def _begin(self) -> bytes:
        """Open the message, once. What it takes is told at its end: only then is it counted."""
        if self._begun:
            return b""
        self._begun = True
        empty = Answered(
            id=new_id("msg"),
            model=self._model,
            content=[],
            stop_reason=None,
            stop_sequence=None,
            usage=Spent(input_tokens=0, output_tokens=0),
        )
        return _event({"type": "message_start", "message": empty.model_dump()}) + PING

    def _open(self, block: str) -> bytes:
        self._index += 1
        start = f'{{"type": "content_block_start", "index": {self._index}, "content_block": {block}}}'
        return event(start, "content_block_start")

    def _close(self) -> bytes:
        """Close the text block, if one is open."""
        if self._text is None:
            return b""
        self._text = None
        return self._shut()

    def _shut(self) -> bytes:
        return _event({"type": "content_block_stop", "index": self._index})


def _event(data: Mapping[str, object]) -> bytes:
    return event(json.dumps(data), str(data["type"]))
