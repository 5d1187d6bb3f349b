"""Asks a model elsewhere the questions of a set: what is personal in them is hidden, as in any chat.

To call what `asker` returns is to consent: whoever does has asked the person.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import replace

from sottovoce.chat.elsewhere.hiding import hide
from sottovoce.chat.elsewhere.preview import There, permitted
from sottovoce.chat.examined import SEED
from sottovoce.core.events import Finished, Text
from sottovoce.core.messages import Message, Role
from sottovoce.core.sampling import Sampling
from sottovoce.evals.run import Ask
from sottovoce.guard.privacy.masks import Masks
from sottovoce.guard.privacy.restoring import Restorer
from sottovoce.hybrid import asking
from sottovoce.hybrid.upstream import Upstream
from sottovoce.store.evaluations import Said


def drawn(max_tokens: int) -> Sampling:
    """Return how an answer is drawn there: the likeliest word each time, as here."""
    return Sampling(temperature=0.0, seed=SEED, max_tokens=max_tokens)


def key(upstream: Upstream) -> str:
    """Return what its answers are kept by, in the place of a file's hash: nobody here knows that file."""
    return f"{upstream.url} {upstream.model}"


def asker(there: There) -> Ask:
    """Return what asks this model. Each call raises what `asking.ask` raises."""
    permitted(there)
    means = replace(there.means, door=replace(there.means.door, ask=_yes))

    async def ask(asked: str, max_tokens: int) -> Said:
        began = time.monotonic()
        hiding = await asyncio.to_thread(hide, [asked], Masks(), there.words)
        restored, parts = Restorer(hiding.masks), list[str]()
        messages = (Message(Role.USER, hiding.texts[0]),)
        async with aclosing(asking.ask(there.upstream, messages, drawn(max_tokens), means)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Text):
                    parts.append(restored.feed(piece.text))
                elif isinstance(piece, Finished):
                    end = piece
        text = "".join([*parts, restored.end()])
        return Said(text, end.reason, end.usage.prompt, end.usage.answer, time.monotonic() - began)

    return ask


async def _yes(_question: str) -> bool:
    return True
