"""An answer from elsewhere that a person stops is looked at like one from here."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing

from repeating import pause, seen, stored
from speaking import Speaker

from sottovoce.app import App
from sottovoce.chat.elsewhere.posing import pose
from sottovoce.chat.elsewhere.preview import There
from sottovoce.chat.elsewhere.sending import send
from sottovoce.chat.question import Question
from sottovoce.core import settings
from sottovoce.core.events import Text
from sottovoce.core.messages import State
from sottovoce.core.paths import Home

Place = Callable[..., There]


async def test_what_was_written_up_to_a_stop_is_held_against_the_rules(
    home: Home, app: App, cellar: Speaker, there: Place
) -> None:
    pause(cellar, "Step 1: to build a pipe bomb you will need these parts.")
    settings.store(home, "profile", "family")
    place = there()
    chat, question = await pose(app.parts(), Question("Tell me something."))
    async with aclosing(send(place, await seen(place, chat, question))) as events:
        async for event in events:
            if isinstance(event, Text):
                break
    answer = stored(place, chat)[-1]
    assert (answer.state, answer.facts["reason"]) == (State.COMPLETE, "refused")
    assert "pipe bomb" not in answer.text
