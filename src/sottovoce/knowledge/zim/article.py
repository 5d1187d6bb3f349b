"""Make blocks of an article's HTML: sections, text, whole tables; no notes, navigation, images or scripts.

Runs in the child, since an article may be made to hurt. Walks the tree without calling itself: nesting has no
bottom. Knows nothing of ZIM files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sottovoce.knowledge.document import Block

LONGEST = 4 << 20
"""Bytes of an article's HTML."""
DEEPEST = 500
"""Elements in each other; the parser's time grows with the square of it."""
LONGEST_TEXT = 500_000
"""Characters that are kept."""
MOST_STEPS = 400_000
MOST_BLOCKS = 10_000

DROPPED = frozenset(
    """
    script style noscript template svg img picture audio video canvas iframe object embed form button
    select input textarea nav footer head link meta map annotation
    """.split()  # noqa: SIM905  (as in store/search)
)
DROPPED_CLASSES = frozenset(
    """
    navbox navbox-styles vertical-navbox navbar sidebar reference references reflist refbegin
    mw-references-wrap mw-editsection hatnote metadata noprint toc ambox mbox-small sistersitebox
    portalbox authority-control catlinks printfooter mwe-math-fallback-image-inline mw-empty-elt
    """.split()  # noqa: SIM905  (as in store/search)
)
BREAKS = frozenset(
    """
    address article aside blockquote body center dd details div dl dt fieldset figcaption figure header
    hr li main ol p section summary ul
    """.split()  # noqa: SIM905  (as in store/search)
)
HEADINGS = {f"h{level}": level for level in range(1, 7)}
CELLS = ("td", "th")
LAST_SECTIONS = frozenset(
    """
    references|external links|further reading|citations|notes and references|bibliography
    参考文献|参考资料|參考文獻|參考資料|外部链接|外部連結|延伸阅读|延伸閱讀|注释|註釋
    """.replace("\n", "|")
    .replace("    ", "")
    .split("|")
)
"""Sections that say where else to look."""

FOREIGN = frozenset(
    """
    animate circle ellipse image line mprescripts mspace none path polygon polyline rect stop use
    """.split()  # noqa: SIM905  (as in store/search)
)
"""Elements of drawings and formulas that close themselves; an HTML element cannot, whatever its tag says."""

VOID = "area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr"
CLOSED_BY_OTHERS = "p|li|dt|dd|tr|td|th|thead|tbody|tfoot|option|colgroup|html|head|body|rp|rt"
_TAG = re.compile(rf"<(/?)(?!(?:{VOID}|{CLOSED_BY_OTHERS})\b)([a-zA-Z][a-zA-Z0-9]*)[^<>]*?(/?)>")
_HIDDEN = re.compile(r"display\s*:\s*none")


def load() -> None:
    """Import the parser, before nothing can be opened any more."""
    import selectolax.lexbor  # noqa: F401


class BadArticle(ValueError):
    """An article that is not read, and why."""


def depth(html: str) -> int:
    """Return how deep elements may stand in each other, at most. What its tags say, without a parser."""
    opened: dict[str, int] = {}
    now = most = 0
    for found in _TAG.finditer(html):
        closing, name, empty = found.groups()
        name = name.lower()
        if empty and name in FOREIGN:
            continue
        if not closing:
            opened[name] = opened.get(name, 0) + 1
            now += 1
            most = max(most, now)
        elif opened.get(name):
            opened[name] -= 1
            now -= 1
    return most


def blocks(html: str, title: str) -> tuple[list[Block], bool]:
    """Return what an article says, and whether its end was left out. Raises BadArticle."""
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError

    if len(html) > LONGEST:
        raise BadArticle(f"it has more than {LONGEST:,} bytes")
    if depth(html) > DEEPEST:
        raise BadArticle(f"its elements stand more than {DEEPEST} deep in each other")
    try:
        body = LexborHTMLParser(html).body
    except SelectolaxError as problem:
        raise BadArticle(str(problem)) from problem
    if body is None:
        return [], False
    writing, cut = _Writing(), False
    for seen, (node, entering) in enumerate(walk(body)):
        cut = writing.full or seen == MOST_STEPS
        if cut:
            break
        writing.take(node, entering)
    writing.finish()
    return list(_said(writing.blocks, title)), cut or writing.full


