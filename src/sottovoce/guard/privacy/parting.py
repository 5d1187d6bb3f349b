"""A text's words that may be names of people, and those that stand together. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sottovoce.guard.privacy.listed import Lists, bare

LONGEST = 8
"""Words in one name."""

LETTERS = "A-Za-z\u00c0-\u024f\u1e00-\u1eff"
WORD = re.compile(rf"[{LETTERS}]+(?:['-][{LETTERS}]+)*")
_CAMEL = re.compile(r"([A-Z][a-z]{2,})([A-Z][a-z]{2,})\Z")
_GAP = re.compile(r"[ \t]{1,2}|[ \t]?\n[ \t]{0,2}|_|\.[ \t]?|-\n?")
_PINYIN = re.compile(
    r"(?:(?:[bpmf]|[dtnl]|[gkh]|[jqx]|zh|ch|sh|[rzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|"
    r"ian|iao|uan|uai|üan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|uo|ui|ue|üe|er|a|o|e|i|u|ü|"
    r"v))"
)
_ARTICLE = re.compile(
    r"(?:[Aa]l|[Ee]l|[Aa]d|[Aa]r|[Aa]s|[Aa]t|[Aa]n|[Bb]en|"
    r"[Bb]in)-[A-Z\u00c0-\u00de][a-z\u00df-\u024f]{2}"
)
"""An Arabic or Hebrew family's name."""
_PREFIXED = re.compile(r"(?:Ma?c|O'|D'|Fitz)[A-Z][a-z]{2}|(?:MC|O')[A-Z]{3}")
_UNIT_BEFORE = frozenset("0123456789°")
"""After these a letter is a unit, no initial."""
_INITIAL = re.compile(r"[A-Z]\Z")


@dataclass(frozen=True, slots=True)
class Word:
    """A word that may be part of a name. `shape`: T itle, A ll capitals, l ower; `kind` as in kind_of."""

    start: int
    end: int
    low: str
    shape: str
    kind: str


def _words(text: str, known: Lists) -> Iterator[Word]:
    for match in WORD.finditer(text):
        raw = match[0]
        end = match.end()
        if len(raw) == 1 and text[match.start() - 1 : match.start()] in _UNIT_BEFORE:
            continue
        if raw[-2:] in ("'s", "'S"):
            raw, end = raw[:-2], end - 2
        first = raw[0]
        if _ARTICLE.match(raw):
            yield Word(match.start(), end, bare(raw), "T", "F")
            continue
        if not first.isupper():
            low = bare(raw)
            if (
                low.split("-")[0] not in known.given
                and low not in known.family
                and low not in known.particles
                and low not in known.word_given
                and low not in known.titles
            ):
                if raw.islower() or not (raw[1:].isupper() and len(raw) > 3):
                    continue
                shape = "A"
            else:
                shape = "l" if raw.islower() else "A"
        else:
            low = bare(raw)
            shape = "T" if len(raw) == 1 or raw[1:].islower() or not raw.isupper() else "A"
        camel = _CAMEL.match(raw)
        if camel and bare(camel[1]) in known.given and bare(camel[2]) in (known.family | known.word_family):
            yield Word(match.start(), match.start() + len(camel[1]), bare(camel[1]), "T", "G")
            yield Word(match.start() + len(camel[1]), end, bare(camel[2]), "T", "F")
            continue
        small = shape == "l" and low in known.particles
        yield Word(match.start(), end, low, shape, "P" if small else kind_of(low, raw, known))


def kind_of(low: str, raw: str, known: Lists) -> str:
    """Return what a word is.

    G iven name, F amily name, B oth; g, f, b: words as well; p, q: places as well; I nitial, T itle, S top:
    no name, U nknown.
    """
    if _INITIAL.match(raw):
        return "I"
    if low in known.titles:
        return "T"
    if _PREFIXED.match(raw):
        return "F"
    given, family = low in known.given, low in known.family
    if given or family:
        return "B" if given and family else "G" if given else "F"
    if "-" in low:
        parts = low.split("-")
        if all(part in known.given or part in known.word_given for part in parts):
            return "G"
        if any(part in known.family for part in parts):
            return "F"
    if low in known.place_given or low in known.place_family:
        return "p" if low in known.place_given else "q"
    given, family = low in known.word_given, low in known.word_family
    if given or family:
        return "b" if given and family else "g" if given else "f"
    if low in known.never or low in known.after:
        return "S"
    if "-" in low and all(syllables(part) == 1 for part in low.split("-")):
        return "g"
    if low in known.particles:
        return "P"
    return "U"


def segments(text: str, known: Lists) -> Iterator[tuple[list[Word], bool]]:
    """Return words that stand together and may be a name, and whether a title stands before them."""
    run: list[Word] = []
    titled = False
    for word in _words(text, known):
        word = _within(text, run, word, known)
        near = bool(run) and _near(text, run, word)
        if run and not near:
            yield from _out(run, titled=titled)
            titled, run = titled and run[-1].kind == "T" and _touches(text, run[-1], word), []
        if word.kind == "T" and word.shape != "l":
            yield from _out(run, titled=titled)
            run, titled = [word], True
            continue
        if word.kind == "T" or (word.kind == "S" and word.shape != "l"):
            yield from _out(run, titled=titled)
            titled, run = word.kind == "T" and len(word.low) > 1, [word] if word.kind == "T" else []
            continue
        run.append(word)
    yield from _out(run, titled=titled)


def _within(text: str, run: list[Word], word: Word, known: Lists) -> Word:
    """Return what a word is after those before it: El and Sen are no article and no senator in a name."""
    if not run or run[-1].kind not in "GBgU" or word.kind not in "ST" or word.shape == "l":
        return word
    if text[run[-1].end : word.start] != " ":
        return word
    if word.low in known.particles:
        return replace(word, kind="P")
    if word.kind == "T" and run[-1].kind != "U" and word.low in known.word_family:
        return replace(word, kind="f")
    return word


def _out(run: list[Word], *, titled: bool) -> Iterator[tuple[list[Word], bool]]:
    words = [word for word in run if word.kind != "T"]
    while words and words[-1].kind == "P":
        words.pop()
    while words and words[0].kind == "P" and words[0].shape == "l" and (len(words) < 2 or not titled):
        words.pop(0)
    if words:
        yield words[:LONGEST], titled


def _touches(text: str, before: Word, word: Word) -> bool:
    return text[before.end : word.start].strip(" .\n") == "" and word.start - before.end <= 3


def _near(text: str, run: list[Word], word: Word) -> bool:
    last = run[-1]
    gap = text[last.end : word.start]
    if gap == "":
        return True
    if not _GAP.fullmatch(gap):
        return False
    if last.kind == "T":
        return "\n" not in gap or True
    if "." in gap:
        return (
            last.kind == "I"
            or (gap == "." and last.kind in "GBg" and word.kind in "FBf")
            or last.low in ("st", "jr")
        )
    if "\n" in gap or gap in "_-":
        return (
            last.kind in "GBgI"
            and word.kind in "FBfUI"
            and (word.shape == last.shape)
            and not text.startswith(("\n", ":"), word.end)
        )
    lower = word.shape == "l"
    if lower != (last.shape == "l") and word.kind != "P" and last.kind != "P":
        return False
    return not (lower and word.kind in "gpqS")


def syllables(low: str) -> int:
    """Return of how many Chinese syllables a word is made; 0: it is not."""
    count, at = 0, 0
    low = low.replace("-", "").replace("'", "")
    while at < len(low):
        found = _PINYIN.match(low, at)
        if not found or found.end() == at:
            return 0
        at = found.end()
        count += 1
    return count if count <= 3 else 0
