"""The parts of a Microsoft Office document and how they name each other (ECMA-376, part 2)."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass

from sottovoce.knowledge.reading.archive import Archive, beside
from sottovoce.knowledge.reading.markup import hear

MOST = 50_000
"""Relations of one part that are looked at."""


@dataclass(frozen=True, slots=True)
class Relation:
    kind: str
    """The last word of its type's address."""
    part: str


class Package:
    """An archive whose parts have relations."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive

    def relations(self, part: str) -> dict[str, Relation]:
        """Return a part's relations by their id; those of the whole document for the part ``""``."""
        folder, name = posixpath.split(part)
        listed = posixpath.join(folder, "_rels", f"{name}.rels")
        if listed not in self.archive:
            return {}
        found = _Relations(part)
        hear(self.archive.pieces(listed), found)
        return found.found

    def related(self, part: str, kind: str) -> str | None:
        """Return the first part of that kind that is there."""
        for one in self.relations(part).values():
            if one.kind == kind and one.part in self.archive:
                return one.part
        return None

    def main(self) -> str | None:
        """Return the part that holds the document itself."""
        return self.related("", "officeDocument")


class _Relations:
    def __init__(self, part: str) -> None:
        self.found: dict[str, Relation] = {}
        self._part = part

    def start(self, name: str, said: Mapping[str, str]) -> None:
        if name == "Relationship" and said.get("TargetMode") != "External" and len(self.found) < MOST:
            kind = said.get("Type", "").rpartition("/")[2]
            self.found[said.get("Id", "")] = Relation(kind, beside(self._part, said.get("Target", "")))

    def end(self, name: str) -> None:
        pass

    def text(self, text: str) -> None:
        pass
