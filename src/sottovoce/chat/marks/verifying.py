"""Finds every mark in a file, of whatever kind it is, and holds the text that it is of against it.

Pure: bytes and the known keys in, verdicts out; what a PDF shows is asked of a process of its own. That there
is no mark says nothing of who wrote a text.
"""

from __future__ import annotations

import json as read_json
from collections.abc import Iterable, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sottovoce.chat.marks import docx, html, json, markdown, pdf
from sottovoce.chat.marks.marked import FORMS, Marked
from sottovoce.core.errors import BadDocument
from sottovoce.guard.normal import Change, changes, within
from sottovoce.guard.provenance import Record

MOST_BYTES = 64 << 20

ENCODINGS = ("utf-8-sig", "gb18030")
"""The second is what Chinese editors on Windows may save as."""


class Finding(StrEnum):
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    """The text is not the one that was signed."""
    FORGED = "forged"
    """The mark is not the one that was signed, or cannot be read."""


class Signed(StrEnum):
    HERE = "here"
    GIVEN = "given"
    """By the key that was given to verify with."""
    UNKNOWN = "unknown"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of one mark. `changes` are the places, where the text is another.

    `markup` can hide words from a reader, or show others: with any, the text counts as changed.
    """

    finding: Finding
    signed: Signed
    record: Record | None
    changes: tuple[Change, ...] = ()
    markup: tuple[str, ...] = ()


def verdicts(
    data: bytes, name: str, here: Set[str], given: Set[str] = frozenset(), look: pdf.Look = pdf.caged
) -> list[Verdict]:
    """Return what is to be said of each mark in a file; none: there is no mark.

    `here` are the public keys of this home, `given` those to be trusted as well. `look` says what a PDF
    shows. Raises BadDocument.
    """
    if b"%PDF-" in data[:1024]:
        return [_verdict(one, here, given) for one in _once(pdf.found(look(data, name)))]
    try:
        return [_verdict(one, here, given) for one in _once(_found(data, name))]
    except RecursionError as problem:
        raise BadDocument(f"{name} is nested deeper than any text.", hint=FORMS) from problem
    except BadDocument as problem:
        raise BadDocument(
            f"{name}: {problem.sentence}", hint=problem.hint, detail=problem.detail
        ) from problem


def _verdict(marked: Marked, here: Set[str], given: Set[str]) -> Verdict:
    record = marked.record
    if record is None or not record.is_sound():
        return Verdict(Finding.FORGED, Signed.NOBODY, record)
    signed = Signed.HERE if record.key in here else Signed.GIVEN if record.key in given else Signed.UNKNOWN
    places = changes(record.text, marked.blocks)
    if places and not marked.bounded and within(record.text, marked.blocks):
        places = []
    finding = Finding.CHANGED if places or marked.markup else Finding.UNCHANGED
    return Verdict(finding, signed, record, tuple(places), marked.markup)


def _once(found: Iterable[Marked]) -> list[Marked]:
    """Leave out marks that are there twice with the same text, as where a text is shown in two ways."""
    return list(dict.fromkeys(found))


def _found(data: bytes, name: str) -> Iterable[Marked]:
    if not data.strip():
        raise BadDocument("it is empty.", hint=FORMS)
    if data.startswith(b"PK\x03\x04"):
        return docx.found(data)
    if data.startswith((b"\x89PNG", b"\xd0\xcf\x11\xe0", b"\x7fELF")):
        raise BadDocument("marks in this kind of file cannot be read.", hint=FORMS)
    text = _text(data)
    value = _value(text, name)
    if value is not None:
        return json.found(value)
    marks = list(markdown.found(text)) if "sottovoce:" in text else []
    return marks + (html.found(text) if html.ATTRIBUTE in text else [])


def _text(data: bytes) -> str:
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ENCODINGS
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadDocument("it is no text.", hint=FORMS)


def _value(text: str, name: str) -> Any:
    """Return the value of a JSON text, or None where it is none. Raises BadDocument for a damaged one."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return read_json.loads(text)
    except ValueError as problem:
        if name.lower().endswith(".json"):
            raise BadDocument("it is damaged or cut short: not valid JSON.", hint=FORMS) from problem
        return None
