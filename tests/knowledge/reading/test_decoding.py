"""In what a text is written: the same cases as the page's (web/tests/decoding.test.ts)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sottovoce.knowledge.reading import kinds
from sottovoce.knowledge.reading.decoding import Encoding, encoding_of, lines, pieces
from sottovoce.knowledge.reading.paper import plain

PAGE = Path(__file__).parents[3] / "web" / "shared" / "decoding.ts"


@pytest.mark.parametrize(
    ("data", "text", "label"),
    [
        ("naïve 你好".encode(), "naïve 你好", None),
        (b"\xef\xbb\xbfhello", "hello", None),
        (b"\xff\xfe\x60\x4f\x7d\x59\x0a\0", "你好\n", "UTF-16"),
        (b"\xfe\xff\x4f\x60\x59\x7d", "你好", "UTF-16"),
        (b"\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7 ok", "你好，世界 ok", "GB18030"),
        (
            "今日は良い天気ですね。散歩に行きましょう。".encode("cp932"),
            "今日は良い天気ですね。散歩に行きましょう。",
            "Shift_JIS",
        ),
        (
            "今日は良い天気ですね。散歩に行きましょう。".encode("euc_jp"),
            "今日は良い天気ですね。散歩に行きましょう。",
            "EUC-JP",
        ),
        (b"na\xefve caf\xe9, \x93quoted\x94 for 5 \x80", "naïve café, “quoted” for 5 €", "Windows-1252"),
        (
            "le bl\xe9 est dor\xe9e, cr\xe9\xe9e en f\xeate".encode("latin-1"),
            "le blé est dorée, créée en fête",
            "Windows-1252",
        ),
        (b"open \x81 \xe9", "open \x81 é", "Windows-1252"),
        (b"+AGEAYg- is +-", "+AGEAYg- is +-", None),
    ],
)
def test_a_text_is_decoded_by_what_its_bytes_say(data: bytes, text: str, label: str | None) -> None:
    found = encoding_of(data)
    assert found is not None
    assert ("".join(pieces(data, found)), found.label) == (text, label)


@pytest.mark.parametrize("data", [b"text\0text", b"\xff\xfeA\0\0\0", b"abc\x01\x02\x03\xff\x90\x04"])
def test_what_is_no_text_is_known(data: bytes) -> None:
    assert encoding_of(data) is None


def test_the_page_knows_the_same_first_bytes() -> None:
    page = PAGE.read_text("utf-8")
    for what in (*kinds.PICTURES, *kinds.ARCHIVES):
        assert f'"{what[1]}"' in page
    known = re.findall(r'^  \["', page, re.MULTILINE)
    assert len(known) == len(kinds.PICTURES) + len(kinds.ARCHIVES)


def test_a_line_without_end_comes_in_parts() -> None:
    long = list(lines(b"a" * 1_000_000 + b"\r\nb\rc", Encoding("utf-8")))
    assert max(map(len, long)) <= 400_000
    assert "".join(long[:-2]) == "a" * 1_000_000
    assert long[-2:] == ["b", "c"]


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("a\0b", "ab"),
        ("a\r\nb\rc\x0cd", "a\nb\nc\nd"),
        ("half \ud83d here", "half \ufffd here"),
        ("\ud83d\ude00 whole", "😀 whole"),
        ("e\u0301 stays", "e\u0301 stays"),
        ("\x1b[31mred\ttab", "[31mred\ttab"),
    ],
)
def test_what_is_stored_comes_back_as_it_was(text: str, stored: str) -> None:
    assert plain(text) == stored
    assert stored.encode().decode() == stored
