"""Slash commands that have a model elsewhere answer, and no longer."""

from __future__ import annotations

from sottovoce.chat.elsewhere import consent
from sottovoce.chat.elsewhere.sending import send
from sottovoce.chat.turn import Question
from sottovoce.cli._previewing import Choice, decided
from sottovoce.cli.chat.talk import Talk
from sottovoce.core.errors import BadValue, NotFound
from sottovoce.core.messages import Role
from sottovoce.hybrid import upstreams


async def there(talk: Talk, arguments: str) -> None:
    """Have a model elsewhere answer the last question, once the person has seen what would leave."""
    question = await talk.last(Role.USER)
    if question is None:
        raise BadValue("Nothing has been asked in this chat yet.", hint="Ask something first")
    place = talk.app.there(arguments or await _only(talk))
    choice, seen = await decided(place, question.chat, question.id, talk.show, talk.place.sampling)
    again = Question(chat=question.chat, again=question.id, sampling=talk.place.sampling)
    if choice is Choice.ALWAYS:
        await consent.allow(place, question.chat)
        talk.show.quiet(f"{place.upstream.name} answers in this chat from now on; /here ends that.")
    if choice in (Choice.SEND, Choice.ALWAYS):
        await talk.answer_there(again, send(place, seen), alternative=True)
        return
    talk.show.quiet("Nothing was sent.")
    last = await talk.last(Role.ASSISTANT)
    if choice is Choice.HERE and (last is None or last.parent != question.id):
        await talk.answer(again)


async def here(talk: Talk, arguments: str) -> None:
    """Have the model here answer in this chat again."""
    if talk.place.chat is not None:
        await consent.withdraw(talk.app.parts(), talk.place.chat)
    talk.show.quiet("The model here answers in this chat.")


async def _only(talk: Talk) -> str:
    """Return the name of the model elsewhere that is meant where none is said. Raises NotFound, BadValue."""
    chat = talk.place.chat
    stands = await consent.standing(talk.app.parts(), talk.app.home, chat) if chat else None
    names = [stands.name] if stands else [one.name for one in upstreams.listed(talk.app.home)]
    if not names:
        raise NotFound("No model elsewhere is known.", hint="sotto upstreams add NAME --url URL --model M")
    if len(names) > 1:
        raise BadValue(f"Which one? Known are {', '.join(names)}.", hint=f"For example: /there {names[0]}")
    return names[0]
