"""Which shelves a question asks, and what of them a model was given. Opens none before one is named.

Most chats ask no shelf: nothing here loads what searches one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sottovoce.core.errors import BadValue, NotFound
from sottovoce.core.grounds import Found
from sottovoce.store import chats
from sottovoce.store import grounds as rows

if TYPE_CHECKING:
    from sottovoce.chat.question import Question
    from sottovoce.chat.turn import Parts
    from sottovoce.knowledge.shelf import Shelf
    from sottovoce.knowledge.shelves import Shelves

MOST_SHELVES = 20
"""That are asked at once."""


@dataclass(frozen=True, slots=True)
class Asks:
    """The shelves that a question asks; `quote`: their sentences alone answer. `is_new`: its chat too."""

    shelves: tuple[Shelf, ...] = ()
    quote: bool = False
    is_new: bool = False

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(shelf.row.id for shelf in self.shelves)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(shelf.name for shelf in self.shelves)


async def asks(parts: Parts, question: Question) -> Asks:
    """Return which shelves a question asks: those it names, else its chat's. Raises NotFound and BadValue."""
    if question.go_on is not None:
        return Asks()  # its passages are with the question that it answers
    known, quote, chat_id = parts.knowledge, parts.quote, question.chat
    if chat_id is not None:
        chat = await parts.database.read(lambda conn: chats.get(conn, parts.owner, chat_id))
        known, quote = chat.shelves, chat.quote
    named = known if question.knowledge is None else question.knowledge
    is_new = question.knowledge is not None or question.quote is not None
    is_remembered = question.knowledge is None and chat_id is not None
    found = await opened(parts.shelves, parts.owner, named, is_remembered=is_remembered)
    if found and question.sampling.schema is not None:
        raise BadValue(
            "An answer that follows a schema cannot be cited from a shelf.",
            hint="Leave the schema out, or ask without a shelf",
            field="knowledge",
        )
    return Asks(found, quote if question.quote is None else question.quote, is_new)


async def opened(
    shelves: Shelves | None, owner: str, names: Sequence[str], *, is_remembered: bool = False
) -> tuple[Shelf, ...]:
    """Return these shelves, each once. `is_remembered`: a chat names them. Raises NotFound and BadValue."""
    if not names:
        return ()
    if len(names) > MOST_SHELVES:
        raise BadValue(f"One chat asks {MOST_SHELVES} shelves at most.", hint="Name fewer", field="knowledge")
    if shelves is None:
        raise NotFound("There are no shelves here.", hint="sotto kb list", field="knowledge")
    found: dict[str, Shelf] = {}
    for name in names:
        try:
            shelf = await shelves.open(owner, name)
        except NotFound as problem:
            if not is_remembered:
                raise
            raise NotFound(
                "A shelf that this chat asks has been removed.",
                hint="Choose the chat's shelves anew, or none: /kb off in the terminal",
                field="knowledge",
            ) from problem
        found[shelf.row.id] = shelf
    return tuple(found.values())


async def told(parts: Parts, question: str) -> tuple[Found, ...]:
    """Return the passages that the model is given with a question."""
    kept = await parts.database.read(lambda conn: rows.of(conn, parts.owner, [question]))
    return tuple(ground.passage for ground in kept.get(question, ()) if ground.told)
