"""What is sent to a model elsewhere: to one address of the declared kind, once, with its key, no further."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sottovoce.core.errors import BadValue, NetworkProblem, Offline, Refused, SottoError, TooLarge
from sottovoce.core.paths import Home
from sottovoce.net.address import Where, may_reach
from sottovoce.net.answer import Limits
from sottovoce.net.bearer import Bearer, origin
from sottovoce.net.door import Door
from sottovoce.net.ledger import UNKNOWN, Ledger
from sottovoce.net.policy import Purpose
from sottovoce.net.post import posted

QUESTION = b'{"question": "Where is my canary?"}'
KEY = "sk-canary-4711"
LIMITS = Limits(100_000, seconds=60, outgoing=1000)


class Names:
    """A resolver that knows every name. Answers in turn, the last one for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers) or [["127.0.0.1"]]
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


def door(home: Home, **changes: Any) -> Door:
    usual = {
        "setting": lambda: "on",
        "ledger": Ledger(home.ledger),
        "where": Where.INSIDE,
        "resolve": Names(),
    }
    return Door(**{**usual, **changes})


async def sent(opened: Door, url: str, *, body: bytes = QUESTION, **changes: Any) -> tuple[int, bytes]:
    wanted = {"purpose": Purpose.ANSWER, "explicit": True, "limits": LIMITS, **changes}
    async with posted(opened, url, body, **wanted) as answer:
        return answer.status, b"".join([piece async for piece in answer.pieces()])


def key(url: str, **changes: Any) -> Bearer:
    return Bearer(origin(url), KEY, **changes)


