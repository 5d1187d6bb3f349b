"""Which templates a text can fit at all, by the letters that it begins or ends with. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sottovoce.words.template import Template

LETTERS = 4
"""As many of a beginning or an end tell thousands of templates well enough apart."""


class Candidates:
    """Templates with their translations, to be looked at in the order given."""

    def __init__(self, templates: Sequence[tuple[Template, str]]) -> None:
        self._templates = templates
        self._beginning: dict[str, list[int]] = defaultdict(list)
        self._ending: dict[str, list[int]] = defaultdict(list)
        self._any: list[int] = []
        for number, (template, _) in enumerate(templates):
            first, last = template.parts[0], template.parts[-1]
            if len(first) >= LETTERS:
                self._beginning[first[:LETTERS]].append(number)
            elif len(last) >= LETTERS:
                self._ending[last[-LETTERS:]].append(number)
            else:
                self._any.append(number)

    def of(self, text: str) -> list[tuple[Template, str]]:
        """Return those that begin or end like the text, or with too little to tell."""
        numbers = [
            *self._beginning.get(text[:LETTERS], ()),
            *self._ending.get(text[-LETTERS:], ()),
            *self._any,
        ]
        return [self._templates[number] for number in sorted(numbers)]
