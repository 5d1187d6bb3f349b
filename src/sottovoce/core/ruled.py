"""Files of rules that people write, each below a line [[rule]]: read as TOML, with the lines they stand in.

Pure: bytes in, tables or a sentence with its line out. Python's parser of TOML tells no lines of what it has
read, so they are looked for in the text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

AT_END = " (at end of document)"


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a rules file cannot be used, in a sentence; `line` is where, counted from 1, if that is known."""

    sentence: str
    line: int | None = None

    def __str__(self) -> str:
        return self.sentence if self.line is None else f"Line {self.line}: {self.sentence}"


class Amiss(Exception):
    """What is wrong in a table, while it is read."""

    def __init__(self, sentence: str, line: int | None) -> None:
        super().__init__(sentence)
        self.wrong = Wrong(sentence, line)


def decoded(data: bytes, largest: int) -> str | Wrong:
    """Return the text of a file of at most `largest` bytes."""
    if len(data) > largest:
        return Wrong(f"It has {len(data):,} bytes; a rules file has at most {largest:,}.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Wrong("It is saved as UTF-16; save it as UTF-8.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        return Wrong("It is not UTF-8; save it as UTF-8.", line)


def table_of(text: str) -> dict[str, Any] | Wrong:
    """Return the table that a text is."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        return _not_toml(str(problem), text)
    except RecursionError:
        return Wrong("It is nested too deeply.")


def _not_toml(problem: str, text: str) -> Wrong:
    """Return what Python's parser says, its line apart."""
    found = _AT_LINE.search(problem)
    reason = _AT_LINE.sub("", problem).replace(AT_END, ", and the file ends there").strip()
    line = int(found[1]) if found else None
    return Wrong(f"It is not TOML: {reason}.", text.count("\n") + 1 if AT_END in problem else line)


class Lines:
    """Where in a text its rules and their keys stand."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()
        self.begins = list(_beginnings(self.lines))

    def expect(self, rules: int) -> None:
        """Give no rule a line where they are written in some other way."""
        if len(self.begins) != rules:
            self.begins = [1] * rules

    def of(self, key: str) -> int | None:
        """Return the line of a key that stands before all rules."""
        return self._of(key, 0, len(self.lines))

    def at(self, rule: int, key: str) -> int:
        """Return the line of a rule's key, or of the rule."""
        return self._of(key, self.begins[rule], self.end(rule)) or self.begins[rule]

    def end(self, rule: int) -> int:
        return self.begins[rule + 1] - 1 if rule + 1 < len(self.begins) else len(self.lines)

    def _of(self, key: str, start: int, end: int) -> int | None:
        wanted = re.compile(rf"\s*\[{{0,2}}\s*[\"']?{re.escape(key)}[\"']?\s*(?:[=.\]])")
        return next((at + 1 for at in range(start, end) if wanted.match(self.lines[at])), None)


def _beginnings(lines: list[str]) -> Iterator[int]:
    """Yield the numbers of the lines at which rules begin; not those within a text of several lines."""
    inside = ""
    for number, line in enumerate(lines, 1):
        if not inside and _BEGINS.match(line):
            yield number
        for mark in _MARKS.findall(line):
            if not inside:
                inside = mark
            elif mark == inside:
                inside = ""


_BEGINS = re.compile(r"\s*\[\[\s*[\"']?rule[\"']?\s*\]\]")
_MARKS = re.compile(r'"""|' + "'''")
_AT_LINE = re.compile(r"\s*\(at line (\d+), column \d+\)")