def walk(top: Any) -> Iterator[tuple[Any, bool]]:
    """Yield each node when it begins and, of elements, when it ends; what is dropped is not entered."""
    node = top
    while True:
        wanted = not is_dropped(node)
        child = None
        if wanted:
            yield node, True
            child = None if node.tag in ("pre", "math") else node.child
        if child is not None:
            node = child
            continue
        if wanted:
            yield node, False
        while node.next is None or node.mem_id == top.mem_id:
            if node.mem_id == top.mem_id:
                return
            node = node.parent
            yield node, False
        node = node.next


def is_dropped(node: Any) -> bool:
    tag = node.tag
    if tag in ("-text", "body"):
        return False
    if tag in DROPPED or tag.startswith(("-", "!")):
        return True
    named = node.attributes
    if not named:
        return False
    classes = named.get("class") or ""
    return (
        "hidden" in named
        or named.get("role") == "navigation"
        or not DROPPED_CLASSES.isdisjoint(classes.split())
        # A formula is hidden where a picture of it is shown; we take the formula.
        or ("mwe-math" not in classes and _HIDDEN.search(named.get("style") or "") is not None)
    )


class _Writing:
    """The blocks so far, and what was read of the next."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.full = False
        self._left = LONGEST_TEXT
        self._parts: list[str] = []
        self._tables = 0
        self._rows: list[list[str]] = []

    def take(self, node: Any, entering: bool) -> None:
        tag = node.tag
        if tag == "-text":
            if entering:
                self._parts.append(node.text_content or "")
        elif tag == "table":
            self._table(entering)
        elif self._tables:
            self._in_table(tag, entering)
        elif tag in HEADINGS:
            self.flush("text" if entering else "heading", HEADINGS[tag])
        elif tag == "pre" and entering:
            self.flush()
            self._add(Block("code", node.text().strip("\n")))
        elif tag in BREAKS:
            self.flush()
        if tag == "br" and entering:
            self._parts.append(" ")
        elif (tag == "math" or (tag == "pre" and self._tables)) and entering:
            self._parts.append(node.attributes.get("alttext") or node.text())

    def flush(self, kind: Any = "text", level: int = 0) -> None:
        """Make a block of what was read since the last."""
        text = self._taken()
        if text:
            self._add(Block(kind, text, level if kind == "heading" else 0))

    def finish(self) -> None:
        """Make a block of what is left, where the end came early too."""
        if self._tables:
            self._tables = 1
            self._table(entering=False)
        if not self.full:
            self.flush()

    def _taken(self) -> str:
        text = " ".join("".join(self._parts).split())
        self._parts.clear()
        return text

    def _table(self, entering: bool) -> None:
        """Begin or end a table. One inside another is part of its cell."""
        self._tables += 1 if entering else -1
        if entering and self._tables == 1:
            self.flush()
            self._rows = []
        elif not entering and self._tables == 0:
            self._end_cell()
            rows = ["\t".join(row) for row in self._rows if any(row)]
            if rows:
                self._add(Block("table", "\n".join(rows)))
        else:
            self._parts.append(" ")

    def _in_table(self, tag: str, entering: bool) -> None:
        if self._tables > 1 or tag not in ("caption", "tr", *CELLS):
            self._parts.append(" " if tag in BREAKS or tag in ("tr", *CELLS) else "")
        elif entering:
            self._end_cell()
            if tag not in CELLS or not self._rows:
                self._rows.append([])
        elif tag in CELLS:
            self._rows[-1].append(self._taken())
        else:
            self._end_cell()

    def _end_cell(self) -> None:
        """Keep what stands in a row outside its cells: a caption, or a tag that was forgotten."""
        text = self._taken()
        if text:
            if not self._rows:
                self._rows.append([])
            self._rows[-1].append(text)

    def _add(self, block: Block) -> None:
        if self.full:
            return
        self.full = len(block.text) > self._left or len(self.blocks) == MOST_BLOCKS
        self.blocks.append(replace(block, text=block.text[: self._left]))
        self._left -= len(block.text)


def _said(found: list[Block], title: str) -> Iterator[Block]:
    """Yield the blocks without the title, the sections at the end and headings over nothing."""
    leaving: int | None = None
    waiting: list[Block] = []
    for block in found:
        if block.kind != "heading":
            if leaving is None:
                yield from waiting
                waiting.clear()
                yield block
            continue
        if leaving is not None and block.level > leaving:
            continue
        leaving = block.level if block.text.lower() in LAST_SECTIONS else None
        waiting = [one for one in waiting if one.level < block.level]
        if leaving is None and not (block.level == 1 and block.text == title):
            waiting.append(block)
