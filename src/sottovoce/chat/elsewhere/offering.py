"""An offer to have a model elsewhere answer, for a person who decides later: in a page, or another one.

It is kept with the question, where nobody answers before they decide, or with the answer given here that
looks doubtful. Sends nothing, and does not know whether there is a reason: routing.py and looking.py do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Self

from sottovoce.chat.elsewhere.looking import Look, weighed
from sottovoce.chat.elsewhere.routing import Way
from sottovoce.chat.question import Question
from sottovoce.chat.turn import Parts
from sottovoce.core.events import Done, Event, Notice
from sottovoce.core.messages import Role
from sottovoce.hybrid.routing import telling
from sottovoce.hybrid.routing.choice import Route
from sottovoce.store import chats, routes

AskHere = Callable[[Parts, Question], AsyncGenerator[Event, None]]


@dataclass(frozen=True, slots=True)
class Offer:
    """`upstream` names the model elsewhere; `reason` is "" where it was asked for in so many words."""

    upstream: str
    route: Route
    reason: str = ""

    @property
    def text(self) -> str:
        """What the person is asked; "" where they asked for it themselves."""
        return telling.question(self.upstream, self.reason) if self.reason else ""

    @property
    def because(self) -> Notice | None:
        """What stands beside the answer from there, once they said yes."""
        return telling.there(self.upstream, self.reason, telling.YOU_SAID) if self.reason else None

    @property
    def kept(self) -> Notice | None:
        """What stands beside the answer here, once they said no."""
        return telling.refused(self.reason) if self.reason else None

    @classmethod
    def of(cls, way: Way, upstream: str, reason: str) -> Self:
        return cls(upstream, way.route, "" if reason == telling.YOU_ASKED else reason)


def read(facts: Mapping[str, Any]) -> Offer | None:
    """Return what a message's facts offer; None for nothing, or for what another program wrote there."""
    said = facts.get(routes.OFFER)
    try:
        return Offer(str(said["upstream"]), Route(said["route"]), str(said["reason"]))  # type: ignore[index]  # None is a TypeError, too
    except (TypeError, LookupError, ValueError):
        return None


async def make(parts: Parts, chat: str, message: str, offer: Offer) -> None:
    """Keep an offer with a message. Raises NotFound where it is deleted meanwhile."""
    said = {"upstream": offer.upstream, "route": offer.route.value, "reason": offer.reason}
    await parts.database.run(lambda conn: routes.offer(conn, parts.owner, chat, message, said))


async def standing(parts: Parts, chat: str, question: str, upstream: str) -> Offer | None:
    """Return what is offered of that model elsewhere for a question."""
    found = await parts.database.read(lambda conn: routes.offering(conn, parts.owner, chat, question))
    offers = (read(one.facts) for one in found)
    return next((one for one in offers if one is not None and one.upstream == upstream), None)


async def taken(parts: Parts, chat: str, question: str) -> None:
    """Offer nothing more for a question: it was sent."""

    def work(conn: sqlite3.Connection) -> None:
        for message in routes.offering(conn, parts.owner, chat, question):
            routes.decide(conn, parts.owner, message)

    await parts.database.run(work)


async def refused(parts: Parts, chat: str, message: str) -> Notice | None:
    """Offer nothing more with a message: it stays here. Returns what is told of that, once for each offer.

    It is kept with the message where that is an answer. Raises NotFound.
    """

    def work(conn: sqlite3.Connection) -> Notice | None:
        found = chats.get_message(conn, parts.owner, chat, message)
        offer = read(found.facts)
        if offer is None:
            return None
        routes.decide(conn, parts.owner, found)
        notice = offer.kept
        if notice is not None and found.role is Role.ASSISTANT:
            routes.tell(conn, parts.owner, chat, message, notice)
        return notice

    return await parts.database.run(work)


async def looked(
    way: Way, events: AskHere, parts: Parts, question: Question, found: Callable[[Done, str], Awaitable[None]]
) -> AsyncGenerator[Event, None]:
    """Answer here, and have a reason to ask elsewhere `found` before the answer is told to be over."""
    look = Look(way.limit)
    async with aclosing(look.heard(events(parts, weighed(question)))) as coming:
        async for event in coming:
            if isinstance(event, Done) and look.reason:
                await found(event, look.reason)
            yield event
