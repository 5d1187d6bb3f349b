"""An answer as Markdown on a terminal: finished pieces printed for good, the open one drawn again.

Knows nothing of where the text comes from.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import chain

from rich.console import Console
from rich.text import Text

from sottovoce.cli._show import clean, wrapped
from sottovoce.cli.chat.growing import Growing
from sottovoce.cli.chat.markdown import WIDEST, Line, draw
from sottovoce.cli.chat.tail import Tail

REDRAWS_PER_SECOND = 12
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
SPINNER_ASCII = "-\\|/"
BLANK = Line("", 0)


class MarkdownView:
    """Finished pieces are printed for good; the open one and a status line are drawn again."""

    def __init__(self, console: Console, words: Callable[[str], str] = str, *, gap: bool) -> None:
        """`words` puts what the program says into the person's language."""
        self.words = words
        self._console = console
        self._tail = Tail(console)
        self._growing = Growing()
        self._thought = ""
        self._thinks = False
        self._ready: list[Line] = []
        self._gap = gap
        self._busy = ""
        self._fresh = False
        self._ended = False
        self._frames = SPINNER if "utf" in console.encoding else SPINNER_ASCII

    def text(self, piece: str) -> None:
        self._busy = ""
        self._fresh = True
        self._end_thought()
        for block in self._growing.feed(clean(piece)):
            self._place(draw(self._console, block), follows=block.follows)

    def thought(self, piece: str) -> None:
        self._busy = ""
        self._fresh = True
        *whole, self._thought = (self._thought + clean(piece)).split("\n")
        for line in whole:
            self._place_thought(line)

    def busy(self, what: str) -> None:
        self._busy = self.words(what)
        self._fresh = True

    def waiting(self, what: str) -> None:
        self.busy(what)

    def note(self, text: str) -> None:
        self._place(quiet_lines(self._console, self.words(text)), follows=False)
        self._fresh = True

    def end(self, mark: str = "") -> None:
        if self._ended:
            return
        self._ended = True
        self._busy = ""
        self._end_thought()
        for block in self._growing.end():
            self._place(draw(self._console, block), follows=block.follows)
        if mark:
            self._place(quiet_lines(self._console, f"[{self.words(mark)}]"), follows=False)
        self._tail.clear(self._taken())

    def redraw(self) -> None:
        """Bring the screen up to date. Call it a few times a second."""
        if self._ended or not (self._fresh or self._busy):
            return
        self._fresh = False
        above = self._taken()
        self._tail.show(above, self._open_lines())

    def _place(self, lines: list[Line], *, follows: bool) -> None:
        if lines and self._gap and not follows:
            self._ready.append(BLANK)
        self._gap = self._gap or bool(lines)
        self._ready.extend(lines)

    def _place_thought(self, line: str) -> None:
        self._place(quiet_lines(self._console, line) if line.strip() else [BLANK], follows=self._thinks)
        self._thinks = True

    def _end_thought(self) -> None:
        if self._thought:
            self._place_thought(self._thought)
        self._thought, self._thinks = "", False

    def _taken(self) -> list[Line]:
        ready, self._ready = self._ready, []
        return ready

    def _open_lines(self) -> list[Line]:
        """Return the open piece's last lines, as many as the window has room for, and the status."""
        block = self._growing.open()
        follows = self._thinks if block is None else block.follows
        lines = self._open_thought() if block is None else draw(self._console, block)
        if lines and not follows and self._gap:
            lines.insert(0, BLANK)
        status = self._status()
        room = max(1, self._console.height - 1 - len(status))
        if len(lines) > room:
            lines = [*quiet_lines(self._console, "…"), *lines[len(lines) - room + 1 :]]
        return lines + status

    def _open_thought(self) -> list[Line]:
        return quiet_lines(self._console, self._thought) if self._thought else []

    def _status(self) -> list[Line]:
        if not self._busy:
            return []
        frame = self._frames[int(time.monotonic() * REDRAWS_PER_SECOND) % len(self._frames)]
        lines = quiet_lines(self._console, f"{frame} {self._busy}")[:1]
        return [BLANK, *lines] if self._gap else lines


@asynccontextmanager
async def drawn_again(view: MarkdownView) -> AsyncIterator[None]:
    """Keep the screen up to date."""
    ticking = asyncio.create_task(_tick(view))
    try:
        yield
    finally:
        ticking.cancel()


async def _tick(view: MarkdownView) -> None:
    while True:
        view.redraw()
        await asyncio.sleep(1 / REDRAWS_PER_SECOND)


def quiet_lines(console: Console, text: str) -> list[Line]:
    """Return a dim line, wrapped to the window."""
    width = min(console.width, WIDEST)
    parts = (Text(part).wrap(console, width) for part in wrapped(clean(text), width))
    lines = []
    for line in chain.from_iterable(parts):
        line.rstrip()
        with console.capture() as painted:
            console.print(line, style="dim", end="")
        lines.append(Line(painted.get(), line.cell_len))
    return lines
