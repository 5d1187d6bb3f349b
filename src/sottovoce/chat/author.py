"""Whose words an answer is: a model's, or this program's own, and then what it made them from. Pure."""

from __future__ import annotations

from enum import StrEnum

from sottovoce.core import computed
from sottovoce.core.grounds import HELPED, NOT_ON_SHELF, QUOTES
from sottovoce.core.messages import MADE, REPLACED, Role
from sottovoce.store.rows import StoredMessage


class Author(StrEnum):
    MODEL = "model"
    RULE = "rule"
    """Fixed sentences: refusals, crisis cards, the owner's own answers, what is remembered, of languages."""
    TOOL = "tool"
    DOCUMENTS = "documents"
    HELP = "help"
    UNKNOWN = "unknown"
    """It came in with an import that does not say which model it was."""


AI = frozenset((Author.MODEL, Author.UNKNOWN))

_BY_REASON = {
    NOT_ON_SHELF: Author.DOCUMENTS,
    QUOTES: Author.DOCUMENTS,
    computed.REASON: Author.TOOL,
    HELPED: Author.HELP,
    "refused": Author.RULE,
    "answered": Author.RULE,
    "remembered": Author.RULE,
    "language": Author.RULE,
    "no_question": Author.RULE,
}


def author_of(answer: StoredMessage) -> Author:
    """Return whose words an answer is. What stands in place of a model's words is not the model's."""
    if answer.facts.get(REPLACED):
        return Author.RULE
    if answer.model:
        return Author.MODEL
    named = _BY_REASON.get(str(answer.facts.get("reason")))
    if named is not None:
        return named
    return Author.RULE if MADE in answer.facts else Author.UNKNOWN


def is_by_ai(message: StoredMessage) -> bool:
    """Return whether a message has words of a model, as far as is known."""
    return message.role is Role.ASSISTANT and bool(message.text.strip()) and author_of(message) in AI
