"""Reads what a server answers, in whichever form it comes, by its protocol. Knows no budget and no door."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Iterator

from sottovoce.core.errors import NetworkProblem, UpstreamProblem
from sottovoce.hybrid.dialects import anthropic, openai, sse, words
from sottovoce.hybrid.dialects.words import Reader, Said
from sottovoce.hybrid.upstream import Kind, Upstream
from sottovoce.net.answer import Answer

MOST_OF_AN_ERROR = 65_536
"""Bytes."""


async def said(upstream: Upstream, answer: Answer) -> AsyncGenerator[Said, None]:
    """Yield what an answer says, `Ended` last. Raises UpstreamProblem, and what the answer's pieces raise."""
    reader = anthropic.Reader(upstream) if upstream.kind is Kind.ANTHROPIC else openai.Reader(upstream)
    async with contextlib.aclosing(answer.pieces()) as pieces:
        if answer.status != 200:
            raise words.refused(upstream, answer.status, await _beginning(pieces), answer.wait)
        if answer.facts.kind == "text/html":
            raise words.wrong(upstream, "sent a web page instead of an answer")
        if answer.facts.kind.endswith("json"):
            for piece in reader.whole(b"".join([data async for data in pieces])):
                yield piece
            return
        async with contextlib.aclosing(_streamed(upstream, reader, pieces)) as streamed:
            async for piece in streamed:
                yield piece
    yield reader.ended()


async def _streamed(
    upstream: Upstream, reader: Reader, pieces: AsyncGenerator[bytes, None]
) -> AsyncGenerator[Said, None]:
    events = sse.Events()
    try:
        async for data in pieces:
            for piece in _read(upstream, reader, events.fed(data)):
                yield piece
            if reader.is_over:
                return
        for piece in _read(upstream, reader, events.end()):
            yield piece
    except NetworkProblem as problem:
        # It has said all, and merely does not hang up.
        if isinstance(problem, UpstreamProblem) or not reader.has_ended:
            raise


def _read(upstream: Upstream, reader: Reader, events: Iterator[tuple[str, str]]) -> Iterator[Said]:
    try:
        for name, data in events:
            yield from reader.event(name, data)
    except UnicodeDecodeError as problem:
        raise words.wrong(upstream, "sent what is not UTF-8") from problem
    except sse.TooLong as problem:
        raise words.wrong(upstream, "sent an event without end") from problem


async def _beginning(pieces: AsyncGenerator[bytes, None]) -> bytes:
    """Return the beginning of a body that tells of an error, as much of it as comes."""
    body = b""
    with contextlib.suppress(NetworkProblem):
        async for piece in pieces:
            body += piece
            if len(body) >= MOST_OF_AN_ERROR:
                break
    return body
