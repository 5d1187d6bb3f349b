"""An answer's Markdown as HTML that can do nothing: its own HTML is text, an image its words and address.

What an answer says, whatever it is written as, is what this HTML shows: see marks/words.py. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MOST_MARKDOWN = 200_000
"""Characters of an answer; a longer one is shown as it was written, since setting it would take too long."""

SCHEMES = ("http", "https", "mailto")
BELOW = 2
"""An answer's first heading stands so many levels below the page's."""


def html_of(text: str) -> str:
    """Return the HTML of an answer's Markdown."""
    if len(text) > MOST_MARKDOWN:
        return f'<div class="plain">{escape(text)}</div>'
    setter = _setter()
    tokens = setter.parse(text)
    for token in tokens:
        _tame(token)
    _number(tokens)
    rendered: str = setter.renderer.render(tokens, setter.options, {})
    return rendered


def closed(text: str) -> str:
    """Return Markdown whose last block of code has an end: what is written behind it is not a part of it."""
    if len(text) > MOST_MARKDOWN:
        return text
    last = _setter().parse(f"{text}\n\nbehind")[-1]
    # One in a list or a quote ends with that.
    return f"{text}\n{last.markup}" if last.type == "fence" else text


def _tame(token: Token) -> None:
    """Fit one token into the page, with those in it."""
    if token.type in ("heading_open", "heading_close"):
        token.tag = f"h{min(6, int(token.tag[1:]) + BELOW)}"
    if token.type in ("th_open", "td_open"):
        # The page's policy forbids inline styles, whatever they say.
        align = str(token.attrs.pop("style", "")).removeprefix("text-align:")
        if align in ("center", "right"):
            token.attrs["class"] = align
    if token.type == "link_open":
        token.attrs |= {"target": "_blank", "rel": "noopener noreferrer"}
    for inner in token.children or ():
        _tame(inner)


def _number(tokens: Sequence[Token]) -> None:
    """Have the items of a list shown with the numbers they were written with.

    Where these are neither in order nor all the same, which is how Markdown leaves the counting to others.
    """
    lists: list[list[Token]] = []
    for token in tokens:
        if token.type in ("ordered_list_open", "bullet_list_open"):
            lists.append([])
        elif token.type == "list_item_open" and token.info:
            lists[-1].append(token)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            items = lists.pop()
            numbers = [int(item.info) for item in items]
            if len(set(numbers)) > 1:
                for expected, number, item in zip(range(numbers[0], 1 << 40), numbers, items, strict=False):
                    item.attrs |= {} if number == expected else {"value": str(number)}


@cache
def _setter() -> MarkdownIt:
    from markdown_it import MarkdownIt

    setter = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    # The library has its own check replaced so; its types know a method there.
    setter.validateLink = _is_safe  # type: ignore[method-assign, assignment]
    setter.add_render_rule("image", _image)
    return setter


def _is_safe(address: str) -> bool:
    """Whether a link may lead there: only to a place that is named whole."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return False
    return parts.scheme.lower() in SCHEMES and bool(parts.netloc or parts.scheme.lower() == "mailto")


def _image(_: Any, tokens: Sequence[Token], at: int, *__: Any) -> str:
    address = escape(str(tokens[at].attrs.get("src", "")))
    words = escape(tokens[at].content)
    return f"{words} ({address})" if words else address
