"""Names in small letters, in texts that have hardly a capital: messages, notes, chats. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sottovoce.guard.privacy.found import Find
from sottovoce.guard.privacy.listed import Lists, bare, lists
from sottovoce.guard.privacy.parting import LETTERS

_WORD = re.compile(rf"(?<![{LETTERS}@/._#\d-])[{LETTERS}][{LETTERS}']*(?![{LETTERS}@/_\d-]|\.\w)")
_CAPITALS = re.compile(r"(?<![A-Za-z])[A-Z][a-z]+")
_MOST = 0.06
"""Of all words, those with a capital in a text that is written without."""

_AHEAD = re.compile(
    r"(?:(?:^|[\n,.!?(\"-])[ \t]*(?:hi|hey|hello|yo|dear|thanks|thx|cheers|love|xx|from|ask|tell|told|with|"
    r"and|from|for|cc)"
    r"|\b(?:ask|asked|tell|told|with|and|from|to|for|meet|met|saw|call|text|its|it's|i'm|im|is|this is|"
    r"name is|called|"
    r"mr|mrs|ms|dr|cc|@|says|by|my (?:wife|husband|son|daughter|sister|brother|mum|mom|dad|friend|boss|mate|"
    r"gf|bf|"
    r"girlfriend|boyfriend|cousin|aunt|uncle|nan|teacher|landlord|neighbour|neighbor|ex|flatmate|roommate|"
    r"boy|girl)))[ ]\Z",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"(?:'s\b|[ ](?:will|said|says|is|was|has|had|did|asked|told|wants|moved|called|texted|sent|paid|owes|"
    r"and|to|from|here|"
    r"again|from|there|thinks|knows|can|got)\b|[,.!?;:)\n]|[ ]?[(+]|\Z)"
)
_PARTS = re.compile(r"[a-z]+(?:ed|ing|s|ly|er)\Z")


def casual(text: str) -> Iterator[Find]:
    """Find listed given names in small letters, and after "my wife" and the like even others."""
    words = list(_WORD.finditer(text))
    if not words or len(_CAPITALS.findall(text)) > max(2, len(words) * _MOST):
        related = _RELATED_NAME.finditer(text)
        yield from _of(related, lists())
        return
    known = lists()
    for word in words:
        low = bare(word[0])
        if (
            len(low) < 2
            or not word[0].islower()
            or low in known.never
            or low not in known.given | known.word_given
        ):
            continue
        ahead = _AHEAD.search(text[max(0, word.start() - 24) : word.start()]) is not None
        behind = _BEHIND.match(text, word.end()) is not None
        enough = (
            ahead or behind
            if low in known.given and len(low) > 3
            else ahead and behind and low in known.given
        )
        if enough:
            yield Find(*word.span(), "name", False, low)
    yield from _of(_RELATED_LOOSE.finditer(text), known)


_RELATION = (
    r"\b(?:my|his|her|our)[ ](?:[a-z]{2,10}[ ])?(?:wife|husband|son|daughter|sister|brother|mum|mom|dad|"
    r"best friend|friend"
    r"|boss|mate|gf|bf|girlfriend|boyfriend|cousin|aunt|uncle|flatmate|roommate|niece|nephew|stepdad|"
    r"stepmum|fiancee?)"
    r"[ ](?P<name>[a-z\u00df-\u024f]{3,15})"
)
_RELATED_NAME = re.compile(_RELATION + r"(?=,|\.|!|\?|'s|[ ](?:and|is|was|has|who|will)\b|\)|\n|\Z)")
_RELATED_LOOSE = re.compile(_RELATION + r"(?=,|\.|!|\?|'s|[ ][a-z]|\)|\n|\Z)")


def _of(found: Iterator[re.Match[str]], known: Lists) -> Iterator[Find]:
    """Find the word after a relation, where it is no word that all texts have."""
    for match in found:
        low = bare(match["name"])
        if low in known.given or not (
            low in known.never or low in known.verbs or low in known.after or _PARTS.match(low)
        ):
            yield Find(*match.span("name"), "name", False, low)
