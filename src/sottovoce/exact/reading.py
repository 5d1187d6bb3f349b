"""What a question asks of the exact tools.

A question that is wholly read, with nothing left over, is certain: one call. All others are left to a model;
whether a person who writes of a sum wants it computed is not for signs and numbers to decide.
"""

from __future__ import annotations

from datetime import datetime

from sottovoce.exact import claims, cleaning, clock, dating, measures, sums
from sottovoce.exact.calls import Call


def certain(question: str, now: datetime) -> Call | None:
    """Return the one call that a question asks for and nothing else; None for every other question.

    `now` has the time zone in which the question is asked.
    """
    text = cleaning.cleaned(question)
    if text is None:
        return None
    return (
        clock.read(text, now)
        or dating.read(text, now.date())
        or measures.read(text, question)
        or claims.read(text, question)
        or sums.read(text, question)
    )
