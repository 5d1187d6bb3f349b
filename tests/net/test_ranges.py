from __future__ import annotations

import asyncio
import errno
from typing import Any

import pytest

from sottovoce.core.errors import BadSettings, NetworkProblem, Refused
from sottovoce.core.paths import Home
from sottovoce.net.address import Where, is_loopback, is_named
from sottovoce.net.answer import Answer, Declined, Limits
from sottovoce.net.bearer import Bearer, bearer
from sottovoce.net.door import Door
from sottovoce.net.fetch import opened
from sottovoce.net.ledger import Ledger
from sottovoce.net.policy import Purpose
from sottovoce.net.ranges import Facts, Span, WrongRange, facts

TOKEN = "hf_canaryCANARYcanary"
FILE = bytes(range(256)) * 16


def part(start: int, end: int, *headers: str, size: int = len(FILE), body: bytes | None = None) -> bytes:
    body = FILE[start:end] if body is None else body
    lines = [
        "HTTP/1.1 206 Partial Content",
        f"Content-Range: bytes {start}-{end - 1}/{size}",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


def answer(status: str, *headers: str, body: bytes = b"") -> bytes:
    return (
        "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]).encode() + body
    )


def door(home: Home) -> Door:
    async def everywhere(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    return Door(lambda: "on", Ledger(home.ledger), where=Where.ANYWHERE, resolve=everywhere)


async def asked(home: Home, url: str, **changes: Any) -> tuple[Facts, bytes]:
    wanted = {"purpose": Purpose.DOWNLOAD, "explicit": True, "limits": Limits(10_000, 20), **changes}
    async with opened(door(home), url, **wanted) as found:
        return found.facts, b"".join([piece async for piece in found.pieces()])


# --- What a part says ----------------------------------------------------------------------------


async def test_a_part_is_asked_for_and_checked(home: Home, speaker: Any) -> None:
    there = await speaker()
    there.says["/f"] = part(100, 300, 'ETag: "one"')
    about, body = await asked(home, f"http://m.example:{there.port}/f", span=Span(100, 300, '"one"'))
    assert body == FILE[100:300]
    assert about == Facts(100, 200, len(FILE), '"one"', "", is_part=True)
    assert "range: bytes=100-299" in there.requests[0].lower()
    assert 'if-range: "one"' in there.requests[0].lower()


async def test_the_rest_of_a_file_is_asked_for(home: Home, speaker: Any) -> None:
    there = await speaker()
    there.says["/f"] = part(4000, len(FILE))
    about, body = await asked(home, f"http://m.example:{there.port}/f", span=Span(4000))
    assert (about.size, body) == (len(FILE), FILE[4000:])
    assert "range: bytes=4000-\r\n" in there.requests[0].lower()


async def test_a_server_that_knows_no_parts_sends_all_and_it_shows(home: Home, speaker: Any) -> None:
    there = await speaker()
    there.says["/f"] = answer("200 OK", body=FILE)
    about, body = await asked(home, f"http://m.example:{there.port}/f", span=Span(100, 300))
    assert (about.is_part, about.start, body) == (False, 0, FILE)


WRONG: dict[str, tuple[dict[str, str], Span | None]] = {
    "not asked for": ({"content-range": "bytes 0-9/100"}, None),
    "another start": ({"content-range": "bytes 1-9/100"}, Span(0, 10)),
    "ends early": ({"content-range": "bytes 0-8/100"}, Span(0, 10)),
    "ends late": ({"content-range": "bytes 0-10/100"}, Span(0, 10)),
    "not to the end": ({"content-range": "bytes 5-50/100"}, Span(5)),
    "beyond the file": ({"content-range": "bytes 0-9/5"}, Span(0, 10)),
    "backwards": ({"content-range": "bytes 9-0/100"}, Span(9, 10)),
    "no size": ({"content-range": "bytes 0-9/*"}, Span(0, 10)),
    "no range": ({}, Span(0, 10)),
    "other unit": ({"content-range": "lines 0-9/100"}, Span(0, 10)),
    "minus": ({"content-range": "bytes -1-9/100"}, Span(0, 10)),
    "huge": ({"content-range": f"bytes 0-9/{'9' * 30}"}, Span(0, 10)),
    "other length": ({"content-range": "bytes 0-9/100", "content-length": "11"}, Span(0, 10)),
    "odd length": ({"content-range": "bytes 0-9/100", "content-length": "ten"}, Span(0, 10)),
    "many parts": ({"content-type": "multipart/byteranges; boundary=x"}, Span(0, 10)),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_part_that_was_not_asked_for_is_refused(case: str) -> None:
    headers, span = WRONG[case]
    with pytest.raises(WrongRange, match=r"models\.example") as raised:
        facts("models.example", 206, headers, span)
    assert raised.value.hint


@pytest.mark.parametrize(
    ("tag", "kept"),
    [
        ('"a"', '"a"'),
        ('W/"a"', None),
        ("a", None),
        ("", None),
        ('"a\x01"', None),
        ('"' + "a" * 999 + '"', None),
    ],
)
def test_only_a_strong_tag_counts(tag: str, kept: str | None) -> None:
    assert facts("m", 200, {"etag": tag, "content-length": "5"}, None).validator == kept


def test_a_length_beside_chunks_is_not_believed() -> None:
    said = facts("m", 200, {"content-length": "5", "transfer-encoding": "chunked"}, None)
    assert (said.length, said.size) == (None, None)


# --- Refusals and slowness -----------------------------------------------------------------------


async def test_a_refusal_keeps_what_the_server_said(home: Home, speaker: Any) -> None:
    there = await speaker()
    there.says["/f"] = answer("429 Too Many Requests", "Retry-After: 7", "X-Error-Code: Slow")
    with pytest.raises(Declined, match="answered 429") as raised:
        await asked(home, f"http://m.example:{there.port}/f")
    assert (raised.value.status, raised.value.retry_after, raised.value.reason) == (429, 7.0, "Slow")


@pytest.mark.parametrize("wait", ["-1", "soon", "9" * 99, "1e9"])
async def test_an_absurd_wait_is_not_believed(home: Home, speaker: Any, wait: str) -> None:
    there = await speaker()
    there.says["/f"] = answer("503 Busy", f"Retry-After: {wait}")
    with pytest.raises(Declined) as raised:
        await asked(home, f"http://m.example:{there.port}/f")
    assert (raised.value.retry_after or 0) <= 7 * 86_400


async def drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
    for _ in range(900):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


async def test_a_server_that_only_holds_us_is_left(home: Home, speaker: Any) -> None:
    there = await speaker()
    there.says["/"] = drip
    limits = Limits(1000, 20, slowest=1000, patience=0.2)
    with pytest.raises(NetworkProblem, match="too slow"):
        await asked(home, f"http://m.example:{there.port}/", limits=limits)


async def test_the_time_its_reader_takes_is_not_held_against_a_server(home: Home, speaker: Any) -> None:
    there = await speaker()
    there.says["/"] = answer("200 OK", body=b"x" * 500_000)
    limits = Limits(1_000_000, 20, slowest=10_000_000, patience=0.1)
    wanted = {"purpose": Purpose.DOWNLOAD, "explicit": True, "limits": limits}
    async with opened(door(home), f"http://m.example:{there.port}/", **wanted) as found:
        pieces = [len(piece) async for piece in found.pieces() if await asyncio.sleep(0.15) is None]
    assert len(pieces) > 1
    assert sum(pieces) == 500_000


async def test_a_problem_of_the_reader_stays_the_readers(home: Home, speaker: Any) -> None:
    there = await speaker()
    there.says["/"] = answer("200 OK", body=b"x" * 500_000)

    async def write(found: Answer) -> None:
        async for _ in found.pieces():
            raise OSError(errno.ENOSPC, "full")

    wanted = {"purpose": Purpose.DOWNLOAD, "explicit": True, "limits": Limits(1_000_000)}
    with pytest.raises(OSError, match="full"):
        async with opened(door(home), f"http://m.example:{there.port}/", **wanted) as found:
            await write(found)
    [leaving] = Ledger(home.ledger).departures()
    assert leaving.outcome == "stopped"


# --- The token -----------------------------------------------------------------------------------


async def test_a_token_reaches_its_own_origin(home: Home, speaker: Any) -> None:
    there = await speaker()
    there.says["/"] = answer("200 OK", body=b"x")
    key = Bearer(("http", "m.example", there.port), TOKEN)
    await asked(home, f"http://m.example:{there.port}/", bearer=key)
    assert f"authorization: bearer {TOKEN}".lower() in there.requests[0].lower()


@pytest.mark.parametrize("change", ["host", "port", "below"])
async def test_a_token_is_not_carried_elsewhere(home: Home, speaker: Any, change: str) -> None:
    there, other = await speaker(), await speaker()
    to = {
        "host": f"http://files.example:{other.port}/x",
        "port": f"http://m.example:{other.port}/x",
        "below": f"http://cdn.m.example:{other.port}/x",
    }[change]
    there.says["/"] = answer("302 Found", f"Location: {to}")
    other.says["/x"] = answer("200 OK", body=b"weights")
    key = Bearer(("http", "m.example", there.port), TOKEN)
    elsewhere = {"files.example", "m.example", "*.m.example"}
    _, body = await asked(home, f"http://m.example:{there.port}/", bearer=key, elsewhere=elsewhere)
    assert body == b"weights"
    assert TOKEN in there.requests[0]
    assert "authorization" not in other.requests[0].lower()
    assert TOKEN not in home.ledger.read_text()


async def test_a_token_comes_back_with_a_redirect_home(home: Home, speaker: Any) -> None:
    there, other = await speaker(), await speaker()
    there.says["/"] = answer("302 Found", f"Location: http://files.example:{other.port}/x")
    other.says["/x"] = answer("302 Found", f"Location: http://m.example:{there.port}/y")
    there.says["/y"] = answer("200 OK", body=b"x")
    key = Bearer(("http", "m.example", there.port), TOKEN)
    names = {"files.example", "m.example"}
    await asked(home, f"http://m.example:{there.port}/", bearer=key, elsewhere=names)
    assert [TOKEN in request for request in (*there.requests, *other.requests)] == [True, True, False]


async def test_an_error_never_shows_the_token(home: Home, speaker: Any) -> None:
    there = await speaker()
    key = Bearer(("http", "m.example", there.port), TOKEN)
    said = [answer("401 No"), answer("302 Found", "Location: http://evil.example/"), b"nonsense\r\n\r\n", b""]
    for say in said:
        there.says["/"] = say
        with pytest.raises((NetworkProblem, Refused)) as raised:
            await asked(home, f"http://m.example:{there.port}/", bearer=key)
        problem: BaseException | None = raised.value
        while problem is not None:
            assert TOKEN not in f"{problem!r} {vars(problem)}"
            problem = problem.__cause__ or problem.__context__
    assert TOKEN not in home.ledger.read_text()
    assert TOKEN not in repr(key)


def test_a_token_is_tied_to_the_origin_of_an_address() -> None:
    made = bearer("https://hub.example/path", TOKEN, variable="X")
    assert made.headers(("https", "hub.example", 443)) == {"Authorization": f"Bearer {TOKEN}"}
    for origin in [
        ("https", "hub.example", 8443),
        ("http", "hub.example", 443),
        ("https", "x.hub.example", 443),
    ]:
        assert made.headers(origin) == {}


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "\u202ex", 'quo"te', "x" * 5000])
def test_an_odd_token_is_refused_unseen(token: str) -> None:
    with pytest.raises(BadSettings) as raised:
        bearer("https://hub.example", token, variable="SOTTO_HF_TOKEN")
    assert "SOTTO_HF_TOKEN" in raised.value.sentence
    assert not token or token not in f"{raised.value.sentence} {raised.value.hint}"


def test_a_token_is_not_sent_where_others_can_read_it() -> None:
    with pytest.raises(BadSettings, match="others can read"):
        bearer("http://hub.example", TOKEN, variable="X")
    assert bearer("http://127.0.0.1:8000", TOKEN, variable="X").origin == ("http", "127.0.0.1", 8000)


@pytest.mark.parametrize(
    ("host", "names", "found"),
    [
        ("a.hf.co", {"*.hf.co"}, True), ("us.aws.cdn.hf.co", {"*.hf.co"}, True),
        ("hf.co", {"*.hf.co"}, False), ("evilhf.co", {"*.hf.co"}, False), ("hf.co", {"hf.co"}, True),
        ("a.hf.co.evil.example", {"*.hf.co"}, False), ("a.hf.co", {"hf.co"}, False), ("", {"*.hf.co"}, False),
    ],
)  # fmt: skip
def test_a_name_with_a_star_means_all_below_it(host: str, names: set[str], found: bool) -> None:
    assert is_named(host, names) is found


@pytest.mark.parametrize(
    ("host", "found"), [("127.0.0.9", True), ("localhost", True), ("::1", True), ("a", False)]
)
def test_this_machine_is_known_by_name(host: str, found: bool) -> None:
    assert is_loopback(host) is found
