"""The markup that may stand in a marked text of HTML: what our exports write, and what can do no harm.

Everything else is named: it can hide, strike or add words that a reader sees, whatever the text in it says.
Pure.
"""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from html.parser import HTMLParser

Attributes = Sequence[tuple[str, str | None]]

ELEMENTS = frozenset((
    "a", "b", "blockquote", "body", "br", "code", "del", "div", "em", "font", "h1", "h2", "h3", "h4", "h5",
    "h6", "hr", "html", "i", "li", "ol", "p", "pre", "s", "span", "strike", "strong", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "u", "ul",
    "article", "bdi", "footer", "header", "main", "small",
))  # fmt: skip
"""Those of an answer, and of the page around it. What is struck through is said in the words."""

ATTRIBUTES = frozenset((
    "align", "data-ai-generated", "data-sottovoce", "dir", "href", "lang", "rel", "start", "target", "title",
    "value",
))  # fmt: skip
"""Besides these a class of ours. Where links lead, and how items are numbered, is said in the words."""

CLASSES = re.compile(
    r"\s*(?:(?:language-\S+|center|right|plain|answer|notice|attached|end|you|ai|program)(?:\s+|$))*"
)

COMMENTS = re.compile(r"\s*(?:sottovoce:.*|(?:Start|End)Fragment)\s*", re.DOTALL)
"""Our marks in Markdown that became HTML, and the ends of what a clipboard holds."""

STYLES = frozenset(("c2d408bb6311e6f92730ec08de0f23627bc0137762028148c114516a4bbe77d9",))
"""The digests of the style sheets that pages were ever exported with."""


def odd_element(tag: str, attributes: Attributes) -> str | None:
    """Return how an element is named that no export of ours has; None where there is nothing to be said."""
    if tag not in ELEMENTS:
        return f"<{tag}>"
    seen: set[str] = set()
    for name, value in attributes:
        # Of two by one name a browser takes the first, and others the last.
        if name in seen or not _is_known(name, value or ""):
            return f"<{tag} {name}>" if value is None else f'<{tag} {name}="{value}">'
        seen.add(name)
    return None


def odd_comment(text: str) -> str | None:
    """Return how a comment is named that is none of ours: programs differ in where one ends."""
    return None if COMMENTS.fullmatch(text) else "<!--"


def is_our_style(css: str) -> bool:
    """Return whether this is a style sheet of ours, however it is indented."""
    return style_digest(css) in STYLES


def style_digest(css: str) -> str:
    return hashlib.sha256(" ".join(css.split()).encode()).hexdigest()


def odd_in(html: str) -> tuple[str, ...]:
    """Return what is odd in a piece of HTML, in its order."""
    reader = _Oddities()
    reader.feed(html)
    reader.close()
    return tuple(dict.fromkeys(reader.found))


def _is_known(name: str, value: str) -> bool:
    if name == "class":
        return CLASSES.fullmatch(value) is not None
    if name == "dir":
        return value in ("auto", "ltr", "rtl")
    return name in ATTRIBUTES


class Noting(HTMLParser, ABC):
    """Reads HTML and notes what is odd in it, each in turn."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)

    @abstractmethod
    def note(self, odd: str | None) -> None:
        """Take what is odd; None: nothing is."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.note(odd_element(tag, attrs))

    def handle_comment(self, data: str) -> None:
        self.note(odd_comment(data))

    def handle_decl(self, decl: str) -> None:
        self.note("<!")

    def unknown_decl(self, data: str) -> None:
        self.note("<![")

    def handle_pi(self, data: str) -> None:
        self.note("<?")


class _Oddities(Noting):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def note(self, odd: str | None) -> None:
        self.found += [] if odd is None else [odd]
