"""What bad files get: one sentence, and never a guess."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable

import changing
import marked
import pytest

from sottovoce.chat.marks.verifying import Finding, Signed, verdicts
from sottovoce.core.errors import BadDocument
from sottovoce.guard.provenance import Made, written

NOBODY: frozenset[str] = frozenset()
Exported = Callable[..., bytes]


def zipped(parts: dict[str, bytes]) -> bytes:
    return changing.packed(parts)


def bomb() -> bytes:
    """A document of a few kilobytes that unpacks to a gigabyte."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/document.xml", "w") as part,
    ):
        for _ in range(80):
            part.write(b" " * (1 << 20))
    return target.getvalue()


def lying(file: bytes) -> bytes:
    """Return the same zip, saying of itself that it unpacks to a few bytes."""
    size = (80 << 20).to_bytes(4, "little")
    return file.replace(size, (100).to_bytes(4, "little"))


BAD = {
    "empty": b"",
    "blank": b" \n\t ",
    "binary": bytes(range(256)) * 4,
    "null": b"text\0text",
    "pdf": b"%PDF-1.7\n...",
    "picture": b"\x89PNG\r\n\x1a\n",
    "old Word": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "cut zip": zipped({"word/document.xml": b"<x/>" * 1_000})[:60],
    "zip of something else": zipped({"readme.txt": b"hello"}),
    "zip that has only begun": b"PK\x03\x04",
    "no XML": zipped({"word/document.xml": b"hello"}),
    "entities": zipped(
        {"word/document.xml": b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><a>&c;</a>'}
    ),
    "bomb": bomb(),
    "bomb that lies": lying(bomb()),
    "deep JSON": b'{"a":' * 100_000,
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_told_in_one_sentence(what: str) -> None:
    with pytest.raises(BadDocument) as told:
        verdicts(BAD[what], "thing.json", NOBODY)
    assert told.value.sentence.startswith("thing.json")
    assert told.value.sentence.count("\n") == 0
    assert told.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "Nothing here.",
        "<p>Nothing here.</p>",
        '{"text": "Nothing here."}',
        "[1, 2, 3]",
        "{ not JSON, but text",
        '{"provenance": "a good one", "text": "x"}',
        "sottovoce: a word",
        "<!-- sottovoce:begin 0123456789abcdef -->",
        "data-sottovoce",
        "水",
        "PK is how the name of a kind of file begins.",
    ],
)
def test_a_text_without_a_mark_has_none(text: str) -> None:
    assert verdicts(text.encode(), "thing.md", NOBODY) == []


@pytest.mark.parametrize(
    "text",
    [
        "<!-- sottovoce:end 0123456789abcdef {} -->",
        '<!-- sottovoce:end 0123456789abcdef {"v":1} -->',
        '<div data-sottovoce="">x</div>',
        '<div data-sottovoce="{">x</div>',
        '{"provenance": {"signature": 1}, "text": "x"}',
    ],
)
def test_a_mark_that_cannot_be_read_vouches_for_nothing(text: str) -> None:
    (found,) = verdicts(text.encode(), "thing.md", NOBODY)
    assert (found.finding, found.signed, found.record) == (Finding.FORGED, Signed.NOBODY, None)


def test_a_record_whose_signature_is_another_is_forged() -> None:
    record = marked.SIGNER.answer(["Yes."], Made("starter", "d", 0.0))
    fields = {**record.fields(), "model": "a better one"}
    (found,) = verdicts(
        json.dumps({"text": "Yes.", "provenance": fields}).encode(), "x", frozenset([record.key])
    )
    assert (found.finding, found.signed) == (Finding.FORGED, Signed.NOBODY)


def test_a_comment_under_the_name_of_another_record_is_forged() -> None:
    record = marked.SIGNER.answer(["Yes."], Made("starter", "d", 0.0))
    text = (
        f"<!-- sottovoce:begin {'0' * 16} -->\n\nYes.\n\n<!-- sottovoce:end {'0' * 16} {written(record)} -->"
    )
    assert [one.finding for one in verdicts(text.encode(), "x", NOBODY)] == [Finding.FORGED]


def test_what_stands_under_a_record_in_json_twice_is_told_once(exported: Exported) -> None:
    file = json.loads(exported("json", [marked.message("Yes.")]))
    answer = file["chats"][0]["messages"][1]
    assert len(verdicts(json.dumps([answer, answer]).encode(), "x", NOBODY)) == 1


def test_many_marks_are_read_in_time_that_grows_with_them_alone() -> None:
    text = "<!-- sottovoce:end 0123456789abcdef {" * 20_000
    assert verdicts(text.encode(), "x", NOBODY) == []
    nested = '<div data-sottovoce="x">' * 5_000
    assert len(verdicts(nested.encode(), "x", NOBODY)) >= 1


APIS = {
    "a chat completion": lambda text, mark: {
        "choices": [{"message": {"role": "assistant", "content": text, "provenance": mark}}]
    },
    "a completion": lambda text, mark: {"choices": [{"text": text, "provenance": mark}]},
    "a response": lambda text, mark: {
        "text": {"format": {"type": "text"}},
        "output": [{"type": "message", "content": [{"type": "output_text", "text": text}]}],
        "provenance": mark,
    },
    "a message": lambda text, mark: {"content": [{"type": "text", "text": text}], "provenance": mark},
    "a chat": lambda text, mark: {"message": {"role": "assistant", "content": text}, "provenance": mark},
    "a generation": lambda text, mark: {"response": text, "provenance": mark},
    "sotto ask": lambda text, mark: {"answer": text, "provenance": mark},
}


@pytest.mark.parametrize("api", APIS)
def test_the_answer_of_an_api_verifies_as_it_came(api: str) -> None:
    record = marked.SIGNER.answer(["Boats go on it."], Made("starter", "d", 0.0))
    for text, finding in (("Boats go on it.", Finding.UNCHANGED), ("Boats go by it.", Finding.CHANGED)):
        body = json.dumps(APIS[api](text, record.fields())).encode()
        assert [one.finding for one in verdicts(body, "x", frozenset([record.key]))] == [finding]
