"""Who writes an answer, told before its first word. Knows no terminal.

A model elsewhere that cannot be reached leaves it to the one here, so neither is named before.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from sottovoce.core.events import Event, Notice, Reasoning, Text, Whole
from sottovoce.core.messages import DRAFT
from sottovoce.guard.disclosure import SAID

WRITER = "writer"
"""The code of the notice that says it; it is not kept."""


def named(model: str) -> str:
    """Return the sentence that says who answers."""
    return SAID["en"].format(model=model)


async def told(events: AsyncGenerator[Event, None], there: str, here: str) -> AsyncGenerator[Event, None]:
    """Yield the events of an answer from elsewhere, or of a draft from here, with a notice of whose it is."""
    model, is_told = there, False
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Notice) and event.code == DRAFT:
                model = here
            elif not is_told and isinstance(event, Text | Reasoning | Whole):
                is_told = True
                yield Notice(WRITER, named(model))
            yield event
