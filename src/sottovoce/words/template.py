"""A sentence with named holes, and the values that stand in them in a text. Pure.

A hole is `{name}`. In a translation it may be `{name:words}`: what fills it is itself to be translated. What
fills the others keeps its letters, as names, paths and commands have to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

HOLE = re.compile(r"\{([a-z_][a-z_0-9]*)(:words)?\}")

MAY_BEGIN = " ,("
"""What an optional piece begins with that stands right behind another hole."""

QUOTES = ("“", "”", "'", '"', "`")

Known = Callable[[str], int]
"""How many letters of a text are understood; where two holes touch, they are told apart by it."""


@dataclass(frozen=True, slots=True)
class Template:
    """The English. `parts` are what stands before, between and behind the holes; one more than `names`."""

    parts: tuple[str, ...]
    names: tuple[str, ...]
    weight: int = field(compare=False)
    """Letters of its own: of two that fit, the one with more is meant."""

    def values(self, text: str, known: Known) -> dict[str, str] | None:
        """Return what fills the holes in this text, or None where it is another."""
        first, last = self.parts[0], self.parts[-1]
        end = len(text) - len(last)
        if not text.startswith(first) or not text.endswith(last) or end < len(first):
            return None
        found: dict[str, str] = {}
        touching: list[str] = []
        at = len(first)
        for name, after in zip(self.names, self.parts[1:-1], strict=False):
            touching.append(name)
            if not after:
                continue
            stop = text.find(after, at + (len(touching) == 1), end)
            if stop < 0:
                return None
            found |= _shared(touching, text[at:stop], known)
            touching, at = [], stop + len(after)
        return found | _shared([*touching, self.names[-1]], text[at:end], known)

    def quotes(self, name: str) -> bool:
        """Return whether this hole stands in quotation marks."""
        at = self.names.index(name)
        return self.parts[at][-1:] in QUOTES and self.parts[at + 1][:1] in QUOTES


def parse(text: str) -> Template:
    pieces = HOLE.split(text)
    parts = tuple(pieces[::3])
    return Template(parts, tuple(pieces[1::3]), sum(len(part) for part in parts))


def fill(translation: str, values: Mapping[str, str]) -> str:
    """Return the translation with its holes filled."""
    return HOLE.sub(lambda hole: values[hole[1]], translation)


def _shared(names: list[str], text: str, known: Known) -> dict[str, str]:
    """Share a text out to holes that touch: the last gets what is known as a piece of its own, or nothing."""
    if len(names) == 1:
        return {names[0]: text}
    begins = [at for at in range(1, len(text)) if text[at] in MAY_BEGIN]
    understood, at = max(((known(text[at:].strip()), -at) for at in begins), default=(0, 0))
    at = -at if understood else len(text)
    return _shared(names[:-1], text[:at], known) | {names[-1]: text[at:]}
