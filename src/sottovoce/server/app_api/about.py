"""Questions about the assistant, answered from the help shelf: no model is asked, nothing is kept."""

from __future__ import annotations

import asyncio

from sottovoce.core.errors import BadValue
from sottovoce.help import find, phrases
from sottovoce.help.facts import Place, gather
from sottovoce.help.shelf import LANGUAGES, Language, subjects
from sottovoce.help.words import language_of
from sottovoce.server.app_api.nouns_about import HelpNoun
from sottovoce.server.caller import Scope
from sottovoce.server.endpoint import Endpoint, Visit

MOST_NEAR = 3


async def shown(visit: Visit[None]) -> HelpNoun:
    """Answer a question (`q`, or an entry's id) about the assistant; without one, list what is answered.

    In `language`, en or zh; left out, in that of the question.
    """
    query = visit.request.query_params
    question = query.get("q", "").strip()
    language = _language(query.get("language"), question)
    if not question:
        return HelpNoun.listing(subjects(), language)
    return await asyncio.to_thread(_answered, visit, question, language)


def _answered(visit: Visit[None], question: str, language: Language) -> HelpNoun:
    entry, near = find.find(question), find.nearest(question, MOST_NEAR)
    if entry is None:
        return HelpNoun.answering(language, None, near)
    app = visit.house.app
    place = Place(app.home, app.standing(), app.model, app.database)
    facts = gather(place, entry.words(language).blanks)
    return HelpNoun.answering(language, (entry, phrases.fill(entry, facts, language)), near)


def _language(asked: str | None, question: str) -> Language:
    if asked is None:
        return language_of(question)
    for language in LANGUAGES:
        if language == asked:
            return language
    raise BadValue(
        f"language is one of {', '.join(LANGUAGES)}.",
        hint="Leave it out for the language of the question",
        field="language",
    )


ENDPOINTS = (Endpoint("GET", "/app/api/help", shown, Scope.PAGE, answer=HelpNoun),)
