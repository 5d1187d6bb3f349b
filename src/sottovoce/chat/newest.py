"""Which questions are answered next: the newest, and those that it joins or urges on. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from sottovoce.core.messages import Message, Role
from sottovoce.guard.urging import is_urging
from sottovoce.store.rows import StoredMessage


def newest(messages: Sequence[Message | StoredMessage]) -> list[int]:
    """Return the places of the questions that have no answer yet, oldest first.

    Where these only say "go on" and the like, those before them count as well, up to one that says something.
    """
    found: list[int] = []
    is_answered = is_asked = False
    for at in reversed(range(len(messages))):
        message = messages[at]
        if message.role is Role.ASSISTANT:
            is_answered = is_answered or bool(found and message.text.strip())
        elif message.role is Role.USER:
            if is_answered and is_asked:
                break
            found.append(at)
            is_answered = False
            is_asked = is_asked or not is_urging(message.text)
    return found[::-1]
