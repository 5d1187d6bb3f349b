"""The slash command that has a chat ask shelves of documents."""

from __future__ import annotations

from sottovoce.chat import shelved
from sottovoce.cli.chat.talk import Talk
from sottovoce.store import chats

OFF = "off"
QUOTE = "quote"
"""Words that are no names here; a shelf of such a name is switched on in `sotto ask --kb`."""


async def kb(talk: Talk, arguments: str) -> None:
    """List the shelves; switch one on for this chat, all off, or quotes on and off."""
    if not arguments:
        await _list(talk)
    elif arguments == OFF:
        await _set(talk, (), quote=False)
        talk.show.quiet("This chat asks no shelf now.")
    elif arguments == QUOTE:
        if not talk.place.shelves:
            talk.show.quiet("This chat asks no shelf yet: /kb NAME switches one on.")
            return
        await _set(talk, talk.place.shelves, quote=not talk.place.quote)
        said = (
            "No model answers now: the sentences on the shelves do."
            if talk.place.quote
            else "The model answers."
        )
        talk.show.quiet(said)
    else:
        names = tuple(dict.fromkeys([*talk.place.shelves, *(name.strip() for name in arguments.split(","))]))
        await _set(talk, names, quote=talk.place.quote)
        talk.show.quiet(f"This chat asks {', '.join(talk.place.shelves)}. /kb off switches that off.")


async def _list(talk: Talk) -> None:
    rows = await talk.app.shelves.listed(talk.app.owner)
    if not rows:
        talk.show.quiet('There are no shelves yet. "sotto kb add NAME PATH" makes one of your documents.')
        return
    for row in rows:
        talk.show.plain(f"  {row.name}{talk.show.words(', on') if row.name in talk.place.shelves else ''}")
    talk.show.quiet("/kb NAME switches one on for this chat, /kb off all of them off")
    if talk.place.quote:
        talk.show.quiet("No model answers here, but the sentences on the shelves; /kb quote changes that")


async def _set(talk: Talk, names: tuple[str, ...], *, quote: bool) -> None:
    """Have this chat, or the one that the next question begins, ask these shelves. Raises NotFound."""
    found = await shelved.opened(talk.app.shelves, talk.app.owner, names)
    asks = shelved.Asks(found)
    chat = talk.place.chat
    if chat is not None:
        await talk.app.database.run(
            lambda conn: chats.set_shelves(conn, talk.app.owner, chat, asks.ids, quote=quote)
        )
    talk.place.shelves, talk.place.quote = asks.names, quote
