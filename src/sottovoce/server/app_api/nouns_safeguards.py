"""What the page's API says of safeguards."""

from __future__ import annotations

from typing import Self

from sottovoce.server.app_api.nouns import Noun
from sottovoce.store.guard_log import Entry


class ActNoun(Noun):
    """One act of a safeguard; never a word of what was said. `at` is seconds since 1970.

    `where`: question or answer. `outcome`: refused, answered, noted, card or unheard. The `category` may be
    empty.
    """

    at: float
    rule: str
    category: str
    where: str
    outcome: str

    @classmethod
    def of(cls, entry: Entry) -> Self:
        return cls(
            at=entry.at, rule=entry.rule, category=entry.category, where=entry.where, outcome=entry.outcome
        )


class SafeguardsNoun(Noun):
    """Which profile holds, and the latest acts, the newest first. `count` is of all that are kept.

    Of `unreadable` lines nobody knows what they said.
    """

    profile: str
    acts: list[ActNoun]
    count: int
    unreadable: int
