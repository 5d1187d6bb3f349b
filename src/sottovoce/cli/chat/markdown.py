"""Turn pieces of Markdown into lines for a terminal.

Follows the window's width, the terminal's own colours, and NO_COLOR. Code is shown without a
background or a frame, so that copying it from the screen gives the code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from markdown_it.token import Token
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.markdown import (
    Heading,
    ListElement,
    ListItem,
    Markdown,
    MarkdownContext,
    MarkdownElement,
)
from rich.padding import Padding
from rich.rule import Rule
from rich.segment import Segment, Segments
from rich.style import Style
from rich.syntax import Syntax
from rich.text import Text
from rich.theme import Theme

from sottovoce.cli.chat.growing import PARSER, Block, Prose

WIDEST = 100
"""Longer lines are hard to read, however wide the window is."""

CODE_INDENT = 2
CODE_THEME = "ansi_dark"
"""Sixteen colours that the terminal itself defines, so that they suit light and dark ones."""

MAY_BREAK = "\x1f"
"""A space without width to the line breaker. Clean text never holds one; it is taken out again."""

# Chinese and Japanese are written without spaces: a line may end after each sign or mark, before a sign.
SIGNS = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
UNSPACED = re.compile(f"([{SIGNS}，。、；：？！])(?=[{SIGNS}])")

LOOK = Theme(
    {
        "markdown.h1": Style(bold=True, underline=True),
        "markdown.h2": Style(bold=True),
        "markdown.h3": Style(bold=True),
        "markdown.h4": Style(bold=True, dim=True),
        "markdown.code": Style(color="cyan"),
        "markdown.code_block": Style(),
        "markdown.item.bullet": Style(dim=True),
        "markdown.item.number": Style(dim=True),
        "markdown.block_quote": Style(dim=True),
        "markdown.hr": Style(dim=True),
        "markdown.link": Style(underline=True),
        "markdown.link_url": Style(dim=True),
        "markdown.table.border": Style(dim=True),
        "markdown.table.header": Style(bold=True),
    }
)


class _LeftHeading(Heading):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self.text


class _SteadyList(ListElement):
    """Items printed one by one must stand in one column: numbers get room for two digits at once."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self.list_type == "bullet_list_open":
            yield from super().__rich_console__(console, options)
            return
        start = self.list_start or 0
        for at, item in enumerate(self.items):
            yield from item.render_number(console, options, start + at, max(10, start + len(self.items)))


class _SpacedItem(ListItem):
    """An item whose bullet stays when there is nothing beside it yet."""

    filled = False

    def on_child_close(self, context: MarkdownContext, child: MarkdownElement) -> bool:
        self.filled = True
        return super().on_child_close(context, child)

    def render_bullet(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self.filled:
            yield from super().render_bullet(console, options)
        else:
            yield Segment(" • \n", console.get_style("markdown.item.bullet"))


class _Rule(MarkdownElement):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Rule(style="markdown.hr")


class _PlainCode(MarkdownElement):
    """A block of code inside a list or a quotation."""

    @classmethod
    def create(cls, markdown: Markdown, token: Token) -> _PlainCode:
        return cls(token.info.strip().split(" ")[0])

    def __init__(self, language: str) -> None:
        self.language = language
        self.code = ""

    def on_text(self, context: MarkdownContext, text: str | Text) -> None:
        self.code += str(text)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield highlighted(self.language, self.code.rstrip("\n"))


class Reply(Markdown):
    """Markdown as this program shows it."""

    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "heading_open": _LeftHeading,
        "fence": _PlainCode,
        "code_block": _PlainCode,
        "bullet_list_open": _SteadyList,
        "ordered_list_open": _SteadyList,
        "list_item_open": _SpacedItem,
        "hr": _Rule,
    }

    def __init__(self, prose: Prose) -> None:
        super().__init__("", hyperlinks=False)
        self.markup = prose.text
        self.parsed = PARSER.parse(prose.text)
        if prose.number is not None and self.parsed:
            self.parsed[0].attrs["start"] = prose.number
        for token in self.parsed:
            for child in token.children or ():
                if child.type == "softbreak":
                    child.type = "hardbreak"
                child.content = UNSPACED.sub(rf"\1{MAY_BREAK}", child.content)


def highlighted(language: str, code: str) -> Text:
    """Return code in the terminal's colours; an unknown language is shown as it is."""
    text = Syntax("", language or "text", theme=CODE_THEME, background_color="default").highlight(code)
    text.rstrip()
    text.no_wrap = False
    return text


@dataclass(frozen=True, slots=True)
class Line:
    """One line for this terminal: its text with colours, and the columns that it takes."""

    text: str
    cells: int


def draw(console: Console, block: Block) -> list[Line]:
    """Return the block's lines, without blank ones around them and blanks at their ends."""
    options = console.options.update(width=min(console.width, WIDEST))
    with console.use_theme(LOOK):
        drawn = console.render_lines(_renderable(block), options, pad=False)
    lines = [_trimmed(segments) for segments in drawn]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return [Line(_painted(console, line), Segment.get_line_length(line)) for line in lines]


def _trimmed(segments: list[Segment]) -> list[Segment]:
    """Take padding off the end: it would be copied along, and wrap when the window gets narrower."""
    line = [segment._replace(text=segment.text.replace(MAY_BREAK, "")) for segment in segments]
    while line and not line[-1].text.strip():
        line.pop()
    if line:
        line[-1] = line[-1]._replace(text=line[-1].text.rstrip())
    return line


def _painted(console: Console, line: list[Segment]) -> str:
    with console.capture() as painted:
        console.print(Segments(line), end="", crop=False)
    return painted.get()


def _renderable(block: Block) -> RenderableType:
    if isinstance(block, Prose):
        return Reply(block)
    whole = highlighted(block.language, block.before + block.lines)
    count = block.lines.rstrip("\n").count("\n") + 1
    lines = whole.split("\n", allow_blank=True)[block.before.count("\n") :][:count]
    return Padding(Text("\n").join(lines), (0, 0, 0, CODE_INDENT))
