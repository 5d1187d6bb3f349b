"""Connections as bytes: what a client may do to one, and what becomes of the others meanwhile."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import psutil
import pytest

from sottovoce.server import crowd, sockets, wire
from sottovoce.server.listening import Listening, listening
from sottovoce.server.wire import BODY_SECONDS, HEAD_SECONDS, MOST_HEAD, STALL_SECONDS, TAKEN_SECONDS, Wire

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Place:
    """An application that keeps what reached it, and answers with it.

    `/slow` waits, `/big` is large, `/early` leaves the body, `/stream` does not know its length.
    """

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []
        self.left = asyncio.Event()
        self.go = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        if scope["path"] != "/early":
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return
                body += message["body"]
                more = message["more_body"]
        self.seen.append({**scope, "body": body})
        if scope["path"] == "/slow":
            gone = asyncio.create_task(receive())
            going = asyncio.create_task(self.go.wait())
            await asyncio.wait({gone, going}, return_when=asyncio.FIRST_COMPLETED)
            going.cancel()
            if gone.done():
                self.left.set()
            gone.cancel()
        if scope["path"] == "/stream":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            for part in (b"one", b"", b"two"):
                await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body"})
            return
        text = b"x" * 20_000_000 if scope["path"] == "/big" else scope["path"].encode()
        length = str(len(text)).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
        await send({"type": "http.response.body", "body": text})


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def say(self, data: bytes) -> None:
        self.writer.write(data)

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Read one whole response."""
        async with asyncio.timeout(10):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.strip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            body = await self.reader.readexactly(int(headers["content-length"]))
        return int(first.split()[1]), headers, body

    async def end(self) -> bytes:
        """Read to the end of the connection."""
        async with asyncio.timeout(10):
            try:
                return await self.reader.read()
            except ConnectionResetError:
                return b""


class Front:
    """One listening socket with the place behind it; deadlines pass when a test says so."""

    def __init__(self, place: Place, listening: Listening, path: str) -> None:
        self.place, self.listening, self.path = place, listening, path
        self.clients: list[Client] = []

    @property
    def wires(self) -> set[Wire]:
        return self.listening._state.connections  # type: ignore[return-value]

    async def client(self) -> Client:
        before = len(self.wires)
        client = await self.connect()
        await self.until(lambda: len(self.wires) > before)
        return client

    async def connect(self, address: tuple[str, int] | None = None) -> Client:
        opening = asyncio.open_connection(*address) if address else asyncio.open_unix_connection(self.path)
        client = Client(*await opening)
        self.clients.append(client)
        return client

    async def until(self, holds: Any) -> None:
        async with asyncio.timeout(10):
            while not holds():
                await asyncio.sleep(0.002)

    def later(self, seconds: float) -> None:
        for one in tuple(self.wires):
            one.look(asyncio.get_running_loop().time() + seconds)


@pytest.fixture
async def front() -> AsyncIterator[Front]:
    place = Place()
    with sockets.open_private() as private:
        assert private is not None
        front = Listening(place)
        await front.open([private])
        ours = Front(place, front, private.getsockname())
        yield ours
        front.take_no_more()
        await front.cut()
        for client in ours.clients:
            client.writer.close()
            with suppress(OSError):
                await client.writer.wait_closed()


async def test_the_application_is_told_of_the_connection(front):
    client = await front.client()
    client.say(GET)
    assert (await client.answer())[0] == 200
    (scope,) = front.place.seen
    assert scope["extensions"]["sotto"]["socket"] is True
    assert scope["extensions"]["sotto"]["transport"].get_write_buffer_size() == 0


async def test_a_connection_from_the_network_is_not_the_socket(front, loopback):
    (listener,) = sockets.open_network("127.0.0.2", 0)
    with listener:
        async with listening(front.place, [listener]):
            client = await front.connect(sockets.address_of(listener))
            client.say(GET)
            assert (await client.answer())[1].get("date")
            assert front.place.seen[0]["extensions"]["sotto"]["socket"] is False


