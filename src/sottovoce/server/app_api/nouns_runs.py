"""What the page's API takes and gives of runs, and of where their questions go."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field

from sottovoce.chat.elsewhere.offering import Offer
from sottovoce.core.events import Asked
from sottovoce.hybrid.routing.choice import Choice, Route
from sottovoce.server.app_api.nouns import ID, MOST_TEXT, Attached, Drawing, Noun, SettingsNoun, Shelves
from sottovoce.server.language import Told

# ---- what is taken ----


class RouteNoun(Noun):
    """Where questions go: `here`; `there`, once the person saw what leaves; `ask`: here, and where there is a
    reason the person is asked. `to` names a model elsewhere, "" the usual one.
    """

    route: Literal["here", "ask", "there"]
    to: str = Field("", max_length=60)

    def choice(self) -> Choice:
        return Choice(Route(self.route), self.to)

    @classmethod
    def of(cls, choice: Choice) -> Self:
        return cls(route=choice.route.value, to=choice.to)


class NewRun(Noun):
    """A question. `parent`: the message it follows, "" for none; left out, the one the chat is at.

    `attachments` stand before it; with any, `text` may be empty.
    `again` names a question to be answered once more instead, with its own attachments; that may be while
    its other answers are being written, and with `beside` the chat stays at the answer it is at. `go_on`
    names a cut answer to be gone on with, the last of its branch, in the same message. `system` changes the
    chat's instructions, `knowledge` and `quote` which shelves it asks, and whether their sentences alone
    answer. `model` is who is to answer here; left out, the usual one. `only` is where this question alone
    goes.
    """

    text: str = Field("", max_length=MOST_TEXT)
    parent: str | None = Field(None, pattern=r"^([a-z2-7]{16})?$")
    again: str | None = Field(None, pattern=ID)
    beside: bool = False
    go_on: str | None = Field(None, pattern=ID)
    system: str | None = Field(None, max_length=MOST_TEXT)
    model: str | None = None
    sampling: Drawing = Drawing()
    attachments: Attached = []  # noqa: RUF012  (pydantic copies it)
    knowledge: Shelves | None = None
    quote: bool | None = None
    only: RouteNoun | None = None


class FirstRun(Noun):
    """A question that begins a chat. `model` is who is to answer here; left out, the usual one.

    `attachments` stand before it; with any, `text` may be empty. `settings` are the chat's from then on,
    `sampling` is for this answer alone, `knowledge` the shelves that it asks from then on; with `quote` no
    model answers, but their sentences do. `temporary`: nothing of the chat is ever stored. `route` is where
    the questions of the chat go, `only` where this one alone does.
    """

    temporary: bool = False
    text: str = Field("", max_length=MOST_TEXT)
    system: str | None = Field(None, max_length=MOST_TEXT)
    settings: SettingsNoun | None = None
    model: str | None = None
    sampling: Drawing = Drawing()
    attachments: Attached = []  # noqa: RUF012  (pydantic copies it)
    knowledge: Shelves = []  # noqa: RUF012  (as above)
    quote: bool = False
    route: RouteNoun | None = None
    only: RouteNoun | None = None


# ---- what is given ----


class OfferNoun(Noun):
    """A model elsewhere that may answer once the person says yes to what leaves. Sent is nothing yet.

    `text` is what they are asked, with the reason; "" where they chose it for this question. With the `route`
    ask, to allow it always is to allow it where there is a reason.
    """

    upstream: str
    route: Literal["ask", "there"]
    text: Told

    @classmethod
    def of(cls, offer: Offer) -> Self:
        route: Literal["ask", "there"] = "ask" if offer.route is Route.ASK else "there"
        return cls(upstream=offer.upstream, route=route, text=offer.text)


class RunNoun(Noun):
    """`id` is the answer's; "" while nobody answers, since the person is to decide about an `offer` first."""

    id: str
    chat: str
    question: str
    offer: OfferNoun | None = None

    @classmethod
    def of(cls, asked: Asked) -> Self:
        return cls(id=asked.answer, chat=asked.chat, question=asked.question)


class RunList(Noun):
    runs: list[RunNoun]
