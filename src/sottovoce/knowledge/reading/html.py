"""HTML: headings, paragraphs, lists, tables and code as a reader sees them; no scripts, no menus.

Walks the parsed page from node to node without recursion: pages nest as deep as they like.
"""

from __future__ import annotations

import re
from typing import Any

from sottovoce.knowledge.reading import dates, decoding
from sottovoce.knowledge.reading.decoding import Encoding
from sottovoce.knowledge.reading.paper import Paper, Rows
from sottovoce.knowledge.reading.refusal import Refusal

DEEPEST = 1_000
"""Elements within each other. The parser takes the square of it, or worse."""

PIECE = 4_096

SKIPPED = frozenset(
    {
        "script", "style", "nav", "template", "noscript", "svg", "iframe", "object", "embed", "canvas",
        "audio", "video", "select", "button", "head", "datalist", "textarea", "map",
    }
)  # fmt: skip
HIDDEN = (
    "[hidden], [aria-hidden=true], [role=navigation], [role=search], a.headerlink, .sphinxsidebar, .linenos, "
    ".navheader, .navfooter, [style*='display:none'], [style*='display: none']"
)
"""What a reader of the page does not see, or what leads elsewhere."""

PARAGRAPHS = frozenset(
    {
        "p", "div", "section", "article", "ul", "ol", "dl", "blockquote", "figure", "figcaption", "address",
        "main", "header", "footer", "aside", "fieldset", "form", "details", "summary", "hr", "center", "body",
        "caption", "menu",
    }
)  # fmt: skip
LINES = frozenset({"li", "dt", "dd", "br", "legend", "option", "tr"})
LISTS = frozenset({"ul", "ol", "dl", "menu"})
LEVELS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}

DATES = (
    "article:modified_time", "dcterms.modified", "last-modified", "og:updated_time", "article:published_time",
    "dcterms.date", "dcterms.created", "dc.date", "date", "pubdate",
)  # fmt: skip
"""Names of meta elements, the best first."""

_CHARSET = re.compile(
    rb"(?i)<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w-]{1,40})"
)
_TAG = re.compile(
    rb"(?is)<(script|style|textarea|title)\b.*?(?:</\1|\Z)|<!--.*?(?:-->|\Z)|<(/?)([a-z][a-z0-9]*+)[^<>]*+>"
)
_EMPTY = frozenset(
    b"area base br col embed hr img input link meta source track wbr p li td th tr dt dd option".split()
)
"""Elements that have no end, or may go without."""
_FOREIGN = frozenset(b"path g circle rect line use stop polygon polyline ellipse".split())
"""Elements of drawings, of which there may be many, each ending itself."""
_CLOSED = re.compile(
    r"<(?!(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\b)([a-zA-Z][\w:-]*+)([^<>]*+)(?<=/)>"
)
"""In XHTML an element that is empty may end itself, which HTML does not know."""


def load() -> None:
    """Import the parser, before nothing can be opened any more."""
    import selectolax.lexbor  # noqa: F401


def read(data: bytes, paper: Paper) -> None:
    """Read a page. Raises Refusal where it is no text."""
    encoding = encoding_of(data)
    if note := decoding.note_of(encoding):
        paper.note(note)
    read_text("".join(decoding.pieces(data, encoding)), paper)


def encoding_of(data: bytes) -> Encoding:
    """Return in what a page is written: as it says, if its bytes can be that."""
    found = decoding.need_encoding(data)
    said = _CHARSET.search(data, 0, 1024)
    if said is None or found.label in (None, "UTF-16"):
        return found
    name = decoding.named(said[1].decode())
    return found if name in (None, found.codec, "utf-8", "utf8") else Encoding(name, said[1].decode())


def read_text(page: str, paper: Paper) -> None:
    """Read a page that is decoded."""
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError

    if page.startswith("<?xml"):
        page = _CLOSED.sub(r"<\1\2></\1>", page).replace("/></", "></")
    refuse_deep(page)
    try:
        tree = LexborHTMLParser(page)
    except SelectolaxError as broken:  # no page is too damaged to be parsed, but some grow as they are mended
        raise MemoryError from broken
    _read_head(tree, paper)
    body = tree.body
    if body is not None:
        hidden = {node.mem_id for node in tree.css(HIDDEN)}
        _Walk(paper, hidden).through(body)


def refuse_deep(page: str) -> None:
    """Raise Refusal for a page whose elements lie in each other too deep, before the parser meets it."""
    if not _may_be_deep(page):
        return
    depth = 0
    for found in _TAG.finditer(page.encode("utf-8", "replace")):
        name = found[3]
        if name is None or name.lower() in _EMPTY or (found[0].endswith(b"/>") and name.lower() in _FOREIGN):
            continue
        depth = max(depth - 1, 0) if found[2] else depth + 1
        if depth > DEEPEST:
            raise Refusal("bomb", f"more than {DEEPEST:,} elements lie in each other")


