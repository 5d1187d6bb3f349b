"""What the policy has in a call that is not kept: a refusal in the model's place, or the end of its answer.

The counterpart of guarded.py, which serves turns.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING

from sottovoce.chat.call_grounds import question_of
from sottovoce.chat.guarded import Stop
from sottovoce.chat.guarding.policy import REFUSED, PolicyGuard
from sottovoce.core.events import Finished, Reading, Reasoning, Text, Timings, Usage
from sottovoce.core.messages import Message

if TYPE_CHECKING:
    from sottovoce.chat.call import Told

AT_ONCE = Timings(0.0, 0.0, 0.0, 0.0)


async def refused(policy: PolicyGuard, asked: tuple[Message, ...] | str) -> tuple[Text, Finished] | None:
    """Return what is answered in the model's place; None: the model may be asked."""
    text = await policy.instead(_newest(asked))
    return None if text is None else (Text(text), Finished(REFUSED, Usage(0, 0, 0), AT_ONCE))


async def watched(
    way: AsyncGenerator[Told, None], policy: PolicyGuard, asked: tuple[Message, ...] | str
) -> AsyncGenerator[Told, None]:
    """Yield an answer up to where the policy ends it. What was sent cannot be taken back: it is told why."""
    watch = policy.watch_of(_newest(asked))
    prompt = tokens = 0
    async with aclosing(way):
        async for piece in way:
            if isinstance(piece, Reading):
                prompt = piece.total
            tokens += isinstance(piece, Text | Reasoning)
            stop = None
            if isinstance(piece, Text):
                stop = watch.feed(piece.text)
            elif isinstance(piece, Finished):
                stop = watch.end()
            if isinstance(stop, Stop):
                yield Text(f"\n\n{stop.instead}")
                yield Finished(REFUSED, Usage(prompt, 0, tokens), AT_ONCE)
                return
            yield piece


def _newest(asked: tuple[Message, ...] | str) -> str:
    """Return the text that is looked at: the newest question's, or all that is gone on with."""
    return asked if isinstance(asked, str) else question_of(asked)
