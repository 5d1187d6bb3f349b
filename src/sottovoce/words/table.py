"""Finds what a text is in another language: each line as a whole, else its parts.

A sentence is translated whole or not at all: what would be a mixture stays as it is, and so does what is
found nowhere. Knows nothing of who says it or where it is shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sottovoce.words.candidates import Candidates
from sottovoce.words.prose import is_path, is_prose, masked
from sottovoce.words.template import HOLE, Template, fill, parse

DEEPEST = 8
"""Sentences within sentences."""

LONGEST = 2000
"""Characters of a line; none that the program says itself is longer."""

MOST_KEPT = 2000
"""Texts whose translation is remembered: the line below a prompt is drawn again and again."""

SHORT, SHORTEST = 14, 8
"""Letters: a template with fewer of its own, with or without a hole in front, may fit what is not ours."""

LIGHT = 7
"""Letters: a template with fewer says something only of numbers, or of a word that stands behind it."""

HEAVY = 24
"""Letters: a template with as many of its own is ours, also where a person's sentence stands in it."""

BEHIND = 6
"""Letters of what can stand behind a name or a colon and make a sentence with it."""

PUNCTUATED = re.compile(r"[,.:;] ")
"""A part of a sentence, and no name."""

COUNTED = re.compile(r"第 \{(\w+)\}|\{(\w+)\} (?:个|条|项|次|页|段|行|字节|张|层|天|分钟|秒|种|篇|年)")
"""Holes that the Chinese counts with: what fills one holds a digit."""

OF_ONE_WORD = re.compile(r"|(?:\S|, )*[^\s.,:;]|\d\S* \S{1,5}")
"""A name, a list of such, or a number with its unit."""

HAS_DIGIT = re.compile(r"\d")

BETWEEN = " · "
BESIDE = re.compile(BETWEEN)
SENTENCES = re.compile(r"(?<=[.!?]) +(?=[A-Z“\"'{/\0])")
CHOICE = re.compile(" or ")
QUOTATIONS = re.compile("\0+(?: or \0+)+")
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
        self._holed = Candidates([(template, other) for _, template, other in parsed if template.names])
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
        for template, other in self._holed.of(text):
            values = template.values(text, lambda piece: self._understood(piece, depth + 1))
            said = None if values is None else self._filled(template, other, values, depth)
            if said is not None and (best is None or said.understood > best.understood):
                best = said
        return best

    def _understood(self, text: str, depth: int) -> int:
        said = self._whole(text, depth)
        return 0 if said is None else said.understood

    def _filled(self, template: Template, other: str, values: dict[str, str], depth: int) -> Said | None:
        """Return the translation; None for what fits by chance, or would be half in English."""
        asked = {hole[1] for hole in HOLE.finditer(other) if hole[2]}
        said = {name: self._found(values[name].strip(), depth + 1) for name in asked}
        known = {name: one for name, one in said.items() if one is not None}
        if any(is_prose(value, longest=1) for name, value in values.items() if name in asked - set(known)):
            return None
        left = {name: value for name, value in values.items() if name not in known}
        understood = template.weight + sum(one.understood for one in known.values())
        kept = [value for name, value in left.items() if name not in asked]
        if (understood < LIGHT and not _is_light(kept, template)) or not _fits(template, other, left, kept):
            return None
        return Said(understood, fill(other, values | {name: one.text for name, one in known.items()}))

    def _of_parts(self, text: str, depth: int) -> Said | None:
        seen = masked(text)
        if BETWEEN in seen:
            return self._joined(_split(text, seen, BESIDE), BETWEEN, depth)
        sentences = _split(text, seen, SENTENCES)
        if len(sentences) > 1:
            return self._in_a_row(sentences, depth)
        return (
            self._made_a_sentence(text, seen, depth)
            or self._behind_a_colon(text, seen, depth)
            or self._list(text.removesuffix("."), depth, end="。" * text.endswith("."))
        )

    def _made_a_sentence(self, text: str, seen: str, depth: int) -> Said | None:
        """Return what `Some words.` or `NAME is damaged.` is, where `some words` or `is damaged` is known."""
        if not text.endswith("."):
            return None
        bare = text[:-1]
        said = self._whole(bare[:1].lower() + bare[1:], depth + 1)
        if said is not None and said.understood >= BEHIND:
            return Said(said.understood, f"{said.text}。")
        for space in re.finditer(r" (?=[a-z]+ )", seen[:-1]):
            name = bare[: space.start()]
            if is_prose(name):
                return None
            said = self._whole(bare[space.end() :], depth + 1)
            if said is not None and said.understood >= BEHIND:
                return Said(said.understood, f"{name} {said.text}。")
        return None

    def _behind_a_colon(self, text: str, seen: str, depth: int) -> Said | None:
        at = seen.find(": ")
        behind = None if at < 1 or seen[at - 1] == ":" else self._found(text[at + 2 :], depth + 1)
        if behind is None or behind.understood < BEHIND:
            return None
        before = self._part(text[:at], depth + 1)
        if before is None:
            return None
        return Said(before.understood + behind.understood, f"{before.text}：{behind.text}")

    def _joined(self, parts: list[str], between: str, depth: int) -> Said | None:
        """Return what stands side by side: each is known, or a name."""
        said = [self._part(part, depth + 1) for part in parts]
        known = [one for one in said if one is not None]
        understood = sum(one.understood for one in known)
        if not understood or len(known) < len(said):
            return None
        return Said(understood, between.join(one.text for one in known))

    def _in_a_row(self, sentences: list[str], depth: int) -> Said | None:
        """Return one sentence after the other. A line may keep some in English, if less than half of it."""
        said = [self._found(sentence, depth + 1) for sentence in sentences]
        understood = sum(one.understood for one in said if one is not None)
        if not understood or (None in said and (depth or 2 * understood < sum(map(len, sentences)))):
            return None
        joined = ""
        for sentence, one in zip(sentences, said, strict=True):
            text = sentence if one is None else one.text
            close = not joined or joined[-1] in FULL or text[:1] in FULL
            joined += text if close else f" {text}"
        return Said(understood, joined)

    def _list(self, text: str, depth: int, end: str = "") -> Said | None:
        """Return what a list is: of quotations, or with commas, where each of its parts is known."""
        seen = masked(text)
        if QUOTATIONS.fullmatch(seen):
            return Said(len(text), " 或 ".join(_split(text, seen, CHOICE)) + end)
        parts = _split(text, seen, LISTED)
        said = [self._found(part, depth + 1) for part in parts] if len(parts) > 1 else []
        each = [one for one in said if one is not None]
        if not each or len(each) < len(parts):
            return None
        return Said(sum(one.understood for one in each), "、".join(one.text for one in each) + end)

    def _part(self, text: str, depth: int) -> Said | None:
        """Return what a part of a sentence is: known, or a name that stays. None for other English."""
        return self._found(text, depth) or (None if is_prose(text) else Said(0, text))


