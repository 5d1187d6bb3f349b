"""Answers of a server as bytes, and the pieces of OpenAI's and Anthropic's streams."""

from __future__ import annotations

import json
from typing import Any


def streamed(*events: object, status: int = 200, kind: str = "text/event-stream") -> bytes:
    """Return an answer that streams these events, texts as they are."""
    body = "".join(f"data: {one if isinstance(one, str) else json.dumps(one)}\n\n" for one in events)
    return whole(body.encode(), status=status, kind=kind)


def whole(body: bytes, *, status: int = 200, kind: str = "application/json", more: str = "") -> bytes:
    head = f"HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


def chunk(text: str | None = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    """Return one event of OpenAI's stream."""
    delta = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "1", "object": "chat.completion.chunk", "model": "large", "choices": [choice], **more}


COUNTED = {"prompt_tokens": 11, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 4}}
GOOD = (chunk("Hel"), chunk("lo."), chunk(finish="stop"), {"choices": [], "usage": COUNTED}, "[DONE]")
"""What a right server streams."""
