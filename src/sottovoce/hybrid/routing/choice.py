"""Here, ask me, there: what a person chooses for an answer, a chat, or all of them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sottovoce.core.errors import BadValue


class Route(StrEnum):
    """Where a question is answered. `ask`: here, and where there is a reason the person is asked."""

    HERE = "here"
    ASK = "ask"
    THERE = "there"

    @property
    def reach(self) -> int:
        """How far it lets a question go; the less of two is the narrower."""
        return list(Route).index(self)


@dataclass(frozen=True, slots=True)
class Choice:
    """`to` names a model elsewhere; empty: the usual one."""

    route: Route = Route.HERE
    to: str = ""


HERE = Choice()


def read(text: str) -> Choice:
    """Return the choice that words say, as `ask cellar`. Raises BadValue."""
    route, _, to = text.strip().partition(" ")
    if route not in set(Route):
        raise BadValue(f"A route is here, ask or there, not {route!r}.", hint="For example: /route ask")
    return Choice(Route(route), to.strip())
