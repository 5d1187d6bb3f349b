"""Writes the help by columns: Chinese has two for a character and no blanks, which click does not know."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import click

from sottovoce.cli._show import Show, cells
from sottovoce.words.wrapping import wrap

AS_IT_STANDS = "\b"
"""A paragraph that begins with it is not wrapped, as click has it."""

EXTRA = re.compile(r"(?s)(.*?)\s*\[([^\[\]]*)\]$")
"""What click adds to an option's text: `[default: 50; 1<=x<=100]`."""

WIDEST = 80
LEAST_BESIDE = 30
"""Columns that a meaning needs beside its option; with fewer it stands below."""


class Formatter(click.HelpFormatter):
    """Writes what click gives it in English, translated, by columns."""

    def __init__(self, show: Show, context: click.Context) -> None:
        super().__init__(width=min(show.columns, WIDEST) - 2)
        self._words = show.words
        self._context = context
        self._heading = ""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        prefix = self._words("Usage:") if prefix is None else prefix
        wider = cells(prefix) - len(prefix)
        self.width -= wider  # click counts characters
        super().write_usage(prog, args, prefix)
        self.width += wider

    def write_heading(self, heading: str) -> None:
        self._heading = heading
        self.write(f"{'':>{self.current_indent}}{self._words(heading)}：\n")

    def write_text(self, text: str) -> None:
        indent = " " * self.current_indent
        paragraphs = []
        for paragraph in text.split("\n\n"):
            if paragraph.startswith(AS_IT_STANDS):
                lines = self._words(paragraph.removeprefix(AS_IT_STANDS).lstrip("\n")).split("\n")
            else:
                lines = self._wrapped(" ".join(paragraph.split()), self.width - self.current_indent)
            paragraphs.append("".join(f"{indent}{line}".rstrip() + "\n" for line in lines))
        self.write("\n".join(paragraphs))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        rows = list(rows)
        widest = max((len(name) for name, _ in rows if len(name) <= col_max), default=0)
        column = self.current_indent + widest + col_spacing
        beside = self.width - column >= LEAST_BESIDE
        indent = " " * (column if beside else self.current_indent + 4)
        for name, meaning in rows:
            lines = self._wrapped(self._short(name, meaning), self.width - len(indent))
            head = f"{'':>{self.current_indent}}{name}"
            if beside and len(name) <= widest and lines:
                self.write(f"{head:<{column}}{lines.pop(0)}".rstrip() + "\n")
            else:
                self.write(head + "\n")
            self.write("".join(f"{indent}{line}\n" for line in lines))

    def _short(self, name: str, meaning: str) -> str:
        """Return what stands beside a name; click has cut a command's to the window, in English."""
        command = self._context.command
        if self._heading == "Commands" and isinstance(command, click.Group) and name in command.commands:
            return command.commands[name].get_short_help_str(limit=10_000)
        return meaning

    def _wrapped(self, text: str, width: int) -> list[str]:
        found = EXTRA.fullmatch(text)
        if found is None:
            return wrap(self._words(text), width, cells)
        extra = "；".join(_extra(part, self._words) for part in found[2].split("; "))
        return wrap(f"{self._words(found[1])} [{extra}]", width, cells)


def _extra(text: str, words: Callable[[str], str]) -> str:
    name, colon, value = text.partition(": ")
    return f"{words(name)}：{value}" if colon else words(text)
