"""The only place that prints: data to standard output, everything else to standard error.

What a model or a person wrote is text: control characters in it are taken out before a terminal sees
them. What the program says itself is put into the person's language here; everywhere else it is English.
Knows nothing of commands.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sottovoce.core.language import ENGLISH

if TYPE_CHECKING:
    from rich.console import Console

    from sottovoce.core.errors import SottoError

# C0 without newline and tab, DEL, C1, halves of characters that no encoding can write, and what turns the
# order of letters around, so that other words are read than stand there (CVE-2021-42574).
UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# What JSON may hold unescaped, yet a terminal may obey.
UNESCAPED = re.compile(r"[\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

YES = {"y", "yes", "是"}


def clean(text: str) -> str:
    """Return the text without anything that a terminal would obey rather than show."""
    return UNSAFE.sub("", text)


def one_line(text: str, width: int | None = None) -> str:
    """Return the text on one line, cut to this many terminal cells."""
    line = " ".join(clean(text).split())
    return line if width is None else _cut(line, width)


def encode(value: Any) -> str:
    """Return JSON that keeps every character of the text and that a terminal can show."""
    import json

    text = json.dumps(value, ensure_ascii=False, indent=2)
    return UNESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class Show:
    """Where a command's words go. The streams are looked up at each use, so that tests can catch them."""

    def __init__(self, *, debug: bool = False) -> None:
        self.debug = debug
        self.language = ENGLISH
        self.kept_in: str | None = None
        """The chat that keeps what is printed, if one does."""
        self._screen: Console | None = None

    @property
    def on_terminal(self) -> bool:
        """Whether a person sees standard output as it is written."""
        return sys.stdout is not None and sys.stdout.isatty()

    @property
    def notes_are_read(self) -> bool:
        """Whether a person sees standard error as it is written."""
        return sys.stderr is not None and sys.stderr.isatty()

    @property
    def can_ask(self) -> bool:
        """Whether a person can be asked something."""
        return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()

    @property
    def screen(self) -> Console:
        """Return the rich console on standard output, for what is more than plain lines."""
        if self._screen is None or self._screen.file is not sys.stdout:
            from rich.console import Console

            self._screen = Console(file=sys.stdout, highlight=False, emoji=False, markup=False)
        return self._screen

    def words(self, text: str) -> str:
        """Return what the program says, in the person's language. Not for what a person or a model wrote."""
        if self.language == ENGLISH:
            return text
        from sottovoce.words.table import table

        return table(self.language).say(text)

    def line(self, text: str = "", quoted: str = "") -> None:
        """Print what the program says, and behind it what others wrote, as it is."""
        self.plain(self.words(text) + quoted)

    def plain(self, text: str) -> None:
        """Print what others wrote, a value, a key: as it is, in every language."""
        with self._written():
            print(clean(text), flush=self.on_terminal)

    def drawn(self, lines: Iterable[str]) -> None:
        """Print lines that carry colours already: rendered here, from clean text."""
        for line in lines:
            print(line)

    def control(self, sequence: str) -> None:
        """Send the terminal something to obey. Never with text that others wrote."""
        if self.on_terminal:
            sys.stdout.write(sequence)
            sys.stdout.flush()

    def piece(self, text: str) -> None:
        """Print text as it comes, without a line's end."""
        with self._written():
            print(clean(text), end="", flush=True)

    def data(self, value: Any) -> None:
        """Print one JSON value."""
        with self._written():
            print(encode(value))

    def flush(self) -> None:
        """Write what is still held back. Raises SottoError where it cannot be written."""
        with self._written():
            sys.stdout.flush()

    @contextmanager
    def _written(self) -> Iterator[None]:
        """Tell it in a sentence when standard output takes nothing; a reader who left is no error."""
        try:
            yield
        except BrokenPipeError:
            raise
        except OSError as problem:
            raise self.unwritten(problem) from problem

    def unwritten(self, problem: OSError) -> SottoError:
        """Return what to tell when standard output could not be written."""
        from sottovoce.core.errors import SottoError

        hint = "Write it to another place, or make room there"
        if self.kept_in is not None:
            hint = f"What was said is kept: sotto chats show {self.kept_in}"
        return SottoError(f"The output could not be written: {problem.strerror}.", hint=hint)

    def note(self, text: str) -> None:
        """Tell a person something that is not the data asked for."""
        self.detail(self.words(text))

    def detail(self, text: str) -> None:
        """Tell what is technical, or a person's own words, beside the data: as it is, in every language."""
        print(clean(text), file=sys.stderr, flush=True)

    def passing(self, text: str) -> None:
        """Tell a person how something goes, in place of what was told so before; empty ends it."""
        if self.notes_are_read:
            sys.stderr.write(f"\r\x1b[2K{one_line(self.words(text), self._columns() - 1)}")
            sys.stderr.flush()

    def problem(self, sentence: str, hint: str | None = None) -> None:
        """Say what went wrong, and the next step."""
        self.note(sentence)
        if hint:
            self.note(f"\nhint: {hint}")

    def quiet(self, text: str) -> None:
        """Print dim lines, wrapped to the window: what one may pass over."""
        from rich.text import Text

        for line in wrapped(clean(self.words(text)), self.screen.width):
            self.screen.print(Text(line, style="dim"))

    def error(self, error: SottoError) -> None:
        if error.first:
            self.detail(f"{error.first}\n")
        self.problem(error.sentence, error.hint)
        if self.debug and error.detail:
            self.detail(f"\n{error.detail}")

    def table(
        self,
        headings: Sequence[str],
        rows: Sequence[Sequence[str]],
        beneath: int = 0,
        said: Sequence[int] = (),
    ) -> None:
        """Print columns; on a terminal the last one is cut to the window, elsewhere nothing is cut.

        Where the window is too narrow, the last `beneath` columns stand under each row, and are never cut: a
        command is to be copied. The columns `said` hold what the program says, the others what is as it is.
        """
        told = [[self.words(cell) if at in said else cell for at, cell in enumerate(row)] for row in rows]
        grid = [[one_line(cell) for cell in row] for row in ([self.words(one) for one in headings], *told)]
        widths = [max(cells(row[at]) for row in grid) for at in range(len(headings))]
        if beneath and self.on_terminal and sum(widths) + 2 * (len(widths) - 1) > self._columns():
            self._table_over_lines(grid, widths[:-beneath])
            return
        room = self._columns() - sum(widths[:-1]) - 2 * (len(widths) - 1)
        for row in grid:
            last = _cut(row[-1], max(room, 8)) if self.on_terminal else row[-1]
            filled = [padded(cell, width) for cell, width in zip(row[:-1], widths[:-1], strict=True)]
            self.plain("  ".join([*filled, last]).rstrip())

    def _table_over_lines(self, grid: Sequence[Sequence[str]], widths: list[int]) -> None:
        """Print each row with what belongs to it on lines below; the first column gives way, nothing else."""
        columns = self._columns()
        widths[0] = max(8, min(widths[0], columns - sum(widths[1:]) - 2 * (len(widths) - 1)))
        for at, row in enumerate(grid):
            first = [_cut(row[0], widths[0]), *row[1 : len(widths)]]
            filled = [padded(cell, width) for cell, width in zip(first, widths, strict=True)]
            self.plain("  ".join(filled).rstrip())
            if at:
                for line in _over_lines(filter(None, row[len(widths) :]), columns):
                    self.plain(line)

    def confirm(self, question: str) -> bool:
        """Ask a yes-or-no question on standard error; anything but yes is no."""
        print(f"{clean(self.words(question))} [y/N] ", end="", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip().lower() in YES

    def secret(self, question: str) -> str:
        """Ask for something that is not shown while it is typed; empty where the input ends.

        Not within an event loop: it would hold Ctrl-C back until the line's end.
        """
        from getpass import getpass

        try:
            return getpass(f"{one_line(self.words(question))} ", sys.stderr)
        except EOFError:
            self.note("")
            return ""

    @property
    def columns(self) -> int:
        """How many cells a line of the terminal has; 80 where there is none."""
        return self._columns()

    @staticmethod
    def _columns() -> int:
        import shutil

        return shutil.get_terminal_size().columns


def cells(text: str) -> int:
    """Return how many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def padded(text: str, width: int) -> str:
    """Return the text with blanks behind it, up to so many columns of a terminal."""
    return text + " " * (width - cells(text))


def wrapped(text: str, width: int) -> list[str]:
    """Return the lines of Chinese text; other text is left to whoever prints it."""
    if text.isascii():
        return [text]
    from sottovoce.words.wrapping import is_wide, wrap

    lines = text.split("\n")
    return [part for line in lines for part in (wrap(line, width, cells) if is_wide(line) else [line])]


def _over_lines(parts: Iterable[str], columns: int) -> list[str]:
    """Return the parts on as few lines as they take; none is broken, also where it is wider than that."""
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]} · {part}" if lines else ""
        if longer and cells(longer) <= columns:
            lines[-1] = longer
        else:
            lines.append(f"    {part}")
    return lines


def _cut(text: str, width: int, measure: Callable[[str], int] = cells) -> str:
    if measure(text) <= width:
        return text
    kept = text[:width]
    while kept and measure(kept) > width - 1:
        kept = kept[:-1]
    return kept.rstrip() + "…"
