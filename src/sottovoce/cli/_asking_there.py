"""One question to a model elsewhere, for scripts and pipes: shown first, and sent once somebody says yes."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from sottovoce.core.errors import BadValue, Refused

if TYPE_CHECKING:
    from sottovoce.app import App
    from sottovoce.chat.elsewhere.preview import There
    from sottovoce.chat.question import Question
    from sottovoce.cli._show import Show
    from sottovoce.core.events import Event


async def begun(
    app: App, question: Question, name: str, show: Show, *, yes: bool
) -> tuple[AsyncGenerator[Event, None], str]:
    """Return the events of the answer, and whose it will be. Raises Refused where nobody says yes.

    `yes`: it was said with the command. What would leave is shown on standard error all the same.
    """
    from dataclasses import replace

    from sottovoce.chat.elsewhere import choosing
    from sottovoce.chat.elsewhere.drafting import ask_there
    from sottovoce.chat.elsewhere.posing import pose
    from sottovoce.chat.elsewhere.preview import permitted, preview
    from sottovoce.cli._previewing import Choice, decided, tell
    from sottovoce.store.waiting import Consent

    there = app.there(name)
    permitted(there)
    if question.sampling.schema is not None or question.knowledge is not None or question.quote is not None:
        raise BadValue(
            "What is asked elsewhere takes no schema and no shelf.",
            hint="Leave out --schema, --kb and --quote, or --there",
        )
    given = Consent.TEXT if yes else Consent.CHAT
    yes = yes or await _stands(app, there, question.chat)
    if not yes and not show.can_ask:
        raise Refused(
            f"Nothing was sent to {there.upstream.host}: nobody has said yes.",
            hint="With --yes-send, the command says yes itself",
        )
    parts = app.parts()
    chat, asked = await pose(parts, question)
    show.kept_in = chat
    again = replace(question, chat=chat, again=asked, text="", attached=(), system=None)
    if yes:
        seen = await preview(there, chat, asked, sampling=question.sampling)
        tell(seen, show, beside_data=True)
        return ask_there(there, seen, app.ask, again=again, consent=given), there.upstream.model
    choice, seen = await decided(there, chat, asked, show, question.sampling, beside_data=True)
    if choice is Choice.HERE:
        return app.ask(again), app.model.name
    if choice.consent is None:
        raise Refused("Nothing was sent.", hint=f"The question is kept: sotto chats show {chat}")
    if choice is Choice.ALWAYS:
        await choosing.allow_all(there, chat)
    return ask_there(there, seen, app.ask, again=again, consent=choice.consent), there.upstream.model


async def _stands(app: App, there: There, chat: str | None) -> bool:
    """Return whether consent to ask this one stands for a chat."""
    from sottovoce.chat.elsewhere import consent
    from sottovoce.store import chats

    if chat is None:
        return False
    found = await app.database.read(lambda conn: chats.get(conn, app.owner, chat))
    return await consent.standing(app.parts(), app.home, found.id) == there.upstream
