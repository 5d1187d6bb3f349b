"""Which languages a model speaks, and the command that has one used which speaks another.

Goes by the catalogue: of a file that it does not know, nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sottovoce.core.paths import Home
from sottovoce.engine.memory import available
from sottovoce.fit import known as machine
from sottovoce.models import catalogue, fitting, shelf, suggest
from sottovoce.models.catalogue import Card, speaks
from sottovoce.models.choosing import needed
from sottovoce.models.file import ModelFile
from sottovoce.models.kinds import LANGUAGE
from sottovoce.store.db import Database

SPEAKING = ("chat", "reasoning")
"""Kinds of cards to talk to."""


@dataclass(frozen=True, slots=True)
class Way:
    """How to come to a model that speaks a language. `is_here`: it need not be got any more."""

    command: str
    is_here: bool


def way_to(
    home: Home, database: Database, cards: Iterable[Card], code: str, use: str, taken: int = 0
) -> Way | None:
    """Return the one command for a model that speaks a language and runs here; None where there is none.

    `use` is the setting, `taken` bytes have the models that are loaded now. Blocks: it reads headers.
    """
    able = [card for card in cards if card.kind in SPEAKING and _claims(card, code)]
    room = available() + taken
    here = _here(home, database, able, room)
    if here is not None:
        return Way(fitting.to_use(home, here), True)
    found = suggest.suggested(able, fitting.speeds(machine.here(home, taken), room), use)
    return Way(catalogue.command(found[0].card), False) if found else None


def _claims(card: Card, code: str) -> bool:
    return bool(card.languages) and speaks(card.languages, code)


def _here(home: Home, database: Database, cards: Sequence[Card], room: int) -> ModelFile | None:
    """Return the largest model of the shelf that is one of these cards and fits."""
    known = database.look(shelf.known_files)
    here = [
        file
        for file in shelf.listed(home)
        if file.kind == LANGUAGE
        and needed(shelf.size(file.path)) <= room
        and (digest := file.made_of or file.sha256 or (known[file.path].sha256 if file.path in known else ""))
        and catalogue.with_content(digest, cards) is not None
    ]
    return max(here, key=lambda file: shelf.size(file.path), default=None)
