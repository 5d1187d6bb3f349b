from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import aclosing

import pytest

from sottovoce.core.events import Text
from sottovoce.core.messages import Conversation, Message, Role
from sottovoce.core.sampling import Sampling
from sottovoce.engine.llama import LlamaEngine
from sottovoce.knowledge.zim import writing

pytestmark = pytest.mark.model


async def test_the_engine_holds_a_model_to_two_short_queries(make: Callable[..., LlamaEngine]) -> None:
    asked = Message(Role.USER, f"{writing.INSTRUCTION}\n\nWho invented printing books?")
    drawn = Sampling(temperature=0.0, max_tokens=writing.MOST_TOKENS, schema=writing.SCHEMA)
    said = ""
    async with aclosing(make().answer((asked,), drawn, Conversation("me", None))) as pieces:
        async for piece in pieces:
            said += piece.text if isinstance(piece, Text) else ""
    queries = json.loads(said)["queries"]
    assert 1 <= len(queries) <= writing.MOST
    assert all(len(query) <= writing.LONGEST for query in queries)
