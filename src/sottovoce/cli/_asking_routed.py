"""One question of a script or a pipe that may be answered elsewhere: by rules, settings and `--route`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sottovoce.app import App
    from sottovoce.chat.elsewhere.preview import Preview, There
    from sottovoce.chat.elsewhere.routing import Way
    from sottovoce.chat.question import Question
    from sottovoce.cli._show import Show
    from sottovoce.core.events import Event, Notice
    from sottovoce.store.waiting import Consent


async def begun(
    app: App, question: Question, route: str | None, name: str, show: Show, *, yes: bool
) -> tuple[AsyncGenerator[Event, None], str]:
    """Return the events of the answer, and whose it will be. `yes`: the command says that it may be sent.

    `route` and `name` are as the command has them; None: by the chat, the rules and the settings.
    """
    if is_plain(app, question, route):
        return app.ask(question), app.model.name  # as nearly always: nothing of the rest is loaded
    from sottovoce.chat.elsewhere import routing
    from sottovoce.core.events import Notice
    from sottovoce.hybrid.routing.choice import Choice, Route

    router = app.router()
    if route == Route.THERE:
        from sottovoce.cli import _asking_there

        return await _asking_there.begun(app, question, routing.named(router, name), show, yes=yes)
    way = await routing.way(router, question, None if route is None else Choice(Route(route), name))
    if way is None:
        return app.ask(question), app.model.name
    show.kept_in = way.chat
    if way.there is None:
        return _told(app, way, way.notice), app.model.name
    if way.looks:
        return _looked(app, way, way.there, question, show, yes=yes), app.model.name
    agreed = await _agreed(way, way.there, way.reason, question, show, yes=yes)
    if isinstance(agreed, Notice):
        return _told(app, way, agreed), app.model.name
    return _sent(app, way, way.there, *agreed), way.there.upstream.model


def is_plain(app: App, question: Question, route: str | None) -> bool:
    """Return whether the model here answers in any case."""
    is_usual = app.settings.route == "here" and question.chat is None
    return route is None and is_usual and not (app.home.root / "routing.toml").exists()


async def _agreed(
    way: Way, there: There, reason: str, question: Question, show: Show, *, yes: bool
) -> tuple[Preview, Notice, Consent] | Notice:
    """Show what would leave; return it with why it does and what the yes is to, or else why it stays here."""
    from sottovoce.chat.elsewhere.preview import preview
    from sottovoce.chat.elsewhere.routing import UNFIT
    from sottovoce.cli._previewing import tell
    from sottovoce.hybrid.routing import telling
    from sottovoce.store.waiting import Consent

    name = there.upstream.name
    try:
        if way.stands or yes:
            seen = await preview(there, way.chat, way.question, sampling=question.sampling)
            tell(seen, show, beside_data=True)
            consented = telling.CHAT_STANDS if way.stands else telling.COMMAND_SAID
            given = Consent.CHAT if way.stands else Consent.TEXT
            return seen, telling.there(name, reason, consented), given
        if not show.can_ask:
            return telling.kept(telling.unasked(reason))
        agreed = await _asked(way, there, reason, question, show)
    except UNFIT as problem:
        return telling.unable(problem)
    if agreed is None:
        return telling.refused(reason)
    seen, given = agreed
    return seen, telling.there(name, reason, telling.YOU_SAID), given


async def _asked(
    way: Way, there: There, reason: str, question: Question, show: Show
) -> tuple[Preview, Consent] | None:
    """Ask the person; return what is to be sent, and what the yes is to."""
    from sottovoce.chat.elsewhere import choosing
    from sottovoce.cli._previewing import Choice, decided
    from sottovoce.hybrid.routing import telling

    show.note(telling.question(there.upstream.name, reason))
    choice, seen = await decided(there, way.chat, way.question, show, question.sampling, beside_data=True)
    if choice is Choice.ALWAYS:
        await choosing.allow(there, way.chat, way.route)
    return None if choice.consent is None else (seen, choice.consent)


def _sent(
    app: App, way: Way, there: There, seen: Preview, because: Notice, given: Consent
) -> AsyncGenerator[Event, None]:
    """Have it answered elsewhere. What is not answered here yet is, where nobody there can be reached."""
    from sottovoce.chat.elsewhere.drafting import ask_there
    from sottovoce.chat.elsewhere.sending import send

    if way.looks:
        return send(there, seen, because, consent=given)
    return ask_there(there, seen, app.ask, because, again=way.again, consent=given)


async def _told(app: App, way: Way, notice: Notice | None) -> AsyncGenerator[Event, None]:
    """Answer here, and say why."""
    from sottovoce.chat.elsewhere import looking
    from sottovoce.core.events import Done

    async with aclosing(app.ask(way.again)) as events:
        async for event in events:
            if isinstance(event, Done) and notice is not None:
                await looking.tell(app.parts(), event, notice)
                yield notice
            yield event


async def _looked(
    app: App, way: Way, there: There, question: Question, show: Show, *, yes: bool
) -> AsyncGenerator[Event, None]:
    """Answer here; where that is doubtful, elsewhere in its place, if an answer comes from there.

    Where nobody sees the words as they come, those of either wait until it is clear which are the answer.
    """
    from sottovoce.chat.elsewhere import looking
    from sottovoce.core.errors import SottoError
    from sottovoce.core.events import Done, Failed, Notice, Text
    from sottovoce.hybrid.routing import telling

    look = looking.Look(way.limit)
    here = _Words(look.heard(app.ask(looking.weighed(way.again))), show)
    async for event in here.others():
        yield event
    last, agreed = here.last, None
    try:
        if look.reason:
            agreed = await _agreed(way, there, look.reason, question, show, yes=yes)
        if isinstance(agreed, tuple):
            if show.on_terminal:
                yield Text("\n\n")
            other = _Words(_sent(app, way, there, *agreed), show)
            async for event in other.others():
                yield event
            if isinstance(other.last, Done):
                here, last = other, other.last
            elif isinstance(other.last, Failed):
                agreed = telling.unable(other.last.error)
    except SottoError as problem:  # the answer here stands, whatever keeps one from coming from there
        agreed = telling.unable(problem)
    for event in here.held:
        yield event
    if isinstance(agreed, Notice) and look.done is not None:
        await looking.tell(app.parts(), look.done, agreed)
        yield agreed
    if last is not None:
        yield last


class _Words:
    """The events of one answer: its words are held back where nobody sees them come, and its last event."""

    def __init__(self, events: AsyncGenerator[Event, None], show: Show) -> None:
        self._events = events
        self._holds = not show.on_terminal
        self.held: list[Event] = []
        self.last: Event | None = None

    async def others(self) -> AsyncGenerator[Event, None]:
        """Yield what may be told at once."""
        from sottovoce.core.events import Done, Failed, Text, Whole

        async with aclosing(self._events) as events:
            async for event in events:
                if isinstance(event, Done | Failed):
                    self.last = event
                elif self._holds and isinstance(event, Text | Whole):
                    self.held.append(event)
                else:
                    yield event
