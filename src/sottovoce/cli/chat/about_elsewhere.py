"""Slash commands that have a model elsewhere answer, and no longer."""

from __future__ import annotations

from sqlite3 import Connection

from sottovoce.chat.elsewhere import choosing, consent, routing
from sottovoce.chat.elsewhere.drafting import ask_there
from sottovoce.chat.question import Question
from sottovoce.cli._previewing import Choice, decided
from sottovoce.cli._show import one_line
from sottovoce.cli.chat.about_settings import DEFAULT
from sottovoce.cli.chat.talk import Talk
from sottovoce.core.errors import BadValue, NotFound
from sottovoce.core.messages import Role
from sottovoce.hybrid import upstreams
from sottovoce.hybrid.routing import choice as choices
from sottovoce.hybrid.routing.choice import HERE, Route
from sottovoce.hybrid.routing.choice import Choice as Chosen
from sottovoce.store import chats, waiting


async def there(talk: Talk, arguments: str) -> None:
    """Have a model elsewhere answer the last question, once the person has seen what would leave."""
    question = await talk.last(Role.USER)
    if question is None:
        raise BadValue("Nothing has been asked in this chat yet.", hint="Ask something first")
    place = talk.app.there(arguments or await _only(talk))
    choice, seen = await decided(place, question.chat, question.id, talk.show, talk.place.sampling)
    again = Question(chat=question.chat, again=question.id, sampling=talk.place.sampling)
    if choice is Choice.ALWAYS:
        await choosing.allow_all(place, question.chat)
        talk.show.quiet(f"{place.upstream.name} answers in this chat from now on; /here ends that.")
    if choice.consent is not None:
        events = ask_there(place, seen, talk.app.ask, again=again, consent=choice.consent)
        await talk.answer_there(again, events, alternative=True)
        return
    talk.show.quiet("Nothing was sent.")
    last = await talk.last(Role.ASSISTANT)
    if choice is Choice.HERE and (last is None or last.parent != question.id):
        await talk.answer(again)


async def here(talk: Talk, arguments: str) -> None:
    """Have the model here answer in this chat again."""
    if talk.place.chat is not None:
        await consent.withdraw(talk.app.parts(), talk.place.chat)
    await _choose(talk, HERE)
    talk.show.quiet("The model here answers in this chat.")


async def route(talk: Talk, arguments: str) -> None:
    """Show or choose where the questions of this chat go."""
    if not arguments:
        await _show_route(talk)
        return
    if arguments == DEFAULT:
        await _choose(talk, None)
        await _show_route(talk)
        return
    chosen = choices.read(arguments)
    if chosen.route is Route.HERE:
        await here(talk, "")
        return
    await _choose(talk, routing.meant(talk.app.router(), chosen))
    await _show_route(talk)


async def _choose(talk: Talk, chosen: Chosen | None) -> None:
    """Choose for this chat, or for the one that the next question begins."""
    if talk.place.chat is None:
        talk.place.route = chosen
    else:
        await choosing.choose(talk.app.parts(), talk.place.chat, chosen)


async def _show_route(talk: Talk) -> None:
    router, chat = talk.app.router(), talk.place.chat
    chosen = await routing.chosen_for(router, chat) if chat else talk.place.route
    if chosen is None:
        usual = router.standing().route
        talk.show.line(f"  {usual}, as the setting route says; rules in routing.toml come before it")
    elif chosen.route is Route.HERE:
        talk.show.line("  here: the model here answers in this chat")
    elif chosen.route is Route.ASK:
        talk.show.line(f"  ask: you are asked where there is a reason to have {chosen.to} answer")
    else:
        talk.show.line(f"  there: {chosen.to} answers, once you saw what leaves or allowed it for this chat")


async def waits(talk: Talk, arguments: str) -> None:
    """List what waits for a model elsewhere, in all chats."""

    def work(conn: Connection) -> list[str]:
        found = waiting.listed(conn, talk.app.owner)
        texts = [chats.get_message(conn, talk.app.owner, one.chat, one.question).text for one in found]
        return [f"{one.upstream}  {one_line(text, 60)}" for one, text in zip(found, texts, strict=True)]

    for line in await talk.read(work):
        talk.show.plain(line)
    talk.show.quiet("Each answer is added beside its draft; sotto later list says why it still waits.")


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
