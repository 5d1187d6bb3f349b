"""What of a chat the model is shown: which messages, and what its reader is told of those it is not.

Asks the engine how long texts are; prompt.py decides by these lengths.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sottovoce.chat import attached, grounds, prompt
from sottovoce.chat.heard import heard
from sottovoce.core.events import Notice
from sottovoce.core.grounds import Ground
from sottovoce.core.messages import Message, Role
from sottovoce.engine.protocol import Engine, ModelFacts
from sottovoce.store import attachments
from sottovoce.store import grounds as passages
from sottovoce.store.attachments import Attachment
from sottovoce.store.rows import Chat, StoredMessage


@dataclass(frozen=True, slots=True)
class View:
    """The messages that go to the engine, and how many of the oldest exchanges do not."""

    messages: list[Message]
    left_out: int


def as_told(
    conn: sqlite3.Connection, owner: str, branch: list[StoredMessage], *, with_shelves: bool = True
) -> list[StoredMessage]:
    """Return what a model is told of the branch, with what was given with each question in its text."""
    named = [message.id for message in branch]
    given = attachments.of(conn, owner, named)
    found = passages.of(conn, owner, named) if with_shelves else {}
    told = []
    for one in heard(branch):
        asked = [*one.before, one.message]
        along = [attachment for message in asked for attachment in given.get(message.id, ())]
        text = "\n\n".join(one.texts)
        told.append(replace(one.message, text=_told(text, along, found.get(one.message.id, ()))))
    return told


def _told(text: str, given: Sequence[Attachment], found: Sequence[Ground]) -> str:
    whole = attached.told(text, given) if given else text
    told = [ground.passage for ground in found if ground.told]
    return grounds.told(text, whole, told) if told else whole


async def fitted(
    engine: Engine,
    facts: ModelFacts,
    chat: Chat,
    branch: Sequence[StoredMessage],
    *,
    begun: str,
    max_tokens: int | None,
) -> View:
    """Return as much of a branch `as_told` as leaves room for an answer of so many tokens.

    `begun` is what there is of the answer; the engine goes on with it.
    """
    system = [Message(Role.SYSTEM, chat.system)] if chat.system else []
    past = list(zip(branch[:-1:2], branch[1::2], strict=True))
    newest = [Message(branch[-1].role, branch[-1].text)]
    if begun:
        newest.append(Message(Role.ASSISTANT, begun))
    room = prompt.room_for_prompt(facts.window, max_tokens, chat.settings.context)
    messages = _messages(system, past, newest)
    if await engine.count(messages) + prompt.OVERHEAD * len(messages) <= room:
        return View(messages, 0)

    lengths = await engine.weigh([message.text for message in messages])
    costs = [prompt.with_overhead(length) for length in lengths]
    fixed = sum(costs[: len(system)])
    pairs, last = costs[len(system) : -len(newest)], costs[-len(newest) :]
    turns = [prompt.Turn(*pair) for pair in zip(pairs[::2], pairs[1::2], strict=True)]
    start = prompt.first_kept(fixed, turns, sum(last), room)
    messages = _messages(system, past[start:], newest)
    while start < len(past) and await engine.count(messages) > room:
        start += 1
        messages = _messages(system, past[start:], newest)
    return View(messages, start)


def whole(chat: Chat, branch: Sequence[StoredMessage]) -> list[Message]:
    """Return all of a branch `as_told`, for a model that is not this engine's."""
    system = [Message(Role.SYSTEM, chat.system)] if chat.system else []
    return [*system, *(Message(one.role, one.text) for one in branch)]


def left_out(branch: Sequence[StoredMessage]) -> int:
    """Return how many exchanges the last answer did without."""
    last = next((one.facts["left_out"] for one in reversed(branch) if "left_out" in one.facts), 0)
    return last if isinstance(last, int) else 0


async def notice(engine: Engine, facts: ModelFacts, view: View, before: int) -> Notice | None:
    """Return what to tell the reader of the exchanges left out, where these are more than `before`."""
    if view.left_out <= before:
        return None
    # A question that does not fit even alone is refused; what was left out for it is then no news.
    return _cut_notice(view.left_out) if await engine.count(view.messages) < facts.window else None


def _messages(
    system: list[Message], turns: Sequence[tuple[StoredMessage, StoredMessage]], newest: list[Message]
) -> list[Message]:
    said = [Message(message.role, message.text) for turn in turns for message in turn]
    return [*system, *said, *newest]


def _cut_notice(dropped: int) -> Notice:
    turns = "exchange no longer fits" if dropped == 1 else f"{dropped} exchanges no longer fit"
    return Notice("history_cut", f"The oldest {turns} in the model's window; it does not see them.")
