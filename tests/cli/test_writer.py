"""Who writes an answer is told once it is known."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from sottovoce.cli import _writer
from sottovoce.core.events import Asked, Event, Notice, Text
from sottovoce.core.messages import DRAFT

ASKED = Asked("chat", "question", "answer")
IT_IS_A_DRAFT = Notice(DRAFT, "A draft: cellar could not be reached.")


async def coming(*events: Event) -> AsyncGenerator[Event, None]:
    for event in events:
        yield event


@pytest.mark.parametrize(
    ("before", "writer"), [((ASKED,), "large"), ((ASKED, IT_IS_A_DRAFT), "starter")], ids=["there", "draft"]
)
def test_it_is_told_once_and_right_before_the_first_word(before: tuple[Event, ...], writer: str) -> None:
    async def heard() -> list[Event]:
        events = coming(*before, Text("The sea"), Text(" is blue."))
        return [event async for event in _writer.told(events, "large", "starter")]

    said = Notice(_writer.WRITER, f"An AI answers: {writer}. It can be wrong.")
    assert asyncio.run(heard()) == [*before, said, Text("The sea"), Text(" is blue.")]
