"""Marks in HTML: attributes of the element that holds the text, which sanitizers and clipboards keep.

    <div data-ai-generated="true" data-sottovoce="{&quot;v&quot;:1, …}">what the AI wrote</div>

The element is a div or the body: others may be closed unasked by a program that writes the file anew.
"""

from __future__ import annotations

from dataclasses import replace
from html import escape

from sottovoce.chat.marks import markup
from sottovoce.chat.marks.marked import Marked
from sottovoce.chat.marks.words import Reader, blocks_of
from sottovoce.guard.provenance import ANSWER, Record, read_text, written

ATTRIBUTE = "data-sottovoce"
GENERATED = "data-ai-generated"
HOLDERS = ("div", "body")

MOST_NESTED = 4
"""Marks within marks: a chat, and in it answers."""


def attributes(record: Record | None) -> str:
    """Return the attributes of the element with the text, with a space before; none without a record."""
    if record is None:
        return ""
    generated = f' {GENERATED}="true"' if record.kind == ANSWER else ""
    return f'{generated} {ATTRIBUTE}="{escape(written(record))}"'


def visible(html: str) -> list[str]:
    """Return what HTML says, in blocks."""
    return [block.text for block in blocks_of(html)]


def found(html: str) -> list[Marked]:
    """Return every text that has a mark, in the order in which the elements end."""
    reader = _MarkReader()
    reader.feed(html)
    reader.close()
    return reader.found


class _Holder:
    """An element with a mark that is open, and a reader of its own for what stands in it."""

    def __init__(self, tag: str, mark: str) -> None:
        self.tag = tag
        self.mark = mark
        self.open = 1
        self.reader = Reader()
        self.odd: list[str] = []


class _MarkReader(markup.Noting):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Marked] = []
        self._holders: list[_Holder] = []
        self._style: list[str] | None = None
        """What a style sheet outside of any mark says; None where none is open."""
        self._odd_around: list[str] = []
        self._bodies: list[int] = []
        """Which of the texts found are whole pages."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for holder in self._holders:
            holder.open += tag == holder.tag
            holder.reader.handle_starttag(tag, attrs)
        mark = dict(attrs).get(ATTRIBUTE)
        if mark is not None and len(self._holders) < MOST_NESTED:
            self._holders.append(_Holder(tag, mark))
        super().handle_starttag(tag, attrs)
        if not self._holders:
            self._around(tag, attrs)

    def _around(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what decides how a whole page looks."""
        if tag == "style":
            self._style = []
        elif tag == "script" or (tag == "link" and "stylesheet" in (dict(attrs).get("rel") or "").lower()):
            self._odd_around.append(f"<{tag}>")

    def note(self, odd: str | None) -> None:
        for holder in self._holders if odd is not None else ():
            holder.odd.append(odd or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in HOLDERS:  # HTML takes no notice of the slash of an element that can hold something
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "style" and self._style is not None:
            self._odd_around += [] if markup.is_our_style("".join(self._style)) else ["<style>"]
            self._style = None
        for holder in self._holders:
            holder.open -= tag == holder.tag
        while self._holders and self._holders[-1].open == 0:
            self._end()
        for holder in self._holders:
            holder.reader.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        for holder in self._holders:
            holder.reader.handle_data(data)
        if self._style is not None:
            self._style.append(data)

    def close(self) -> None:
        super().close()
        while self._holders:
            self._end()
        if self._style is not None:
            self._odd_around.append("<style>")
        # What stands behind a page's body decides as well how it looks.
        around = tuple(dict.fromkeys(self._odd_around))
        for at in self._bodies:
            self.found[at] = replace(self.found[at], markup=(*around, *self.found[at].markup))

    def _end(self) -> None:
        holder = self._holders.pop()
        holder.reader.close()
        blocks = tuple(block.text for block in holder.reader.blocks)
        self._bodies += [len(self.found)] if holder.tag == "body" else []
        self.found.append(Marked(read_text(holder.mark), blocks, markup=tuple(dict.fromkeys(holder.odd))))
