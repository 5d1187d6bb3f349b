from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sottovoce.core.errors import BadValue, DiskFull, NetworkProblem, Offline, Refused, SottoError
from sottovoce.core.paths import Home
from sottovoce.net.address import Where, may_reach
from sottovoce.net.answer import Limits
from sottovoce.net.door import Door
from sottovoce.net.fetch import fetch, opened
from sottovoce.net.ledger import UNKNOWN, Ledger
from sottovoce.net.policy import Purpose


class Names:
    """A resolver that knows every name, and counts. Answers in turn, the last one for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers) or [["127.0.0.1"]]
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


def door(home: Home, **changes: Any) -> Door:
    return Door(
        **{
            "setting": lambda: "ask",
            "ledger": Ledger(home.ledger),
            "where": Where.ANYWHERE,
            "resolve": Names(),
            **changes,
        }
    )


async def got(opened: Door, url: str, **changes: Any) -> bytes:
    wanted = {
        "purpose": Purpose.DOWNLOAD,
        "explicit": True,
        "limit_bytes": 1000,
        "limit_seconds": 20,
        **changes,
    }
    return b"".join([piece async for piece in fetch(opened, url, **wanted)])


def ok(body: bytes, *headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def moved(to: str, code: int = 302, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {code} Moved", f"Location: {to}", "Content-Length: 0", *headers, "", ""]
    return "\r\n".join(lines).encode()


async def test_a_commanded_download_arrives_and_is_written_down(home: Home, speaker: Any) -> None:
    there = await speaker()
    there.says["/model?token=secret"] = ok(b"weights")
    assert await got(door(home), f"http://models.example:{there.port}/model?token=secret") == b"weights"
    [leaving] = Ledger(home.ledger).departures()
    assert (leaving.host, leaving.port, leaving.purpose) == ("models.example", there.port, "download")
    assert (leaving.received, leaving.outcome) == (7, "done")
    assert leaving.sent == len(there.requests[0])
    assert "secret" not in home.ledger.read_text()


async def test_the_ledger_has_the_line_before_the_connection_is_made(home: Home, speaker: Any) -> None:
    there = await speaker()
    there.says["/"] = ok(b"x")
    seen: list[str] = []
    there.arrived = lambda: seen.extend(leaving.outcome for leaving in Ledger(home.ledger).departures())
    await got(door(home), f"http://models.example:{there.port}/")
    assert seen == [UNKNOWN]


async def test_the_ledger_has_the_line_before_the_name_is_looked_up(home: Home) -> None:
    class Look(Names):
        async def __call__(self, host: str, port: int) -> list[str]:
            assert [leaving.host for leaving in Ledger(home.ledger).departures()] == ["models.example"]
            raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(NetworkProblem, match="There is no address"):
        await got(door(home, resolve=Look()), "http://models.example/")


async def test_without_a_ledger_nothing_leaves(tmp_path: Path, speaker: Any) -> None:
    there = await speaker()
    names = Names()
    nowhere = Door(
        lambda: "on", Ledger(tmp_path / "missing" / "ledger.jsonl"), where=Where.ANYWHERE, resolve=names
    )
    with pytest.raises(SottoError):
        await got(nowhere, f"http://models.example:{there.port}/")
    assert (there.connections, names.asked) == (0, [])


@pytest.mark.parametrize(("setting", "explicit"), [("off", False), ("off", True), ("ask", False)])
async def test_a_refused_fetch_touches_nothing(
    home: Home, speaker: Any, setting: str, explicit: bool
) -> None:
    there = await speaker()
    names = Names()
    with pytest.raises(Offline):
        await got(
            door(home, setting=lambda: setting, resolve=names),
            f"http://m.example:{there.port}/",
            explicit=explicit,
        )
    assert (there.connections, names.asked, home.ledger.exists()) == (0, [], False)


async def test_whoever_forbids_the_network_cuts_what_is_under_way(home: Home, speaker: Any) -> None:
    there, setting = await speaker(), ["ask"]

    async def slowly(writer: asyncio.StreamWriter) -> None:
        writer.write(ok(bytes(12))[:-8])
        await writer.drain()
        await asyncio.sleep(0.1)
        setting[0] = "off"
        writer.write(b"more")
        await asyncio.sleep(5)

    there.says["/"] = slowly
    with pytest.raises(Offline, match="was cut: nothing may leave this machine any more"):
        await got(door(home, setting=lambda: setting[0]), f"http://models.example:{there.port}/")
    [leaving] = Ledger(home.ledger).departures()
    assert "was cut" in leaving.outcome
    assert 0 < leaving.received < 12


@pytest.mark.parametrize("answer", [True, False])
async def test_the_person_decides_when_asked(home: Home, speaker: Any, answer: bool) -> None:
    there = await speaker()
    there.says["/"] = ok(b"x")
    questions: list[str] = []

    async def ask(question: str) -> bool:
        questions.append(question)
        return answer

    opened = door(home, ask=ask)
    with contextlib.nullcontext() if answer else pytest.raises(Offline, match="You said no"):
        await got(opened, f"http://models.example:{there.port}/", explicit=False)
    assert questions == ["May Sottovoce contact models.example (download)?"]
    assert there.connections == answer


async def test_what_is_sent_names_the_program_and_nobody(home: Home, speaker: Any) -> None:
    there = await speaker()
    there.says["/"] = ok(b"x")
    await got(door(home), f"http://models.example:{there.port}/")
    first, *headers = there.requests[0].rstrip().split("\r\n")
    assert first == "GET / HTTP/1.1"
    assert {line.split(": ")[0].lower(): line.split(": ")[1] for line in headers} == {
        "host": f"models.example:{there.port}",
        "user-agent": "sottovoce",
        "accept": "*/*",
        "accept-encoding": "identity",
        "connection": "close",
    }


async def test_no_proxy_of_the_environment_is_used(
    home: Home, speaker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, proxy = await speaker(), await speaker()
    there.says["/"] = ok(b"direct")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    assert await got(door(home), f"http://models.example:{there.port}/") == b"direct"
    assert proxy.connections == 0


async def test_no_cookie_is_kept_from_one_step_to_the_next(home: Home, speaker: Any) -> None:
    there = await speaker()
    there.says["/a"] = moved("/b", 302, "Set-Cookie: id=42; Path=/")
    there.says["/b"] = ok(b"x")
    await got(door(home), f"http://models.example:{there.port}/a")
    assert [request.split()[1] for request in there.requests] == ["/a", "/b"]
    assert "cookie" not in "".join(there.requests).lower()


CODES = [301, 302, 303, 307, 308]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("change", ["host", "port", "scheme", "loopback"])
async def test_a_redirect_elsewhere_is_refused(home: Home, speaker: Any, code: int, change: str) -> None:
    there, canary = await speaker(), await speaker()
    to = {
        "host": f"http://other.example:{canary.port}/",
        "port": f"http://models.example:{canary.port}/",
        "scheme": f"https://models.example:{there.port}/",
        "loopback": f"//127.0.0.1:{canary.port}/",
    }[change]
    there.says["/"] = moved(to, code)
    with pytest.raises(Refused, match="which was not asked for"):
        await got(door(home), f"http://models.example:{there.port}/")
    assert (there.connections, canary.connections) == (1, 0)


@pytest.mark.parametrize("code", CODES)
async def test_a_redirect_to_a_named_host_is_followed_and_written_down(
    home: Home, speaker: Any, code: int
) -> None:
    there, other = await speaker(), await speaker()
    there.says["/"] = moved(f"http://files.example:{other.port}/x", code)
    other.says["/x"] = ok(b"weights")
    url = f"http://models.example:{there.port}/"
    assert await got(door(home), url, elsewhere={"files.example"}) == b"weights"
    assert [(leaving.host, leaving.outcome) for leaving in Ledger(home.ledger).departures()] == [
        ("models.example", "sent on to files.example"),
        ("files.example", "done"),
    ]


async def test_each_redirect_asks_for_its_own_permission(home: Home, speaker: Any) -> None:
    there, other = await speaker(), await speaker()
    there.says["/"] = moved(f"http://files.example:{other.port}/")

    async def ask(question: str) -> bool:
        return "models.example" in question

    with pytest.raises(Offline, match=r"files\.example"):
        await got(
            door(home, ask=ask),
            f"http://models.example:{there.port}/",
            explicit=False,
            elsewhere={"files.example"},
        )
    assert other.connections == 0


async def test_redirects_end(home: Home, speaker: Any) -> None:
    there = await speaker()
    there.says["/"] = moved("/")
    with pytest.raises(NetworkProblem, match="without end"):
        await got(door(home), f"http://models.example:{there.port}/")
    assert there.connections == 6


async def test_a_resolver_that_changes_its_mind_is_asked_once(home: Home, speaker: Any) -> None:
    there = await speaker()
    there.says["/"] = ok(b"x")
    names = Names(["127.0.0.1"], ["192.0.2.1"])
    await got(door(home, resolve=names), f"http://models.example:{there.port}/")
    assert names.asked == ["models.example"]


async def test_the_next_address_is_tried_when_one_is_dead(home: Home, speaker: Any) -> None:
    there = await speaker()
    there.says["/"] = ok(b"x")
    names = Names(["127.0.0.9", "127.0.0.1"])
    assert await got(door(home, resolve=names), f"http://models.example:{there.port}/") == b"x"


PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1",
    "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:169.254.169.254", "fe80::1", "fe80::1%lo", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1",
    "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2002:a00:1::", "2001:0:0:0:0:0:f5ff:fffe",
    "::127.0.0.1", "", "localhost", "127.1", "0x7f000001", "2130706433", "017700000001", "1.2.3.4.5",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
async def test_an_address_within_is_not_reached(home: Home, speaker: Any, address: str) -> None:
    canary = await speaker()
    assert not may_reach(address, Where.OUTSIDE)
    with pytest.raises(Refused, match="private network"):
        await got(
            door(home, where=Where.OUTSIDE, resolve=Names([address])),
            f"https://models.example:{canary.port}/",
        )
    assert canary.connections == 0


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "64:ff9b::101:101", "::ffff:1.1.1.1"])
def test_a_public_address_may_be_reached(address: str) -> None:
    assert may_reach(address, Where.OUTSIDE)


@pytest.mark.parametrize("address", ["224.0.0.1", "0.0.0.0", "::", "ff02::1", "240.0.0.1", "nonsense"])
def test_some_addresses_are_never_reached(address: str) -> None:
    assert not may_reach(address, Where.ANYWHERE)


@pytest.mark.parametrize(
    "url",
    [
        "http://models.example/", "ftp://models.example/", "file:///etc/passwd", "models.example", "",
        "https://", "https:///x", "https://me:pass@models.example/", "https://127.0.0.1\\@models.example/",
        "https://models.example\n.evil.example/", "https://[::1", "https://models.example:99999/",
    ],
)  # fmt: skip
async def test_an_address_that_cannot_be_used_is_refused(home: Home, url: str) -> None:
    names = Names()
    with pytest.raises(BadValue):
        await got(door(home, where=Where.OUTSIDE, resolve=names), url)
    assert (names.asked, home.ledger.exists()) == ([], False)


@pytest.mark.parametrize(
    "url", ["http://me:canary@models.example/x?key=canary#canary", "https://[::1?key=canary", "x?key=canary"]
)
async def test_a_key_in_an_address_is_not_said_again(home: Home, url: str) -> None:
    with pytest.raises(BadValue) as raised:
        await got(door(home, where=Where.OUTSIDE), url)
    assert "canary" not in f"{raised.value.sentence} {raised.value.hint} {raised.value.detail}"


async def drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
    for _ in range(900):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


async def endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"x" * 4096)
        await writer.drain()


async def silent(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


SLOW = (drip, silent)

HOSTILE: dict[str, tuple[Any, str]] = {
    "announces too much": (ok(b"x" * 1001), "offers 1001 bytes"),
    "sends without end": (endless, "more than 1000 bytes"),
    "drips": (drip, "took too long"),
    "says nothing": (silent, "took too long"),
    "packs": (ok(b"x", "Content-Encoding: gzip"), "packed"),
    "breaks off": (ok(b"x" * 9)[:-3], "broke off"),
    "closes at once": (b"", "broke off"),
    "talks nonsense": (b"SSH-2.0-OpenSSH\r\n\r\n", "broke off"),
    "gives no file": (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "answered 404 Not Found."),
    "fails": (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", "answered 503 Busy."),
    "gives a part": (b"HTTP/1.1 206 Part\r\nContent-Length: 1\r\n\r\nx", "answered 206"),
    "huge header": (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 2_000_000, "broke off"),
    "sends to nonsense": (moved("http://[bad"), "."),
}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_hostile_server_gets_a_sentence_and_a_line(home: Home, speaker: Any, kind: str) -> None:
    say, sentence = HOSTILE[kind]
    there = await speaker()
    there.says["/"] = say
    seconds = 0.5 if say in SLOW else 60.0
    with pytest.raises(SottoError, match=sentence) as raised:
        await got(door(home), f"http://models.example:{there.port}/", limit_seconds=seconds)
    assert isinstance(raised.value, NetworkProblem | Refused), raised.value.detail
    [leaving] = Ledger(home.ledger).departures()
    assert leaving.outcome != UNKNOWN
    assert leaving.outcome != "done"


async def test_a_dead_server_gets_a_sentence_and_a_line(home: Home, loopback: None) -> None:
    with pytest.raises(NetworkProblem, match="could not be reached"):
        await got(door(home), "http://models.example:9/")
    [leaving] = Ledger(home.ledger).departures()
    assert (leaving.sent, leaving.received) == (0, 0)


async def test_closing_the_generator_stops_and_is_written_down(home: Home, speaker: Any) -> None:
    there = await speaker()
    there.says["/"] = drip
    pieces = fetch(
        door(home),
        f"http://models.example:{there.port}/",
        purpose=Purpose.DOWNLOAD,
        explicit=True,
        limit_bytes=1000,
    )
    async with contextlib.aclosing(pieces):
        first = await anext(pieces)
    [leaving] = Ledger(home.ledger).departures()
    assert (leaving.received, leaving.outcome) == (len(first), "stopped")


async def test_the_ledger_does_not_learn_what_went_wrong_with_the_reader(home: Home, speaker: Any) -> None:
    there = await speaker()
    there.says["/"] = ok(b"weights")
    with pytest.raises(DiskFull):
        async with opened(
            door(home),
            f"http://models.example:{there.port}/",
            purpose=Purpose.DOWNLOAD,
            explicit=True,
            limits=Limits(1000),
        ):
            raise DiskFull("The disk that holds /home/me/models is full.")
    [leaving] = Ledger(home.ledger).departures()
    assert leaving.outcome == "stopped"


@pytest.fixture
def certificate(tmp_path: Path) -> Callable[[str], Path]:
    """Make a self-signed certificate for a name."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not installed, so there is no certificate to test with")

    def make(name: str) -> Path:
        made = tmp_path / f"{name}.pem"
        command = [program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        subject = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
        paths = ["-keyout", str(made), "-out", str(tmp_path / "certificate")]
        subprocess.run([*command, *subject, *paths], check=True, capture_output=True)
        made.write_text(made.read_text() + (tmp_path / "certificate").read_text())
        return made

    return make


@pytest.fixture
def secure(certificate: Callable[[str], Path]) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server named models.example shows, and what believes it."""
    made = certificate("models.example")
    shows = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shows.load_cert_chain(made)
    return shows, ssl.create_default_context(cafile=str(made))


async def test_the_certificate_is_held_against_the_name_not_the_address(
    home: Home, speaker: Any, secure: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    shows, believes = secure
    there = await speaker(shows)
    there.says["/"] = ok(b"weights")
    opened = door(home, trust=believes)
    assert await got(opened, f"https://models.example:{there.port}/") == b"weights"
    with pytest.raises(NetworkProblem) as raised:
        await got(opened, f"https://other.example:{there.port}/")
    assert "certificate" in str(raised.value.detail).lower()
    with pytest.raises(NetworkProblem):
        await got(door(home), f"https://models.example:{there.port}/")


async def test_a_redirect_never_gives_up_encryption(
    home: Home, speaker: Any, secure: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    shows, believes = secure
    there, canary = await speaker(shows), await speaker()
    there.says["/"] = moved(f"http://files.example:{canary.port}/")
    with pytest.raises(Refused):
        await got(
            door(home, trust=believes), f"https://models.example:{there.port}/", elsewhere={"files.example"}
        )
    assert canary.connections == 0
