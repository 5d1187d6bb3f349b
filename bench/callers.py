"""Programs that ask a server over HTTP, cheaply enough to stand beside it on the same machine.

Each keeps only times: when it asked, when the first and the last word came. Knows the OpenAI shape alone.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Reply:
    """Times are of time.perf_counter(); `pieces` counts events with text, `tokens` what the server says."""

    asked: float
    status: int = 0
    first: float = 0.0
    last: float = 0.0
    ended: float = 0.0
    pieces: int = 0
    tokens: int = 0
    prompt: int = 0
    text: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    """When each piece came."""

    @property
    def wait(self) -> float:
        """Seconds to the first word."""
        return self.first - self.asked


async def chat(
    port: int, messages: list[dict[str, str]], *, key: str = "", usage: bool = True, **how: Any
) -> Reply:
    """Ask for a streamed chat answer and read it to its end."""
    body: dict[str, Any] = {"model": "default", "messages": messages, "stream": True, **how}
    if usage:
        body["stream_options"] = {"include_usage": True}
    data = json.dumps(body).encode()
    reply = Reply(time.perf_counter())
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(head("/v1/chat/completions", port, key, len(data)) + data)
        await read_stream(reader, reply)
    finally:
        writer.close()
    reply.ended = time.perf_counter()
    return reply


def head(path: str, port: int, key: str, length: int) -> bytes:
    guard = f"Authorization: Bearer {key}\r\n" if key else ""
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n{guard}"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


async def read_stream(reader: asyncio.StreamReader, reply: Reply) -> None:
    """Take the events of a chat stream as they come; anything but 200 is read to its end and left."""
    lead = await reader.readuntil(b"\r\n\r\n")
    reply.status = int(lead.split(b" ", 2)[1])
    if reply.status != 200:
        await reader.read()
        return
    rest = b""
    while block := await reader.read(65536):
        now = time.perf_counter()
        # Some servers end their lines with two characters.
        *events, rest = (rest + block).replace(b"\r\n", b"\n").split(b"\n\n")
        for event in events:
            take(event, reply, now)


def take(event: bytes, reply: Reply, now: float) -> None:
    """Note one event. The bytes before `data: ` are a chunk's length."""
    at = event.find(b"data: {")
    if at < 0:
        return
    said = json.loads(event[at + 6 :])
    if "error" in said:
        raise RuntimeError(said["error"]["message"])
    for choice in said["choices"]:
        text = choice["delta"].get("content")
        if text:
            reply.first = reply.first or now
            reply.last = now
            reply.pieces += 1
            reply.times.append(now)
            reply.text.append(text)
    if said.get("usage"):
        reply.tokens = said["usage"]["completion_tokens"]
        reply.prompt = said["usage"]["prompt_tokens"]