async def test_many_requests_go_over_one_connection(front):
    client = await front.client()
    for path in ("/a", "/b", "/c"):
        client.say(GET.replace(b"/ ", f"{path} ".encode(), 1))
        assert (await client.answer())[2] == path.encode()


# ── deadlines ─────────────────────────────────────────────────────────────────────────────────────


async def test_a_head_that_does_not_come_ends_the_connection_and_says_why(front):
    slow, honest = await front.client(), await front.client()
    slow.say(GET[:-2])
    await front.until(lambda: any(one._head for one in front.wires))
    front.later(HEAD_SECONDS - 0.5)
    assert len(front.wires) == 2
    honest.say(GET)
    assert (await honest.answer())[0] == 200
    front.later(HEAD_SECONDS + 0.5)
    status, headers, body = await slow.answer()
    assert (status, headers["connection"]) == (408, "close")
    assert json.loads(body)["error"]["code"] == "too_slow"
    assert await slow.end() == b""
    honest.say(GET)
    assert (await honest.answer())[0] == 200
    assert len(front.place.seen) == 2


async def test_a_drop_now_and_then_does_not_lengthen_the_deadline(front):
    slow = await front.client()
    for drop in (b"GET / HTTP/1.1\r\n", b"Host: localhost\r\n", b"X: y\r\n"):
        slow.say(drop)
        await asyncio.sleep(0.01)
    (one,) = front.wires
    one._heard += HEAD_SECONDS  # the last drop came just now
    front.later(HEAD_SECONDS + 0.1)
    assert (await slow.answer())[0] == 408


async def test_a_silent_connection_is_closed_without_a_word(front):
    spare = await front.client()
    front.later(HEAD_SECONDS + 0.1)
    assert await spare.end() == b""


async def test_a_kept_connection_is_not_late_before_it_speaks(front):
    client = await front.client()
    client.say(GET)
    await client.answer()
    front.later(HEAD_SECONDS + 30)
    client.say(GET)
    assert (await client.answer())[0] == 200
    client.say(b"\r\n")  # an empty line is the beginning of a request
    await front.until(lambda: any(one._waits is wire.Waits.HEAD for one in front.wires))
    front.later(HEAD_SECONDS + 0.5)
    assert (await client.answer())[0] == 408


