"""Files of rules that people write, each below a line [[rule]]: read as TOML, with the lines they stand in.

Pure: bytes in, tables or a sentence with its line out. Python's parser of TOML tells no lines of what it has
read, so they are looked for in the text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")
Table = Mapping[str, Any]

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


def read(data: bytes, largest: int, rules: Callable[[str, Table], T]) -> T | Wrong:
    """Return what `rules` makes of a file's text and of the table that it is, or what is wrong first.

    The file has at most `largest` bytes. `rules` raises Amiss.
    """
    if len(data) > largest:
        return Wrong(f"It has {len(data):,} bytes; a rules file has at most {largest:,}.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Wrong("It is saved as UTF-16; save it as UTF-8.")
    try:
        text = data.decode("utf-8-sig")
        return rules(text, tomllib.loads(text))
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        return Wrong("It is not UTF-8; save it as UTF-8.", line)
    except tomllib.TOMLDecodeError as problem:
        return _not_toml(str(problem), text)
    except RecursionError:
        return Wrong("It is nested too deeply.")
    except Amiss as problem:
        return problem.wrong


def _not_toml(problem: str, text: str) -> Wrong:
    """Return what Python's parser says, its line apart."""
    found = _AT_LINE.search(problem)
    reason = _AT_LINE.sub("", problem).replace(AT_END, ", and the file ends there").strip()
    line = int(found[1]) if found else None
    return Wrong(f"It is not TOML: {reason}.", text.count("\n") + 1 if AT_END in problem else line)


class Reader:
    """Reads what the tables of every such file have. `at` is the number of a rule, from 0."""

    def __init__(self, text: str) -> None:
        self.lines = Lines(text)

    def each(
        self, table: Table, head: Sequence[str], keys: Sequence[str], most: int
    ) -> Iterator[tuple[int, Table]]:
        """Yield each rule with its number: at most so many, with no keys but these. `head` stands above."""
        for key in table:
            if key not in head:
                raise Amiss(f"There is no {key!r} here; each rule begins with [[rule]].", self.lines.of(key))
        given = table.get("rule", [])
        if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
            raise Amiss("Each rule begins with [[rule]], in two brackets.", self.lines.of("rule"))
        if len(given) > most:
            raise Amiss(f"There are {len(given)} rules; at most {most} can be used.", None)
        self.lines.expect(len(given))
        for at, one in enumerate(given):
            for key in one:
                if key not in keys:
                    raise Amiss(f"A rule has no {key!r}; it has {', '.join(keys)}.", self.lines.at(at, key))
            yield at, one

    def require_new(self, at: int, name: str, names: Sequence[str]) -> None:
        """Refuse a name that a rule before this one has."""
        if name in names:
            raise Amiss(f"There is another rule named {name!r}.", self.lines.at(at, "name"))

    def text(self, at: int, given: Table, key: str, longest: int) -> str:
        """Return a text without the blanks around it; "" where there is none."""
        value = given.get(key, "")
        if not isinstance(value, str):
            raise Amiss(f'{key} is a text, as in {key} = "…".', self.lines.at(at, key))
        value = value.strip()
        if len(value) > longest:
            raise Amiss(
                f"{key} has {len(value):,} characters; at most {longest:,} are taken.",
                self.lines.at(at, key),
            )
        return value

    def texts(self, at: int, given: Table, key: str, most: int) -> list[str]:
        """Return a list of texts; empty where there is none."""
        values = given.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise Amiss(f'{key} is a list of texts, as in {key} = ["one", "two"].', self.lines.at(at, key))
        if len(values) > most:
            raise Amiss(
                f"{key} has {len(values)} entries; at most {most} can be used.", self.lines.at(at, key)
            )
        return values


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