def _may_be_deep(page: str) -> bool:
    """Return whether more elements may begin than end: counted, not parsed, and rarely yes for nothing."""
    above = 0
    for at in range(0, len(page), PIECE):
        ends = page.count("</", at, at + PIECE)
        begins = page.count("<", at, at + PIECE) - ends
        if above + begins > DEEPEST:
            return True
        above = max(above + begins - ends, 0)
    return False


def _read_head(tree: Any, paper: Paper) -> None:
    title = tree.css_first("head > title")
    if title is not None and not paper.title:
        paper.title = title.text()[:1000]
    said: dict[str, str] = {}
    for meta in tree.css("meta[content]")[:200]:
        name = (
            meta.attributes.get("name")
            or meta.attributes.get("property")
            or meta.attributes.get("http-equiv")
        )
        if name:
            said.setdefault(name.lower(), meta.attributes.get("content") or "")
    for name in DATES:
        if paper.written is None and name in said:
            paper.written = dates.from_iso(said[name])


class _Walk:
    """Where in a page we are, and what of it is not written down yet."""

    def __init__(self, paper: Paper, hidden: set[int]) -> None:
        self._paper = paper
        self._hidden = hidden
        self._pieces: list[str] = []
        self._lines: list[str] = []
        self._lists = 0
        self._rows: Rows | None = None
        self._cells: list[str] = []

    def through(self, root: Any) -> None:
        """Visit every node below `root` in order."""
        node, depth = root.first_child, 1
        while node is not None:
            below = self._enter(node)
            child = node.first_child if below else None
            if child is not None:
                node, depth = child, depth + 1
                continue
            if below:
                self._leave(node.tag)
            while (after := node.next) is None:
                node, depth = node.parent, depth - 1
                if depth == 0:
                    self._paragraph()
                    return
                self._leave(node.tag)
            node = after

    def _enter(self, node: Any) -> bool:
        """Take what a node says. Return whether what lies in it is to be visited."""
        tag = node.tag
        if tag == "-text":
            self._pieces.append(node.text_content)
            return False
        if tag in SKIPPED or node.mem_id in self._hidden or tag == "-comment":
            return False
        if tag == "pre":
            if self._rows is None:
                self._paragraph()
                self._paper.code(node.text())
            else:
                self._pieces.append(node.text())
            return False
        if self._rows is not None:
            if tag in ("td", "th"):
                self._pieces = [] if all(map(str.isspace, self._pieces)) else self._pieces
            elif tag in PARAGRAPHS or tag in LINES or tag in LEVELS:
                self._pieces.append(" ")
        elif tag in LEVELS:
            self._paragraph()
        elif tag in LISTS:
            self._break()
            self._lists += 1
        elif tag in PARAGRAPHS:
            self._break()
        elif tag in LINES:
            self._line()
        elif tag == "table":
            self._paragraph()
            within = node.css("table, pre, h1, h2, h3")  # the table itself is among them
            self._rows = Rows(self._paper) if len(within) < 2 else None
        elif tag in ("td", "th"):  # of a table that lays out a page
            self._break()
        elif tag == "img":
            self._pieces.append(" ")
        return True

    def _leave(self, tag: str) -> None:
        if self._rows is not None:
            if tag in ("td", "th"):
                self._cells.append("".join(self._pieces))
                self._pieces = []
            elif tag == "tr":
                self._row()
            elif tag == "table":
                self._row()
                self._rows.end()
                self._rows = None
            elif tag in PARAGRAPHS or tag in LEVELS:
                self._pieces.append(" ")
        elif tag in LEVELS:
            text = "".join(self._pieces)
            self._pieces = []
            self._paper.heading(text, LEVELS[tag])
        elif tag in LISTS:
            self._lists = max(self._lists - 1, 0)
            self._break()
        elif tag in PARAGRAPHS:
            self._break()
        elif tag in LINES:
            self._line()

    def _break(self) -> None:
        """Within a list everything stays one block, each entry on its line."""
        if self._lists:
            self._line()
        else:
            self._paragraph()

    def _line(self) -> None:
        if self._pieces:
            line = " ".join("".join(self._pieces).split())
            self._pieces = []
            if line:
                self._lines.append(line)

    def _paragraph(self) -> None:
        self._line()
        if self._lines:
            self._paper.text("\n".join(self._lines))
            self._lines = []

    def _row(self) -> None:
        assert self._rows is not None  # noqa: S101  (asked by the caller)
        if self._pieces and not all(map(str.isspace, self._pieces)):  # a caption, or text outside of any cell
            self._cells.append("".join(self._pieces))
        self._pieces = []
        self._rows.add(self._cells)
        self._cells = []
