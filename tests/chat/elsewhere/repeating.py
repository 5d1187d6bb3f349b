"""A server that says what it was asked, cut where a test wants it; and what is heard of an answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from answers import COUNTED, chunk
from speaking import Speaker

from sottovoce.chat.elsewhere.preview import NOTHING, Edits, Preview, There, preview
from sottovoce.chat.elsewhere.sending import send
from sottovoce.core.events import Done, Event, Failed, Text
from sottovoce.store import chats
from sottovoce.store.rows import StoredMessage

PATH = "/v1/chat/completions"

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
Say = Callable[[asyncio.StreamWriter], Awaitable[None]]


def repeat(cellar: Speaker, cut: Callable[[str], list[str]] = lambda text: [text], **about: Any) -> None:
    """Have the server say the last question again, in these pieces."""

    async def say(writer: asyncio.StreamWriter) -> None:
        pieces = cut(asked(cellar)[-1])
        events = [*(chunk(piece, **about) for piece in pieces), chunk(finish="stop", **about)]
        events.append({"choices": [], "usage": COUNTED})
        writer.write(HEAD + b"".join(f"data: {json.dumps(one)}\n\n".encode() for one in events))
        writer.write(b"data: [DONE]\n\n")
        await writer.drain()

    cellar.says[PATH] = say


def die(cellar: Speaker, *pieces: str) -> None:
    """Have the server break off after these pieces."""

    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"".join(f"data: {json.dumps(chunk(piece))}\n\n".encode() for piece in pieces))
        await writer.drain()

    cellar.says[PATH] = say


def pause(cellar: Speaker, piece: str) -> None:
    """Have the server say this and no more, until who listens has gone."""

    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + f"data: {json.dumps(chunk(piece))}\n\n".encode())
        await writer.drain()
        while not writer.is_closing():
            writer.write(b": waiting\n\n")
            await writer.drain()
            await asyncio.sleep(0.01)

    cellar.says[PATH] = say


def asked(cellar: Speaker) -> list[str]:
    """Return the texts of the last request."""
    return [one["content"] for one in json.loads(cellar.bodies[-1])["messages"]]


async def sent(there: There, chat: str, question: str, edits: Edits = NOTHING) -> list[Event]:
    return [event async for event in send(there, await preview(there, chat, question, edits))]


async def seen(there: There, chat: str, question: str, edits: Edits = NOTHING) -> Preview:
    return await preview(there, chat, question, edits)


def text_of(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Text))


def failure(events: list[Event]) -> Failed:
    assert isinstance(events[-1], Failed), events[-1]
    return events[-1]


def done(events: list[Event]) -> Done:
    assert isinstance(events[-1], Done), events[-1]
    return events[-1]


def stored(there: There, chat: str) -> list[StoredMessage]:
    return there.parts.database.look(lambda conn: chats.messages(conn, there.parts.owner, chat))


def cuts(text: str) -> Iterator[list[str]]:
    """Yield the text cut at every place."""
    for at in range(1, len(text)):
        yield [text[:at], text[at:]]
