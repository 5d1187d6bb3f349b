"""What guards have in a call that is not kept: a refusal in the model's place, or the end of its answer.

The counterpart of guarded.py, which serves turns. Notices have no place in the protocols of programs.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING

from sottovoce.chat import guarded, watching
from sottovoce.chat.call_grounds import question_of
from sottovoce.chat.guarded import Guards, Said, Stop
from sottovoce.chat.newest import newest
from sottovoce.core.events import Finished, Reading, Text, Timings, Usage
from sottovoce.core.messages import Message, Role
from sottovoce.guard.instructions import asking

if TYPE_CHECKING:
    from sottovoce.chat.call import Told

AT_ONCE = Timings(0.0, 0.0, 0.0, 0.0)


def said(asked: tuple[Message, ...] | str, owner: str, *, is_shaped: bool) -> Said:
    """Return what guards look at: the newest question and what is answered with it, or what is gone on with.

    Instructions behind a question are told to the model as the user's words, and so are part of it.
    """
    if isinstance(asked, str):
        return Said(asked, "", time.time(), owner, is_shaped=is_shaped)
    leading = list(takewhile(lambda message: message.role is Role.SYSTEM, asked))
    places = newest(asked)
    since = range(max(len(leading), places[0] if places else 0), len(asked))
    later = (asking(asked[at].text) for at in since if asked[at].role is Role.SYSTEM)
    return Said(
        question_of(asked),
        "",
        time.time(),
        owner,
        is_shaped=is_shaped,
        instructions="\n\n".join(message.text for message in leading),
        beside=(*(asked[at].text for at in places[:-1]), *(text for text in later if text)),
    )


async def refused(guards: Guards, said: Said) -> tuple[Text, Finished] | None:
    """Return what is answered in the model's place; None: the model may be asked."""
    instead = (await guarded.before(guards, said)).instead
    if instead is None:
        return None
    return Text(instead.text), Finished(_reason(instead.reason), Usage(0, 0, 0), AT_ONCE)


async def watched(way: AsyncGenerator[Told, None], guards: Guards, said: Said) -> AsyncGenerator[Told, None]:
    """Yield an answer up to where a guard ends it. What was sent cannot be taken back: it is told why."""
    text: list[str] = []
    prompt = 0
    is_replaced = False
    async with aclosing(watching.watched(way, watching.over(guards, said))) as pieces:
        async for piece in pieces:
            if isinstance(piece, Stop):
                is_replaced = piece.instead is not None
                if piece.instead is not None:
                    yield _behind(text, piece.instead)
                continue
            if isinstance(piece, Reading):
                prompt = piece.total
            elif isinstance(piece, Text):
                text.append(piece.text)
            elif isinstance(piece, Finished):
                objection = None if is_replaced else await guards.judged(said, "".join(text))
                if objection is not None and objection.instead is not None:
                    yield _behind(text, objection.instead)
                    piece = replace(piece, reason=objection.reason)
                usage = piece.usage if piece.usage.prompt else replace(piece.usage, prompt=prompt)
                piece = replace(piece, reason=_reason(piece.reason), usage=usage)
            yield piece


def _behind(sent: list[str], instead: str) -> Text:
    return Text(f"\n\n{instead}" if sent else instead)


def _reason(reason: str) -> str:
    """Return the end as protocols know it: of what was answered instead of a model they know only a stop."""
    return "stop" if reason == "answered" else reason
