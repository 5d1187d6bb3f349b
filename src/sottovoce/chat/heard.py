"""Which messages of a branch a model is told: what people and models said, not what the program said itself.

A model takes whatever stands as its answers for its own manner, and goes on in it. Pure; decided by the
messages alone, so that a branch is always told in the same way and the engine's work on it is used again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from sottovoce.chat.author import AI, author_of
from sottovoce.core import computed
from sottovoce.core.grounds import QUOTES
from sottovoce.core.messages import UNKEPT, Role
from sottovoce.store.rows import StoredMessage

TOLD = (computed.REASON, QUOTES)
"""Reasons of answers that no model wrote, and later questions build on: results, sentences of documents."""

LONGEST_RESULT = 200
"""Characters of what was computed: of a longer one, the beginning."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message that a model is told. `before`: questions without their answers, told along with this one.

    Of these the text is empty where only what was attached to it still matters.
    """

    message: StoredMessage
    before: tuple[StoredMessage, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """What was said in it, in order."""
        return tuple(one.text for one in (*self.before, self.message) if one.text.strip())


def heard(branch: Sequence[StoredMessage]) -> list[Heard]:
    """Return what of a branch a model is told, in order: questions with the answers of models, and the last.

    Where that is not answered yet, it ends with it; an answer without a word is left out with its question.
    """
    told: list[Heard] = []
    waiting: tuple[StoredMessage, ...] = ()
    for message, following in zip_longest(branch, branch[1:]):
        if message.role is not Role.USER:
            continue
        if following is None:
            told.append(Heard(message, waiting))
        elif following.role is not Role.ASSISTANT or not following.text:
            continue
        elif is_own(following):
            waiting += (message if UNKEPT in following.facts else replace(message, text=""),)
        else:
            told += (Heard(message, waiting), Heard(_short(following)))
            waiting = ()
    return told


def is_own(answer: StoredMessage) -> bool:
    """Tell whether an answer is the program's own sentence, in a model's place or in that of its words."""
    return author_of(answer) not in AI and answer.facts.get("reason") not in TOLD


def _short(answer: StoredMessage) -> StoredMessage:
    if answer.facts.get("reason") != computed.REASON or len(answer.text) <= LONGEST_RESULT:
        return answer
    return replace(answer, text=f"{answer.text[:LONGEST_RESULT]}…")
