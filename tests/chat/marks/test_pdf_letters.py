"""Letters and labels of PDFs: what no font has is told, Chinese is read, and labels are seen."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import marked
import pytest
from pdfs import found_in, without_fonts, words
from pypdf import PdfReader

from sottovoce.chat.marks.verifying import Finding, Signed

Exported = Callable[..., bytes]


@pytest.mark.parametrize("kind", ["machine", "none"])
def test_letters_of_no_font_are_written_as_code_points_and_verify(kind: str, exported: Exported) -> None:
    text = "سلام שלום नमस्ते 🫨 [U+0041] e\u0301 x\u0336 ⚠\ufe0f \u202eab"
    answer = marked.message(text)
    file = exported("pdf", [answer]) if kind == "machine" else without_fonts(answer)
    assert {one.finding for one in found_in(file)} == {Finding.UNCHANGED}
    seen = words(file)
    assert "[U+0633]" in seen
    assert "[U+202E]" in seen
    assert ("could not be set" if kind == "machine" else "无法排印的字符") in seen.replace("\r\n", " ")


def test_chinese_is_readable_where_the_machine_has_no_font_of_it() -> None:
    file = without_fonts(marked.message("莱茵河长约1230公里。 한국어"))
    assert "莱茵河长约1230公里" in words(file)
    assert "한국어" in words(file)
    assert b"STSong-Light" in file
    assert {one.signed for one in found_in(file)} == {Signed.HERE}
    assert len(file) < 20_000


def test_the_label_of_china_is_seen_and_its_field_has_seven_keys() -> None:
    file = without_fonts(marked.message("河很长。"))
    pdf = PdfReader(io.BytesIO(file))
    about: Any = pdf.metadata
    assert "由人工智能生成" in words(file)
    assert len(json.loads(about["/AIGC"])) == 7
    assert about["/AI-generated"] == "true"
    assert b"TC260:AIGC" in pdf.root_object["/Metadata"].get_data()
