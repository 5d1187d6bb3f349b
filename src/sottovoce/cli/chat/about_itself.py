"""The slash command that answers from the help, word for word. Nothing of it is kept in the chat."""

from __future__ import annotations

import asyncio

from sottovoce.cli.chat.talk import Talk
from sottovoce.cli.chat.view import open_view
from sottovoce.core.errors import NotFound
from sottovoce.help import find, phrases
from sottovoce.help.facts import Place, gather
from sottovoce.help.shelf import Entry, Language
from sottovoce.help.words import language_of


async def answer(talk: Talk, question: str) -> None:
    """Answer a question about the assistant. Raises NotFound with the nearest ones."""
    language = language_of(question)
    entry = find.find(question)
    if entry is None:
        near = "; ".join(match.entry.question(language) for match in find.nearest(question))
        raise NotFound(
            "The help does not answer that.",
            hint=f"Near to it: {near}" if near else "sotto help lists what it answers",
        )
    text = await asyncio.to_thread(_filled, talk, entry, language)
    async with open_view(talk.show, gap=True) as view:
        view.text(text)


def _filled(talk: Talk, entry: Entry, language: Language) -> str:
    app = talk.app
    place = Place(app.home, app.standing(), app.model, app.database)
    return phrases.fill(entry, gather(place, entry.words(language).blanks), language)
