"""A word is found however it is written, alone or within more, and nothing else is."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from random import Random
from urllib.parse import quote

import pytest
from torture.canaries import CUT, Canaries

KINDS = ("a question", "an answer")


@pytest.fixture
def words() -> Canaries:
    return Canaries(KINDS, Random(1))


def zipped(data: bytes) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", data)
    return whole.getvalue()


WRITTEN: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "in an address": lambda text: quote(text, safe="").encode(),
    "in JSON": lambda text: json.dumps({"text": text}).encode(),
    "in UTF-16": lambda text: text.encode("utf-16"),
    "in UTF-16, the other way": lambda text: text.encode("utf-16-be"),
    "in hexadecimal": lambda text: text.encode().hex().encode(),
    "in base64": lambda text: base64.b64encode(text.encode()),
    "in base64, one byte on": lambda text: base64.b64encode(b"x" + text.encode()),
    "in base64, two bytes on": lambda text: base64.urlsafe_b64encode(b"xy" + text.encode()),
    "in a zip": lambda text: zipped(text.encode()),
    "in a gzip": lambda text: gzip.compress(text.encode()),
}


@pytest.mark.parametrize("written", WRITTEN)
def test_a_word_is_found(words: Canaries, written: str) -> None:
    assert words.held(WRITTEN[written](f"Why é {words['a question']}, then?")) == {"a question"}


def test_a_word_that_was_cut_is_found(words: Canaries) -> None:
    assert words.held(words["a question"][:-2].encode()) == {CUT}


def test_what_the_program_made_is_found(words: Canaries) -> None:
    words.add("a key", "sk-sotto-AbC_9-x2T7")
    assert words.held(b"GET /?key=sk-sotto-AbC_9-x2T7") == {"a key"}
    assert words.held(base64.b64encode(b"Bearer sk-sotto-AbC_9-x2T7 ")) == {"a key"}


def test_nothing_else_is_found(words: Canaries) -> None:
    others = Canaries(KINDS, Random(2))
    assert words.held(others["a question"].encode()) == set()
    assert words.held(b"PK\x03\x04 no zip at all") == set()
    assert words.held(b"") == set()
