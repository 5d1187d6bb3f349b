"""Show a turn as it happens, and say in a few words what is being waited for."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from sottovoce.cli.chat.citing import Citing, footnotes, sources
from sottovoce.cli.chat.view import View
from sottovoce.core.errors import EngineFailed
from sottovoce.core.events import (
    Asked,
    Computed,
    Done,
    Event,
    Failed,
    Grounds,
    Notice,
    Reading,
    Reasoning,
    Text,
    Waiting,
    Whole,
)

STOP_HINT = "Ctrl-C stops"
WORTH_COUNTING = 256
"""A shorter prompt, in tokens, is read before anyone could look at the count."""

ENDINGS = {"length": "cut at the longest length", "repeats": "ended where it repeated itself"}
"""Why an answer may end before it is whole, in words; other reasons need none."""


async def follow(
    events: AsyncGenerator[Event, None],
    view: View,
    *,
    loaded: bool,
    asked: Callable[[Asked], None] = lambda _: None,
) -> Done:
    """Show the answer to its end and return it. Raises what the turn failed with."""
    view.busy(waiting_for(None, loaded=loaded))
    written, thought = "", False
    citing: Citing | None = None
    async with aclosing(events):
        async for event in events:
            match event:
                case Asked():
                    asked(event)
                case Grounds():
                    citing = _begun(event, view, is_first=citing is None)
                case Text(text):
                    view.text(citing.feed(text) if citing is not None else text)
                    written += text
                case Whole(text) if written or thought:
                    view.text(_instead(written, text))
                    written, citing = text, None
                case Reasoning(text):
                    view.thought(text)
                    thought = True
                case Notice(text=text):
                    view.note(text)
                case Computed():
                    view.note(event.line)
                case Waiting(loading=False):
                    view.waiting(waiting_for(event, loaded=True))
                case Reading() | Waiting():
                    view.busy(waiting_for(event, loaded=True))
                case Done(reason=reason):
                    if citing is not None:
                        view.text(citing.end() + footnotes(event.cited, view.words))
                    view.end(ENDINGS.get(reason, ""))
                    return event
                case Failed(error):
                    if citing is not None:
                        view.text(citing.end())
                    view.end("interrupted" if written or thought else "")
                    raise error
    raise EngineFailed("The answer ended without a word.", hint="Ask again")


def _instead(written: str, text: str) -> str:
    """Return what is shown where a text takes the place of what was written, which cannot be unwritten."""
    if not written:
        return text
    return "" if written.startswith(text) else f"\n\n{text}"


def _begun(event: Grounds, view: View, *, is_first: bool) -> Citing | None:
    """Show what was found, once; return what marks the answer."""
    if is_first:
        for line in sources(event):
            view.note(line)
    return Citing(event) if event.answers else None


def waiting_for(seen: Reading | Waiting | None, *, loaded: bool) -> str:
    """Return the words for the status line; None: nothing has been heard yet."""
    match seen:
        case Waiting(loading=True):
            return f"loading the model… · {STOP_HINT}"
        case Waiting():
            return f"{in_line(seen)} · {STOP_HINT}"
        case Reading(read, total) if read < total and total >= WORTH_COUNTING:
            return f"reading {read:,} of {total:,} tokens · {STOP_HINT}"
    if loaded:
        return f"thinking · {STOP_HINT}"
    return f"loading the model… · {STOP_HINT}"


def in_line(place: Waiting) -> str:
    """Return where in the line one is, and for how long, as far as that is known."""
    others = f"{place.before} before you" if place.before else "you are next"
    return f"{others}, about {math.ceil(place.seconds)} s" if 0 < place.seconds < math.inf else others
