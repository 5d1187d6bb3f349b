"""Which language a text is in: that of the sentence, not of a word that it quotes.

By script first; where languages share one, by the small words and letters that tell them apart. Pure: looks
at the beginning of a text only, however long it is. Knows no models.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sottovoce.guard import script, words
from sottovoce.guard.plain import spoken, unquoted
from sottovoce.guard.words import Weighed

MOST = 4_000
"""Characters of a text that are looked at."""

CERTAIN = 0.6
"""From here on something may be made to depend on it."""

PRESUMED = 0.1
USUAL = 0.5
LITTLE = 0.55
"""What is left of a certainty that rests on one word of several, or on none of the small ones."""

SEVERAL = 3
SHORT = 6
"""Words. In so few, one that is English as well makes a name or a title likely: `El Niño explained`."""

_MIXED = 0.8
"""The most that is certain where another script stands in the same text."""

EVIDENT = frozenset((
    "what", "how", "why", "who", "where", "when", "which", "whose", "does", "doesn't", "didn't", "don't",
    "aren't", "isn't", "the", "you", "your", "yours", "could", "would", "should", "with", "this", "that",
    "these", "those", "there", "they", "their", "from", "about", "into", "than", "please", "explain",
    "write", "translate", "summarize", "summarise", "tell", "give", "because", "through", "without",
    "while", "every", "some", "something", "anything", "nothing", "between", "here's", "what's", "it's",
    "that's", "i'm", "i'll", "i've", "you're", "we're", "they're",
))  # fmt: skip
"""English words that no other language here has: with two of them, nothing else need be asked."""

_HEAD = re.compile(r"\A\s*([^:：\n]{2,200})[:：\n]")
_LATIN_FRAME = (
    r"^\W*(?:(?:please|can you|could you|bitte|por favor|s'il te pla[iî]t)\W+)?"
    r"(?:translat|explain|summari|rewrite|fix|correct|proofread|what|how|who|why|when|where|which|is|are|does|do"
    r"|say|write|reply|answer|define|describe|pronounce|read|meaning of|übersetz|erklär|was|wie|traduis"
    r"|explique|que|traduce|explica|qué|traduza|traduci|spiega|come)"
)
_OTHER_FRAME = (
    "^\\W*(?:请|請|帮我|幫我|把|将|將|翻译|翻譯|解释|解釋|总结|總結|润色|改写|什么是|什麼是|如何|怎么|怎麼|谁|переведи|объясни|"
    "что значит|что такое|как переводится|переклади|ترجم|اشرح|ما معنى|ترجمه)"
    "|(?:是什么意思|是什麼意思|什么意思|怎么翻译|怎么读|怎么说|怎么用|の意味|って何|とは|を訳して|に訳して|訳して|を教えて|"
    "무슨 뜻이야|무슨 뜻|번역해줘|뜻이 뭐야|뜻|का मतलब|का मतलब क्या है)\\W*$"
)


@dataclass(frozen=True, slots=True)
class Recognised:
    """`code` is of ISO 639-1; None where nothing can be said. `certainty` is from 0 to 1."""

    code: str | None = None
    certainty: float = 0.0

    @property
    def is_certain(self) -> bool:
        return self.code is not None and self.certainty >= CERTAIN


def recognise(text: str) -> Recognised:
    """Return the language that a text is in: of what is asked, where that names or quotes another."""
    said = spoken(text[:MOST])
    head = _HEAD.match(said)
    if head is not None and _is_sentence(head[1]):
        found = _recognised(unquoted(head[1]))
        if found.is_certain:
            return found
    return _recognised(unquoted(said))


def of_answer(text: str) -> Recognised:
    """Return the language that an answer is in: no part of it is about another."""
    return _recognised(unquoted(spoken(text[:MOST])))


def _is_sentence(text: str) -> bool:
    counts = script.counted(text)
    unspaced = sum(count for name, count in counts.items() if name in script.UNSPACED)
    return unspaced >= SEVERAL or len(words.words_of(text)) > 1


def evidently_english(text: str) -> bool:
    """Tell, at little cost, whether a text can only be English; False says nothing."""
    text = text.replace("\u2019", "'")
    if not text.isascii():
        return False
    known = words.words_of(text)
    evident = sum(word in EVIDENT for word in known)
    return evident >= 2 and evident * 4 >= len(known)


def _recognised(text: str) -> Recognised:
    if evidently_english(text):
        return Recognised("en", 1.0)
    counts = script.counted(text)
    if not counts:
        return Recognised()
    latin = counts.pop("Latin", 0)
    if not counts:
        return _by_words(text, "Latin")
    if "kana" in counts or "Han" in counts:
        counts["Han"] += counts.pop("kana", 0)
    main = counts.most_common(1)[0][0]
    found = _of_script(text, main)
    if not latin:
        return found
    in_latin = _by_words(text, "Latin")
    if _latin_leads(text, main, counts[main]):
        return Recognised(in_latin.code, min(in_latin.certainty, _MIXED))
    return Recognised(found.code, min(found.certainty, _MIXED))


def _of_script(text: str, main: str) -> Recognised:
    if main == "Han":
        return Recognised(script.chinese_or_japanese(text), 0.97)
    if main in script.ONE_LANGUAGE:
        return Recognised(script.ONE_LANGUAGE[main], 0.99)
    return _by_words(text, main)


def _by_words(text: str, main: str) -> Recognised:
    """Return which of the languages of a script a text is in."""
    known = _words_in(text, main)
    found = words.weighed("".join(known) if main != "Latin" else latin_only(text), known)
    usual = script.MOST_USUAL.get(main)
    if not found.weights:
        return Recognised(usual, CERTAIN) if usual else _presumed(text, known)
    if usual:
        found.weights[usual] = found.weights.get(usual, 0.0) + USUAL
    ranked = found.ranked
    code, best = ranked[0]
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    certainty = min(1.0, best / 4.0) * min(1.0, 1.8 * (best - second) / best)
    certainty *= _trust(found, code, len(known))
    if usual and code == usual:
        certainty = max(certainty, CERTAIN)
    return Recognised(code, round(certainty, 3))


def _trust(found: Weighed, code: str, count: int) -> float:
    """Return what is left of the certainty that a text of so many words is in a language."""
    if code == "en" or count == 1:
        return 1.0
    known = found.known(code)
    if known < 2 or (not found.small(code) and known < min(count, SEVERAL)):
        return LITTLE
    return LITTLE if count < SHORT and found.lacking(code, "en") else 1.0


def _presumed(text: str, known: list[str]) -> Recognised:
    """Return what a text is taken for of which no word is known."""
    return Recognised("en", PRESUMED) if known and text.isascii() else Recognised()


def _words_in(text: str, main: str) -> list[str]:
    """Return the words of a text that are in one script."""
    return [word for word in words.words_of(text) if script.counted(word[:1]).get(main)]


def latin_only(text: str) -> str:
    """Return a text without letters of other scripts than Latin."""
    return "".join(sign for sign in text if sign < "\u0370" or "\u1e00" <= sign < "\u2000")


def _latin_leads(text: str, main: str, letters: int) -> bool:
    """Tell whether the sentence is that in Latin letters, and what stands in the other script its matter."""
    latin = max(words.weighed("", _words_in(text, "Latin")).weights.values(), default=0.0)
    count = letters / script.UNSPACED.get(main, 5.0)
    other = 2.0 * count + (1.5 * script.chinese_grammar(text) if main == "Han" else 0.0)
    if re.search(_OTHER_FRAME, text, re.IGNORECASE):
        return False
    if latin >= words.SMALL and re.search(_LATIN_FRAME, text, re.IGNORECASE):
        return True
    return latin > other