def _is_light(values: Sequence[str], template: Template) -> bool:
    """Return whether these are words of their own, with a number among them where nothing stands in front."""
    seen = [masked(value.strip()) for value in values if not is_path(value)]
    has_number = any(HAS_DIGIT.search(value) for value in values)
    return bool(template.parts[0] or has_number) and all(OF_ONE_WORD.fullmatch(value) for value in seen)


def _fits(template: Template, other: str, values: Mapping[str, str], kept: Sequence[str]) -> bool:
    """Return whether what is not known is a name, a number or a quotation: no English, and not by chance.

    `kept` are those of the values whose holes keep their letters in any case.
    """
    seen = [masked(value.strip()) for value in kept if not is_path(value)]
    least = SHORTEST if template.parts[0] else SHORT
    if template.weight < least and any(
        PUNCTUATED.search(masked(value)) for value in values.values() if not is_path(value)
    ):
        return False
    least = SHORTEST if template.parts[0] or template.parts[-1] else SHORT
    if template.weight < least and any(value.count(" ") > 1 for value in seen):
        return False
    if template.weight >= HEAVY:
        return True
    if not template.parts[0] and any(": " in masked(value) for value in kept):
        return False
    counted = {first or second for first, second in COUNTED.findall(other)}
    return all(map(_is_number, (values[name] for name in counted & set(values)))) and not any(
        is_prose(value) for name, value in values.items() if not template.quotes(name)
    )


def _is_number(value: str) -> bool:
    return HAS_DIGIT.search(value) is not None and PUNCTUATED.search(value) is None


def _split(text: str, seen: str, between: re.Pattern[str]) -> list[str]:
    """Split a text where this stands in what is seen of it, outside of quotations."""
    parts, at = [], 0
    for found in between.finditer(seen):
        parts.append(text[at : found.start()])
        at = found.end()
    return [*parts, text[at:]]


@cache
def table(language: str) -> Table:
    """Return the table of a language, read from the package when it is first asked for."""
    text = Path(__file__).with_name(f"{language}.json").read_text("utf-8")
    return Table(json.loads(text))
