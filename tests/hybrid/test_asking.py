"""A model elsewhere is asked once, within its budget; whatever its server does ends as a sentence."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from answers import (
    COUNTED,
    GOOD,
    PLAIN,
    QUESTION,
    chunk,
    endless_text,
    hang_in_the_middle,
    heard,
    spent,
    streamed,
    text_of,
    whole,
)  # fmt: skip
from certificates import certificate

from sottovoce.core.errors import (
    BadUpstream,
    NetworkProblem,
    Refused,
    SottoError,
    UpstreamProblem,
)
from sottovoce.core.events import Finished, Notice, Reasoning, Text, Usage
from sottovoce.core.paths import Home
from sottovoce.core.sampling import Sampling
from sottovoce.hybrid import keys
from sottovoce.hybrid.asking import Piece, ask, call
from sottovoce.hybrid.dialects.words import Named
from sottovoce.hybrid.means import Means, Patience
from sottovoce.hybrid.upstream import Kind, Price, Upstream
from sottovoce.net.address import Where
from sottovoce.net.ledger import Ledger
from sottovoce.store.spending import Spent

Make = Callable[..., Means]
Elsewhere = Callable[..., Upstream]
PATH = "/v1/chat/completions"


async def test_an_answer_streams_and_ends_with_its_counts(
    speaker: Any, ways: Make, elsewhere: Elsewhere, home: Home
) -> None:
    there, means = await speaker(), ways()
    there.says[PATH] = streamed(*GOOD)
    upstream = elsewhere(there.port, price=Price(Decimal("0.25"), Decimal(2), "EUR"))
    *pieces, finished = await heard(upstream, means)
    assert pieces == [Named("large"), Text("Hel"), Text("lo.")]
    assert isinstance(finished, Finished)
    assert (finished.reason, finished.usage) == ("stop", Usage(11, 4, 3))
    assert json.loads(there.bodies[0]) == json.loads(call(upstream, QUESTION, PLAIN).body)
    [leaving] = Ledger(home.ledger).departures()
    assert (leaving.outcome, leaving.host) == ("done", "box.example")
    assert spent(means, upstream) == Spent(9, 14, leaving.sent + leaving.received)


async def test_the_key_arrives_and_stands_nowhere_else(
    speaker: Any, ways: Make, elsewhere: Elsewhere, home: Home
) -> None:
    there = await speaker()
    there.says[PATH] = streamed(*GOOD)
    upstream = elsewhere(there.port)
    keys.keep(home, upstream, "sk-canary-4711")
    await heard(upstream, ways(key=lambda one: keys.of(home, one)))
    assert "authorization: bearer sk-canary-4711" in there.requests[0].lower()
    kept = [path for path in home.root.rglob("*") if path.is_file() and b"canary-4711" in path.read_bytes()]
    assert kept == [home.root / "upstreams" / "cellar.key"]


async def test_a_thought_comes_apart_from_the_answer(speaker: Any, ways: Make, elsewhere: Elsewhere) -> None:
    there = await speaker()
    thoughts = [{"choices": [{"delta": {name: "Hm."}}]} for name in ("reasoning_content", "reasoning")]
    there.says[PATH] = streamed(*thoughts, *GOOD)
    pieces = await heard(elsewhere(there.port), ways())
    assert [piece.text for piece in pieces if isinstance(piece, Reasoning)] == ["Hm.", "Hm."]
    assert text_of(pieces) == "Hello."


async def hang(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def endless_event(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: ")
    while True:
        writer.write(b"x" * 4096)
        await writer.drain()


async def only_signs_of_life(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
    while True:
        writer.write(b": ping\n\n")
        await writer.drain()
        await asyncio.sleep(0.01)


SO_FAR = chunk("So far.")
HASTE = Patience(connect=5, first=1.0, between=1.0, total=2.5)
BAD: dict[str, tuple[Any, str]] = {
    "hangs": (hang, "took too long"),
    "hangs in the middle": (hang_in_the_middle, "took too long"),
    "gives signs of life alone": (only_signs_of_life, "took too long"),
    "never stops": (endless_text, "does not stop where it was told to"),
    "sends an event without end": (endless_event, "event without end|more than .* bytes"),
    "closes at once": (b"", "broke off"),
    "ends without an end": (streamed(SO_FAR), "broke off in the middle of its answer"),
    "is done without an end": (streamed(SO_FAR, "[DONE]"), "broke off in the middle of its answer"),
    "ends without an answer": (streamed(chunk(finish="stop"), "[DONE]"), "ended without an answer"),
    "says nothing": (streamed("[DONE]"), "broke off in the middle"),
    "goes on after the end": (streamed(chunk("x", "stop"), chunk("y")), "went on after the end"),
    "fails in the middle": (streamed(SO_FAR, {"error": {"message": "boom"}}), "error of its own"),
    "fails in llama.cpp's way": (
        whole(b'error: {"code": 500, "message": "boom"}\n\n', kind="text/event-stream"), "error of its own"),
    "sends half JSON": (streamed(SO_FAR, '{"choices": ['), "what is not JSON"),
    "sends a list": (streamed("[1, 2]"), "JSON of another shape"),
    "sends choices that are none": (streamed({"choices": "no"}), "JSON of another shape"),
    "sends a delta that is none": (streamed({"choices": [{"delta": 7}]}), "JSON of another shape"),
    "sends a text that is none": (streamed({"choices": [{"delta": {"content": 7}}]}), "text of another"),
    "ends in its own way": (streamed(SO_FAR, chunk(finish="tool_calls")), "a way that was not asked for"),
    "counts below nothing": (streamed(*GOOD[:3], {"usage": {"prompt_tokens": -1}}), "counted tokens"),
    "counts beyond all": (streamed(*GOOD[:3], {"usage": {"completion_tokens": 10**30}}), "counted tokens"),
    "sends what is not UTF-8": (whole(b"data: \xff\xfe\n\n", kind="text/event-stream"), "not UTF-8"),
    "nests without end": (streamed("[" * 60_000), "what is not JSON"),
    "sends a web page": (whole(b"<html>Sign in</html>", kind="text/html"), "a web page instead"),
    "sends JSON that is none": (whole(b"{"), "what is not JSON"),
    "sends JSON of nothing": (whole(b"{}"), "JSON of another shape"),
    "sends an error with 200": (whole(b'{"error": "no"}'), "error of its own"),
    "refuses the key": (whole(b'{"error": "sk-1"}', status=401), "does not take its key"),
    "forbids": (whole(b"", status=403), "does not take its key"),
    "knows no such model": (whole(b'{"error": 1}', status=404), "has no model 'large'"),
    "finds it too long": (whole(b'{"error": 1}', status=400), "did not accept the question"),
    "has too many": (whole(b"", status=429, more="Retry-After: 9\r\n"), "takes no more questions"),
    "fails": (whole(b"Traceback", status=500), r"cellar failed \(500\)"),
    "is overloaded": (whole(b"", status=529), r"cellar failed \(529\)"),
    "answers in its own way": (whole(b"", status=204), "answered 204, which is no answer"),
    "packs": (whole(b"x", more="Content-Encoding: gzip\r\n"), "packed"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
async def test_a_server_that_fails_or_lies_gets_a_sentence_and_a_next_step(
    speaker: Any, ways: Make, elsewhere: Elsewhere, home: Home, kind: str
) -> None:
    say, sentence = BAD[kind]
    there = await speaker()
    there.says[PATH] = say
    patience = {"patience": HASTE} if sentence == "took too long" else {}
    with pytest.raises(NetworkProblem, match=sentence) as raised:
        await heard(elsewhere(there.port, longest=64), ways(**patience))
    assert raised.value.hint
    assert there.connections == 1, "nothing is tried twice"
    [leaving] = Ledger(home.ledger).departures()
    assert leaving.outcome not in ("done", "unknown")


async def test_what_came_before_a_failure_stays(speaker: Any, ways: Make, elsewhere: Elsewhere) -> None:
    there, came = await speaker(), list[Piece]()
    there.says[PATH] = streamed(SO_FAR, {"error": "boom"})

    async def listen() -> None:
        async for piece in ask(elsewhere(there.port), QUESTION, PLAIN, ways()):
            came.append(piece)

    with pytest.raises(UpstreamProblem):
        await listen()
    assert came == [Named("large"), Text("So far.")]


async def test_a_servers_own_words_are_no_part_of_the_sentence(
    speaker: Any, ways: Make, elsewhere: Elsewhere
) -> None:
    there = await speaker()
    for say in (whole(b"canary\x1b[2J", status=500), streamed({"error": "canary\x1b[2J"})):
        there.says[PATH] = say
        with pytest.raises(UpstreamProblem) as raised:
            await heard(elsewhere(there.port), ways())
        assert "canary" not in f"{raised.value.sentence}{raised.value.hint}"
        assert "canary" in str(raised.value.detail)
        assert "\x1b" not in str(raised.value.detail)


@pytest.mark.parametrize(
    ("asked", "answers", "told"),
    [
        ("large", "large-2026-08-06", False),
        ("large", "/models/Large.gguf", False),
        ("large:8b", "large", False),
        ("large", "", False),
        ("large", "small", True),
        ("gpt-5", "canary-1b", True),
    ],
)
async def test_another_model_than_was_asked_is_told(
    speaker: Any, ways: Make, elsewhere: Elsewhere, asked: str, answers: str, told: bool
) -> None:
    there = await speaker()
    there.says[PATH] = streamed(*(one | {"model": answers} if isinstance(one, dict) else one for one in GOOD))
    pieces = await heard(elsewhere(there.port, model=asked), ways())
    assert [piece.code for piece in pieces if isinstance(piece, Notice)] == ["other_model"] * told


async def test_a_server_that_does_not_stream_is_understood(
    speaker: Any, ways: Make, elsewhere: Elsewhere
) -> None:
    there = await speaker()
    message = {"role": "assistant", "content": "Hello."}
    there.says[PATH] = whole(
        json.dumps({"choices": [{"message": message, "finish_reason": "length"}], "usage": COUNTED}).encode()
    )
    *pieces, finished = await heard(elsewhere(there.port), ways())
    assert (text_of(pieces), finished.reason) == ("Hello.", "length")  # type: ignore[union-attr]


async def test_a_server_that_does_not_hang_up_is_not_waited_for(
    speaker: Any, ways: Make, elsewhere: Elsewhere
) -> None:
    there = await speaker()
    for events in (GOOD, GOOD[:-1]):

        async def stay(writer: asyncio.StreamWriter, events: Any = events) -> None:
            writer.write(streamed(*events).replace(b"Content-Length", b"X-Length"))
            await writer.drain()
            await asyncio.sleep(60)

        there.says[PATH] = stay
        waiting = Patience(connect=5, first=20, between=2, total=60)
        assert text_of(await heard(elsewhere(there.port), ways(patience=waiting))) == "Hello."


async def test_without_counts_they_are_estimated_and_it_is_told(
    speaker: Any, ways: Make, elsewhere: Elsewhere
) -> None:
    there = await speaker()
    there.says[PATH] = streamed(*GOOD[:3], "[DONE]")
    priced = elsewhere(there.port, price=Price(Decimal(1), Decimal(1), "EUR"))
    means = ways()
    *_, notice, finished = await heard(priced, means)
    assert isinstance(notice, Notice)
    assert notice.code == "uncounted"
    assert spent(means, priced).tokens > 0
    assert isinstance(finished, Finished)


async def test_what_a_protocol_has_no_place_for_is_told(
    speaker: Any, ways: Make, elsewhere: Elsewhere
) -> None:
    there = await speaker()
    there.says[PATH] = streamed(*GOOD)
    first, *_ = await heard(elsewhere(there.port), ways(), Sampling(top_k=40, min_p=0.1, temperature=0.3))
    assert first == Notice("unsaid", "cellar is not told top_k, min_p: its protocol has no place for it.")
    assert json.loads(there.bodies[0])["temperature"] == 0.3


async def test_halves_of_characters_do_not_come_in(speaker: Any, ways: Make, elsewhere: Elsewhere) -> None:
    there = await speaker()
    there.says[PATH] = streamed('{"choices": [{"delta": {"content": "a\\ud83d"}}]}', *GOOD)
    assert text_of(await heard(elsewhere(there.port), ways())) == "a\ufffdHello."


# ── where it goes ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("change", ["host", "port", "scheme"])
@pytest.mark.parametrize("kind", Kind)
async def test_no_secret_arrives_where_a_redirect_points(
    speaker: Any, ways: Make, elsewhere: Elsewhere, home: Home, code: int, change: str, kind: Kind
) -> None:
    there, canary = await speaker(), await speaker()
    to = {
        "host": f"http://other.example:{canary.port}/",
        "port": f"http://box.example:{canary.port}/",
        "scheme": f"https://box.example:{there.port}/",
    }[change]
    redirect = whole(b"", status=code, more=f"Location: {to}\r\n")
    there.says = {PATH: redirect, "/v1/messages": redirect}
    upstream = elsewhere(there.port, kind=kind)
    keys.keep(home, upstream, "sk-canary-4711")
    with pytest.raises(Refused, match="sends on to another address"):
        await heard(upstream, ways(key=lambda one: keys.of(home, one)))
    assert (there.connections, canary.connections) == (1, 0)


async def test_a_model_that_is_not_where_it_was_said_to_be_is_not_contacted(
    speaker: Any, ways: Make, elsewhere: Elsewhere
) -> None:
    there, means = await speaker(), ways()
    outside = elsewhere(there.port, url=f"https://box.example:{there.port}/v1", where=Where.OUTSIDE)
    with pytest.raises(Refused, match="leads into this machine or a private network"):
        await heard(outside, means)

    async def public(host: str, port: int) -> list[str]:
        return ["1.1.1.1"]

    with pytest.raises(Refused, match="is said to be inside"):
        await heard(elsewhere(there.port), replace(means, door=replace(means.door, resolve=public)))
    assert there.connections == 0


async def test_an_authority_of_its_own_alone_may_vouch_for_its_server(
    speaker: Any, ways: Make, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    shows, authority = certificate(tmp_path, "box.example")
    there = await speaker(shows)
    there.says[PATH] = streamed(*GOOD)
    secure = elsewhere(there.port, url=f"https://box.example:{there.port}/v1")
    assert text_of(await heard(replace(secure, authority=str(authority)), ways())) == "Hello."
    with pytest.raises(NetworkProblem, match="could not be reached"):
        await heard(secure, ways())
    _, other = certificate(tmp_path, "box.example")
    with pytest.raises(NetworkProblem, match="could not be reached"):
        await heard(replace(secure, authority=str(other)), ways())
    other.write_text("no certificate")
    with pytest.raises(BadUpstream, match="The certificates of cellar cannot be read"):
        await heard(replace(secure, authority=str(other)), ways())
    assert len(there.bodies) == 1


async def test_a_name_that_is_nowhere_gets_a_sentence(ways: Make, elsewhere: Elsewhere) -> None:
    async def nowhere(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    means = ways()
    with pytest.raises(SottoError, match="There is no address for box"):
        await heard(elsewhere(1), replace(means, door=replace(means.door, resolve=nowhere)))
