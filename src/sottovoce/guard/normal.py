"""The normal form of a text that is signed, and how two texts in it differ. Pure.

The normal form is what is left when only the words count, so that a program that writes a file anew (other
line ends, other indentation, other markup) changes nothing: Unicode NFC; no byte order marks; every run of
white space and control characters is one space, none at the ends, and none between two characters of
Chinese or Japanese, where lines are broken anywhere. A text comes in blocks (paragraphs, cells, items); its
digest is that of all of them, joined by spaces, and does not depend on where one ends.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_PARTS = 256
PART_DIGITS = 8
LONGEST_PART = 240
"""Characters: what has no sentences, such as code, is cut between words."""

MOST_COMPARED = 8
"""Times as many parts as a text can have: what follows in a far longer one is not looked at for places."""

LONGEST_SHOWN = 120

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""With what no XML can hold, so that a document which leaves it out says the same."""
_WIDE = "\u2e80-\u303f\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uff60"
_WITHIN_WIDE = re.compile(f" (?=[{_WIDE}])(?<=[{_WIDE}] )")
"""Begins with its space: a pattern that looks back first is tried at every character."""
_SENTENCE_END = re.compile("[.!?…] |[。！？] ?")


@dataclass(frozen=True, slots=True)
class Print:
    """What a text is known again by. `parts` are beginnings of the digests of `each` sentences in a row."""

    digest: str
    parts: tuple[str, ...]
    each: int = 1


@dataclass(frozen=True, slots=True)
class Change:
    """A place where a text is another. `sentence` counts from 1; `text` is what stands there now, cut."""

    sentence: int
    text: str


def normal(text: str) -> str:
    """Return the normal form of a text."""
    seen = _UNSEEN.sub(" ", unicodedata.normalize("NFC", text).replace("\ufeff", ""))
    return _WITHIN_WIDE.sub("", " ".join(seen.split())).strip()


def fingerprint(blocks: Iterable[str]) -> Print:
    """Return what the text in these blocks is known again by."""
    whole = [normal(block) for block in blocks]
    sentences = _sentences(whole)
    each = max(1, -(-len(sentences) // MOST_PARTS))
    return Print(_digest(normal(" ".join(whole))), _parts(sentences, each), each)


def changes(known: Print, blocks: Iterable[str]) -> list[Change]:
    """Return where a text is not the known one, in its order; empty where it is."""
    whole = [normal(block) for block in blocks]
    if _digest(normal(" ".join(whole))) == known.digest:
        return []
    sentences = _sentences(whole)
    now = _parts(sentences, known.each)[: MOST_COMPARED * MOST_PARTS]
    found = []
    matcher = SequenceMatcher(None, known.parts, now, autojunk=False)
    for kind, _, _, start, end in matcher.get_opcodes():
        if kind == "equal":
            continue
        # Where sentences were taken out, the one that stands there now is named.
        text = " ".join(sentences[start * known.each : max(end, start + 1) * known.each])
        found.append(Change(start * known.each + 1, _cut(text)))
    return found or [Change(1, _cut(" ".join(sentences)))]


def within(known: Print, blocks: Iterable[str]) -> bool:
    """Return whether the whole known text stands somewhere among more."""
    whole = [normal(block) for block in blocks]
    sentences, text = _sentences(whole), normal(" ".join(whole))
    if known.each != 1 or not known.parts:
        return False
    now, count = _parts(sentences, 1), len(known.parts)
    places = _places(sentences, text)
    return any(
        now[at : at + count] == known.parts
        and _digest(text[places[at][0] : places[at + count - 1][1]]) == known.digest
        for at in range(len(now) - count + 1)
    )


def _places(sentences: Sequence[str], text: str) -> list[tuple[int, int]]:
    """Return where in the text the sentences stand that it was cut into."""
    places, at = [], 0
    for sentence in sentences:
        start = text.index(sentence, at)
        at = start + len(sentence)
        places.append((start, at))
    return places


def _sentences(blocks: Sequence[str]) -> list[str]:
    return [part for block in blocks for sentence in _ended(block) for part in _cut_up(sentence)]


def _ended(block: str) -> Iterator[str]:
    """Yield the sentences of a block, each with the sign that ends it."""
    start = 0
    for end in _SENTENCE_END.finditer(block):
        yield block[start : end.start() + 1]
        start = end.end()
    if start < len(block):
        yield block[start:]


def _cut_up(sentence: str) -> list[str]:
    """Return a sentence in pieces that are not too long, cut at spaces where it has any."""
    pieces = []
    while len(sentence) > LONGEST_PART:
        at = sentence.rfind(" ", 1, LONGEST_PART)
        at = LONGEST_PART if at < 0 else at
        pieces.append(sentence[:at])
        sentence = sentence[at:].lstrip(" ")
    return [*pieces, sentence]


def _parts(sentences: Sequence[str], each: int) -> tuple[str, ...]:
    rows = (sentences[at : at + each] for at in range(0, len(sentences), each))
    return tuple(_digest(" ".join(row))[:PART_DIGITS] for row in rows)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
