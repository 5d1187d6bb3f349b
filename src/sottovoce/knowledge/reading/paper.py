"""What a reader writes on: blocks are made plain, cut where they are too long, counted, and sent on.

Knows no format. Stored text must come back as it was: no NULs, no halves of characters, lines that end
in a newline. Letters stay as they were written (no Unicode normalisation).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable

from sottovoce.knowledge import document
from sottovoce.knowledge.reading.refusal import Refusal, size
from sottovoce.knowledge.reading.wire import LINE, LONGEST_BLOCK, MOST_BLOCKS, MOST_NOTES, Limits

LONGEST_HEADING = 500
"""Characters. What is longer is no heading, however it is marked."""

AROUND = 40
"""Characters that a line has for each block beside its text."""

_CONTROLS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\r\ufffe\uffff]")
_BREAKS = re.compile("\r\n?|[\x0b\x0c]")


def plain(text: str) -> str:
    """Return the text as it may be stored."""
    if _CONTROLS.search(text):
        text = _CONTROLS.sub("", _BREAKS.sub("\n", text))
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:  # two halves in a row are one character
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


class Paper:
    """One document while it is read. Set `title`, `written` and `pages` when they are known."""

    def __init__(self, send: Callable[[bytes], object], limits: Limits) -> None:
        self.title = ""
        self.written: float | None = None
        self.pages: int | None = None
        self.blocks = 0
        self._send = send
        self._limits = limits
        self._notes: list[str] = []
        self._waiting: list[tuple[str, str, int, int | None]] = []
        self._held = 0
        self._sent = 0

    def heading(self, text: str, level: int, page: int | None = None) -> None:
        text = " ".join(text.split())
        if len(text) > LONGEST_HEADING:
            self.add("text", text, page=page)
        else:
            self.add("heading", text, min(max(level, 1), 9), page)

    def text(self, text: str, page: int | None = None) -> None:
        self.add("text", text, page=page)

    def code(self, text: str) -> None:
        self.add("code", text)

    def note(self, sentence: str) -> None:
        """Tell the reader something about how this was read."""
        if len(self._notes) < MOST_NOTES and sentence not in self._notes:
            self._notes.append(plain(sentence)[:300])

    def add(self, kind: document.Kind, text: str, level: int = 0, page: int | None = None) -> None:
        text = plain(text)
        # What stands before the first letter of a line is part of code and of a table.
        text = text.strip() if kind in ("text", "heading") else text.strip("\n").rstrip()
        while len(text) > LONGEST_BLOCK:
            at = _cut(text)
            self._add(kind, text[:at].rstrip(), level, page)
            text = text[at:].lstrip("\n")
        self._add(kind, text, level, page)

    def finish(self, *, worn: bool = False) -> bytes:
        """Send what is left, and return the last line. Raises Refusal where there was no text at all."""
        if not self.blocks:
            raise Refusal("empty")
        self._flush()
        end = {
            "title": " ".join(plain(self.title).split())[:1000],
            "written": self.written,
            "pages": self.pages,
            "notes": self._notes,
            "worn": worn,
        }
        return json.dumps({"end": end}).encode() + b"\n"

    def _add(self, kind: str, text: str, level: int, page: int | None) -> None:
        if not text:
            return
        self.blocks += 1
        if self.blocks > MOST_BLOCKS:
            raise Refusal("long", f"{MOST_BLOCKS:,} paragraphs")
        self._waiting.append((kind, text, level, page))
        self._held += len(text) + AROUND
        if self._held > LINE:
            self._flush()

    def _flush(self) -> None:
        line = json.dumps({"blocks": self._waiting}, ensure_ascii=False).encode() + b"\n"
        self._waiting, self._held = [], 0
        self._sent += len(line)
        if self._sent > self._limits.sent:
            raise Refusal("long", f"{size(self._limits.text)} of text")
        self._send(line)


class Rows:
    """The rows of one table on their way to the paper. A long table is sent in several blocks."""

    def __init__(self, paper: Paper, page: int | None = None) -> None:
        self._paper = paper
        self._page = page
        self._lines: list[str] = []
        self._size = 0
        self._count = 0

    def add(self, cells: Iterable[str]) -> None:
        line = "\t".join([" ".join(cell.split()) for cell in cells]).rstrip("\t")
        if not line or line.isspace():
            return
        self._lines.append(line)
        self._count += 1
        self._size += len(line)
        if self._size > LONGEST_BLOCK - 10_000:
            self._flush()

    def end(self) -> None:
        """Send what is left. A table of one cell is a frame around a text."""
        if self._count == 1 and self._lines and "\t" not in self._lines[0]:
            self._paper.text(self._lines.pop(), self._page)
        self._flush()
        self._count = 0

    def _flush(self) -> None:
        if self._lines:
            self._paper.add("table", "\n".join(self._lines), page=self._page)
        self._lines, self._size = [], 0


def _cut(text: str) -> int:
    """Return where to end a block that is too long: at a line's end, a sentence's, a word's, or anywhere."""
    for mark in ("\n", ". ", "。", " "):
        at = text.rfind(mark, LONGEST_BLOCK // 2, LONGEST_BLOCK)
        if at > 0:
            return at + len(mark)
    return LONGEST_BLOCK
