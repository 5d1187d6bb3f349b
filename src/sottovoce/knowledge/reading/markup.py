"""XML as a stream of names and texts, from bytes that nobody vouches for.

Names come without their prefix. Entities must not be declared and nothing outside is ever looked at, so
that there is nothing to expand; the depth is bounded, and no tree is built.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol
from xml.parsers import expat

from sottovoce.knowledge.reading.refusal import Refusal

DEEPEST = 1_000
MOST_NAMES = 5_000
"""Names whose short form is remembered."""


class Hearer(Protocol):
    """What wants to know of a document's elements, in order."""

    def start(self, name: str, said: Mapping[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


def hear(pieces: Iterable[bytes], hearer: Hearer) -> None:
    """Parse XML to its end. Raises Refusal."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    short: dict[str, str] = {}
    depth = 0

    def shorten(name: str) -> str:
        known = short.get(name)
        if known is None:
            known = name.rpartition(":")[2]
            if len(short) < MOST_NAMES:
                short[name] = known
        return known

    def attributes(said: Mapping[str, str]) -> Mapping[str, str]:
        found = {shorten(key): value for key, value in said.items()}
        if len(found) < len(said):  # `id` and `r:id`: the one with a prefix is what we ask for
            found |= {shorten(key): value for key, value in said.items() if ":" in key}
        return found

    def start(name: str, said: Mapping[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise Refusal("bomb", f"more than {DEEPEST:,} elements lie in each other")
        hearer.start(shorten(name), attributes(said) if said else said)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        hearer.end(shorten(name))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = hearer.text
    parser.EntityDeclHandler = _refuse_entity
    parser.ExternalEntityRefHandler = lambda *_: 0
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as broken:
        raise Refusal("damaged", detail=f"not well-formed XML: {broken}") from broken


def _refuse_entity(*_: object) -> None:
    raise Refusal("bomb", "it declares entities, pieces of text that stand for others")


class Gathered:
    """Hears the texts of elements, by name: enough for a document's properties."""

    def __init__(self, names: Iterable[str]) -> None:
        self.found: dict[str, str] = {}
        self._names = frozenset(names)
        self._now: str | None = None

    def start(self, name: str, said: Mapping[str, str]) -> None:
        self._now = name if name in self._names and name not in self.found else None
        if self._now:
            self.found[name] = ""

    def end(self, name: str) -> None:
        self._now = None

    def text(self, text: str) -> None:
        if self._now and len(self.found[self._now]) < 1000:
            self.found[self._now] += text[:1000]
