"""What the page's API says of the ledger."""

from __future__ import annotations

from dataclasses import asdict
from typing import Self

from sottovoce.net.ledger import Departure, Page
from sottovoce.server.app_api.nouns import Noun


class DepartureNoun(Noun):
    """One connection that left, or tried to: when, where to and why.

    `at` is seconds since 1970; `sent` and `received` are bytes, `sha256` is of the body that was sent, empty
    where none was. `outcome` is unknown while it is under
    way, or where the program was killed before its end.
    """

    id: str
    at: float
    host: str
    port: int
    purpose: str
    method: str
    sent: int
    received: int
    outcome: str
    sha256: str

    @classmethod
    def of(cls, departure: Departure) -> Self:
        return cls(**asdict(departure))


class LedgerNoun(Noun):
    """Some departures, the newest first; `further`, given as `before`, asks for those before them.

    `count` and `last` are of all. Of `unreadable` lines nobody knows what they said: only with none of
    them and a count of 0 can it be said that nothing has left.
    """

    count: int
    last: float | None
    unreadable: int
    departures: list[DepartureNoun]
    further: str | None

    @classmethod
    def of(cls, page: Page) -> Self:
        return cls(
            count=page.all.count,
            last=page.all.last,
            unreadable=page.all.unreadable,
            departures=[DepartureNoun.of(one) for one in page.departures],
            further=page.further,
        )
