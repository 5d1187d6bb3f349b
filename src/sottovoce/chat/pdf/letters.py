"""Which letters a text can be set in, and what stands in the place of those that are in no font.

No letter is left out, and none becomes a box: one that cannot be set is written as its code point, [U+1F600].
So is all that has to be joined, turned around or put upon others to be read, as in Arabic, Hebrew or Hindi.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from sottovoce.chat.marks.words import CODE, EMPHASIS, STRONG
from sottovoce.chat.pdf.faces import Embedded, Face, Predefined, Standard
from sottovoce.chat.pdf.machine import (
    CHINESE,
    CHINESE_BOLD,
    EUROPEAN,
    EUROPEAN_BOLD,
    SIGNS,
    TYPEWRITER,
    Family,
    Fonts,
)

INVISIBLE = frozenset("\u200b\u200d\u2060\ufe0e\ufe0f")
"""Nothing is drawn for these, anywhere; they are carried along."""

SET = re.compile(
    "[\u0020-\u058f\u10a0-\u10ff\u1e00-\u1fff\u2000-\u2bff\u2c60-\u2c7f\u2e80-\u9fff\ua720-\ua7ff\uac00-\ud7a3"
    "\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U0001d400-\U0001d7ff\U0001f000-\U0001faff\U00020000-\U0003ffff]"
)
"""Scripts whose letters stand one beside the other, as they are."""

ALONE = frozenset(("Mn", "Mc", "Me", "Cf", "Cc", "Cs", "Co", "Cn"))
"""Kinds of characters that are no letters by themselves."""

WIDE = re.compile(
    "[\u2e80-\u303f\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef]"
)
EITHER = frozenset("“”‘’…—·")
"""Marks that are as wide as a letter among Chinese ones, and narrow elsewhere."""

CODED = re.compile(r"\[U\+([0-9A-F]{4,6})\]")

NEITHER = (
    Predefined("STSong-Light", "UniGB-UTF16-H", "GB1", "gbk"),
    Predefined("HYSMyeongJo-Medium", "UniKS-UTF16-H", "Korea1", "euc_kr"),
)
"""Where this machine has no font of Chinese or Korean."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Letters in one font; what is invisible has none."""

    text: str
    face: Face | None


def guarded(text: str) -> str:
    """Return a text with what looks like a code in it written so that it is read back as itself."""
    return text.replace("[U+", "[U+005B]U+")


def read_back(text: str) -> str:
    """Return a text with the letters that code points stand for.

    Code points that no file is written with stay: somebody put them there, so that a word cannot be read.
    """
    return CODED.sub(lambda found: _char(int(found[1], 16)) or found[0], text)


def _char(code: int) -> str | None:
    if code > 0x10FFFF:
        return None
    char = chr(code)
    return None if char != "[" and _is_always_set(char) else char


def _is_always_set(char: str) -> bool:
    """Return whether a letter is never written as its code point, whatever fonts a machine has."""
    return _is_plain(char) or _is_white(char) or (_is_alone(char) and _has_it(NEITHER, char))


def _is_plain(char: str) -> bool:
    return char == "\n" or char in INVISIBLE or PLAIN.width(char) is not None


def _is_white(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) in ("Cc", "Cs") or char in "\ufeff\ufffe\uffff"


def _is_alone(char: str) -> bool:
    """Return whether a letter stands beside others as it is."""
    return SET.match(char) is not None and unicodedata.category(char) not in ALONE


def _has_it(faces: Iterable[Face], char: str) -> bool:
    return any(face.width(char) is not None for face in faces)


class Letters:
    """Finds fonts for one document, and keeps what it has none for."""

    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts
        self.coded: set[str] = set()
        self._embedded: dict[str, Embedded] = {}
        self._others: dict[frozenset[str], tuple[Face, ...]] = {}

    def writable(self, text: str) -> str:
        """Return a text in letters that can be set: composed, its white space spaces or ends of lines."""
        text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\t", "    ")
        return "".join(map(self._writable, text))

    def pieces(self, text: str, styles: frozenset[str]) -> Iterator[Piece]:
        """Yield a writable text, without ends of lines, in fonts that have it."""
        looks = styles & LOOKS
        for word in re.findall(r" +|[^ ]+", text):
            yield from self._word(word, looks)

    def _writable(self, char: str) -> str:
        if _is_plain(char):
            return " " if char == "\xa0" else char
        if _is_white(char):
            return " "
        if _is_alone(char) and self._face(char, frozenset()) is not None:
            return char
        self.coded.add(char)
        return f"[U+{ord(char):04X}]"

    def _word(self, word: str, looks: frozenset[str]) -> Iterator[Piece]:
        if not WIDE.search(word):  # then it is in one font, if there is one
            faces = (standard(looks), *self._other(looks))
            whole = next((one for one in faces if all(one.width(char) is not None for char in word)), None)
            if whole is not None:
                yield Piece(word, whole)
                return
        text, face = "", None
        for at, char in enumerate(word):
            near = word[max(0, at - 1) : at] + word[at + 1 : at + 2]
            is_wide = char in EITHER and WIDE.search(near) is not None
            found = None if char in INVISIBLE else self._face(char, looks, wide=is_wide)
            if found is not face and text:
                yield Piece(text, face)
                text = ""
            text, face = text + char, found
        yield Piece(text, face)

    def _face(self, char: str, looks: frozenset[str], *, wide: bool = False) -> Face | None:
        faces = (standard(looks), *self._other(looks))
        if wide:  # the font that the letters beside it are in
            faces = tuple(face for face in faces if face.width("一") is not None) + faces
        return next((face for face in faces if face.width(char) is not None), None)

    def _other(self, looks: frozenset[str]) -> tuple[Face, ...]:
        """Return the fonts beside the standard one, in the order in which they are asked."""
        if looks not in self._others:
            european = TYPEWRITER if CODE in looks else EUROPEAN_BOLD if STRONG in looks else EUROPEAN
            chinese = (CHINESE_BOLD,) if STRONG in looks else ()
            asked = (european, EUROPEAN, SIGNS, *chinese, CHINESE)
            found = [one for one in map(self._of, asked) if one is not None]
            self._others[looks] = (*found, *NEITHER)
        return self._others[looks]

    def _of(self, families: tuple[Family, ...]) -> Embedded | None:
        font = self._fonts.first(families)
        return None if font is None else self._embedded.setdefault(font.name, Embedded(font))


@cache
def standard(looks: frozenset[str]) -> Standard:
    """Return the font that every reader has for a look."""
    family = "Courier" if CODE in looks else "Helvetica"
    how = ("Bold" if STRONG in looks else "") + ("Oblique" if EMPHASIS in looks else "")
    return Standard(f"{family}-{how}" if how else family)


LOOKS = frozenset((CODE, STRONG, EMPHASIS))
PLAIN = standard(frozenset())
