"""The owner's own words: what must never leave, whatever it is, in any spelling. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sottovoce.guard.privacy.found import Find
from sottovoce.guard.privacy.listed import bare, lists
from sottovoce.guard.privacy.seeing import see

_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_LETTER = "0-9A-Za-z\u00c0-\u024f\u0370-\u052f"
_ENDING = "(?:'?s|'|es|e|n|en|er|ern|in|'s)?"
_PARTS = re.compile(r"[^\s_.,;:/-]+")
_BETWEEN = r"[\s_.\-]{1,3}"
SHORTEST_SPELLED = 4
"""Letters of a word that is found when its letters stand apart."""


def own_words(text: str, words: Sequence[str]) -> Iterator[Find]:
    """Find the owner's words in a text that is seen plainly: any capitals, with endings, letters apart."""
    values: dict[str, str] = {}
    for word in words:
        plain = " ".join(see(word).text.split())
        if plain:
            values.setdefault(plain.lower(), plain)
    if not values:
        return
    # Accents are left out letter by letter, so that places stay the same.
    flat = "".join(_flat(sign) for sign in text)
    for low, plain in sorted(values.items(), key=lambda pair: -len(pair[0])):
        for match in _pattern(low).finditer(flat):
            yield Find(*match.span(), "own", True, low)
        for part in _name_parts(plain):
            for match in re.finditer(rf"(?<![{_LETTER}]){re.escape(part)}(?![a-rt-zA-Z0-9])", text):
                yield Find(*match.span(), "own", False, part.lower())


def _flat(sign: str) -> str:
    if sign.isascii():
        return sign.lower()
    plain = bare(sign)
    return plain if len(plain) == 1 else sign.lower() if len(sign.lower()) == 1 else sign


def _pattern(word: str) -> re.Pattern[str]:
    word = "".join(_flat(sign) for sign in word)
    if _WIDE.search(word):
        return re.compile(r"[ \t\n.]?".join(re.escape(sign) for sign in word if not sign.isspace()))
    parts = [re.escape(part) for part in _PARTS.findall(word)] or [re.escape(word)]
    whole = _BETWEEN.join(parts) if len(parts) > 1 else parts[0]
    letters = [re.escape(sign) for sign in word if not sign.isspace()]
    tried = [whole]
    if len(parts) > 1:
        tried.append("".join(parts))
    if len(letters) >= SHORTEST_SPELLED:
        tried.append(r"(?:[ .*_-]|\s{2,3})".join(letters))
        tried.append(r"(?:-?\n)?".join(letters))
    return re.compile(rf"(?<![{_LETTER}])(?:{'|'.join(tried)})(?={_ENDING}(?![{_LETTER}]))")


def _name_parts(plain: str) -> list[str]:
    """Return the parts of a name of several words by which a person may be called alone."""
    parts = plain.split()
    if len(parts) < 2 or not all(part[:1].isupper() for part in parts):
        return []
    known = lists()
    return [
        part
        for part in parts
        if len(part) > 2
        and bare(part) not in known.never | known.after | known.word_given | known.word_family
    ]
