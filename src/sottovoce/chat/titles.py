"""A chat's title, from its first question. Pure.

Made of the person's own words: they are there at once, cost the engine nothing, and are what people
search for.
"""

from __future__ import annotations

import re

LONGEST = 60
SENTENCE_END = re.compile(r"(?<=[.!?…])\s|(?<=[。！？])|\n")


def title_of(question: str, attached: str = "") -> str:
    """Return the first sentence of the question, at most LONGEST characters, in one line.

    Where nothing is said, the name of what is `attached` says what the chat is about.
    """
    text = question.strip()
    if not text and attached:
        return attached if len(attached) <= LONGEST else f"{attached[: LONGEST - 1]}…"
    first = next((part.strip() for part in SENTENCE_END.split(text) if part.strip()), "")
    line = " ".join(first.split())
    line = line.strip("\"'“”‘’#*`>- ")
    if len(line) <= LONGEST:
        return line or "Untitled"
    cut = line[: LONGEST - 1]
    at_word = cut.rsplit(" ", 1)[0] if " " in cut[LONGEST // 2 :] else cut
    return f"{at_word.rstrip(' ,;:')}…"
