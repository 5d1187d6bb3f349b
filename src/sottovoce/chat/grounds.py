"""What is said of passages in a turn: to the model before the question, and to people in its stead. Pure.

A question is always told in the same way, so that what the engine computed for it can be used again in the
next turn. Knows neither shelves nor engines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sottovoce.chat.attached import fenced
from sottovoce.core.grounds import Citation, Cited, Claim, Found

READING_SECONDS = 3.0
"""So long may the engine take to read the passages of one question."""

PRESUMED_SPEED = 200.0
"""Tokens a second of a prompt, where none was measured yet."""

SHARE = 1 / 3
"""Of the model's window, for the passages of one question at most."""

# Short, and not a word of what to do without an answer: a tiny model then says that there is none.
LONGEST = 512
"""Tokens of an answer from passages, where nobody asked for a length. A small model that has said what it
found goes round in circles after that.
"""

INSTRUCTION = "Answer this from the text above only, and with its words."
INSTRUCTION_ZH = "请只根据上文回答，并尽量使用原文的词句。"

_HAN = re.compile("[\u4e00-\u9fff]")
_NOT_CHINESE = re.compile("[\u3040-\u30ff\uac00-\ud7af]")


def budget(per_second: float | None, window: int) -> int:
    """Return how many tokens of passages go to the model, by how quickly it reads here."""
    return int(min((per_second or PRESUMED_SPEED) * READING_SECONDS, window * SHARE))


def longest_joined(per_second: float | None = None) -> int:
    """Return how many tokens neighbours have as one: half of what is given, so that others have a place.

    No more than the longest passage that a shelf has.
    """
    from sottovoce.knowledge.chunk import WHOLE

    return min(WHOLE, int((per_second or PRESUMED_SPEED) * READING_SECONDS / 2))


def fit(costs: Sequence[int], most: int) -> int:
    """Return how many of the passages, the best first, have no more tokens than that: one at least."""
    total = taken = 0
    for cost in costs:
        total += cost
        if taken and total > most:
            break
        taken += 1
    return taken


def told(question: str, text: str, passages: Sequence[Found]) -> str:
    """Return what stands in the place of a question's `text`: passages, how to use them, and the text."""
    blocks = [block(passage) for passage in passages]
    return "\n\n".join([*blocks, INSTRUCTION_ZH if is_chinese(question) else INSTRUCTION, text])


def block(passage: Found) -> str:
    """Return a passage in a fence that nothing in it can close. Its document's name is part of the data."""
    return fenced(f"{source(passage)}\n\n{passage.text}")


def source(passage: Found | Citation) -> str:
    """Return where a passage stands, in one line: its document, page and headings."""
    page = "" if passage.page is None else f", page {passage.page}"
    headings = f": {' > '.join(passage.headings)}" if passage.headings else ""
    return " ".join(f"{passage.document}{page}{headings}".split())


def is_chinese(text: str) -> bool:
    return _HAN.search(text) is not None and _NOT_CHINESE.search(text) is None


def not_here(question: str, shelves: Sequence[str], *, is_near: bool) -> str:
    """Return what is answered where the shelves hold no answer. `is_near`: passages are shown."""
    if is_chinese(question):
        names = "、".join(f"“{name}”" for name in shelves)
        return f"书架{names}上没有这个问题的答案。" + ("下面是最接近的段落。" if is_near else "")
    names = ", ".join(f"“{name}”" for name in shelves)
    which = "shelf" if len(shelves) == 1 else "shelves"
    nearest = " The passages that come nearest to it are shown." if is_near else ""
    return f"The answer is not on the {which} {names}.{nearest}"


def quotes(citations: Sequence[Citation], lead: str = "") -> tuple[str, Cited]:
    """Return quotes as an answer in Markdown, each of them a claim that supports itself, behind a lead."""
    parts = [lead] if lead else []
    claims: list[Claim] = []
    at = len(lead) + 2 if lead else 0
    for number, citation in enumerate(citations):
        quote = " ".join(citation.quote.split())
        parts.append(f"> {quote}")
        claims.append(Claim(at + 2, at + 2 + len(quote), (number,)))
        at += len(parts[-1]) + 2
    return "\n\n".join(parts), Cited(tuple(claims), tuple(citations))


def stale(question_year: str, shelves: Sequence[str], newest: str) -> str:
    """Return the sentence that tells of a question about a time after the newest document."""
    names = ", ".join(f"“{name}”" for name in shelves)
    return f"The newest document on {names} is from {newest}; the question is about {question_year}."
