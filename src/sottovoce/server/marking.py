"""The signed record of each answer that a request had written; see guard/provenance.py. Knows no protocol."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sottovoce.guard import disclosure
from sottovoce.guard.provenance import FIELD, HEADER, Made, Record, Signer, Source, canonical

if TYPE_CHECKING:
    from sottovoce.core.grounds import Ground
    from sottovoce.models.file import ModelFile

LONG = 4_000
"""Characters of an answer that are set and signed beside the loop."""

LARGEST_HEADER = 4_000
"""Bytes: clients take no more than eight thousand or so for all of them."""


ITS_OWN = frozenset(("stop", "length", "stop_text", "call", "repeats"))
"""Ends after which all that was said is the model's; else words of the program may stand in their place."""


@dataclass(slots=True)
class Marks:
    """The records of one request.

    `is_ai`: a model was asked for words, whether or not these could be signed. `is_settled`: if it was not by
    now, it will not be.
    """

    records: list[Record] = field(default_factory=list)
    is_ai: bool = False
    is_settled: bool = False
    latest: Record | None = None
    """That of the answer that has just ended, if it has one."""

    def asked(self) -> None:
        """Note that a model is asked for words."""
        self.is_ai = True

    def ai_header(self) -> dict[str, str]:
        """Return the header that says that an AI writes a stream, unless it is known that none does."""
        return {} if self.is_settled and not self.is_ai else {disclosure.HEADER: "true"}

    def field(self) -> dict[str, Any]:
        """Return the latest as the field of an answer; empty where there is none."""
        return {} if self.latest is None else {FIELD: self.latest.fields()}

    def headers(self) -> dict[str, str]:
        """Return the header of an answer that is one text, without the prints of its parts."""
        if len(self.records) != 1:
            return {}
        value = canonical(self.records[0].fields()).decode()
        return {HEADER: value} if len(value) <= LARGEST_HEADER else {}


async def record(
    signer: Signer, text: str, model: ModelFile, digest: str, told: Sequence[Ground]
) -> Record | None:
    """Return the record of a text that a model has just written; None where it wrote none."""
    if not text.strip():
        return None
    found = {one.passage.digest: Source(one.passage.document, one.passage.digest) for one in told if one.told}
    base, variant = (model.name, None) if model.base is None else (model.base.name, model.name)
    made = Made(base, digest, time.time(), tuple(found.values()), variant)

    def sign() -> Record:
        from sottovoce.chat.marks.words import words_of

        return signer.answer(words_of(text), made)

    return await asyncio.to_thread(sign) if len(text) > LONG else sign()
