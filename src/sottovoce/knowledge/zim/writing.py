"""Have a model write queries for an encyclopaedia: the words that an article would have, not a question's.

What it writes is data: a few words, and nothing of it acts. Knows an engine by its protocol alone.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing

from sottovoce.core.events import Text
from sottovoce.core.messages import Conversation, Message, Role
from sottovoce.core.sampling import Sampling
from sottovoce.engine.protocol import Engine
from sottovoce.knowledge.zim import queries, ranking

SECONDS = 5.0
"""So long may it take, with all that comes before it in the engine's line."""

MOST = 2
MOST_WORDS = 6
LONGEST = 40
"""Characters of a query."""
MOST_TOKENS = 64

INSTRUCTION = (
    "Write two short queries, two to four words each, that find the article of an encyclopaedia which "
    "answers this question. Use the words that such an article has, not those of the question, and its "
    "language."
)

SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {
            "queries": {
                "type": "array",
                "items": {"type": "string", "minLength": 2, "maxLength": LONGEST},
                "minItems": 1,
                "maxItems": MOST,
            }
        },
        "required": ["queries"],
        "additionalProperties": False,
    }
)


async def write(engine: Engine, question: str, owner: str) -> tuple[str, ...]:
    """Return queries with words that the question has not; none where it writes nothing of use in time.

    Raises BadInput, Busy and ModelProblem as `Engine.answer` does.
    """
    asked = Message(Role.USER, f"{INSTRUCTION}\n\n{question[: queries.LONGEST]}")
    drawn = Sampling(temperature=0.0, max_tokens=MOST_TOKENS, schema=SCHEMA, thinking=False)
    said: list[str] = []
    try:
        async with (
            asyncio.timeout(SECONDS),
            aclosing(engine.answer((asked,), drawn, Conversation(owner, None))) as pieces,
        ):
            async for piece in pieces:
                if isinstance(piece, Text):
                    said.append(piece.text)
    except TimeoutError:
        return ()
    return taken("".join(said), question)


def taken(said: str, question: str) -> tuple[str, ...]:
    """Return of what a model wrote the queries that add something to the question, as words alone. Pure."""
    try:
        written = json.loads(said)["queries"]
    except (ValueError, LookupError, TypeError):
        return ()
    known = set(ranking.tokens(question))
    found = []
    for query in written if isinstance(written, list) else ():
        words = queries.bare(query[:LONGEST]).split()[:MOST_WORDS] if isinstance(query, str) else []
        if not set(ranking.tokens(" ".join(words))) <= known:
            found.append(" ".join(words))
    return tuple(dict.fromkeys(found))[:MOST]
