"""What a question asks of the exact tools.

A question that is wholly read, with nothing left over, is certain: one call. All others are left to a model;
whether a person who writes of a sum wants it computed is not for signs and numbers to decide.
"""

from __future__ import annotations

from datetime import date

from sottovoce.exact import cleaning, dating, measures, sums
from sottovoce.exact.calls import Call


def certain(question: str, today: date) -> Call | None:
    """Return the one call that a question asks for and nothing else; None for every other question."""
    text = cleaning.cleaned(question)
    if text is None:
        return None
    return dating.read(text, today) or measures.read(text, question) or sums.read(text)
