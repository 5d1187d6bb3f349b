"""What stands for what in a chat: values that can be kept as JSON. Pure.

A placeholder is a word, a number and two letters that belong to the chat: `EMAIL_3QX`. Models copy it like a
name; the letters are chosen so that nothing a person wrote looks like it, and they end it, so that digits or
letters which follow change nothing. The names of one person have one number: `NAME_1QX` is what came first,
`GIVEN_1QX` and `FAMILY_1QX` are parts of it, and where a part came first, `PERSON_1QX` is the whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sottovoce.guard.privacy.found import Kind

WORDS: Mapping[Kind, str] = {
    "own": "WORD",
    "key": "SECRET",
    "url": "LINK",
    "email": "EMAIL",
    "iban": "IBAN",
    "card": "CARD",
    "id": "IDNUMBER",
    "passport": "PASSPORT",
    "account": "ACCOUNT",
    "phone": "PHONE",
    "ip": "IP",
    "address": "ADDRESS",
    "name": "NAME",
}
PERSON, GIVEN, FAMILY, LITERAL = "PERSON", "GIVEN", "FAMILY", "TEXT"
ALL = (*WORDS.values(), PERSON, GIVEN, FAMILY, LITERAL)
"""None ends in another: what is written right before a placeholder must not make it one of another word."""

ENDINGS = tuple(f"{one}{other}" for one in "QXZJVK" for other in "XZJQKW" if one != other)
"""Two letters that no word of ours ends in, in the order in which they are tried."""

MOST_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Mask:
    """`word` and `number` are what stands for a value; `original` is how it was first written."""

    word: str
    number: int
    value: str
    original: str


@dataclass(frozen=True, slots=True)
class Masks:
    """What stands for what, in the order in which it came up. `ending`: the chat's letters, or none yet."""

    ending: str = ""
    all: tuple[Mask, ...] = ()

    def shown(self, mask: Mask) -> str:
        """Return the placeholder itself."""
        return f"{mask.word}_{mask.number}{self.ending}"

    def to_json(self) -> dict[str, object]:
        """Return this as what JSON can hold."""
        return {
            "ending": self.ending,
            "masks": [[one.word, one.number, one.value, one.original] for one in self.all],
        }


def masks_from_json(raw: object) -> Masks:
    """Return what `to_json` gave. Raises ValueError where it did not."""
    match raw:
        case {"ending": str(ending), "masks": [*rows]} if ending in ("", *ENDINGS):
            return Masks(ending, tuple(_mask(row) for row in rows))
    raise ValueError("These are not the placeholders of a chat.")


def _mask(row: object) -> Mask:
    match row:
        case [str(word), int(number), str(value), str(original)] if (
            word in ALL and 0 < number < 10**MOST_DIGITS
        ):
            return Mask(word, number, value, original)
    raise ValueError("These are not the placeholders of a chat.")


def like(ending: str) -> re.Pattern[str]:
    """Return what finds placeholders with these letters, also as models change them.

    Small letters, a lost or other sign between word and number, a backslash before it, a space before the
    letters. The groups are the word and the number.
    """
    words = "|".join(sorted(ALL, key=len, reverse=True))
    return re.compile(
        rf"({words})(?:\\?[_\- ]|[\u2010-\u2015])?([1-9][0-9]{{0,{MOST_DIGITS - 1}}})[ _]?{ending}",
        re.IGNORECASE | re.ASCII,
    )


def free_ending(texts: Sequence[str]) -> str:
    """Return two letters that follow no digit in any of the texts."""
    for ending in ENDINGS:
        taken = re.compile(rf"[0-9][ _]?{ending}", re.IGNORECASE | re.ASCII)
        if not any(taken.search(text) for text in texts):
            return ending
    return ENDINGS[0]
