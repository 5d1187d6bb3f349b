"""What of the answers to one request the passages support, by choice. Knows no chunks."""

from __future__ import annotations

from sottovoce.core.events import Grounds
from sottovoce.knowledge.cite import cited
from sottovoce.server.grounds import CitedNoun, GroundNoun, passages


class Citing:
    """Hears what comes for each choice; where no shelf is asked, there is nothing to say of any."""

    def __init__(self) -> None:
        self._grounds: dict[int, Grounds] = {}
        self._texts: dict[int, list[str]] = {}

    def found(self, at: int, grounds: Grounds) -> None:
        self._grounds[at] = grounds

    def text(self, at: int, text: str) -> None:
        if at in self._grounds:
            self._texts.setdefault(at, []).append(text)

    def of(self, at: int) -> tuple[list[GroundNoun], CitedNoun] | None:
        """Return what was found for a choice, and what of it supports the text."""
        grounds = self._grounds.get(at)
        if grounds is None:
            return None
        told = [ground.passage for ground in grounds.passages if ground.told]
        answer = "".join(self._texts.get(at, ())) if told else ""
        return passages(grounds.passages), CitedNoun.of(cited(answer, told))

    def fields(self, at: int) -> dict[str, object]:
        """Return the same as the fields of a message."""
        found = self.of(at)
        if found is None:
            return {}
        return {"passages": [one.model_dump() for one in found[0]], **found[1].model_dump()}
