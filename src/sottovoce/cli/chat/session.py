"""The loop of the chat: read a line, obey or answer, again; and leave cleanly."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial

from sottovoce.app import App
from sottovoce.cli._given import Given
from sottovoce.cli._show import Show
from sottovoce.cli.chat import commands
from sottovoce.cli.chat.complete import SlashCompleter
from sottovoce.cli.chat.news import News
from sottovoce.cli.chat.prompt import Prompt, spinner
from sottovoce.cli.chat.quiet import keys_kept
from sottovoce.cli.chat.status import status_line
from sottovoce.cli.chat.talk import Place, Talk
from sottovoce.cli.chat.welcome import welcome
from sottovoce.core.errors import SottoError
from sottovoce.store import chats

REMEMBERED = 500
"""Old questions that the up-arrow brings back."""


async def talk(given: Given) -> None:
    """Talk until the person leaves; open everything anew when the model is changed."""
    place: Place | None = Place()
    with keys_kept():
        while place is not None:
            async with given.open_app(**place.settings) as app:
                place = await Session(app, given.show, place).run()


class Session:
    """One open program and the person before it."""

    def __init__(self, app: App, show: Show, place: Place) -> None:
        self._talk = Talk(app, show, place)
        self._show = show
        self._titles: list[tuple[str, str]] = []
        self._news = News(show, app.owner)

    async def run(self) -> Place | None:
        """Read and answer until one leaves. Return where to go on after opening anew, or None."""
        talk = self._talk
        questions = await talk.read(lambda conn: chats.questions(conn, talk.app.owner, REMEMBERED))
        prompt = Prompt(
            self._status,
            SlashCompleter(self._openable, self._show.words),
            reversed(questions),
            self._show.words,
        )
        if not talk.place.met:
            welcome(self._show, talk.app.model, talk.departures, talk.app.server)
            talk.place.met = True
        talk.come_to(await talk.branch())
        loading = asyncio.create_task(self._load(prompt))
        finishing = asyncio.create_task(talk.app.finish_later(partial(self._news.take, prompt)))
        try:
            while not (talk.leaving or talk.reopening):
                await self._next(prompt)
        finally:
            for task in (loading, finishing):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        return talk.place if talk.reopening else None

    async def _next(self, prompt: Prompt) -> None:
        talk = self._talk
        draft, talk.draft = talk.draft, ""
        self._titles = await self._recent()
        self._news.tell()
        try:
            text = await prompt.read(draft, editing=talk.editing is not None)
        except EOFError:
            talk.leaving = True
        except KeyboardInterrupt:
            editing, talk.editing = talk.editing, None
            self._show.quiet("Not edited." if editing is not None else "Ctrl-D or /quit leaves.")
        else:
            await self._take(text.strip())

    async def _take(self, text: str) -> None:
        """Obey a slash command, or ask."""
        talk = self._talk
        try:
            if text.startswith("/") and not text.startswith("//"):
                name, _, arguments = text.partition(" ")
                talk.editing = None
                await commands.find(name).act(talk, arguments.strip())
            elif text:
                await talk.send(text[1:] if text.startswith("//") else text)
        except SottoError as problem:
            talk.tell(await talk.explained(problem))
        if text and not talk.draft:
            self._show.line()

    async def _load(self, prompt: Prompt) -> None:
        """Load the model while the person reads and types."""
        moving = asyncio.create_task(prompt.animate())
        try:
            await self._talk.load()
        except SottoError as error:
            problem = error
            await prompt.interrupt(lambda: self._talk.tell(problem))
        finally:
            moving.cancel()

    def _status(self, width: int) -> str:
        status = self._talk.status()
        mark = f"{spinner()} " if status.busy else ""
        return mark + status_line(status, width - len(mark), self._show.words)

    async def _recent(self) -> list[tuple[str, str]]:
        """Return what /open takes: the chats listed last, else the newest."""
        talk = self._talk
        found = await talk.read(lambda conn: chats.listed(conn, talk.app.owner, 20, archived=False))
        titles = {chat.id: chat.title for chat in found}
        if talk.listed:
            return [(str(at), titles.get(chat, "")) for at, chat in enumerate(talk.listed, 1)]
        return [(chat.id, chat.title) for chat in found]

    def _openable(self) -> list[tuple[str, str]]:
        return self._titles
