"""Tells an answer that slips into another language from one that quotes it or names things in it.

Pure. In what small models write it is Chinese that stands between English, whole sentences of it; and German,
French and others where they speak of themselves or to their reader.
"""

from __future__ import annotations

from sottovoce.guard import script, words
from sottovoce.guard.plain import spoken, unquoted

FEWEST_SIGNS = 8
"""Chinese signs outside of quotes: fewer may be a name and its writing."""

FEWEST_GRAMMAR = 2
GRAMMAR = 8
"""Of so many signs one only holds a sentence together; in names, lists and old verses fewer do."""

SHARE = 0.5
"""Chinese words for each other word, from which on an answer is no longer in that other language."""

_SPEAKING = frozenset((
    "ich", "mich", "mir", "du", "dich", "dir", "ihnen", "wir", "uns", "je", "moi", "vous", "nous", "yo",
    "usted", "ustedes", "nosotros", "io", "noi", "ik", "jij", "jou", "wij", "eu", "você", "vocês", "jag",
    "jeg", "minä",
))  # fmt: skip
"""Words of speakers and of those spoken to that English does not have."""


def is_half_chinese(text: str) -> bool:
    """Tell whether a good part of a text is sentences in Chinese, whatever Latin names stand in them."""
    said = unquoted(spoken(text))
    signs = script.counted(said)["Han"]
    grammar = script.chinese_grammar(said)
    if signs < FEWEST_SIGNS or grammar < FEWEST_GRAMMAR or GRAMMAR * grammar < signs:
        return False
    others = sum(script.script_of(word[0]) == "Latin" for word in words.words_of(said))
    return signs / script.UNSPACED["Han"] >= SHARE * others


def has_chinese(text: str) -> bool:
    """Tell whether Chinese signs stand in a text that may yet be such a one."""
    return script.counted(unquoted(spoken(text)))["Han"] >= FEWEST_SIGNS / 2


def speaks(text: str) -> bool:
    """Tell whether a whole text is a sentence of a speaker, or to somebody, and so no title or name."""
    if not text.rstrip().endswith((".", "!", "?")):
        return False
    return any(word in _SPEAKING or word.startswith(("j'", "j’")) for word in words.words_of(text))
