"""The chunks of a stream: written by hand for speed, and still exactly what the official client takes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from openai.types import Completion
from openai.types.chat import ChatCompletionChunk
from pydantic import BaseModel

from sottovoce.core.events import Called, Likelihood, Usage
from sottovoce.server.openai_api.chunks import DONE, ChatChunks, Head, TextChunks

HEAD = Head("chatcmpl-1", 1_700_000_000, 'a "model"', "fp_1")
COUNTED = Head("chatcmpl-1", 1_700_000_000, "model", "fp_1", tells_usage=True, tier="default")
USAGE = Usage(prompt=7, reused=5, answer=3)
TEXTS = ["word", " ", "", 'quo"te', "line\nend\r\n", "é🙂", "\u2028", "\x00\x1f", "\\", "data: [DONE]\n\n"]
LIKELY = Likelihood(
    " a", b" a", -0.5, (Likelihood(" a", b" a", -0.5), Likelihood("\ufffd", b"\xf0\x9f", -1.5))
)

MOST_MICROSECONDS = 60


def parsed(written: bytes, kind: type[BaseModel]) -> list[Any]:
    """Return the events, each of which fits the client's type in every field and has no other."""
    *events, rest = written.split(b"\n\n")
    assert rest == b""
    found: list[Any] = []
    for event in events:
        assert event.startswith(b"data: ")
        assert b"\n" not in event
        chunk = kind.model_validate_json(event.removeprefix(b"data: "), strict=True)
        assert unknown(chunk) == set()
        found.append(chunk)
    return found


def unknown(noun: BaseModel) -> set[str]:
    found = set(noun.model_extra or ())
    for name in type(noun).model_fields:
        value = getattr(noun, name)
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, BaseModel):
                found |= unknown(part)
    return found


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("head", [HEAD, COUNTED])
def test_any_text_comes_through_as_it_is(text: str, head: Head) -> None:
    first, second = parsed(ChatChunks(head).text(0, text), ChatCompletionChunk)
    assert (first.choices[0].delta.role, first.choices[0].delta.content) == ("assistant", "")
    assert second.choices[0].delta.content == text
    assert second.choices[0].finish_reason is None
    assert (second.model, second.object, second.created) == (
        head.model,
        "chat.completion.chunk",
        head.created,
    )
    (plain,) = parsed(TextChunks(replace(head, tier=None)).text(0, text), Completion_)
    assert plain.choices[0].text == text


class Choice(BaseModel):
    """As the client's own, whose finish_reason is never null, though it is in every chunk but the last."""

    finish_reason: str | None
    index: int
    logprobs: dict[str, Any] | None
    text: str


class Completion_(Completion):
    choices: list[Choice]  # type: ignore[assignment]


def test_a_text_chunk_is_the_clients_but_for_the_reason_that_is_not_known_yet() -> None:
    *_, last = parsed(TextChunks(HEAD).end(0, "length"), Completion)
    assert last.choices[0].finish_reason == "length"


def test_only_the_first_chunk_of_a_choice_tells_its_role() -> None:
    chunks = ChatChunks(HEAD)
    written = [chunks.text(0, "a"), chunks.text(0, "b"), chunks.end(0, "stop"), chunks.text(1, "c")]
    assert [len(parsed(one, ChatCompletionChunk)) for one in written] == [2, 1, 1, 2]
    assert [one.choices[0].index for one in parsed(written[3], ChatCompletionChunk)] == [1, 1]


@pytest.mark.parametrize(
    ("reason", "told"),
    [("stop", "stop"), ("stop_text", "stop"), ("length", "length"), ("call", "tool_calls")],
)
def test_the_reason_is_told_in_the_originals_words(reason: str, told: str) -> None:
    chunks = parsed(ChatChunks(HEAD).end(0, reason), ChatCompletionChunk)
    assert [one.choices[0].finish_reason for one in chunks] == [None, told]


def test_calls_are_numbered_within_their_choice() -> None:
    chunks = ChatChunks(HEAD)
    call = Called("weather", '{"place":"Oslo"}')
    first = parsed(chunks.call(0, call), ChatCompletionChunk)
    second = parsed(chunks.call(0, call), ChatCompletionChunk)
    other = parsed(chunks.call(1, call), ChatCompletionChunk)
    assert first[0].choices[0].delta.content is None
    told = [one[-1].choices[0].delta.tool_calls[0] for one in (first, second, other)]
    assert [one.index for one in told] == [0, 1, 0]
    assert len({one.id for one in told}) == 3
    assert told[0].function.arguments == '{"place":"Oslo"}'


def test_a_call_in_the_older_form_has_neither_id_nor_number() -> None:
    chunks = ChatChunks(HEAD, old_functions=True)
    told = parsed(chunks.call(0, Called("weather", "{}")), ChatCompletionChunk)[-1].choices[0].delta
    assert (told.function_call.name, told.tool_calls) == ("weather", None)


def test_likelihoods_fit_both_forms() -> None:
    chat = parsed(ChatChunks(HEAD).text(0, " a", [LIKELY]), ChatCompletionChunk)[-1]
    (token,) = chat.choices[0].logprobs.content
    assert (token.token, token.bytes, token.logprob) == (" a", [32, 97], -0.5)
    assert [one.bytes for one in token.top_logprobs] == [[32, 97], [0xF0, 0x9F]]
    plain = TextChunks(HEAD)
    plain.text(0, "xyz")
    (text,) = parsed(plain.text(0, " a", [LIKELY]), Completion_)
    assert text.choices[0].logprobs == {
        "tokens": [" a"],
        "token_logprobs": [-0.5],
        "top_logprobs": [{" a": -0.5, "\ufffd": -1.5}],
        "text_offset": [3],
    }


@pytest.mark.parametrize("make", [ChatChunks, TextChunks])
def test_the_count_comes_last_and_only_where_it_was_asked_for(make: Callable[[Head], Any]) -> None:
    assert make(HEAD).last(USAGE) == DONE
    counted, done = make(COUNTED).last(USAGE).split(b"\n\n")[:2]
    assert done + b"\n\n" == DONE
    told = json.loads(counted.removeprefix(b"data: "))
    assert told["choices"] == []
    assert (told["usage"]["prompt_tokens"], told["usage"]["completion_tokens"]) == (7, 3)
    assert told["usage"]["prompt_tokens_details"]["cached_tokens"] == 5
    assert "usage" not in json.loads(make(HEAD).end(0, "stop").split(b"\n\n")[-2].removeprefix(b"data: "))
    assert (
        json.loads(make(COUNTED).end(0, "stop").split(b"\n\n")[-2].removeprefix(b"data: "))["usage"] is None
    )


@pytest.mark.parametrize("make", [ChatChunks, TextChunks])
def test_a_chunk_costs_little(make: Callable[[Head], Any]) -> None:
    chunks = make(COUNTED)
    began = time.process_time()
    for _ in range(2000):
        chunks.text(0, " some")
    assert (time.process_time() - began) / 2000 * 1e6 < MOST_MICROSECONDS
