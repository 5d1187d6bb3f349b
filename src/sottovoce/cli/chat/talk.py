"""A conversation in the terminal: which chat, which place in it, and the answering of one question.

The slash commands act on a `Talk`; the loop that reads what is typed is session.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TypeVar

from sottovoce.app import App
from sottovoce.chat.question import Question
from sottovoce.cli._run import interrupted_by
from sottovoce.cli._show import Show, one_line, wrapped
from sottovoce.cli.chat import counts
from sottovoce.cli.chat.counts import Counts
from sottovoce.cli.chat.follow import follow
from sottovoce.cli.chat.status import Status
from sottovoce.cli.chat.view import open_view
from sottovoce.core import notices
from sottovoce.core.chat_settings import ChatSettings
from sottovoce.core.errors import NotFound, SottoError
from sottovoce.core.events import Asked, Done, Event, Notice
from sottovoce.core.messages import DRAFT, NOT_WAITING, REPLACED, Role
from sottovoce.core.sampling import Sampling
from sottovoce.core.settings import Value
from sottovoce.engine.protocol import ModelFacts
from sottovoce.hybrid.routing.choice import Choice
from sottovoce.store import chats
from sottovoce.store.attachments import Kept
from sottovoce.store.db import Work
from sottovoce.store.rows import StoredMessage

T = TypeVar("T")

OF_DRAFTS = {DRAFT, NOT_WAITING}

CHAT_GONE = NotFound(
    "This chat is gone: another program deleted it.",
    hint="Your next question begins a new chat; /chats lists the others",
)


@dataclass(slots=True)
class Place:
    """Where a person is. Outlives a change of the model, for which everything is opened anew."""

    chat: str | None = None
    system: str | None = None
    """For the chat that the next question begins; None takes the settings' own."""
    sampling: Sampling = field(default_factory=Sampling)
    settings: dict[str, Value] = field(default_factory=dict)
    met: bool = False
    shelves: tuple[str, ...] = ()
    """The names of those that the chat asks, or the one that the next question begins."""
    quote: bool = False
    """Whether their sentences alone answer there."""
    tools: bool | None = None
    """Whether exact tools answer in the chat that the next question begins; None: as in others."""
    route: Choice | None = None
    """Where the questions of the chat go that the next one begins; None: by the rules and the settings."""


@dataclass(frozen=True, slots=True)
class Edited:
    """What a question that is asked otherwise has in common with the old one."""

    parent: str
    attached: tuple[Kept, ...]


