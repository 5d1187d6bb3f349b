"""What is sent to each kind of server, and what is understood of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sottovoce.core.errors import Unsupported, UpstreamProblem
from sottovoce.core.events import Notice, Reasoning, Text, Usage
from sottovoce.core.messages import Message, Role
from sottovoce.core.sampling import Sampling
from sottovoce.hybrid.dialects import anthropic, openai, sse
from sottovoce.hybrid.dialects.words import Ended, Named, Said
from sottovoce.hybrid.upstream import Kind, Upstream
from sottovoce.net.address import Where

TALK = [
    Message(Role.SYSTEM, "Be brief."),
    Message(Role.USER, "Hello? 你好"),
    Message(Role.ASSISTANT, "Yes."),
    Message(Role.USER, "\ud83d half"),
]
DRAWN = Sampling(temperature=0.2, top_p=0.9, top_k=40, seed=7, stop=("END",), presence_penalty=0.5)


def at(url: str, kind: Kind = Kind.OPENAI, model: str = "large") -> Upstream:
    return Upstream("cellar", url, model, Where.OUTSIDE, kind)


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("https://box.example", "https://box.example/v1/chat/completions"),
        ("https://box.example/", "https://box.example/v1/chat/completions"),
        ("https://box.example/v1", "https://box.example/v1/chat/completions"),
        ("https://box.example/v1/", "https://box.example/v1/chat/completions"),
        ("https://box.example/api/openai", "https://box.example/api/openai/chat/completions"),
    ],
)
def test_openais_path_follows_the_address(url: str, whole: str) -> None:
    assert url.rstrip("/") + openai.request(at(url), TALK, DRAWN, 9).path == whole


@pytest.mark.parametrize("url", ["https://box.example", "https://box.example/v1", "https://box.example/v1/"])
def test_anthropics_path_follows_the_address(url: str) -> None:
    asked = anthropic.request(at(url, Kind.ANTHROPIC), TALK, DRAWN, 9)
    assert url.rstrip("/") + asked.path == "https://box.example/v1/messages"


def test_openai_is_told_all_that_its_protocol_has_a_place_for() -> None:
    asked = openai.request(at("https://box.example"), TALK, DRAWN, 9)
    assert json.loads(asked.body) == {
        "model": "large",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hello? 你好"},
            {"role": "assistant", "content": "Yes."},
            {"role": "user", "content": "? half"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 9,
        "temperature": 0.2,
        "top_p": 0.9,
        "presence_penalty": 0.5,
        "seed": 7,
        "stop": ["END"],
    }
    assert asked.unsaid == ("top_k",)


def test_the_original_is_told_the_length_in_its_newer_name() -> None:
    fields = json.loads(openai.request(at("https://api.openai.com/v1"), TALK, Sampling(), 9).body)
    assert (fields["max_completion_tokens"], "max_tokens" in fields) == (9, False)
    fields = json.loads(openai.request(at("https://notopenai.com/v1"), TALK, Sampling(), 9).body)
    assert (fields["max_tokens"], "max_completion_tokens" in fields) == (9, False)


def test_openai_is_held_to_a_schema_and_anthropic_is_not() -> None:
    held = Sampling(schema='{"type": "object"}')
    fields = json.loads(openai.request(at("https://box.example"), TALK, held, 9).body)
    assert fields["response_format"]["json_schema"] == {"name": "answer", "schema": {"type": "object"}}
    with pytest.raises(Unsupported, match="cannot be held to a JSON schema"):
        anthropic.request(at("https://box.example", Kind.ANTHROPIC), TALK, held, 9)


def test_anthropic_is_told_all_that_its_protocol_has_a_place_for() -> None:
    asked = anthropic.request(at("https://box.example", Kind.ANTHROPIC), TALK, DRAWN, 9)
    assert json.loads(asked.body) == {
        "model": "large",
        "system": "Be brief.",
        "messages": [
            {"role": "user", "content": "Hello? 你好"},
            {"role": "assistant", "content": "Yes."},
            {"role": "user", "content": "? half"},
        ],
        "stream": True,
        "max_tokens": 9,
        "temperature": 0.2,
        "top_p": 0.9,
        "top_k": 40,
        "stop_sequences": ["END"],
    }
    assert set(asked.unsaid) == {"presence_penalty", "seed"}
    assert dict(asked.headers) == {"anthropic-version": "2023-06-01"}
    hot = anthropic.request(at("https://box.example", Kind.ANTHROPIC), TALK, Sampling(temperature=1.5), 9)
    assert hot.unsaid == ("temperature",)


# ── Anthropic's stream ────────────────────────────────────────────────────────────────────────────

COUNTS = {
    "input_tokens": 7,
    "cache_read_input_tokens": 3,
    "cache_creation_input_tokens": 2,
    "output_tokens": 1,
}
START = {"type": "message_start", "message": {"model": "large", "usage": COUNTS}}
STOP = {"type": "message_stop"}


def block(**delta: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": 0, "delta": delta}


def end(reason: str | None = "end_turn", written: Any = 5, stop: str | None = None) -> dict[str, Any]:
    delta = {"stop_reason": reason, "stop_sequence": stop}
    return {"type": "message_delta", "delta": delta, "usage": {"output_tokens": written}}


def heard(*events: Any) -> list[Said]:
    reader = anthropic.Reader(at("https://box.example", Kind.ANTHROPIC))

    def said() -> Iterator[Said]:
        for event in events:
            yield from reader.event(event.get("type", ""), json.dumps(event))
        yield reader.ended()

    return list(said())


def test_a_stream_of_anthropics_is_understood() -> None:
    events = (
        START,
        {"type": "content_block_start", "content_block": {"type": "thinking", "thinking": ""}},
        {"type": "ping"},
        block(type="thinking_delta", thinking="Hm."),
        block(type="signature_delta", signature="x"),
        {"type": "content_block_stop"},
        block(type="text_delta", text="Hel"),
        block(type="text_delta", text="lo."),
        {"type": "something_new", "text": 7},
        end(),
        STOP,
    )
    assert heard(*events) == [
        Named("large"), Reasoning("Hm."), Text("Hel"), Text("lo."), Ended("stop", Usage(12, 3, 5)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "ours"),
    [("end_turn", "stop"), ("max_tokens", "length"), ("stop_sequence", "stop_text"), ("refusal", "stop")],
)
def test_anthropics_reasons_are_ours(reason: str, ours: str) -> None:
    *notices, last = heard(
        START, block(text="x"), end(reason, stop="END" if ours == "stop_text" else None), STOP
    )
    assert isinstance(last, Ended)
    assert (last.reason, last.stop) == (ours, "END" if ours == "stop_text" else None)
    assert [one.code for one in notices if isinstance(one, Notice)] == ["filtered"] * (reason == "refusal")


BAD: dict[str, tuple[tuple[Any, ...], str]] = {
    "ends without an end": ((START, block(text="x")), "broke off in the middle"),
    "stops without a reason": ((START, block(text="x"), end(None), STOP), "broke off in the middle"),
    "tells of an error": (
        (START, {"type": "error", "error": {"type": "overloaded_error"}}),
        "error of its own",
    ),
    "ends in its own way": ((START, end("tool_use")), "a way that was not asked for"),
    "goes on after the end": ((START, end(), block(text="y")), "went on after the end"),
    "goes on after the stop": ((START, end(), STOP, START), "went on after the end"),
    "sends a text that is none": ((block(text=["x"]),), "text of another shape"),
    "sends a message that is none": (({"type": "message_start", "message": "x"},), "JSON of another shape"),
    "counts in letters": ((START, end(written="five")), "counted tokens"),
    "counts true": ((START, end(written=True)), "counted tokens"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_lie_in_anthropics_stream_is_a_sentence(kind: str) -> None:
    events, sentence = BAD[kind]
    with pytest.raises(UpstreamProblem, match=sentence) as raised:
        heard(*events)
    assert raised.value.hint


def test_a_whole_answer_of_anthropics_is_understood() -> None:
    reader = anthropic.Reader(at("https://box.example", Kind.ANTHROPIC, "small"))
    body = {
        "type": "message", "model": "large", "stop_reason": "end_turn",
        "content": [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Hello."}],
        "usage": {"input_tokens": 4, "output_tokens": 2},
    }  # fmt: skip
    named, notice, *rest = reader.whole(json.dumps(body).encode())
    assert named == Named("large")
    assert isinstance(notice, Notice)
    assert notice.text == "cellar was asked for small; large answered."
    assert rest == [Reasoning("Hm."), Text("Hello."), Ended("stop", Usage(4, 0, 2))]


def test_parts_of_a_content_are_one_text_in_openais_stream() -> None:
    reader = openai.Reader(at("https://box.example"))
    parts = [
        {"type": "text", "text": "Hel"},
        {"type": "thinking", "thinking": []},
        {"type": "text", "text": "lo."},
    ]
    event = json.dumps({"choices": [{"delta": {"content": parts}}]})
    assert list(reader.event("", event)) == [Text("Hello.")]


# ── events ────────────────────────────────────────────────────────────────────────────────────────

STREAM = (
    ": hello\r\nevent: a\r\ndata: 1\r\ndata: 2\r\n\r\n\n\n"
    "data:3\nid: 9\nretry\n\ndata: 你好\n\nerror: {}\n\ndata: last"
).encode()
EVENTS = [("a", "1\n2"), ("", "3"), ("", "你好"), ("error", "{}"), ("", "last")]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_events_are_the_same_in_pieces_of_any_size(size: int) -> None:
    events = sse.Events()
    found = [
        event for start in range(0, len(STREAM), size) for event in events.fed(STREAM[start : start + size])
    ]
    assert [*found, *events.end()] == EVENTS


def test_an_event_without_end_is_not_kept() -> None:
    for piece in (b"x" * 65_536, b"data: x\n" * 8192):
        events = sse.Events()
        with pytest.raises(sse.TooLong):
            _ = [list(events.fed(piece)) for _ in range(100)]
