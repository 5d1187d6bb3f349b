"""Changes one word in an exported file, as somebody who opens it in an editor would; marks are left alone."""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import changing_pdf

WORD = re.compile(r"\w+")
MARK = re.compile(r"<!-- sottovoce:.*?-->", re.DOTALL)
TAG = re.compile(r"<style>.*?</style>|<title>.*?</title>|<[^>]*>", re.DOTALL)
LANGUAGE = re.compile(r'class="language-(\w+)"')
ENTITY = re.compile(r"&#?\w+;")
TEXT = re.compile(r'<w:t xml:space="preserve">([^<]*)</w:t>')


def otherwise(word: str, draw: random.Random) -> str:
    """Return another word: one character changed, taken out or put in, or the whole word another one."""
    at = draw.randrange(len(word))
    other = draw.choice([letter for letter in "xq7水" if letter != word[at]])
    return draw.choice(
        [f"{word[:at]}{other}{word[at + 1 :]}", f"{word[:at]}{other}{word[at:]}", f"{word[1:]}{other}x"]
    )


def changed(kind: str, file: bytes, draw: random.Random) -> tuple[bytes, str]:
    """Return the file with one word another, and what was changed."""
    if kind == "docx":
        return _docx(file, draw)
    if kind == "pdf":
        return changing_pdf.changed(file, draw)
    if kind == "json":
        return _json(file, draw)
    text = file.decode()
    hidden = MARK if kind == "md" else TAG
    places = list(_places(text, hidden))
    start, end = draw.choice(places)
    return _put(text, start, end, draw)


def _put(text: str, start: int, end: int, draw: random.Random) -> tuple[bytes, str]:
    new = otherwise(text[start:end], draw)
    return f"{text[:start]}{new}{text[end:]}".encode(), f"{text[start:end]} to {new} at {start}"


def _places(text: str, hidden: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Yield where the words are that a reader sees."""
    at = text.find("<body") if hidden is TAG else 0
    for gap in [*hidden.finditer(text, at), None]:
        end = len(text) if gap is None else gap.start()
        entities = [found.span() for found in ENTITY.finditer(text, at, end)] if hidden is TAG else []
        for word in WORD.finditer(text, at, end):
            if not any(start <= word.start() < stop for start, stop in entities):
                yield word.span()
        at = end if gap is None else gap.end()


def _json(file: bytes, draw: random.Random) -> tuple[bytes, str]:
    read = json.loads(file)
    places = list(_texts(read["chats"]))
    holder, key = draw.choice(places)
    word = draw.choice(list(WORD.finditer(holder[key])))
    new = otherwise(word[0], draw)
    holder[key] = f"{holder[key][: word.start()]}{new}{holder[key][word.end() :]}"
    return json.dumps(read).encode(), f"{word[0]} to {new} in {key}"


def _texts(value: Any) -> Iterator[tuple[Any, Any]]:
    for key, one in value.items() if isinstance(value, dict) else enumerate(value):
        if key == "provenance":
            continue
        if isinstance(one, str) and WORD.search(one):
            yield value, key
        elif isinstance(one, dict | list):
            yield from _texts(one)


def _docx(file: bytes, draw: random.Random) -> tuple[bytes, str]:
    parts = unpacked(file)
    text = parts["word/document.xml"].decode()
    words = [
        word.span()
        for run in TEXT.finditer(text)
        for word in WORD.finditer(text, run.start(1), run.end(1))
        if not re.search(r"&\w*$", text[run.start(1) : word.start()])
    ]
    data, what = _put(text, *draw.choice(words), draw)
    return packed({**parts, "word/document.xml": data}), what


def unpacked(file: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target.getvalue()
