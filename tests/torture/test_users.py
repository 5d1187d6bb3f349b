"""What the trial of isolation sees: a word whole, in pieces over chunks and events, and cut."""

from __future__ import annotations

import json
from random import Random

import pytest
from torture.serving import Reply
from torture.users import LENGTH, Heard, everything, markers, pieces, taken

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
USAGE = {"prompt_tokens": 40, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 31}}


def chunked(*parts: bytes) -> Reply:
    return Reply(
        HEAD + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (*parts, b"")), is_whole=True
    )


def event(**said: object) -> bytes:
    return b"data: " + json.dumps(said).encode() + b"\n\n"


def test_no_two_words_share_a_piece() -> None:
    words = markers(32, Random(1))
    assert {len(word) for word in words} == {LENGTH}
    assert len(set().union(*map(pieces, words))) == 32 * len(pieces(words[0]))


def test_a_word_is_found_over_events_and_chunks() -> None:
    stream = event(choices=[{"delta": {"content": "BCDFG"}}]) + event(
        choices=[{"delta": {"content": "hjkl"}}]
    )
    heard = taken(chunked(stream[:20], stream[20:45], stream[45:], event(choices=[], usage=USAGE)))
    assert "bcdfghjkl" in everything(heard)
    assert (heard.prompt, heard.reused, heard.answer) == (40, 31, 3)


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ({"usage": USAGE}, (40, 31, 3)),
        ({"usage": {"input_tokens": 9, "cache_read_input_tokens": 31, "output_tokens": 3}}, (40, 31, 3)),
        (
            {
                "usage": {
                    "input_tokens": 40,
                    "input_tokens_details": {"cached_tokens": 31},
                    "output_tokens": 3,
                }
            },
            (40, 31, 3),
        ),
        ({"usage": {"prompt": 40, "reused": 31, "answer": 3}}, (40, 31, 3)),
        ({"prompt_eval_count": 40, "eval_count": 3, "done": True}, (40, None, 3)),
    ],
)
def test_the_counts_of_each_protocol_are_read(said: object, counts: tuple[int, int | None, int]) -> None:
    heard = taken(Reply(b"HTTP/1.1 200 OK\r\n\r\n" + json.dumps(said).encode(), is_whole=True))
    assert (heard.prompt, heard.reused, heard.answer) == counts
    assert heard.is_answer


def test_what_is_cut_or_failed_is_no_answer() -> None:
    whole = event(choices=[], usage=USAGE)
    assert taken(chunked(whole)).is_answer
    assert not taken(Reply(HEAD + b"%x\r\n%s" % (len(whole), whole), is_whole=False)).is_answer
    assert not taken(chunked(whole, event(error={"code": "engine_failed"}))).is_answer
    assert not taken(chunked(event(choices=[{"delta": {"content": "word"}}]))).is_answer


def test_an_answer_that_was_cut_within_a_word_shows_it() -> None:
    (word,) = markers(1, Random(2))
    assert pieces(word) & pieces(f"i say {word[:6]}")
    assert everything(Heard(b"", word.upper())).strip() == word
