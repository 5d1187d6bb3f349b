"""Finds what a text is in another language: each line as a whole, else its parts.

Knows nothing of who says it or where it is shown. What is found nowhere stays as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sottovoce.words.template import HOLE, Template, fill, parse

DEEPEST = 8
"""Sentences within sentences."""

LONGEST = 2000
"""Characters of a line; none that the program says itself is longer."""

MOST_KEPT = 2000
"""Texts whose translation is remembered: the line below a prompt is drawn again and again."""

SHORT, SHORTEST = 14, 8
"""Letters: a template with fewer of its own, with or without a hole in front, may fit what is not ours."""

BEHIND = 6
"""Letters of what can stand behind a name and make a sentence with it."""

PUNCTUATED = re.compile(r"[,.:;] ")
"""A part of a sentence, and no name."""

BETWEEN = " · "
SENTENCES = re.compile(r"(?<=[.!?]) +(?=[A-Z“\"'{/])")
LISTED = re.compile(r", | and ")
FULL = "，。、；：？！（）“”《》…"
"""Marks as wide as a character: no blank stands beside them."""


@dataclass(frozen=True, slots=True)
class Said:
    """A translation, and how many letters of the original were understood."""

    understood: int
    text: str


class Table:
    """Templates of one language. `entries`: English to it."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        parsed = [(english, parse(english), other) for english, other in entries.items()]
        self._plain = {english: other for english, template, other in parsed if not template.names}
        self._holed = [(template, other) for _, template, other in parsed if template.names]
        self._kept: dict[str, str] = {}

    def say(self, text: str) -> str:
        """Return the text in this language, as far as it is known. Blanks around each line stay."""
        kept = self._kept.get(text)
        if kept is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            kept = self._kept[text] = "\n".join(self._line(line) for line in text.split("\n"))
        return kept

    def _line(self, line: str) -> str:
        bare = line.strip()
        said = self._found(bare, 0) if len(bare) <= LONGEST else None
        if said is None:
            return line
        start = line.index(bare)
        return line[:start] + said.text + line[start + len(bare) :]

    def _found(self, text: str, depth: int) -> Said | None:
        """Return what a text is, or None where neither it nor a part of it is known."""
        if not text or depth > DEEPEST:
            return None
        return self._whole(text, depth) or self._of_parts(text, depth)

    def _whole(self, text: str, depth: int) -> Said | None:
        """Return what the text is: of the templates that fit, the one that leaves the least over."""
        if text in self._plain:
            return Said(len(text), self._plain[text])
        phrase = text[:1].lower() + text[1:-1]
        if text.endswith(".") and phrase in self._plain:
            return Said(len(text), f"{self._plain[phrase]}。")
        if depth > DEEPEST:
            return None
        best: Said | None = None
        for template, other in self._holed:
            values = template.values(text, lambda piece: self._understood(piece, depth + 1))
            said = None if values is None else self._filled(template, other, values, depth)
            if said is not None and (best is None or said.understood > best.understood):
                best = said
        return best

    def _understood(self, text: str, depth: int) -> int:
        said = self._whole(text, depth)
        return 0 if said is None else said.understood

    def _filled(self, template: Template, other: str, values: dict[str, str], depth: int) -> Said | None:
        """Return the translation; None for what fits by chance."""
        asked = {hole[1] for hole in HOLE.finditer(other) if hole[2]}
        said = {name: self._value(values[name], depth + 1) for name in asked}
        names = [value.strip() for name, value in values.items() if name not in asked]
        least = SHORTEST if template.parts[0] else SHORT
        if template.weight < least and any(PUNCTUATED.search(name) for name in names):
            return None
        least = SHORTEST if template.parts[0] or template.parts[-1] else SHORT
        if template.weight < least and any(name.count(" ") > 1 for name in names):
            return None
        known = {name: one for name, one in said.items() if one is not None}
        understood = template.weight + sum(one.understood for one in known.values())
        return Said(understood, fill(other, values | {name: one.text for name, one in known.items()}))

    def _of_parts(self, text: str, depth: int) -> Said | None:
        if BETWEEN in text:
            return self._joined(text.split(BETWEEN), BETWEEN, depth)
        sentences = SENTENCES.split(text)
        if len(sentences) > 1:
            return self._joined(sentences, " ", depth)
        return (
            self._made_a_sentence(text, depth)
            or self._behind_a_colon(text, depth)
            or self._list(text.removesuffix("."), depth, end="。" * text.endswith("."))
        )

    def _made_a_sentence(self, text: str, depth: int) -> Said | None:
        """Return what `Some words.` or `NAME is damaged.` is, where `some words` or `is damaged` is known."""
        if not text.endswith("."):
            return None
        bare = text[:-1]
        said = self._whole(bare[:1].lower() + bare[1:], depth + 1)
        if said is not None:
            return Said(said.understood, f"{said.text}。")
        for space in re.finditer(r" (?=[a-z]+ )", bare):
            said = self._whole(bare[space.end() :], depth + 1)
            if said is not None and said.understood >= BEHIND:
                return Said(said.understood, f"{bare[: space.start()]} {said.text}。")
        return None

    def _behind_a_colon(self, text: str, depth: int) -> Said | None:
        head, _, rest = text.partition(": ")
        behind = self._found(rest, depth + 1)
        if behind is None:
            return None
        before = self._found(head, depth + 1) or Said(0, head)
        return Said(before.understood + behind.understood, f"{before.text}：{behind.text}")

    def _joined(self, parts: list[str], between: str, depth: int) -> Said | None:
        said = [self._found(part, depth + 1) or Said(0, part) for part in parts]
        if not any(one.understood for one in said):
            return None
        joined = ""
        for one in said:
            close = between == " " and (joined[-1:] in FULL or one.text[:1] in FULL)
            joined += one.text if not joined or close else between + one.text
        return Said(sum(one.understood for one in said), joined)

    def _list(self, text: str, depth: int, end: str = "") -> Said | None:
        """Return what a list with commas is, where each of its parts is known."""
        parts = LISTED.split(text)
        said = [self._found(part, depth + 1) for part in parts] if len(parts) > 1 else []
        each = [one for one in said if one is not None]
        if not each or len(each) < len(parts):
            return None
        return Said(sum(one.understood for one in each), "、".join(one.text for one in each) + end)

    def _value(self, value: str, depth: int) -> Said | None:
        """Return what fills a hole and is to be translated; None for what is not known."""
        return self._found(value.strip(), depth)


@cache
def table(language: str) -> Table:
    """Return the table of a language, read from the package when it is first asked for."""
    text = Path(__file__).with_name(f"{language}.json").read_text("utf-8")
    return Table(json.loads(text))
