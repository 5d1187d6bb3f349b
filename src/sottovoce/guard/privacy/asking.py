"""Which names a person should be asked about before a text leaves. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sottovoce.guard.privacy.found import Find, Kind


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be personal: as first written, its value (for `never`), and how often it comes."""

    written: str
    value: str
    kind: Kind
    count: int


def candidates(text: str, finds: Sequence[Find]) -> list[Candidate]:
    """Return what is not sure in a text, each once, in the order in which it comes."""
    first: dict[tuple[Kind, str], Find] = {}
    counts: dict[tuple[Kind, str], int] = {}
    sure = {(find.kind, find.value) for find in finds if find.sure}
    for find in finds:
        key = (find.kind, find.value)
        if key not in sure:
            first.setdefault(key, find)
            counts[key] = counts.get(key, 0) + 1
    return [
        Candidate(text[find.start : find.end], find.value, find.kind, counts[key])
        for key, find in first.items()
    ]
