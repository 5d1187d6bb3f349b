"""Servers that cut, lie, drip, swap and send on: never does a wrong file get its final name.

Each entry says what is done to the CDN's answers, and how it ends: None, the right file is here; else the
sentence.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from typing import Any

import pytest
from getting import brought, wanted, way
from mirror import Ask, Blob, Handler, Mirror

from sottovoce.core.errors import SottoError
from sottovoce.core.paths import Home
from sottovoce.models.way import Manner
from sottovoce.net.answer import Limits

HARD = Manner(
    least=64 << 10,
    settle=0.0,
    fast=1e12,
    tries=4,
    step=4096,
    pause=0.01,
    longest_pause=5,
    limits=Limits(1 << 30, silence=0.4, slowest=20_000, patience=0.3),
)
HALF = 500_000


def sometimes(fault: Any, *numbers: int) -> Any:
    """Do it at these requests only, and answer the others well."""

    def do(here: Handler, blob: Blob, ask: Ask) -> None:
        (fault if ask.number in numbers else Handler.serve)(here, blob, ask)

    return do


def cut(after: int) -> Any:
    def do(here: Handler, blob: Blob, ask: Ask) -> None:
        here.send_head(blob, ask)
        here.send_body(here.body(blob, ask)[:after])

    return do


def head(**changes: str | None) -> Any:
    """Send other headers, and the right body."""

    def do(here: Handler, blob: Blob, ask: Ask) -> None:
        here.send_head(blob, ask, **changes)
        here.send_body(here.body(blob, ask))

    return do


def raw(data: bytes) -> Any:
    def do(here: Handler, blob: Blob, ask: Ask) -> None:
        here.wfile.write(data)

    return do


def status(code: int, **headers: str) -> Any:
    def do(here: Handler, blob: Blob, ask: Ask) -> None:
        here.send(code, b"", {name.replace("_", "-"): value for name, value in headers.items()})

    return do


def page(size: int | None = None) -> Any:
    def do(here: Handler, blob: Blob, ask: Ask) -> None:
        text = b"<!DOCTYPE html><title>Log in</title>"
        here.send(200, text.ljust(size or len(text)), {"Content-Type": "text/html"})

    return do


def whole(here: Handler, blob: Blob, ask: Ask) -> None:
    here.serve(blob, Ask(ask.number, None, None, None))


def whole_cut(here: Handler, blob: Blob, ask: Ask) -> None:
    cut(HALF)(here, blob, Ask(ask.number, None, None, None))


def reset(here: Handler, blob: Blob, ask: Ask) -> None:
    cut(HALF)(here, blob, ask)
    here.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    here.connection.close()


def other_part(here: Handler, blob: Blob, ask: Ask) -> None:
    """Send the beginning, whatever was asked for, and say so."""
    part = blob.data[: len(here.body(blob, ask))]
    here.send_head(blob, ask, Content_Range=f"bytes 0-{len(part) - 1}/{len(blob.data)}")
    here.send_body(part)


def lying_part(here: Handler, blob: Blob, ask: Ask) -> None:
    """Send the beginning, whatever was asked for, and say it is what was asked for."""
    here.send_head(blob, ask)
    here.send_body(blob.data[: len(here.body(blob, ask))])


def changed(etag: str | None) -> Any:
    """Cut the first answer; then serve another file of the same size."""

    def do(here: Handler, blob: Blob, ask: Ask) -> None:
        if ask.number == 1:
            cut(HALF)(here, blob, ask)
            return
        other = Blob(blob.data[:HALF] + bytes(len(blob.data) - HALF), etag or blob.etag)
        here.serve(other, ask)

    return do


def flipped(here: Handler, blob: Blob, ask: Ask) -> None:
    body = bytearray(here.body(blob, ask))
    body[len(body) // 2] ^= 1
    here.send_head(blob, ask)
    here.send_body(bytes(body))


def drip_body(here: Handler, blob: Blob, ask: Ask) -> None:
    here.send_head(blob, ask)
    for letter in here.body(blob, ask)[:60]:
        here.wfile.write(bytes([letter]))
        time.sleep(0.02)


def drip_head(here: Handler, blob: Blob, ask: Ask) -> None:
    for letter in b"HTTP/1.1 206 Partial Content\r\nX-Slow: " + b"x" * 900:
        here.wfile.write(bytes([letter]))
        time.sleep(0.02)


def silent(here: Handler, blob: Blob, ask: Ask) -> None:
    cut(HALF)(here, blob, ask)
    time.sleep(0.8)


def endless(here: Handler, blob: Blob, ask: Ask) -> None:
    here.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(2000):
        here.wfile.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")


def too_much(here: Handler, blob: Blob, ask: Ask) -> None:
    here.serve(blob, ask)
    for _ in range(200):
        here.wfile.write(b"x" * 4096)


def jealous(here: Handler, blob: Blob, ask: Ask) -> None:
    """Bear one connection at a time."""
    if ask.start:
        status(429, Retry_After="0")(here, blob, ask)
    else:
        here.serve(blob, ask)


BIG = b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300_000
HOSTILE: dict[str, tuple[Any, str | None]] = {
    "cuts once": (sometimes(cut(HALF), 1), None),
    "cuts every answer": (cut(200_000), None),
    "cuts at every third of a batch": (cut(333_333), None),
    "cuts within the first bytes": (sometimes(cut(3), 1, 2), None),
    "cuts before the body, always": (cut(0), "broke off"),
    "closes at once, twice": (sometimes(raw(b""), 1, 2), None),
    "cuts within its headers": (sometimes(raw(b"HTTP/1.1 206 Pa"), 1), None),
    "resets the connection": (sometimes(reset, 1), None),
    "announces more than it sends": (sometimes(head(Content_Length="99999999"), 1), None),
    "says one length twice, differently": (head(content_length="5"), "broke off|length|offers"),
    "says a length below zero": (head(Content_Length="-5"), "broke off|how long"),
    "says another size": (head(Content_Range="bytes 0-99/100"), None),
    "knows no ranges": (whole, None),
    "knows no ranges and cuts once": (sometimes(whole_cut, 1), None),
    "knows no ranges and cuts always": (whole_cut, "broke off"),
    "sends another part": (sometimes(other_part, 2, 3, 4), None),
    "sends another part after a cut": (
        lambda here, blob, ask: (
            (cut(HALF) if ask.number == 1 else other_part)(here, blob, ask)
            if ask.start is not None
            else here.serve(blob, ask)
        ),
        None,
    ),
    "lies about the part after a cut": (
        lambda here, blob, ask: (
            (cut(HALF) if ask.number == 1 else lying_part)(here, blob, ask)
            if ask.number < 4
            else here.serve(blob, ask)
        ),
        None,
    ),
    "does not say which part": (head(Content_Range=None), None),
    "says nonsense for a part": (head(Content_Range="bytes 0-x/5"), None),
    "sends many parts in one": (
        head(Content_Type="multipart/byteranges; boundary=x", Content_Range=None),
        None,
    ),
    "has another file by then": (changed('"new"'), "SHA-256"),
    "has another file by then and hides it": (changed(None), "SHA-256"),
    "flips a bit once": (sometimes(flipped, 1), "SHA-256"),
    "flips a bit after a cut": (
        lambda here, blob, ask: (
            cut(HALF)(here, blob, ask)
            if ask.number == 1
            else (flipped if ask.number == 2 else Handler.serve)(here, blob, ask)
        ),
        None,
    ),
    "flips a bit always": (flipped, "SHA-256"),
    "drips its body once": (sometimes(drip_body, 1), None),
    "drips its body always": (drip_body, "slow|too long|broke off"),
    "drips its headers": (sometimes(drip_head, 1), None),
    "falls silent": (sometimes(silent, 1), None),
    "sends without end": (endless, "how long"),
    "sends more than it said": (too_much, None),
    "packs": (head(Content_Encoding="gzip"), "packed"),
    "sends a login page": (page(), "not what was announced"),
    "sends a login page of the right size": (None, "web page"),
    "sends a pointer of git-lfs": (
        lambda here, blob, ask: here.send(200, b"version https://git-lfs.github.com/spec/v1\n", {}),
        "not what was announced",
    ),
    "has not such a part": (status(416), "answered 416"),
    "has not such a part after a cut": (
        lambda here, blob, ask: (
            status(416)(here, blob, ask)
            if ask.number == 2
            else (cut(HALF) if ask.number == 1 else Handler.serve)(here, blob, ask)
        ),
        None,
    ),
    "is busy at first": (sometimes(status(429, Retry_After="0"), 1, 2), None),
    "is busy for an hour": (status(429, Retry_After="3600"), "wait 3600 s"),
    "fails at first": (sometimes(status(503), 1, 2), None),
    "fails always": (status(500), "answered 500"),
    "forbids": (status(403), "answered 403"),
    "has lost the file": (sometimes(status(404), 1), "answered 404"),
    "bears one connection": (jealous, None),
    "has no tag": (head(ETag=None), None),
    "talks nonsense": (raw(b"SSH-2.0-OpenSSH\r\n\r\n"), "broke off"),
    "has huge headers": (raw(BIG), "broke off"),
    "sends on without end": (
        lambda here, blob, ask: here.send(302, b"", {"Location": here.path}),
        "without end",
    ),
    "sends on to a place that was not named": (
        status(302, Location="http://elsewhere.example/x"),
        "not asked for",
    ),
    "sends on to an address within": (status(302, Location="http://169.254.169.254/"), "not asked for"),
}


def test_there_are_enough_hostile_servers() -> None:
    assert len(HOSTILE) >= 30


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_hostile_server_never_puts_a_wrong_file_here(
    home: Home, mirror: Mirror, weights: bytes, kind: str
) -> None:
    fault, sentence = HOSTILE[kind]
    file = wanted(mirror, weights)
    mirror.fault = fault or page(len(weights))
    problem = None
    try:
        async with asyncio.timeout(20):
            await brought(way(home, HARD), home, file)
    except SottoError as raised:
        problem = raised
    if sentence is None:
        assert problem is None, getattr(problem, "detail", None)
        assert (home.models / "m.gguf").read_bytes() == weights
        return
    with pytest.raises(SottoError, match=sentence):
        raise problem or AssertionError("it ended well")
    assert getattr(problem, "hint", "")
    assert list(home.models.glob("*.gguf")) == []
    # When the server is well again, the same command ends right.
    mirror.fault = None
    assert (await brought(way(home, HARD), home, file)).read_bytes() == weights


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (page(), "web page"),
        (
            lambda here, blob, ask: here.send(200, b"version https://git-lfs.github.com/spec/v1\n", {}),
            "git lfs",
        ),
        (lambda here, blob, ask: here.send(200, b"PK\x03\x04" + bytes(99), {}), "zip"),
        (lambda here, blob, ask: here.send(200, bytes(8) + b"{" + bytes(99), {}), "safetensors|zeros"),
    ],
)
async def test_what_is_no_model_is_noticed_at_its_first_bytes(
    home: Home, mirror: Mirror, weights: bytes, fault: Any, sentence: str
) -> None:
    mirror.fault = fault
    with pytest.raises(SottoError, match=sentence):
        await brought(way(home, HARD), home, wanted(mirror, weights, size=None, sha256=None))
    assert list(home.models.glob("*.gguf")) == []


async def test_a_file_that_changes_without_a_known_digest_is_fetched_anew(
    home: Home, mirror: Mirror, weights: bytes
) -> None:
    mirror.fault = changed('"new"')
    path = await brought(way(home, HARD), home, wanted(mirror, weights, size=None, sha256=None))
    assert path.read_bytes() == weights[:HALF] + bytes(len(weights) - HALF)
