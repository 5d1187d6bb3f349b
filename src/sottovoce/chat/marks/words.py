"""The words that a piece of HTML shows, in blocks: what is signed of an answer, however it is written.

An answer is Markdown; as_html.py sets it, and what a reader then sees is what it says. Numbers of list items,
where links lead and the languages of code are said as words too, so that no change of them goes unseen.
Pure, and takes whatever it is given: HTML need not be well formed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import groupby

from sottovoce.chat.as_html import html_of

INLINE = frozenset((
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd",
    "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u",
    "var", "wbr",
))  # fmt: skip
"""Elements within a line. Every other one begins and ends a block."""

UNSEEN = frozenset(("script", "style", "template", "title", "noscript"))

STRONG, EMPHASIS, CODE, STRUCK = "strong", "em", "code", "s"
_STYLES = {
    "strong": STRONG, "b": STRONG, "em": EMPHASIS, "i": EMPHASIS, "code": CODE, "s": STRUCK, "del": STRUCK,
    "strike": STRUCK,
}  # fmt: skip

STROKE = "~~"
"""Stands in the words around what is struck through, so that striking a word changes them."""


@dataclass(frozen=True, slots=True)
class Run:
    text: str
    styles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph. `kind`: p, h1 to h6, li, code, cell or quote. `level` counts lists or quotes around it.

    `row` and `column` number those of a table from 0, and `table` the table; all three only for a cell.
    `is_item`: an item of a list without numbers begins here.
    """

    kind: str
    runs: tuple[Run, ...]
    level: int = 0
    row: int = 0
    table: int = 0
    column: int = 0
    is_item: bool = False

    @property
    def text(self) -> str:
        return joined(self.runs)


def joined(runs: Iterable[Run]) -> str:
    """Return what runs say one after the other, however they are cut."""
    said = []
    for is_struck, group in groupby(runs, lambda run: STRUCK in run.styles):
        text = "".join(run.text for run in group)
        said.append(f"{STROKE}{text}{STROKE}" if is_struck and text.strip() else text)
    return "".join(said)


def words_of(text: str) -> list[str]:
    """Return what an answer says, in blocks. `text` is its Markdown."""
    return [block.text for block in blocks_of(html_of(text.strip()))]


def blocks_of(html: str) -> list[Block]:
    """Return the blocks that a piece of HTML shows; those without a word are left out."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader.blocks


@dataclass(slots=True)
class _List:
    """A list that is open. `next` is the number of its next item; None: it has none."""

    next: int | None


@dataclass(slots=True)
class _Link:
    address: str
    title: str
    text: list[str] = field(default_factory=list)


class Reader(HTMLParser):
    """Reads HTML into blocks, as it comes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._runs: list[Run] = []
        self._kinds: list[str] = []
        self._styles: list[str] = []
        self._lists: list[_List] = []
        self._links: list[_Link] = []
        self._unseen = self._quotes = self._pre = 0
        self._row, self._column, self._table = -1, -1, -1
        self._is_item = False
        self._is_numbered = False
        """Whether the number of an item was said, and none of its words."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag in UNSEEN:
            self._unseen += 1
        elif tag == "a":
            self._links.append(_Link(said.get("href", ""), said.get("title", "")))
        elif tag == "img":
            self._say(" ".join(filter(None, (said.get("alt"), said.get("src")))))
        elif tag not in INLINE:
            self._open(tag, said)
        if tag in _STYLES:
            self._styles.append(tag)
        language = _language(said.get("class", "")) if tag == "code" else ""
        if language:
            self._say(f"{language}\n")
            if self._pre:
                self._end_block()

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag == "a" and self._links:
            self._end_link(self._links.pop())
        elif tag not in INLINE:
            self._close(tag)
        if tag in self._styles:
            del self._styles[len(self._styles) - 1 - self._styles[::-1].index(tag)]

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._say(data)
            self._is_numbered = self._is_numbered and not data.strip()

    def close(self) -> None:
        super().close()
        self._end_block()

    def _open(self, tag: str, said: dict[str, str]) -> None:
        if not (tag == "p" and self._is_numbered):
            self._end_block()
        self._is_numbered = False
        if tag in ("ul", "ol"):
            self._lists.append(_List(_number(said.get("start", "1")) if tag == "ol" else None))
        elif tag == "li" and self._lists:
            number = self._lists[-1].next
            self._is_item = number is None
            if number is not None and said.get("value"):
                number = _number(said["value"])
            if number is not None:
                self._say(f"{number}. ")
                self._lists[-1].next = number + 1
                self._is_numbered = True
        elif tag == "table":
            self._table, self._row = self._table + 1, -1
        elif tag == "tr":
            self._row, self._column = self._row + 1, -1
        elif tag in ("td", "th"):
            self._column += 1
        elif tag == "blockquote":
            self._quotes += 1
        elif tag == "pre":
            self._pre += 1
        self._kinds.append(tag)

    def _close(self, tag: str) -> None:
        self._end_block()
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        elif tag == "blockquote":
            self._quotes = max(0, self._quotes - 1)
        elif tag == "pre":
            self._pre = max(0, self._pre - 1)
        if tag in self._kinds:
            del self._kinds[len(self._kinds) - 1 - self._kinds[::-1].index(tag) :]

    def _end_link(self, link: _Link) -> None:
        shown = "".join(link.text).strip()
        more = [link.address] if link.address.removeprefix("mailto:") not in (shown, "") else []
        more += [link.title] if link.title else []
        if more:
            self._say(f" ({' '.join(more)})")

    def _say(self, text: str) -> None:
        if self._links:
            self._links[-1].text.append(text)
        self._runs.append(Run(text, frozenset(_STYLES[tag] for tag in self._styles)))

    def _end_block(self) -> None:
        runs, self._runs = tuple(self._runs), []
        if not any(run.text.strip() for run in runs):
            return
        kind = self._kind()
        self.blocks.append(
            Block(
                kind, runs, self._level(), max(0, self._row), max(0, self._table), max(0, self._column),
                is_item=self._is_item and kind == "li",
            )
        )  # fmt: skip
        self._is_item = False

    def _kind(self) -> str:
        for tag in reversed(self._kinds):
            if tag in ("td", "th"):
                return "cell"
            if tag == "pre":
                return "code"
            if tag == "li":
                return "li"
            if len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
                return tag
        return "quote" if self._quotes else "p"

    def _level(self) -> int:
        return len(self._lists) if self._lists else self._quotes


def _language(classes: str) -> str:
    return next((one[len("language-") :] for one in classes.split() if one.startswith("language-")), "")


def _number(text: str) -> int:
    try:
        return int(text[:9])
    except ValueError:
        return 1
