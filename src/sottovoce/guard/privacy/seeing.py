"""A text as the rules for personal data see it, and where each of its signs stands in the text itself.

Full-width and other digits and letters are plain ones, what cannot be seen is gone, letters that only look
Latin are Latin, all dashes are one; capitals and line breaks stay. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from dataclasses import dataclass
from functools import lru_cache

from sottovoce.guard.plain import LOOKALIKES, alike_mended

_CLUSTER = re.compile("[^\x00-\x7f\u3001-\u3003\u3008-\u3011\u3400-\u9fff][\u0300-\u036f\ufe00-\ufe0f\u20e3]*"
                      "|[\x00-\x7f][\u0300-\u036f\ufe00-\ufe0f\u20e3]+")  # fmt: skip
_SAME = str.maketrans({
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\ufe63", "-"),
    **dict.fromkeys("’‘ʼ`´′", "'"),
    **dict.fromkeys("\u2024\u00b7\u2022\u30fb", "."),
    "\r": "\n", "\u2028": "\n", "\u2029": "\n", "\x0b": "\n", "\x0c": "\n", "\x85": "\n",
})  # fmt: skip
_OTHER_LETTER = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_MAIL = re.compile(r"[^\s\u3400-\u9fff,;:()<>\"']{1,80}@[^\s\u3400-\u9fff,;:()<>\"']{1,80}")
_BESIDE_DIGIT = re.compile(
    r"(?<=[0-9])[ ]?[(]?[\u0370-\u052f]{1,4}(?![a-z\u0370-\u052f])"
    r"|(?<![\u0370-\u052f])[\u0370-\u052f]{1,4}(?=[ ]?[0-9])"
)
_NOT_CHINESE = re.compile("[^\u3400-\u9fff]+")
_NOT_SEEN = re.compile("[\u115f\u1160\u3164\u2800\ufe00-\ufe0f\u20e3]")


@dataclass(frozen=True, slots=True)
class Seen:
    """A text in plain signs; sign i stands for `starts[i]` to `ends[i]` of the text (None: for itself)."""

    text: str
    starts: array[int] | None
    ends: array[int] | None

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return where signs start to end (not empty) stand in the text itself."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def see(text: str) -> Seen:
    """Return a text as the rules see it."""
    if text.isascii():
        return Seen(text.translate(_SAME), None, None)
    pieces: list[str] = []
    starts, ends = array("L"), array("L")
    at = 0
    for found in _CLUSTER.finditer(text):
        start, end = found.span()
        pieces.append(text[at:start])
        starts.extend(range(at, start))
        ends.extend(range(at + 1, start + 1))
        plain = _plain(found[0])
        pieces.append(plain)
        starts.extend([start] * len(plain))
        ends.extend([end] * len(plain))
        at = end
    pieces.append(text[at:])
    starts.extend(range(at, len(text)))
    ends.extend(range(at + 1, len(text) + 1))
    seen = "".join(pieces).translate(_SAME)
    if _OTHER_LETTER.search(seen):
        # A Chinese sign that touches a word is none of its letters.
        seen = _NOT_CHINESE.sub(lambda part: alike_mended(part[0]), seen)
        # Whole words of letters that look Latin, where only Latin ones can stand.
        for pattern in (_MAIL, _BESIDE_DIGIT):
            seen = pattern.sub(lambda part: part[0].translate(LOOKALIKES), seen)
    return Seen(seen, starts, ends)


@lru_cache(4096)
def _plain(cluster: str) -> str:
    plain = unicodedata.normalize("NFKC", cluster)
    return "".join(_sign(one) for one in plain)


def _sign(one: str) -> str:
    if one.isascii():
        return one
    category = unicodedata.category(one)
    if category == "Cf" or _NOT_SEEN.match(one):
        return ""
    if category == "Nd":
        return str(unicodedata.digit(one))
    return " " if category == "Zs" else one
