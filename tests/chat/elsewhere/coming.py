"""A place elsewhere that is out of reach until a test has it come, and what waits for it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from speaking import Speaker

from sottovoce.app import App
from sottovoce.chat.elsewhere.drafting import ask_there
from sottovoce.chat.elsewhere.finishing import Manner, Outcome
from sottovoce.chat.elsewhere.later import Later
from sottovoce.chat.elsewhere.posing import pose
from sottovoce.chat.elsewhere.preview import NOTHING, Edits, There, preview
from sottovoce.chat.question import Question
from sottovoce.core import notices
from sottovoce.core.events import Event
from sottovoce.hybrid import upstreams
from sottovoce.hybrid.breakers import Breakers
from sottovoce.hybrid.means import Means
from sottovoce.hybrid.upstream import Upstream
from sottovoce.net.address import Where
from sottovoce.store import chats, waiting
from sottovoce.store.rows import StoredMessage
from sottovoce.store.waiting import Consent, Waiting

QUESTION = "I am Anna Berger, mail anna.berger@example.org: is the sea blue?"
PLANTED = (b"Anna", b"Berger", b"example.org")


class Away(Speaker):
    """A server at a port where nobody listens yet."""

    def __init__(self) -> None:
        super().__init__()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._server: asyncio.Server | None = None

    async def come(self) -> None:
        self._server = await asyncio.start_server(self.serve, "127.0.0.1", self.port)

    async def go(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def end(self) -> None:
        await self.go()
        await super().end()


@dataclass(slots=True)
class Desk:
    """One home with what waits in it, and a clock that a test moves. No breaker outlives a try."""

    app: App
    away: Away
    now: float = 1_800_000_000.0
    told: list[Outcome] = field(default_factory=list)
    changed: Callable[[Means], Means] = lambda means: means
    """What a test makes of the means of asking."""

    def there(self, **changes: Any) -> None:
        """Describe the place, anew where it is known; changes are those of the test."""
        if any(one.name == "cellar" for one in upstreams.listed(self.app.home)):
            upstreams.remove(self.app.home, "cellar")
        about: dict[str, Any] = {"model": "large", "where": Where.INSIDE, "by": "the house", **changes}
        upstreams.add(self.app.home, Upstream("cellar", f"http://127.0.0.1:{self.away.port}/v1", **about))

    def place(self, name: str) -> There:
        found = self.app.there(name)
        parts, means = replace(found.parts, clock=self.clock), replace(found.means, clock=self.clock)
        return replace(found, parts=parts, means=self.changed(replace(means, breakers=Breakers())))

    def clock(self) -> float:
        return self.now

    @property
    def later(self) -> Later:
        manner = Manner(chance=lambda: 1.0)
        return Later(self.app.database, self.place, self.clock, self.told.append, manner)

    async def ask(
        self,
        text: str = QUESTION,
        chat: str | None = None,
        edits: Edits = NOTHING,
        consent: Consent = Consent.TEXT,
    ) -> tuple[str, str, list[Event]]:
        """Ask elsewhere what was said yes to; return its chat, its id, and what came."""
        place = self.place("cellar")
        chat, asked = await pose(place.parts, Question(text, chat))
        return chat, asked, await self.ask_again(chat, asked, edits, consent)

    async def ask_again(
        self, chat: str, asked: str, edits: Edits = NOTHING, consent: Consent = Consent.TEXT
    ) -> list[Event]:
        place = self.place("cellar")
        seen = await preview(place, chat, asked, edits)
        events = ask_there(place, seen, self._here, again=Question(), consent=consent)
        return [event async for event in events]

    def _here(self, question: Question) -> AsyncGenerator[Event, None]:
        return self.app.ask(question)

    async def round(self, after: float = 3600.0) -> None:
        """Try what is due after so many seconds."""
        self.now += after
        await self.later.round()

    def waits(self) -> list[Waiting]:
        return self.app.database.look(waiting.everyones)

    def only(self) -> Waiting:
        (one,) = self.waits()
        return one

    def answers(self, chat: str, question: str) -> list[StoredMessage]:
        found = self.app.database.look(lambda conn: chats.messages(conn, "me", chat))
        return [one for one in found if one.parent == question]

    def files(self) -> dict[str, bytes]:
        """Return all that is on the disk, by path."""
        root = self.app.home.root
        return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file()}

    def leaf(self, chat: str) -> str | None:
        return self.app.database.look(lambda conn: chats.get(conn, "me", chat)).leaf


def codes(answer: StoredMessage) -> set[str]:
    """Return what was told beside an answer."""
    return {one.code for one in notices.kept(answer.facts)}