class Talk:
    """One person, one chat at a time."""

    def __init__(self, app: App, show: Show, place: Place) -> None:
        self.app = app
        self.show = show
        self.place = place
        self.facts: ModelFacts | None = None
        self.loading = False
        self.counts: Counts | None = None
        """Of the last answer, as far as they are known."""
        self.draft = ""
        """What the next prompt begins with."""
        self.editing: Edited | None = None
        """What stays of the question being edited, if one is."""
        self.listed: list[str] = []
        """The chats shown last, for `/open 2`."""
        self.departures = app.ledger.summary()
        self.leaving = False
        self.reopening = False

    async def load(self) -> None:
        """Load the model, so that the first question need not wait for it. Raises ModelProblem or Refused."""
        self.loading = True
        try:
            self.facts, _ = await asyncio.gather(self.app.ready(), self.app.prepare())
        finally:
            self.loading = False

    async def read(self, work: Work[T]) -> T:
        return await self.app.database.read(work)

    async def branch(self) -> list[StoredMessage]:
        """Return what is said in this chat, on the branch shown."""
        chat = self.place.chat
        return await self.read(lambda conn: chats.branch(conn, self.app.owner, chat)) if chat else []

    async def learn_shelves(self) -> None:
        """Take over which shelves a chat asks that was opened; those that are gone are left out."""
        chat = self.place.chat
        if chat is not None:
            asks = await self.read(lambda conn: chats.get(conn, self.app.owner, chat))
            there = {row.id: row.name for row in await self.app.shelves.listed(self.app.owner)}
            self.place.shelves = tuple(there[shelf] for shelf in asks.shelves if shelf in there)
            self.place.quote = asks.quote

    def come_to(self, branch: Sequence[StoredMessage]) -> None:
        """Take over what is known of the last answer on a branch shown anew."""
        self.counts = counts.read(branch[-1].facts) if branch else None

    async def last(self, role: Role) -> StoredMessage | None:
        return next((message for message in reversed(await self.branch()) if message.role is role), None)

    async def send(self, text: str) -> None:
        """Ask what was typed: a new question, or the edited one."""
        old, self.editing = self.editing, None
        place = self.place
        question = Question(text, place.chat, sampling=place.sampling)
        if place.chat is None:
            question = replace(question, system=place.system, settings=ChatSettings(tools=place.tools))
            if place.shelves:
                question = replace(question, knowledge=place.shelves, quote=place.quote)
        if old is not None:
            question = replace(question, parent=old.parent, attached=old.attached)
        from sottovoce.cli.chat import routed

        if not await routed.answered(self, question, alternative=old is not None):
            await self.answer(question, alternative=old is not None)

    async def answer_there(
        self, question: Question, events: AsyncGenerator[Event, None], *, alternative: bool
    ) -> None:
        """Show an answer from elsewhere, and who gave it; where none came, the model here may be asked.

        It may be a draft of the model here, which says so itself.
        """
        codes = set[str]()
        done = await self.answer(question, alternative=alternative, events=_noting(events, codes))
        if codes & OF_DRAFTS:
            self.show.quiet("/later shows what waits.")
        elif done is None:
            self.show.quiet("/retry has the model here answer.")
        else:
            self.show.quiet(f"[{done.model} answered, elsewhere]")

    async def answer(
        self,
        question: Question,
        *,
        alternative: bool = False,
        events: AsyncGenerator[Event, None] | None = None,
    ) -> Done | None:
        """Show the answer to a question; Ctrl-C stops it. What goes wrong is told, not raised.

        `events` are those of an answer from elsewhere. None: it did not come to its end.
        """
        asked, done = list[Asked](), None
        task = asyncio.ensure_future(self._shown(events or self.app.ask(question), asked))
        try:
            done = await task
            self.counts = Counts(done.usage, done.timings)
        except SottoError as problem:
            told = await self.explained(problem)
            if told is CHAT_GONE:
                self.draft = question.text
            self.tell(told)
        except asyncio.CancelledError:
            if _being_cancelled():
                raise
            if asked:
                await self._tell_withdrawn(asked[0])
        self.departures = self.app.ledger.summary()
        if asked and alternative:
            await self._tell_alternatives(asked[0], question)
        return done

    async def _shown(self, events: AsyncGenerator[Event, None], asked: list[Asked]) -> Done:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  (a coroutine always runs in one)

        def begun(event: Asked) -> None:
            asked.append(event)
            self.place.chat = event.chat

        async with open_view(self.show, gap=True) as view:

            def stop() -> None:
                # The screen first: keeping what was written may take a moment.
                view.end("stopped")
                task.cancel()

            with interrupted_by(stop):
                done = await follow(events, view, loaded=self.facts is not None, asked=begun)
        if self.facts is None and done.digest:
            self.facts = await self.app.ready()
        return done

    async def _tell_withdrawn(self, asked: Asked) -> None:
        """Show what took the place of an answer that was stopped, where its words were not to stand."""
        if await self.forget_deleted():
            return
        whose = self.app.owner, asked.chat, asked.answer
        kept = await self.read(lambda conn: chats.get_message(conn, *whose))
        if kept.facts.get(REPLACED):
            for notice in notices.kept(kept.facts):
                self.show.quiet(notice.text)
            self._print(kept.text)

    async def _tell_alternatives(self, asked: Asked, question: Question) -> None:
        message = asked.answer if question.again else asked.question
        others = await self.read(lambda conn: chats.siblings(conn, self.app.owner, message))
        self.show.quiet(f"\n[{others.index(message) + 1} of {len(others)}; /branch shows the others]")

    def tell(self, problem: SottoError) -> None:
        """Say what went wrong, in the chat."""
        if problem.first:
            self._print(problem.first)
        self._print(one_line(self.show.words(problem.sentence)), style="red")
        if problem.hint:
            self.show.quiet(f"hint: {problem.hint}")

    def _print(self, text: str, style: str = "") -> None:
        from rich.text import Text

        for line in wrapped(text, self.show.screen.width):
            self.show.screen.print(Text(line, style=style))

    def begin(self) -> None:
        """Leave the chat; the next question begins another."""
        self.place.chat = self.place.system = self.editing = self.counts = None
        self.place.shelves, self.place.quote = (), False
        self.place.tools = self.place.route = None
        self.draft = ""

    async def explained(self, problem: SottoError) -> SottoError:
        """Return what to tell: when the chat itself was not found, that it is gone; it is left then."""
        return CHAT_GONE if isinstance(problem, NotFound) and await self.forget_deleted() else problem

    async def forget_deleted(self) -> bool:
        """Leave the chat if another program has deleted it. Return whether it has."""
        chat = self.place.chat
        if chat is None or await self.read(lambda conn: chats.exists(conn, self.app.owner, chat)):
            return False
        self.begin()
        return True

    def status(self) -> Status:
        """Return what the line below the prompt tells."""
        counts, facts = self.counts, self.facts
        return Status(
            self.app.model.name if facts is None else facts.name,
            "loading…" if self.loading else "",
            counts.timings.answer_per_second if counts else None,
            counts.timings.first_token if counts else None,
            counts.used if counts else None,
            facts.window if facts else None,
            self.departures,
            self.place.shelves,
        )


async def _noting(events: AsyncGenerator[Event, None], codes: set[str]) -> AsyncGenerator[Event, None]:
    """Yield the events, and take down the codes of what is told beside the answer."""
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Notice):
                codes.add(event.code)
            yield event


def _being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
