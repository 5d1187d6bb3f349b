"""A question is written down that nobody answers yet: what would leave for it can then be looked at."""

from __future__ import annotations

from sottovoce.chat import saving, shelved
from sottovoce.chat.question import Question
from sottovoce.chat.turn import Parts, checked


async def pose(parts: Parts, question: Question) -> tuple[str, str]:
    """Store a new question, in a new chat where it names none; return its chat and its id.

    Raises BadInput with nothing saved.
    """
    question = checked(parts, question)
    asks = await shelved.asks(parts, question)
    return await parts.database.run(lambda conn: saving.posed(conn, parts, question, asks))
