"""A signed record: what it says, that nothing of it can be changed, and that it can be written anywhere."""

from __future__ import annotations

import json
from html import escape, unescape
from typing import Any

import pytest

from sottovoce.guard import provenance
from sottovoce.guard.provenance import Made, Record, Signer, Source

MADE = Made("starter", "ab" * 32, 1_764_237_600.0, (Source("plan.md", "cd" * 32),))
SIGNER = Signer(bytes(range(32)), "sottovoce 1.2.3")


@pytest.fixture(scope="module")
def record() -> Record:
    return SIGNER.answer(["The river is long.", "Boats go on it."], MADE)


def test_a_record_says_how_a_text_was_made(record: Record) -> None:
    fields = record.fields()
    assert set(fields) == {
        "v", "kind", "ai_generated", "text_sha256", "parts", "each", "model", "model_digest", "variant",
        "adapter", "sources", "made", "product", "key", "signature",
    }  # fmt: skip
    assert fields["ai_generated"] is True
    assert (fields["model"], fields["made"]) == ("starter", "2025-11-27T10:00:00.000Z")
    assert fields["sources"] == [{"document": "plan.md", "digest": "cd" * 32}]
    assert fields["product"] == "sottovoce 1.2.3"
    assert record.is_sound()


def test_the_text_hash_is_that_of_the_normal_form(record: Record) -> None:
    import hashlib

    said = hashlib.sha256(b"The river is long. Boats go on it.").hexdigest()
    assert record.fields()["text_sha256"] == said


def test_a_seal_of_a_chat_does_not_say_that_an_ai_wrote_it() -> None:
    fields = SIGNER.chat(["Why?", "Because."], 0.0).fields()
    assert (fields["kind"], fields["ai_generated"], fields["model"]) == ("chat", False, None)


def test_a_record_read_from_json_is_the_same(record: Record) -> None:
    indented = json.dumps(record.fields(), indent=4, sort_keys=True, ensure_ascii=False)
    assert provenance.read_text(indented) == record


@pytest.mark.parametrize(
    "change",
    [
        {"text_sha256": "0" * 64},
        {"parts": []},
        {"each": 2},
        {"kind": "chat"},
        {"model": "another"},
        {"model_digest": "0" * 64},
        {"variant": "strict"},
        {"adapter": "0" * 64},
        {"sources": []},
        {"made": "2020-01-01T00:00:00Z"},
        {"product": "sottovoce 9.9.9"},
        {"key": Signer(bytes(32), "").public},
    ],
    ids=lambda change: next(iter(change)),
)
def test_no_field_of_a_record_can_be_changed(record: Record, change: dict[str, Any]) -> None:
    changed = provenance.read({**record.fields(), **change})
    assert changed is not None
    assert not changed.is_sound()


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"v": 2},
        {"v": 1},
        {"v": True},
    ],
)
def test_what_is_no_record_is_none(value: object) -> None:
    assert provenance.read(value) is None


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "story"},
        {"parts": "abc"},
        {"parts": ["x"] * 1_000},
        {"each": 0},
        {"each": True},
        {"each": "1"},
        {"key": "short"},
        {"key": "A" * 44},
        {"signature": "x"},
        {"signature": 7},
        {"sources": [{}]},
        {"sources": "all"},
        {"sources": [{"document": "x", "digest": "y"}] * 1_000},
        {"made": None},
        {"model": 7},
    ],
    ids=str,
)
def test_a_record_of_another_shape_is_none(record: Record, change: dict[str, Any]) -> None:
    assert provenance.read({**record.fields(), **change}) is None


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "{}", "nan", '{"v": 1}', "x" * 100_000])
def test_text_that_is_no_record_is_none(text: str) -> None:
    assert provenance.read_text(text) is None


def test_a_written_record_can_stand_in_a_comment_and_in_an_attribute() -> None:
    made = Made('--> <script>alert("x")</script> -- 模型', "ab" * 32, 0.0, (Source("--a--.md", "cd" * 32),))
    record = SIGNER.answer(["Yes."], made)
    written = provenance.written(record)
    assert written.isascii()
    assert not {"<", ">", "\n"} & set(written)
    assert "--" not in written
    assert provenance.read_text(written) == record
    assert provenance.read_text(unescape(escape(written))) == record


def test_the_same_answer_has_the_same_record(record: Record) -> None:
    assert SIGNER.answer(["The river is long.", "Boats go on it."], MADE) == record


def test_a_record_stays_small_however_much_was_quoted() -> None:
    sources = tuple(Source("n" * 100, f"{number:064x}") for number in range(1_000))
    record = SIGNER.answer([f"Sentence {n}." for n in range(9_000)], Made("m", "d", 0.0, sources))
    assert len(provenance.written(record)) < provenance.MOST_BYTES
    assert provenance.read_text(provenance.written(record)) == record


def test_a_time_that_is_none_is_left_out() -> None:
    assert SIGNER.answer(["Yes."], Made("m", "d", 1e30)).made == ""
