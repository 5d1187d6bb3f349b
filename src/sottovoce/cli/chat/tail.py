"""The last lines on the screen, drawn again and again while an answer is written.

What is printed above them is printed once, for good, and scrolls away like any other text. Everything
goes out in one write, between the marks that let a terminal show it at once.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from sottovoce.cli.chat.markdown import Line

BEGIN = "\x1b[?2026h\x1b[?25l"
"""Hold the picture until END; hide the cursor. Terminals that do not know the first pass over it."""
END = "\x1b[?2026l"
SHOW_CURSOR = "\x1b[?25h"
ERASE_LINE = "\x1b[K"
ERASE_BELOW = "\x1b[J"


class Tail:
    """Lines that can be taken back. Nobody else may print while there are any."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._drawn: list[Line] = []
        self._width = console.width
        self._hidden = False

    def show(self, above: Sequence[Line], lines: Sequence[Line]) -> None:
        """Print `above` for good and `lines` below it, in place of the lines shown before."""
        lines = list(lines)
        if not above and lines == self._drawn:
            return
        width = self._console.width
        parts = [BEGIN, self._back(width)]
        parts.extend(_ended(line, width) + "\n" for line in above)
        parts.append("\n".join(_ended(line, width) for line in lines))
        parts.extend([ERASE_BELOW if not lines or lines[-1].cells < width else "", END])
        self._drawn, self._hidden = lines, True
        self._write("".join(parts))

    def clear(self, above: Sequence[Line] = ()) -> None:
        """Take the lines away, print `above` for good, and leave the cursor at the start of a line."""
        if self._drawn or above:
            self.show(above, [])
        if self._hidden:
            self._hidden = False
            self._write(SHOW_CURSOR)

    def _back(self, width: int) -> str:
        """Move to the start of the lines shown; a window made narrower has wrapped them."""
        rows = sum(max(1, -(-line.cells // width)) for line in self._drawn)
        up = f"\x1b[{rows - 1}A" if rows > 1 else ""
        # Terminals remember which rows they wrapped, and would join ours there when widened again.
        resized, self._width = width != self._width, width
        return f"\r{up}{ERASE_BELOW if resized else ''}"

    def _write(self, text: str) -> None:
        self._console.file.write(text)
        self._console.file.flush()


def _ended(line: Line, width: int) -> str:
    # At the last column the cursor stands on the last character, and would erase it.
    return line.text if line.cells >= width else line.text + ERASE_LINE