def said(status: int, body: bytes, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


async def test_a_question_arrives_whole_with_its_key_and_is_written_down(home: Home, speaker: Any) -> None:
    there = await speaker()
    there.says["/v1/ask"] = said(200, b"Here.")
    url = f"http://box.example:{there.port}/v1/ask"
    assert await sent(door(home), url, bearer=key(url)) == (200, b"Here.")
    assert there.bodies == [QUESTION]
    assert f"authorization: bearer {KEY}" in there.requests[0].lower()
    [leaving] = Ledger(home.ledger).departures()
    assert (leaving.method, leaving.purpose, leaving.outcome) == ("POST", "answer", "done")
    assert (leaving.sent, leaving.received) == (len(there.requests[0]) + len(QUESTION), 5)
    assert leaving.sha256 == hashlib.sha256(QUESTION).hexdigest()
    assert "canary" not in home.ledger.read_text()
    assert not Ledger(home.ledger).texts.exists()


async def test_a_key_goes_in_the_header_that_a_protocol_has_for_it(home: Home, speaker: Any) -> None:
    there = await speaker()
    there.says["/"] = said(200, b"")
    url = f"http://box.example:{there.port}/"
    await sent(door(home), url, bearer=key(url, header="x-api-key", before=""), headers={"a-version": "2"})
    assert f"\r\nx-api-key: {KEY}\r\n" in there.requests[0]
    assert "\r\na-version: 2\r\n" in there.requests[0]
    assert "authorization" not in there.requests[0].lower()


async def test_the_text_is_kept_as_it_left_where_the_owner_wants_that(home: Home, speaker: Any) -> None:
    there = await speaker()
    there.says["/"] = said(200, b"")
    url = f"http://box.example:{there.port}/"
    await sent(door(home, keeps=lambda: True), url, bearer=key(url))
    ledger = Ledger(home.ledger)
    [leaving] = ledger.departures()
    kept = ledger.texts / f"{leaving.id}.json"
    assert kept.read_bytes() == there.bodies[0]
    assert kept.stat().st_mode & 0o777 == 0o600
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == leaving.sha256


@pytest.mark.parametrize("setting", ["off", "ask"])
async def test_without_permission_nothing_is_looked_up_or_sent(
    home: Home, speaker: Any, setting: str
) -> None:
    there, names = await speaker(), Names()
    with pytest.raises(Offline):
        await sent(door(home, setting=lambda: setting, resolve=names), f"http://box.example:{there.port}/")
    assert (there.connections, names.asked, home.ledger.exists()) == (0, [], False)


CODES = [301, 302, 303, 307, 308]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("change", ["host", "port", "scheme", "path", "loopback"])
async def test_no_redirect_is_followed_and_no_key_arrives_elsewhere(
    home: Home, speaker: Any, code: int, change: str
) -> None:
    there, canary = await speaker(), await speaker()
    to = {
        "host": f"http://other.example:{canary.port}/",
        "port": f"http://box.example:{canary.port}/",
        "scheme": f"https://box.example:{there.port}/",
        "path": "/elsewhere",
        "loopback": f"//127.0.0.1:{canary.port}/",
    }[change]
    there.says["/"] = said(code, b"", f"Location: {to}")
    url = f"http://box.example:{there.port}/"
    with pytest.raises(Refused, match="sends on to another address"):
        await sent(door(home), url, bearer=key(url))
    assert (there.connections, canary.connections) == (1, 0)
    assert not canary.requests


async def test_a_key_is_not_sent_to_another_origin_than_its_own(home: Home, speaker: Any) -> None:
    there = await speaker()
    for other in ("http://box.example/", f"https://box.example:{there.port}/", "http://other.example/"):
        with pytest.raises(Refused, match="nothing was sent") as raised:
            await sent(door(home), f"http://box.example:{there.port}/", bearer=key(other))
        assert KEY not in f"{raised.value.sentence} {raised.value.hint} {raised.value.detail}"
    assert there.connections == 0


def test_a_key_is_not_shown_with_what_carries_it() -> None:
    from sottovoce.net.target import Outgoing, checked

    url = checked("https://box.example/", Where.OUTSIDE)
    carrying = Outgoing(
        "POST", url, key("https://box.example/").headers(("https", "box.example", 443)), b"canary"
    )
    assert "canary" not in repr(carrying)


INSIDE = ["127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "192.168.1.5", "100.64.3.2", "::1", "fd00::5",
          "::ffff:192.168.1.5", "64:ff9b::a00:1"]  # fmt: skip
OUTSIDE = ["1.1.1.1", "8.8.8.8", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::"]
NOWHERE = ["0.0.0.0", "::", "224.0.0.1", "ff02::1", "240.0.0.1", "255.255.255.255", "169.254.169.254",
           "fe80::1", "fe80::1%lo", "192.0.2.1", "198.18.0.1", "2001:db8::1", "nonsense", "",
           "::ffff:169.254.169.254"]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "where"),
    [
        *((one, {Where.INSIDE}) for one in INSIDE),
        *((one, {Where.OUTSIDE}) for one in OUTSIDE),
        *((one, set()) for one in NOWHERE),
    ],
)
def test_an_address_is_on_one_side_of_the_door(address: str, where: set[Where]) -> None:
    sides = (Where.INSIDE, Where.OUTSIDE)
    assert {side for side in sides if may_reach(address, side)} == where


async def test_a_host_said_to_be_inside_whose_address_is_public_is_not_contacted(home: Home) -> None:
    for address in OUTSIDE:
        with pytest.raises(Refused, match="is said to be inside"):
            await sent(door(home, resolve=Names([address])), "http://box.example/")
    assert {leaving.sent for leaving in Ledger(home.ledger).departures()} == {0}


async def test_an_address_that_changes_after_it_was_checked_is_not_asked_for_again(
    home: Home, speaker: Any
) -> None:
    canary = await speaker()
    names = Names(["10.255.255.1", "127.0.0.1"], ["127.0.0.1"])
    outside = door(home, where=Where.OUTSIDE, resolve=names)
    with pytest.raises(Refused):
        await sent(outside, f"https://rebound.example:{canary.port}/")
    assert (names.asked, canary.connections) == (["rebound.example"], 0)


async def test_what_is_outside_is_not_asked_without_encryption(home: Home, speaker: Any) -> None:
    there = await speaker()
    with pytest.raises(BadValue, match="https://"):
        await sent(door(home, where=Where.OUTSIDE), f"http://box.example:{there.port}/")
    assert there.connections == 0


async def test_more_than_may_leave_does_not(home: Home, speaker: Any) -> None:
    there = await speaker()
    with pytest.raises(TooLarge, match=r"1,001 bytes are too many to send to box\.example; 1,000"):
        await sent(door(home), f"http://box.example:{there.port}/", body=b"x" * 1001)
    assert (there.connections, home.ledger.exists()) == (0, False)


