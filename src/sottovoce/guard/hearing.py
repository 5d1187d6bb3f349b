"""Hears in which language an answer is written, from its first words on, and when it is in the wrong one.

Pure: text in, text or a verdict out. Holds the first characters back until it can tell; for a plain English
answer a word or two are enough. In doubt it lets through.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from sottovoce.guard import mixing, script, words
from sottovoce.guard.language import EVIDENT, latin_only, of_answer
from sottovoce.guard.plain import spoken
from sottovoce.guard.wanted import own_scripts

HELD = 24
"""Characters of an answer that are held back at most where nothing speaks against it."""

WORDS_THAT_BEGIN = 3
BEGINNINGS = EVIDENT | {
    "yes", "sure", "here", "hello", "sorry", "certainly", "it is", "it was", "it can", "i am", "i can",
    "i have", "he was", "she was", "we are", "to make", "to do",
}  # fmt: skip
"""Words, and pairs, with which no answer in another language begins."""

HELD_CHINESE = 6
"""Signs: by then a Japanese answer has shown that it is none."""

HELD_IN_DOUBT = 80
HELD_IN_ANOTHER_SCRIPT = 160
"""Where something does: until it is certain, or has said nothing certain for so long."""

DOUBT = 0.15
"""Below this certainty nothing is thought of a language."""

FEWEST_WORDS = 3
FEWEST_SMALL = 2
"""Words, and small words among them, by which a whole answer is told from a name or a title."""

FEWEST_LETTERS = 6
LONGEST_TITLE = 8
"""Words."""

FEWEST_AMONG_NEIGHBOURS = 5
FEWEST_AGAINST_ENGLISH = 7
FEWEST_OF_A_SPEAKER = 4
FEWEST_LATER = 12
SURE = 0.8
"""The certainty at which a language is one that English, or a neighbour, must give way to."""

LOOKED_AT = (120, 300, 600, 1200, 2400)
"""How long an answer is when it is looked at once more: it may begin in one language and go on in another."""

STRANGE_SHARE = 0.9
MOST_SIGNS = 12
"""Signs that are no text, where nothing else has come."""

_CODE = frozenset("{}<>=;\\$^")
_YEAR = re.compile(r"\(\d{4}")
"""Titles are listed so, in the language of the works."""

_PROGRAM = re.compile(
    r"\s*(?:#!|import |from \w+ import"
    r"|(?:def|class|function|with|for|while|if|const|let|var|print|echo|return)\b[^\n]*[(){}:;=]"
    r"|(?:sudo|npm|pip|git|docker|cd|ls|rm|cp|mv|curl|apt) \S)"
)
"""How programs begin: in small letters, as a sentence does not."""


@dataclass(frozen=True, slots=True)
class Strayed:
    """The answer is not in the language that was wanted but in this one; None: it is no language at all."""

    language: str | None = None


class Hearing:
    """One answer, heard as it is written."""

    def __init__(self, wanted: str, *, may_be_signs: bool = False) -> None:
        self._wanted = wanted
        self._scripts = own_scripts(wanted)
        self._may_be_signs = may_be_signs
        self._text = ""
        self._shown = 0
        self._is_let_through = False
        self._ahead = list(LOOKED_AT)

    def feed(self, text: str) -> str | Strayed:
        """Return what of the answer may be shown by now, or that it has strayed."""
        if self._is_let_through and not self._ahead:
            return text
        self._text += text
        if not self._is_let_through:
            found = self._judged(is_whole=False)
            if found is None:
                return ""
            if isinstance(found, Strayed):
                return found
            self._is_let_through = True
        if self._ahead and len(self._text) >= self._ahead[0]:
            del self._ahead[0]
            if self._has_changed():
                return Strayed(of_answer(self._text[-300:]).code)
        return self._rest()

    def end(self) -> str | Strayed:
        """Return what was held back, or that the answer has strayed: it is whole."""
        if not self._is_let_through:
            found = self._judged(is_whole=True)
            if isinstance(found, Strayed):
                return found
        elif self._ahead and self._has_changed():
            return Strayed(of_answer(self._text[-300:]).code)
        return self._rest()

    def _rest(self) -> str:
        rest, self._shown = self._text[self._shown :], len(self._text)
        return rest

    def _judged(self, *, is_whole: bool) -> Strayed | bool | None:
        """Return that it strays, True for an answer to be let through, None while that is open."""
        text = self._text
        counts = script.counted(text)
        if not counts:
            return self._without_letters()
        if self._wanted == "en" and _begins_in_english(text):
            return True
        own = sum(counts[name] for name in self._scripts)
        if "Latin" in self._scripts:
            return self._in_latin(own, counts.total() - own, is_whole=is_whole)
        return self._in_own_script(own, counts.total() - own, is_whole=is_whole)

    def _without_letters(self) -> Strayed | bool | None:
        text = self._text
        has_digits = any(sign.isdigit() for sign in text)
        if not (has_digits or self._may_be_signs) and sum(map(_is_sign, text)) >= MOST_SIGNS:
            return Strayed()
        return True if len(text) >= HELD_IN_DOUBT else None

    def _in_latin(self, own: int, strange: int, *, is_whole: bool) -> Strayed | bool | None:
        """Judge an answer that is to be in Latin letters."""
        text = self._text
        if strange > 2 * own and strange >= 6:
            return Strayed(of_answer(text).code) if is_whole or len(text) >= HELD else None
        if not is_whole and len(text) < HELD:
            return None
        if strange and mixing.is_half_chinese(text):
            return Strayed(of_answer(text).code)
        if strange and not is_whole and len(text) < HELD_IN_DOUBT and mixing.has_chinese(text):
            return None
        if _is_code(text) or _YEAR.search(text):
            return True
        is_english = self._wanted == "en"
        latin = latin_only(text)
        if is_english and not EVIDENT.isdisjoint(words.words_of(latin)):
            return True
        found = of_answer(latin)
        if found.code in (None, self._wanted) or found.certainty < DOUBT:
            return True
        if found.is_certain and _is_answer(latin, found.code, self._wanted):
            many = len(words.words_of(latin))
            is_sure = many >= FEWEST_AGAINST_ENGLISH and found.certainty >= SURE
            is_spoken = is_whole and many >= FEWEST_OF_A_SPEAKER and mixing.speaks(latin)
            if not is_english or is_sure or is_spoken:
                return Strayed(found.code)
        return True if is_whole or len(text) >= HELD_IN_DOUBT else None

    def _in_own_script(self, own: int, strange: int, *, is_whole: bool) -> Strayed | bool | None:
        """Judge an answer that is to be in letters of another script than Latin."""
        text = self._text
        if own >= 2 and own >= strange / 4:
            return self._among_neighbours(is_whole=is_whole)
        if not is_whole and len(text) < HELD:
            return None
        if _is_code(text):
            return True
        found = of_answer(text)
        if found.is_certain and found.code not in (None, self._wanted) and _is_answer(text, found.code, ""):
            return Strayed(found.code)
        return True if is_whole or len(text) >= HELD_IN_ANOTHER_SCRIPT else None

    def _among_neighbours(self, *, is_whole: bool) -> Strayed | bool | None:
        """Tell the wanted language from others that are written in the same letters."""
        is_alike = self._wanted != "zh" or script.counted(self._text)["kana"] > 0
        if len(self._text) < (HELD if is_alike else HELD_CHINESE) and not is_whole:
            return None
        found = of_answer(self._text)
        if found.code == self._wanted or found.certainty < SURE:
            return True
        if "Han" in self._scripts:
            is_short = len(self._text) < (HELD / 2 if is_whole else HELD_IN_DOUBT / 2)
        else:
            is_short = len(words.words_of(self._text)) < FEWEST_AMONG_NEIGHBOURS
        if is_short:
            return True if is_whole else None
        return Strayed(found.code)

    def _has_changed(self) -> bool:
        """Tell whether the answer, though let through, is now mostly in another language."""
        said = spoken(self._text)
        counts = script.counted(said)
        own = sum(counts[name] for name in self._scripts)
        strange = counts.total() - own
        if "Latin" in self._scripts and (
            (counts["Han"] and mixing.is_half_chinese(said)) or self._goes_on_in_latin(said)
        ):
            return True
        if strange < 40 or strange < STRANGE_SHARE * counts.total() or _is_code(said):
            return False
        if "Latin" in self._scripts:
            return True
        found = of_answer(said)
        return found.code not in (None, self._wanted) and _is_answer(said, found.code or "", "")

    def _goes_on_in_latin(self, said: str) -> bool:
        """Tell whether it is in another language of the same letters, though it began in the wanted one."""
        latin = latin_only(said)
        known = words.words_of(latin)
        if len(known) < FEWEST_LATER:
            return False
        if self._wanted == "en" and sum(word in EVIDENT for word in known) * FEWEST_LATER > len(known):
            return False
        found = of_answer(latin)
        if found.code in (None, self._wanted) or found.certainty < SURE:
            return False
        return not _is_code(said) and _is_answer(latin, found.code or "", self._wanted)


def _begins_in_english(text: str) -> bool:
    """Tell whether one of the first whole words can only be English, or the first two together."""
    first = words.words_of(text)[:WORDS_THAT_BEGIN]
    if text[-1:].isalpha():
        del first[-1:]  # it may go on
    return not BEGINNINGS.isdisjoint((*first, " ".join(first[:2])))


def _is_answer(text: str, language: str, wanted: str) -> bool:
    """Tell whether a text says something in a language, and is no name, title or code."""
    if "Latin" not in own_scripts(language):
        return script.counted(text).total() >= FEWEST_LETTERS
    known = spoken(text).split()
    small = [word for word in known if words.small_words(language, words.words_of(word))]
    large = [word for word in known if word not in small]
    small = [word for word in small if _is_low(word)]
    is_title = bool(large) and len(known) <= LONGEST_TITLE and all(word[:1].isupper() for word in large)
    is_wanted = wanted != "" and words.small_words(wanted, words.words_of(text)) >= len(small)
    return len(known) >= FEWEST_WORDS and len(small) >= FEWEST_SMALL and not is_title and not is_wanted


def _is_low(word: str) -> bool:
    return word[:1].islower() or word[:1] == "I" or word[:1] in "¿¡"


def _is_sign(sign: str) -> bool:
    """Tell whether a sign is an emoji or the like, and no line, box, arrow or sum."""
    return unicodedata.category(sign) in ("So", "Sk", "Cn") and not 0x2190 <= ord(sign) <= 0x25FF


def _is_code(text: str) -> bool:
    """Tell whether a text looks like a program, data or a formula."""
    if text.lstrip()[:3] == "```" or _PROGRAM.match(text):
        return True
    return sum(sign in _CODE for sign in text[:200]) * 20 >= min(len(text), 200)
