"""A question, what servers answer to it as bytes, and what is heard of that."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from sottovoce.core.events import Text
from sottovoce.core.messages import Message, Role
from sottovoce.core.sampling import Sampling
from sottovoce.hybrid.asking import Piece, ask, spent_in
from sottovoce.hybrid.means import Means
from sottovoce.hybrid.upstream import Upstream
from sottovoce.store.spending import Spent


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

QUESTION = [Message(Role.SYSTEM, "Be brief."), Message(Role.USER, "Where is my canary?")]
PLAIN = Sampling(temperature=0.0)


async def heard(upstream: Upstream, means: Means, sampling: Sampling = PLAIN, **changes: Any) -> list[Piece]:
    return [piece async for piece in ask(upstream, QUESTION, sampling, means, **changes)]


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, Text))


def spent(means: Means, upstream: Upstream) -> Spent:
    return means.database.look(lambda conn: spent_in(conn, upstream, means.clock()))["month"]


async def hang_in_the_middle(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
    writer.write(f"data: {json.dumps(chunk('So far.'))}\n\n".encode())
    await writer.drain()
    await asyncio.sleep(60)


async def endless_text(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
    while True:
        writer.write(f"data: {json.dumps(chunk('and so on ' * 99))}\n\n".encode())
        await writer.drain()
