"""Cut an answer, while it is written, into finished pieces of Markdown and the piece still open.

A finished piece never changes again, so it can be printed for good. Pure: knows no terminal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

# Models write poems and addresses with plain line ends, HTML as text to be read, and nobody here
# follows an image's address.
PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")

CLOSED_BY_BLANK = {"paragraph_open", "table_open", "blockquote_open"}
LISTS = {"bullet_list_open", "ordered_list_open"}

# An unfinished line that the next character may turn into something else: marks of a fence, a
# heading, a list, a rule, a table.
UNDECIDED = re.compile(r"\s*(`+[^`]*|~+[^~]*|#{1,6}|[-*+_=> ]+|\d{1,9}[.)]?)\s*")
TABLE_MARKS = re.compile(r"[\s|:-]*")
OPENS_SLANTED = re.compile(r"(?:(?<=[\s(])|^)\*(?=[^\s*])")
CLOSES_SLANTED = re.compile(r"(?<=[^\s*])\*(?=[\s.,;:!?)]|$)")


@dataclass(frozen=True, slots=True)
class Prose:
    """Markdown. `follows`: the next item of the list just printed; `number`: its place there."""

    text: str
    follows: bool = False
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """Lines of a fenced block. `before` are the lines of the same block that stand above them."""

    language: str
    before: str
    lines: str

    @property
    def follows(self) -> bool:
        return bool(self.before)


Block = Prose | Code


@dataclass(slots=True)
class _Fence:
    language: str
    marker: str
    indent: int
    code: str = ""

    def closes(self, line: str) -> bool:
        text = line.strip()
        deep = len(line) - len(line.lstrip(" ")) > 3
        return not deep and len(text) >= len(self.marker) and set(text) == {self.marker[0]}

    def peek(self, line: str) -> Code:
        """Return a line of this block, with the indentation of the fence itself taken off."""
        bare = line[: self.indent].lstrip(" ") + line[self.indent :]
        return Code(self.language, self.code, bare)

    def take(self, line: str) -> Code:
        block = self.peek(line)
        self.code += block.lines
        return block


class Growing:
    """An answer as it grows. Feed it text, print what comes back, redraw `open()`."""

    def __init__(self) -> None:
        self._text = ""
        self._fence: _Fence | None = None
        self._list: str | None = None
        self._number: int | None = None

    def feed(self, text: str) -> list[Block]:
        """Add text and return the pieces that it has finished, in order."""
        self._text += text
        if "\n" not in text:
            return []
        return self._finished()

    def end(self) -> list[Block]:
        """Return all that is left: nothing more will come."""
        left: list[Block] = []
        if self._text and not self._text.endswith("\n"):
            left = self.feed("\n")
        if self._text.strip():
            left.append(self._prose(self._text))
        self._text = ""
        return left

    def open(self) -> Block | None:
        """Return the piece still being written, made fit to look at, or None when there is none."""
        if self._fence is not None:
            undecided = set(self._text.strip()) <= {self._fence.marker[0]}
            return None if undecided else self._fence.peek(self._text)
        text = close_marks(settled(self._text))
        return self._prose(text) if text.strip() else None

    def _prose(self, text: str) -> Prose:
        if self._list is None:
            return Prose(text)
        first = next(iter(PARSER.parse(text)), None)
        follows = first is not None and first.type + first.markup == self._list
        return Prose(text, follows, self._number if follows else None)

    def _finished(self) -> list[Block]:
        """Take whole pieces off the front, one kind after the other, until the rest is open."""
        done: list[Block] = []
        while True:
            piece = self._code_line() if self._fence is not None else self._next_block()
            if piece is None:
                return done
            done.extend(piece)

    def _code_line(self) -> list[Block] | None:
        assert self._fence is not None  # noqa: S101  (asked only inside a fence)
        line, ended, rest = self._text.partition("\n")
        if not ended:
            return None
        self._text = rest
        if self._fence.closes(line):
            empty = [] if self._fence.code else [self._fence.take("\n")]
            self._fence = None
            return list(empty)
        return [self._fence.take(line + "\n")]

    def _next_block(self) -> list[Block] | None:
        lines = [line + "\n" for line in self._text.split("\n")[:-1]]
        tokens = PARSER.parse("".join(lines))
        tops = [token for token in tokens if token.level == 0 and token.map and token.nesting >= 0]
        if not tops:
            return None
        first = tops[0]
        start, stop = _span(first)
        if first.type == "fence":
            if "|" in first.info and start + 1 == len(lines):
                return None  # the next line may make it the head of a table
            self._open_fence(first, lines, start)
            return []
        if first.type in LISTS:
            return self._list_item(first, tokens, lines, whole=len(tops) > 1)
        if len(tops) == 1 and not _closed(first, lines, stop):
            return None
        return [self._cut(lines, stop)]

    def _open_fence(self, token: Token, lines: list[str], start: int) -> None:
        indent = len(lines[start]) - len(lines[start].lstrip(" "))
        self._fence = _Fence(token.info.strip().split(" ")[0], token.markup, indent)
        self._list = None
        self._text = self._text[len("".join(lines[: start + 1])) :]

    def _list_item(
        self, first: Token, tokens: list[Token], lines: list[str], *, whole: bool
    ) -> list[Block] | None:
        """Finish one item: it is whole when another follows, or something that is no list."""
        items = [token for token in tokens if token.type == "list_item_open" and token.level == 1]
        end_of_list = _span(first)[1]
        starts = [_span(item)[0] for item in items if _span(item)[0] < end_of_list]
        if len(starts) < 2 and not whole:
            return None
        stop = starts[1] if len(starts) > 1 else end_of_list
        block = self._cut(lines, stop)
        self._list = first.type + first.markup
        if first.type == "ordered_list_open":
            at = block.number if block.number is not None else int(first.attrs.get("start", 1))
            self._number = at + 1
        return [block]

    def _cut(self, lines: list[str], stop: int) -> Prose:
        text = "".join(lines[:stop])
        block = self._prose(text)
        self._text = self._text[len(text) :]
        self._list = None
        return block


def _span(token: Token) -> tuple[int, int]:
    assert token.map is not None  # noqa: S101  (block tokens have one)
    return token.map[0], token.map[1]


def _closed(token: Token, lines: list[str], stop: int) -> bool:
    if token.type in {"heading_open", "hr"}:
        return True
    return token.type in CLOSED_BY_BLANK and any(not line.strip() for line in lines[stop:])


def settled(text: str) -> str:
    """Return the text without a last line that its next characters may turn into something else."""
    whole, _, last = text.rpartition("\n")
    if last and UNDECIDED.fullmatch(last):
        last = ""
    return _without_half_table(f"{whole}\n{last}" if whole else last)


def _without_half_table(text: str) -> str:
    """Hold back the head of a table until its second line shows whether it is one."""
    lines = text.split("\n")
    head = next((at for at, line in enumerate(lines) if line.lstrip().startswith("|")), None)
    if head is None:
        return text
    below = [line for line in lines[head + 1 :] if line.strip()]
    half = len(below) == 1 and TABLE_MARKS.fullmatch(below[0]) and not text.endswith("\n")
    return "\n".join(lines[:head]) if half or not below else text


def close_marks(text: str) -> str:
    """Close what is open in the last paragraph: **bold, *slanted, `code; drop marks just begun."""
    start = _last_paragraph(text)
    if start is None:
        return text
    head, tail = text[:start], text[start:].rstrip()
    if tail.count("`") % 2:
        return head + (tail.rstrip("`") if tail.endswith("`") else tail + "`")
    plain = re.sub(r"`[^`]*`", "", tail)
    for mark in ("**", "~~"):
        if plain.count(mark) % 2:
            return head + (tail.removesuffix(mark) if tail.endswith(mark) else tail.removesuffix("*") + mark)
    single = plain.replace("**", "")
    if len(OPENS_SLANTED.findall(single)) > len(CLOSES_SLANTED.findall(single)):
        return head + tail + "*"
    return text


def _last_paragraph(text: str) -> int | None:
    """Return where the last paragraph starts, or None inside a fence that stands in a list."""
    start, at, inside = 0, 0, False
    for line in text.split("\n"):
        at += len(line) + 1
        if line.lstrip().startswith(("```", "~~~")):
            inside = not inside
        if inside or not line.strip() or line.lstrip().startswith(("```", "~~~")):
            start = min(at, len(text))
    return None if inside else start
