"""What is put on all that leaves a chat as a file or a copy: the signed record, and a label if one is set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sottovoce.chat.author import is_by_ai
from sottovoce.chat.marks import making
from sottovoce.guard.labels import Label, metadata
from sottovoce.guard.provenance import Record, Signer
from sottovoce.store.rows import StoredMessage


@dataclass(frozen=True, slots=True)
class Pen:
    """Without a signer there are no records; only tests and what is read back by nobody write so."""

    signer: Signer | None = None
    label: Label | None = None
    product: str = ""

    def record(self, message: StoredMessage, *, named: bool = True) -> Record | None:
        """Return the record of an answer; None where there is none to be had. See making.record_of."""
        return None if self.signer is None else making.record_of(self.signer, message, named=named)

    def seal(self, blocks: Iterable[str], changed: float) -> Record | None:
        """Return the record of a whole chat."""
        return None if self.signer is None else self.signer.chat(blocks, changed)

    def fonts(self, digests: Iterable[str], changed: float) -> Record | None:
        """Return the record of the fonts of a file."""
        return None if self.signer is None else self.signer.fonts(digests, changed)

    def label_of(self, message: StoredMessage) -> Label | None:
        """Return the label that stands before an answer: before those that an AI wrote alone."""
        return self.label if is_by_ai(message) else None

    def aigc(self, content: str) -> dict[str, str] | None:
        """Return the metadata of a file, where the label asks for any. `content` names what is in it."""
        if self.label is None or not self.label.aigc:
            return None
        return metadata(self.product, content)


PLAIN = Pen()