async def test_an_error_comes_with_its_body_and_its_wait(home: Home, speaker: Any) -> None:
    there = await speaker()
    there.says["/"] = said(429, b'{"error": 1}', "Retry-After: 7")
    async with posted(
        door(home), f"http://box.example:{there.port}/", QUESTION,
        purpose=Purpose.ANSWER, explicit=True, limits=LIMITS,
    ) as answer:  # fmt: skip
        body = b"".join([piece async for piece in answer.pieces()])
    assert (answer.status, answer.wait, body) == (429, 7.0, b'{"error": 1}')
    [leaving] = Ledger(home.ledger).departures()
    assert leaving.outcome == "answered 429"


async def endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"x" * 4096)
        await writer.drain()


async def silent(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(30)


async def silent_after_its_head(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
    await writer.drain()
    await asyncio.sleep(30)


async def silent_in_the_middle(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\nonce")
    await writer.drain()
    await asyncio.sleep(30)


async def drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


HASTE = Limits(100_000, seconds=60, first=1.0, silence=1.0, outgoing=1000)
HOSTILE: dict[str, tuple[Any, Limits, str]] = {
    "says nothing": (silent, HASTE, "took too long"),
    "falls silent after its head": (silent_after_its_head, HASTE, "took too long"),
    "falls silent in the middle": (silent_in_the_middle, HASTE, "took too long"),
    "drips for ever": (drip, Limits(100_000, seconds=1.5, outgoing=1000), "took too long"),
    "sends without end": (endless, LIMITS, "more than 100000 bytes"),
    "announces too much": (said(200, b"x" * 100_001), LIMITS, "offers 100001 bytes"),
    "packs": (said(200, b"x", "Content-Encoding: gzip"), LIMITS, "packed"),
    "breaks off": (said(200, b"x" * 9)[:-3], LIMITS, "broke off"),
    "closes at once": (b"", LIMITS, "broke off"),
    "talks nonsense": (b"SSH-2.0-OpenSSH\r\n\r\n", LIMITS, "broke off"),
    "a huge header": (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 2_000_000, LIMITS, "broke off"),
    "breaks off a chunk": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nonly", LIMITS, "broke off",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_hostile_server_gets_a_sentence_and_is_asked_once(
    home: Home, speaker: Any, kind: str
) -> None:
    say, limits, sentence = HOSTILE[kind]
    there = await speaker()
    there.says["/"] = say
    with pytest.raises(NetworkProblem, match=sentence):
        await sent(door(home), f"http://box.example:{there.port}/", limits=limits)
    assert there.connections == 1
    [leaving] = Ledger(home.ledger).departures()
    assert leaving.outcome not in (UNKNOWN, "done")
    assert leaving.sent > len(QUESTION)


async def test_a_wait_for_the_first_byte_may_be_longer_than_between_two(home: Home, speaker: Any) -> None:
    there = await speaker()
    going = asyncio.Event()

    async def later(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await writer.drain()
        await going.wait()
        writer.write(b"now")
        await writer.drain()

    there.says["/"] = later
    asyncio.get_running_loop().call_later(1.6, going.set)
    limits = Limits(1000, seconds=60, first=30, silence=1.0, outgoing=1000)
    assert await sent(door(home), f"http://box.example:{there.port}/", limits=limits) == (200, b"now")


async def test_whoever_leaves_ends_the_connection(home: Home, speaker: Any) -> None:
    there, gone = await speaker(), asyncio.Event()

    async def until_gone(writer: asyncio.StreamWriter) -> None:
        try:
            await drip(writer)
        finally:
            gone.set()

    there.says["/"] = until_gone
    url = f"http://box.example:{there.port}/"
    async with posted(
        door(home), url, QUESTION, purpose=Purpose.ANSWER, explicit=True, limits=LIMITS
    ) as answer, contextlib.aclosing(answer.pieces()) as pieces:  # fmt: skip
        await anext(pieces)
    async with asyncio.timeout(10):
        await gone.wait()
    [leaving] = Ledger(home.ledger).departures()
    assert leaving.outcome == "stopped"


async def test_forbidding_the_network_cuts_a_stream(home: Home, speaker: Any) -> None:
    there, setting = await speaker(), ["on"]
    there.says["/"] = drip
    url = f"http://box.example:{there.port}/"

    async def cut() -> None:
        async with posted(
            door(home, setting=lambda: setting[0]), url, QUESTION,
            purpose=Purpose.ANSWER, explicit=True, limits=LIMITS,
        ) as answer:  # fmt: skip
            async for _ in answer.pieces():
                setting[0] = "off"

    with pytest.raises(Offline, match="was cut"):
        await cut()


async def test_no_proxy_of_the_environment_is_used(
    home: Home, speaker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, proxy = await speaker(), await speaker()
    there.says["/"] = said(200, b"direct")
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    assert await sent(door(home), f"http://box.example:{there.port}/") == (200, b"direct")
    assert proxy.connections == 0


async def test_the_proxy_of_the_settings_is_told_the_checked_address_and_nothing_else(
    home: Home, speaker: Any
) -> None:
    proxy = await speaker()
    url = "https://far.example/v1"
    outside = door(
        home, where=Where.OUTSIDE, resolve=Names(["1.1.1.1"]), proxy=f"http://127.0.0.1:{proxy.port}"
    )
    proxy.says["1.1.1.1:443"] = b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(NetworkProblem, match=r"far\.example could not be reached"):
        await sent(outside, url, bearer=key(url))
    [request] = proxy.requests
    assert request.startswith("CONNECT 1.1.1.1:443 ")
    assert not {"canary", "far.example"} & set(request.replace("-", " ").split())
    assert KEY not in request


async def test_the_proxy_does_not_stand_before_the_house(home: Home, speaker: Any) -> None:
    there, proxy = await speaker(), await speaker()
    there.says["/"] = said(200, b"direct")
    inside = door(home, proxy=f"http://127.0.0.1:{proxy.port}")
    assert await sent(inside, f"http://box.example:{there.port}/") == (200, b"direct")
    assert proxy.connections == 0


@pytest.mark.parametrize("kind", ["expired", "not yet", "of another", "by nobody"])
async def test_a_wrong_certificate_ends_it_before_anything_is_said(
    home: Home, speaker: Any, tmp_path: Path, certified: Callable[..., tuple[ssl.SSLContext, Path]], kind: str
) -> None:
    name = "other.example" if kind == "of another" else "box.example"
    days = {"expired": (-30, -1), "not yet": (1, 30)}.get(kind, (-1, 30))
    shows, authority = certified(name, *days)
    believes = ssl.create_default_context(cafile=None if kind == "by nobody" else str(authority))
    there = await speaker(shows)
    there.says["/"] = said(200, b"")
    url = f"https://box.example:{there.port}/"
    with pytest.raises(NetworkProblem, match="could not be reached") as raised:
        await sent(door(home, trust=believes), url, bearer=key(url))
    assert "certificate" in str(raised.value.detail).lower()
    assert (there.requests, there.bodies) == ([], [])


async def test_no_authority_of_the_environment_is_trusted(
    home: Home,
    speaker: Any,
    certified: Callable[..., tuple[ssl.SSLContext, Path]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shows, authority = certified("box.example", -1, 30)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    there = await speaker(shows)
    with pytest.raises(NetworkProblem, match="could not be reached"):
        await sent(door(home), f"https://box.example:{there.port}/")
    assert there.requests == []


async def test_a_right_certificate_is_accepted(
    home: Home, speaker: Any, certified: Callable[..., tuple[ssl.SSLContext, Path]]
) -> None:
    shows, authority = certified("box.example", -1, 30)
    there = await speaker(shows)
    there.says["/"] = said(200, b"safe")
    url = f"https://box.example:{there.port}/"
    trusting = door(home, trust=ssl.create_default_context(cafile=str(authority)))
    assert await sent(trusting, url, bearer=key(url)) == (200, b"safe")


async def test_a_dead_server_gets_a_sentence_and_no_key(home: Home, loopback: None) -> None:
    with pytest.raises(SottoError, match="could not be reached"):
        await sent(door(home), "http://box.example:9/", bearer=key("http://box.example:9/"))
    [leaving] = Ledger(home.ledger).departures()
    assert (leaving.sent, leaving.received) == (0, 0)
