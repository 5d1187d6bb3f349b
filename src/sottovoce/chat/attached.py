"""How a model is told of the texts that were given along with a question. Pure.

Each stands before the question, under its name, in a fence that nothing in it can close. A question is
always told in the same way, so that what the engine computed for it can be used again in the next turn.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sottovoce.store.attachments import Attachment

SHORTEST = 3
"""Backticks that make a fence in Markdown, which is what models know."""


def told(text: str, attachments: Sequence[Attachment]) -> str:
    """Return what stands in the question's place."""
    parts = [f"{attachment.name}\n{fenced(attachment.text)}" for attachment in attachments]
    return "\n\n".join([*parts, text] if text.strip() or not parts else parts)


def fenced(text: str) -> str:
    """Return a text between two lines of backticks, more of them than stand together in it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(SHORTEST, longest + 1)
    return f"{fence}\n{text}{'' if text.endswith(chr(10)) else chr(10)}{fence}"