async def test_a_body_may_pause_but_not_for_long_and_not_for_ever(front):
    client = await front.client()
    client.say(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc")
    await front.until(lambda: any(one._waits is wire.Waits.BODY for one in front.wires))
    front.later(STALL_SECONDS - 1)
    assert len(front.wires) == 1
    front.later(STALL_SECONDS + 1)
    assert (await client.answer())[0] == 408
    assert front.place.seen == []

    client = await front.client()
    client.say(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc")
    (one,) = [one for one in front.wires if not one._deaf]
    await front.until(lambda: one._waits is wire.Waits.BODY)
    one._heard += BODY_SECONDS  # it has gone on sending, drop by drop
    front.later(BODY_SECONDS + 1)
    assert (await client.answer())[0] == 408


async def test_an_answer_takes_as_long_as_it_takes(front):
    client = await front.client()
    client.say(GET.replace(b"/ ", b"/slow ", 1))
    await front.until(lambda: front.place.seen)
    front.later(3600)
    front.place.go.set()
    assert (await client.answer())[0] == 200


async def test_an_answer_that_nobody_takes_is_dropped(front):
    client = await front.client()
    client.say(GET.replace(b"/ ", b"/big ", 1))
    await front.until(lambda: front.place.seen and not front.listening._state.tasks)
    (one,) = front.wires
    left = one.transport.get_write_buffer_size()
    assert left > 0
    front.later(0)
    front.later(STALL_SECONDS - 1)
    assert front.wires
    front.later(STALL_SECONDS + 1)
    await front.until(lambda: not front.wires)


async def test_who_asks_again_and_takes_nothing_is_dropped(front):
    client = await front.client()
    client.say(GET.replace(b"/ ", b"/big ", 1))
    await front.until(lambda: front.place.seen and not front.listening._state.tasks)
    client.say(GET)
    await front.until(lambda: len(front.place.seen) == 2)
    assert front.listening._state.tasks
    front.later(0)
    front.later(TAKEN_SECONDS - 1)
    assert front.wires
    front.later(TAKEN_SECONDS + 1)
    await front.until(lambda: not front.wires and not front.listening._state.tasks)


async def test_a_reader_that_takes_a_little_is_kept(front):
    client = await front.client()
    client.say(GET.replace(b"/ ", b"/big ", 1))
    await front.until(lambda: front.place.seen and not front.listening._state.tasks)
    for turn in range(1, 4):
        front.later(turn * (STALL_SECONDS - 1))
        await client.reader.readexactly(1_000_000)
    assert len(front.wires) == 1


# ── ends ──────────────────────────────────────────────────────────────────────────────────────────


async def test_a_client_that_leaves_is_noticed_while_its_answer_is_made(front):
    client = await front.client()
    client.say(GET.replace(b"/ ", b"/slow ", 1))
    await front.until(lambda: front.place.seen)
    client.writer.close()
    async with asyncio.timeout(0.5):
        await front.place.left.wait()
    assert front.place.left.is_set()


async def test_a_client_that_closes_its_side_is_gone(front):
    client = await front.client()
    client.say(GET.replace(b"/ ", b"/slow ", 1))
    await front.until(lambda: front.place.seen)
    client.writer.write_eof()
    async with asyncio.timeout(0.5):
        await front.place.left.wait()
    assert await client.end() == b""


async def test_who_closes_its_side_at_once_still_hears_what_was_answered_by_then(front):
    client = await front.client()
    client.say(GET)
    client.writer.write_eof()
    assert (await client.end()).startswith(b"HTTP/1.1 200")


async def test_a_client_that_leaves_behind_a_pile_of_requests_is_noticed(front):
    """With uvicorn's own pile it is not: reading stops, and the end of the connection is not seen."""
    client = await front.client()
    client.say(GET.replace(b"/ ", b"/slow ", 1) + GET)
    await front.until(lambda: front.place.seen)
    client.writer.close()
    async with asyncio.timeout(0.5):
        await front.place.left.wait()
    assert front.place.left.is_set()


@pytest.mark.parametrize("apart", [False, True])
async def test_of_a_pile_of_requests_the_first_is_answered(front, apart):
    client = await front.client()
    client.say(GET.replace(b"/ ", b"/slow ", 1))
    if apart:
        await front.until(lambda: front.place.seen)
    client.say(GET + GET)
    await front.until(lambda: any(one._deaf for one in front.wires))
    front.place.go.set()
    status, headers, body = await client.answer()
    assert (status, body, headers["connection"]) == (200, b"/slow", "close")
    assert await client.end() == b""
    assert [scope["path"] for scope in front.place.seen] == ["/slow"]


async def test_an_empty_line_behind_a_request_does_no_harm(front):
    client = await front.client()
    client.say(b"POST /slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n1")
    await front.until(lambda: front.place.seen)
    client.say(b"\r\n")
    await asyncio.sleep(0.02)
    front.later(HEAD_SECONDS + 5)
    front.place.go.set()
    assert (await client.answer())[0] == 200
    client.say(GET)
    assert (await client.answer())[0] == 200


# ── what is no request ────────────────────────────────────────────────────────────────────────────

WRONG = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/0.9": b"GET / HTTP/0.9\r\nHost: localhost\r\n\r\n",
    "bare newlines": b"GET / HTTP/1.1\nHost: localhost\n\n",
    "a folded header": b"GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",
    "a space in a name": b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
    "a NUL": b"GET / HTTP/1.1\r\nHost: local\x00host\r\n\r\n",
    "a proxy's target": b"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a tunnel": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a tunnel to a path": b"CONNECT /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a star": b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "bytes in the target": b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
    "a length and chunks": b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
    "a negative length": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\nabc",
    "a strange coding": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "a chunk of no length": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
}


@pytest.mark.parametrize("what", WRONG)
async def test_what_is_no_request_is_told_so_and_reaches_nobody(front, what):
    client, honest = await front.client(), await front.client()
    client.say(WRONG[what])
    status, headers, body = await client.answer()
    assert status == 400
    assert json.loads(body)["error"]["hint"]
    assert "default-src 'none'" in headers["content-security-policy"]
    client.say(GET)  # whatever follows is thrown away
    assert await client.end() == b""
    honest.say(GET)
    assert (await honest.answer())[0] == 200
    assert len(front.place.seen) == 1


async def test_an_endless_head_is_refused_before_it_is_kept(front):
    client = await front.client()
    client.say(b"GET / HTTP/1.1\r\nX: " + b"y" * (MOST_HEAD + 1))
    assert (await client.answer())[0] == 413
    client = await front.client()
    client.say(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * (MOST_HEAD - 100) + b"\r\n\r\n")
    assert (await client.answer())[0] == 200


@pytest.mark.parametrize("filling", [b"y", b" "])
async def test_a_head_that_is_too_long_is_refused_also_when_it_comes_at_once(front, filling):
    """From one read the parser sees its end before anybody has counted."""
    client = await front.client()
    (one,) = front.wires
    one.data_received(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + filling * 70_000 + b"z\r\n\r\n")
    assert (await client.answer())[0] == 413
    assert await client.end() == b""
    assert front.place.seen == []


async def test_a_body_behind_a_head_does_not_count_as_head(front):
    client = await front.client()
    (one,) = front.wires
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\nX: "
    head += b"y" * (MOST_HEAD - len(head) - 4) + b"\r\n\r\n"
    one.data_received(head + b"b" * 200_000)
    assert (await client.answer())[0] == 200
    assert front.place.seen[0]["body"] == b"b" * 200_000


@pytest.mark.parametrize(
    ("path", "version", "said"),
    [
        ("/stream", "1.0", b"onetwo"),
        ("/stream", "1.1", b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"),
        ("/known", "1.0", b"/known"),
    ],
)
async def test_an_old_client_gets_no_chunks_and_the_end_of_the_answer_is_the_end(front, path, version, said):
    """HTTP/1.0 is what nginx speaks with those behind it unless told otherwise."""
    client = await front.client()
    client.say(f"GET {path} HTTP/{version}\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    head, _, body = (await client.end()).partition(b"\r\n\r\n")
    assert body == said
    assert (b"transfer-encoding: chunked" in head) == (version == "1.1")
    assert b"connection: close" in head


async def test_an_old_client_that_expects_a_word_first_gets_none(front):
    client = await front.client()
    client.say(b"POST / HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
    await asyncio.sleep(0.02)
    client.say(b"1")
    assert (await client.answer())[0] == 200


async def test_headers_behind_a_body_are_nobodys(front):
    client = await front.client()
    client.say(
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3\r\nabc\r\n0\r\nHost: evil.example\r\nX-Api-Key: k\r\n\r\n"
    )
    assert (await client.answer())[0] == 200
    (scope,) = front.place.seen
    assert scope["body"] == b"abc"
    assert [name for name, _ in scope["headers"]] == [b"host", b"transfer-encoding"]


@pytest.mark.parametrize("cut", [None, 60, 150])
async def test_an_offer_of_another_protocol_is_passed_over_with_the_body_whole(front, cut):
    """As java.net.http and curl --http2 make it; without care the body would be lost."""
    client = await front.client()
    said = (
        b"POST /java HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nContent-Length: 11\r\n"
        b"Host: localhost\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\nUpgrade: h2c\r\n\r\n"
        + b'{"a": "bc"}'
    )
    client.say(said[:cut])
    if cut is not None:
        await asyncio.sleep(0.02)
        client.say(said[cut:])
    assert (await client.answer())[::2] == (200, b"/java")
    (scope,) = front.place.seen
    assert scope["body"] == b'{"a": "bc"}'
    assert [name for name, _ in scope["headers"]] == [b"content-length", b"host"]
    client.say(GET)
    assert (await client.answer())[0] == 200


async def test_a_body_that_nobody_wants_is_thrown_away(front):
    client = await front.client()
    client.say(b"POST /early HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n")
    assert (await client.answer())[2] == b"/early"
    client.say(b"x" * 1_000_000)
    client.say(GET)
    assert (await client.answer())[2] == b"/"


@pytest.mark.parametrize("length", [b"Content-Length: 9", b"Transfer-Encoding: chunked"])
async def test_after_a_whole_answer_there_is_no_second_one(front, length):
    """The body never ends, or turns out to be none: the answer was given, and its reader has gone on."""
    client = await front.client()
    client.say(b"POST /early HTTP/1.1\r\nHost: localhost\r\n" + length + b"\r\n\r\n")
    assert (await client.answer())[2] == b"/early"
    if b"chunked" in length:
        client.say(b"zz\r\n")
    else:
        front.later(STALL_SECONDS + 1)
    assert await client.end() == b""


async def test_whatever_bytes_come_nothing_breaks_and_the_next_is_answered(front, caplog):
    chance = random.Random(7)
    told: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    whole = [
        *WRONG.values(),
        GET,
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 3\r\n\r\nabc"
        + GET,
    ]
    for turn in range(3000):
        data = bytearray(chance.choice(whole) + chance.choice([b"", GET, b"\r\n"]))
        for _ in range(chance.randrange(4)):
            data[chance.randrange(len(data))] = chance.choice(b"\r\n :\x00\xff/%aA0")
        client = await front.connect()
        cut = chance.randrange(len(data))
        client.say(bytes(data[:cut]))
        await asyncio.sleep(0)
        client.say(bytes(data[cut:]))
        if turn % 50 == 0:
            honest = await front.connect()
            honest.say(GET)
            assert (await honest.answer())[0] == 200
            honest.writer.close()
        client.writer.close()
    await front.until(lambda: not front.wires)
    assert len(front.place.seen) > 100
    assert told == []
    assert [record.message for record in caplog.records] == []


# ── a crowd ───────────────────────────────────────────────────────────────────────────────────────


async def test_too_many_connections_are_told_so_and_those_that_are_answered_stay(front, monkeypatch):
    monkeypatch.setattr(crowd, "MOST", 3)
    kept = [await front.client() for _ in range(3)]
    for client in kept:
        client.say(GET.replace(b"/ ", b"/slow ", 1))
    await front.until(lambda: len(front.place.seen) == 3)
    late = await front.connect()
    status, headers, body = await late.answer()
    assert (status, headers["retry-after"]) == (503, "1")
    assert json.loads(body)["error"]["code"] == "crowded"
    late.say(GET)
    assert await late.end() == b""
    front.place.go.set()
    for client in kept:
        assert (await client.answer())[0] == 200
    kept.pop().writer.close()
    await front.until(lambda: len(front.wires) == 2)
    again = await front.client()
    again.say(GET)
    assert (await again.answer())[0] == 200


async def test_a_crowd_from_the_network_does_not_fill_the_socket(front, loopback, monkeypatch):
    monkeypatch.setattr(crowd, "MOST", 2)
    (listener,) = sockets.open_network("127.0.0.2", 0)
    await front.listening.open([listener])
    for _ in range(4):
        await front.connect(sockets.address_of(listener))
    await front.until(lambda: len(front.wires) >= 2)
    own = await front.client()
    own.say(GET)
    assert (await own.answer())[0] == 200


async def test_who_was_idle_longest_gives_way_to_a_newcomer(front, monkeypatch):
    monkeypatch.setattr(crowd, "MOST", 4)
    busy, other, oldest, early = [await front.client() for _ in range(4)]
    busy.say(GET.replace(b"/ ", b"/slow ", 1))
    await front.until(lambda: front.place.seen)
    other.say(GET)
    await other.answer()
    # Answered already: a body that never comes does not keep a place.
    early.say(b"POST /early HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n")
    await early.answer()
    oldest.say(GET[:-2])  # a beginning is no request yet
    await asyncio.sleep(0.01)
    for gone in (oldest, other, early):
        newcomer = await front.connect()
        newcomer.say(GET.replace(b"/ ", b"/slow ", 1))
        if gone is oldest:  # it may be about to ask
            assert (await gone.answer())[0] == 503
        assert await gone.end() == b""
    await front.until(lambda: len(front.place.seen) == 6)
    late = await front.connect()
    assert (await late.answer())[0] == 503
    front.place.go.set()
    assert (await busy.answer())[0] == 200
    assert (await newcomer.answer())[0] == 200


async def test_many_who_come_at_once_take_no_more_places_than_there_are(front, monkeypatch):
    monkeypatch.setattr(crowd, "MOST", 5)
    await asyncio.gather(*(front.connect() for _ in range(40)))
    await front.until(lambda: len(front.wires) == 5)


async def test_those_who_are_sent_away_in_a_pile_get_no_word(front, monkeypatch):
    monkeypatch.setattr(crowd, "MOST", 2)
    for _ in range(2):
        (await front.client()).say(GET.replace(b"/ ", b"/slow ", 1))
    await front.until(lambda: len(front.place.seen) == 2)
    late = [await front.connect() for _ in range(6)]
    ends = [await client.end() for client in late]
    assert [bool(end) for end in ends] == [True, True, False, False, False, False]


async def test_a_greedy_peer_is_bounded_and_this_machine_still_gets_in(front, loopback, monkeypatch):
    monkeypatch.setattr(crowd, "MOST", 8)
    monkeypatch.setattr(crowd, "MOST_OF_ONE", 2)
    monkeypatch.setattr(crowd, "KEPT_HERE", 2)
    # Only addresses of this machine can be had here; one of them is taken for a stranger's.
    real = crowd.whose
    monkeypatch.setattr(crowd, "whose", lambda host: host if host == "127.0.0.2" else real(host))
    (listener,) = sockets.open_network("127.0.0.2", 0)
    (own,) = sockets.open_network("127.0.0.3", 0)

    async def stranger() -> Client:
        client = Client(
            *await asyncio.open_connection(*sockets.address_of(listener), local_addr=("127.0.0.2", 0))
        )
        front.clients.append(client)
        return client

    async with listening(front.place, [listener, own]) as both:
        greedy = [await stranger() for _ in range(5)]
        await front.until(lambda: len(both._state.connections) == 2)
        for client in greedy[:3]:
            assert (await client.answer())[0] == 503
        for client in greedy[3:]:
            client.say(GET.replace(b"/ ", b"/slow ", 1))
        await front.until(lambda: len(front.place.seen) == 2)
        late = await stranger()
        assert (await late.answer())[0] == 503
        honest = await front.connect(sockets.address_of(own))
        honest.say(GET)
        assert (await honest.answer())[0] == 200
        front.place.go.set()


# ── the end ───────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_under_way_is_finished_when_nobody_more_is_taken(front):
    busy, idle, fresh = await front.client(), await front.client(), await front.client()
    idle.say(GET)
    await idle.answer()
    busy.say(GET.replace(b"/ ", b"/slow ", 1))
    await front.until(lambda: len(front.place.seen) == 2)
    front.listening.take_no_more()
    assert await idle.end() == b""
    assert await fresh.end() == b""
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_unix_connection(front.path)
    front.place.go.set()
    status, headers, _ = await busy.answer()
    assert (status, headers["connection"]) == (200, "close")
    await front.until(lambda: not front.listening.is_busy)


async def test_nothing_is_left_open_after_a_thousand_connections(front):
    def ends() -> int:
        return psutil.Process().num_fds() + len(asyncio.all_tasks())

    before = ends()
    for _ in range(20):
        clients = [await front.connect() for _ in range(50)]
        for at, client in enumerate(clients):
            client.say([GET, GET[:9], b"", b"\x00"][at % 4])
        for client in clients:
            client.writer.close()
    await front.until(lambda: not front.wires)
    await front.until(lambda: ends() <= before)
    assert front.listening._state.tasks == set()
