"""A plan held to what the catalogue knows of the file: its size, its digest and its licence. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sottovoce.core.errors import BadModelFile
from sottovoce.models import catalogue, licences
from sottovoce.models.catalogue import Card, CardFile
from sottovoce.models.names import MAIN, HubRef
from sottovoce.models.partial import Wanted
from sottovoce.models.plan import Plan


def as_in_catalogue(plan: Plan, ref: HubRef, cards: Sequence[Card]) -> Plan:
    """Return the plan held to the catalogue where that knows the file. Raises BadModelFile where they differ.

    Whoever names a revision means that one, whatever the catalogue knows of another.
    """
    names = tuple(file.name for file in plan.files)
    for card in cards:
        for file in card.files:
            if ref.revision == MAIN and card.repository == plan.repository and file.parts == names:
                return replace(_licensed(plan, card, file), files=_held_to(plan, file))
    same = catalogue.with_content(plan.sha256, cards) if plan.sha256 else None
    return plan if same is None else replace(plan, licence=same[0].licence, dispute="")


def _licensed(plan: Plan, card: Card, file: CardFile) -> Plan:
    """Return the plan under the card's licence; where the card knows no content, the file has a say."""
    if file.digests:
        return replace(plan, licence=card.licence, dispute="")
    ruling = licences.ruled(card.licence, licences.in_header(plan.header))
    return replace(plan, licence=ruling.spelt, dispute=ruling.dispute)


def _held_to(plan: Plan, file: CardFile) -> tuple[Wanted, ...]:
    sizes = file.part_sizes or ((file.size,) if len(file.parts) == 1 else ())
    held = []
    for number, wanted in enumerate(plan.files):
        size = sizes[number] if sizes else wanted.size
        sha256 = file.digests[number] if file.digests else wanted.sha256
        if wanted.size not in (None, size) or wanted.sha256 not in (None, sha256):
            raise BadModelFile(
                f"{wanted.name} is not the file there that the catalogue knows.",
                hint=f"Look at {plan.page}; to take it as it is, name its revision: "
                f"sotto models pull hf:{plan.repository}:{plan.files[0].name}@REVISION",
                detail=f"{wanted.size} bytes, SHA-256 {wanted.sha256} instead of {size}, {sha256}",
            )
        held.append(replace(wanted, size=size, sha256=sha256))
    return tuple(held)
