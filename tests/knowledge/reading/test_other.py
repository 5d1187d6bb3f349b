"""Old office formats: what they are told apart by, and what is said where nothing reads them."""

from __future__ import annotations

import sys

import pytest
from samples import read

from sottovoce.knowledge.reading.other import kind_of
from sottovoce.knowledge.reading.refusal import Refusal, problem

HEAD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def holding(name: str) -> bytes:
    return HEAD + name.encode("utf-16-le") + b"\0" * 64


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"{\\rtf1 x}", "RTF"),
        (holding("WordDocument"), "DOC"),
        (holding("PowerPoint Document"), "PPT"),
        (holding("Workbook"), "XLS"),
    ],
)
def test_an_old_document_is_what_it_holds(data: bytes, what: str) -> None:
    assert kind_of(data)[1] == what


@pytest.mark.parametrize(
    ("data", "reason"), [(holding("EncryptedPackage"), "protected"), (holding("Something"), "unknown")]
)
def test_a_locked_and_an_unknown_one_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Refusal) as caught:
        read(data, "a.docx")
    assert caught.value.reason == reason


def test_without_the_extra_readers_their_name_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kreuzberg", None)
    with pytest.raises(Refusal) as caught:
        read(b"{\\rtf1 x}", "letter.rtf")
    said = problem("letter.rtf", caught.value)
    assert said.sentence == "letter.rtf (RTF) needs the extra readers, which are not installed."
    assert "pip install '.[docs]'" in (said.hint or "")
