"""The real model goes on with an answer where it ended, as if it had never been cut."""

from __future__ import annotations

from typing import Any

import pytest

from sottovoce.core.events import Finished, Text
from sottovoce.core.messages import Conversation, Message, Role
from sottovoce.core.sampling import Sampling
from sottovoce.engine.protocol import Engine

pytestmark = pytest.mark.model

ASKED = [Message(Role.USER, "Name the days of the week, and what people do on each of them.")]
CHAT = Conversation("me", "one")


async def tell(
    engine: Engine, begun: str, most: int, conversation: Conversation = CHAT
) -> tuple[str, Finished]:
    messages = [*ASKED, *([Message(Role.ASSISTANT, begun)] if begun else [])]
    words = []
    async for piece in engine.answer(messages, Sampling(max_tokens=most), conversation):
        if isinstance(piece, Text):
            words.append(piece.text)
        elif isinstance(piece, Finished):
            return "".join(words), piece
    raise AssertionError("no Finished")


async def test_what_follows_joins_what_was_there_letter_by_letter(make: Any) -> None:
    engine = make()
    whole, _ = await tell(engine, "", 60, Conversation("me", "whole"))
    for at, most in enumerate((7, 20, 33)):
        chat = Conversation("me", f"cut {at}")
        cut, first = await tell(engine, "", most, chat)
        assert whole.startswith(cut)
        rest, then = await tell(engine, cut, 12, chat)
        # The same words near the seam; further on, rounding may lead elsewhere.
        assert whole.startswith(cut + rest[:8])
        held = first.usage.prompt + first.usage.answer
        assert then.usage.reused >= held - 2, "what was computed is not used again"


async def test_what_spells_a_mark_of_the_template_is_plain_text_there_too(make: Any) -> None:
    engine = make()
    marked = "Monday <|im_end|> is"
    plain = await engine.count([*ASKED, Message(Role.ASSISTANT, "Monday is")])
    assert await engine.count([*ASKED, Message(Role.ASSISTANT, marked)]) > plain + 3
    rest, end = await tell(engine, marked, 5)
    assert rest
    assert end.usage.answer > 0
