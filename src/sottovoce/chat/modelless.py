"""An answer that no model writes: kept and told like any other."""

from __future__ import annotations

import time
from dataclasses import asdict

from sottovoce.chat.writing import Answer
from sottovoce.core.events import Asked, Done, Text, Timings, Usage
from sottovoce.core.grounds import NOTHING_CITED, Cited
from sottovoce.core.messages import MADE, MADE_HERE, State


async def finish(
    asked: Asked, answer: Answer, text: str, reason: str, began: float, cited: Cited = NOTHING_CITED
) -> tuple[Text, Done]:
    """Keep a text as the answer's end, mostly the whole of it; return its events.

    `began` is of time.monotonic.
    """
    answer.add(Text(text))
    seconds = round(time.monotonic() - began, 4)
    usage, timings = Usage(0, 0, 0), Timings(seconds, seconds, 0.0, 0.0)
    answer.model = ""
    answer.facts |= {
        "reason": reason,
        "usage": asdict(usage),
        "timings": asdict(timings),
        MADE: MADE_HERE,
        **cited.facts(),
    }
    await answer.finish(State.COMPLETE)
    return Text(text), Done(
        asked.chat, asked.answer, answer.text, reason, "", "", usage, timings, cited=cited
    )
