"""Tells English sentences from what stands in them: names, numbers, paths, commands, quotations. Pure."""

from __future__ import annotations

import re

QUOTED = re.compile(r"“[^”]*(?:”|$)|‘[^’]*’|\"[^\"]*\"|`[^`]*`|(?<!\w)'[^']*'(?!\w)")
"""A quotation: somebody's own words, in which nothing is looked for. One that is cut reaches to the end."""

PATH = re.compile(r"(?:[~.]{0,2}/|\\\\|[A-Za-z]:[/\\]|https?://)(?:(?!: ).)*")
FILE = re.compile(r".*\w\.[A-Za-z0-9]{2,6}")
"""The name of a file, whatever words it is made of."""

LIST = ", "
COUNTED = re.compile(r"\d\S* (?:to|of) \d")
WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
AROUND = ".,:;!?()[]*_"

POINTING = {
    "it", "this", "that", "these", "those", "there", "here", "they", "he", "she", "we", "you", "i",
    "what", "which", "who", "how", "why", "when", "where", "nobody", "nothing", "everything",
    "somebody", "someone",
}  # fmt: skip
"""What stands for something else, and is never the name of a thing."""

ARTICLES = {"the", "an"}

BEGINNING = POINTING | ARTICLES | {
    "if", "every", "each", "all", "some", "also", "any", "many", "most", "such", "both",
}  # fmt: skip
"""What a sentence begins with, and no name but one of a book."""

TELLING = POINTING | {
    "the", "a", "an", "is", "are", "was", "were", "be", "been", "has", "have", "had", "does", "do",
    "did", "can", "cannot", "could", "may", "might", "must", "will", "would", "should", "not",
    "than", "as", "at", "by", "for", "from", "in", "into", "of", "over", "to", "with", "without",
    "about", "after", "before", "because", "so", "if", "its", "their", "your", "my", "our", "his",
    "her",
}  # fmt: skip
"""Words that hold a sentence together."""

LONGEST_NAME = 3
"""Small words; with more it is no name."""

PROGRAM = "sotto"
"""What a command to copy begins with."""


def masked(text: str) -> str:
    """Return the text with each quotation as so many zeros: as long, and without a word or a mark in it."""
    return QUOTED.sub(lambda found: "\0" * len(found[0]), text)


def is_path(text: str) -> bool:
    """Return whether this is a path or an address, which may have blanks in it."""
    return PATH.fullmatch(text) is not None


def is_prose(text: str, longest: int = LONGEST_NAME) -> bool:
    """Return whether the text is English that tells something, and no name, value or list of these.

    A name has so many small words at most.
    """
    if is_path(text) or FILE.fullmatch(text):
        return False
    bare = COUNTED.sub("", QUOTED.sub("", text))
    if LIST in bare:
        return any(is_prose(part, longest) for part in bare.split(LIST))
    words = [word for part in bare.split() if WORD.fullmatch(word := part.strip(AROUND))]
    if not words:
        return False
    if len(words) == 1:
        return words[0].lower() in POINTING or words[0].lower() in ARTICLES
    if words[0].lower() in BEGINNING:
        return True
    small = [word for word in words if word.islower()]
    if any(word in TELLING for word in small):
        return any(word not in TELLING for word in small) or len(small) > 1
    return len(small) > longest and words[0] != PROGRAM
