"""The client against small servers that answer, dawdle, break and lie over a unix socket."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, closing
from pathlib import Path

import pytest

from sottovoce.core.errors import BadSchema, EngineFailed, TooLong
from sottovoce.engine.client import GATHER_SECONDS, Address, Client, EngineGone, _Reply

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


@asynccontextmanager
async def serving(folder: Path, handler: Handler) -> AsyncIterator[Client]:
    path = str(folder / "e.sock")
    server = await asyncio.start_unix_server(handler, path)
    async with server:
        yield Client(Address(path))


def saying(*parts: bytes, pause: float = 0.0) -> Handler:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        with closing(writer):  # also where the test ends sooner
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause)

    return handle


async def test_a_call_returns_parsed_json(tmp_path: Path) -> None:
    async with serving(tmp_path, saying(PLAIN % (9, b'{"a": 1 }'))) as client:
        assert await client.call("GET", "/x") == {"a": 1}


async def test_an_answer_in_single_bytes_is_put_together(tmp_path: Path) -> None:
    whole = STREAM + chunk(b'data: {"n": 1}\n\n') + chunk(b'data: {"n"') + chunk(b": 2}\n\n") + b"0\r\n\r\n"
    async with serving(tmp_path, saying(*(bytes([byte]) for byte in whole))) as client:
        assert [event["n"] async for event in client.stream("/x", {})] == [1, 2]


async def test_several_events_in_one_block_come_in_order(tmp_path: Path) -> None:
    block = b"".join(b'data: {"n": %d}\n\n' % n for n in range(5)) + b"data: [DONE]\n\n"
    async with serving(tmp_path, saying(STREAM + chunk(block) + b"0\r\n\r\n")) as client:
        assert [event["n"] async for event in client.stream("/x", {})] == [0, 1, 2, 3, 4]


async def test_words_that_come_while_the_program_is_busy_are_read_after_it(tmp_path: Path) -> None:
    words = (chunk(b'data: {"n": %d}\n\n' % n) for n in range(30))
    async with (
        serving(tmp_path, saying(STREAM, *words, b"0\r\n\r\n", pause=0.005)) as client,
        asyncio.timeout(60),
    ):
        found = []
        async for event in client.stream("/x", {}):
            found.append(event["n"])
            asyncio.get_running_loop().call_later(GATHER_SECONDS / 2, time.sleep, GATHER_SECONDS * 3)
    assert found == list(range(30))


@pytest.mark.parametrize("words", [1, 10])
async def test_what_is_no_stream_says_that_the_engine_is_gone(tmp_path: Path, words: int) -> None:
    said = (chunk(b'data: {"n": %d}\n\n' % n) for n in range(words))
    whole = saying(STREAM, *said, b"zz\r\nnonsense\r\n", *[b"-"] * 2_000, pause=0.01)
    async with serving(tmp_path, whole) as client, asyncio.timeout(15):
        found = []

        async def take() -> None:
            async for event in client.stream("/x", {}):
                found.append(event["n"])

        with pytest.raises(EngineGone):
            await take()
    assert found == list(range(words))


async def test_the_blank_line_behind_the_last_chunk_may_come_by_itself() -> None:
    reply = _Reply()
    reply.data_received(STREAM + chunk(b'data: {"n": 1}\n\n') + b"0\r\n")
    reply.data_received(b"\r\n")
    assert reply.ended
    assert list(reply.events) == [b'{"n": 1}']


async def test_a_broken_stream_says_that_the_engine_is_gone(tmp_path: Path) -> None:
    async with serving(tmp_path, saying(STREAM, chunk(b'data: {"n": 1}\n\n'), pause=0.01)) as client:
        events = client.stream("/x", {})
        assert await anext(events) == {"n": 1}
        with pytest.raises(EngineGone):
            await anext(events)


async def test_a_broken_call_says_that_the_engine_is_gone(tmp_path: Path) -> None:
    async with serving(tmp_path, saying(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{")) as client:
        with pytest.raises(EngineGone):
            await client.call("GET", "/x")


async def test_nobody_listening_says_that_the_engine_is_gone(tmp_path: Path) -> None:
    with pytest.raises(EngineGone):
        await Client(Address(str(tmp_path / "none.sock"))).call("GET", "/x")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (
            b'{"error":{"type":"exceed_context_size_error","n_prompt_tokens":9,"n_ctx":4,"message":"x"}}',
            TooLong,
        ),
        (b'{"error":{"message":"failed to parse grammar"}}', BadSchema),
        (b'{"error":{"message":"something else"}}', EngineFailed),
        (b"not json at all", EngineFailed),
    ],
)
async def test_the_engines_refusals_become_our_errors(
    tmp_path: Path, body: bytes, error: type[Exception]
) -> None:
    reply = b"HTTP/1.1 400 Bad\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    async with serving(tmp_path, saying(reply)) as client:
        with pytest.raises(error):
            await client.call("POST", "/x", {})
        with pytest.raises(error):
            await anext(client.stream("/x", {}))


async def test_an_error_in_the_middle_of_a_stream_is_raised(tmp_path: Path) -> None:
    parts = STREAM + chunk(b'data: {"n": 1}\n\n') + chunk(b'error: {"message": "no more"}\n\n')
    async with serving(tmp_path, saying(parts + b"0\r\n\r\n")) as client:
        events = client.stream("/x", {})
        assert await anext(events) == {"n": 1}
        with pytest.raises(EngineFailed, match="refused"):
            await anext(events)


async def test_closing_the_stream_closes_the_connection(tmp_path: Path) -> None:
    noticed = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(STREAM + chunk(b'data: {"n": 1}\n\n'))
        await reader.read()  # the body, and then the end of the connection
        noticed.set()
        writer.close()

    async with serving(tmp_path, handle) as client:
        async with aclosing(client.stream("/x", {})) as events:
            assert await anext(events) == {"n": 1}
        await asyncio.wait_for(noticed.wait(), 5)
        assert noticed.is_set()


async def test_a_key_is_sent_where_there_is_one(tmp_path: Path) -> None:
    heads: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(PLAIN % (2, b"{}"))
        writer.close()

    async with serving(tmp_path, handle) as client:
        await client.call("GET", "/x")
        await Client(Address(str(tmp_path / "e.sock"), key="secret")).call("GET", "/x")
    assert b"Authorization" not in heads[0]
    assert b"Authorization: Bearer secret\r\n" in heads[1]
