"""Reads a question: the ideas it asks for, each with the words that may stand for it. Pure.

Knows ordinary language only, English and Chinese, and nothing of what stands on a shelf.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from sottovoce.store.search import index_text

MAX_QUESTION = 2000
"""Characters of a question that are looked at."""

SYNONYM = 0.8
"""What another word for the same is worth, of the word itself."""

STOP_WORDS = frozenset(
    """
    a about also am an and another any are as at be been being but by can could did do does doing don for
    from had has have having he her hers him his how i if in into is isn it its itself just may me might mine
    must my no nor not of on only or other others our ours out over s shall she should so some such t than
    that the their theirs them then there these they this those to too up us was we were what when where
    whether which who whom whose why will with would you your yours
    """.split()  # noqa: SIM905  (a list of a hundred quoted words is no easier to read)
)
LIGHT_WORDS = frozenset(
    """
    actually allow always another anything ask available away become begin best better bring buy call
    can certain change choose come different do easy enough even ever every everything exactly find
    first follow get give go good happen hard help hold keep kind know last least let like little long
    look lot make many matter mean more most much must need never new next nothing now often old once
    one part people person place possible put quick quickly rather really right same say see set show
    something soon sort start still stop sure take tell thing think throw time try turn two understand
    use usual usually want way well without work wrong year
    """.split()  # noqa: SIM905  (as above)
)
"""Words of any subject. On a small shelf they may be missing without the answer being so."""
CHINESE_STOPS = re.compile(
    "能不能|是不是|有没有|怎么办|为什么|怎么样|怎么|怎样|如何|什么|哪里|哪个|哪些|哪儿|多少|几个|应该|可以|可不可以"
    "|我想|想要|需要|请问|如果|以后|以前|之前|之后|这样|这个|那个|有个|一个|自己|知道|我们|你们|他们"
    "|[的了吗呢吧么我你他她它是在把被就都也又还很着给让和与或及有没不会能要该按谁]"
)
_CJK = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff々〇]+")
_NAME = re.compile(r"--?[A-Za-z0-9][\w-]*|\w+(?:[./:@#-]+\w+)+|\w*_\w+|[A-Za-z]*[a-z][A-Z]\w*|\w*\d\w*")
"""What is no word but a name: an option, a file, an identifier, a number."""
_WORD = re.compile(r"[^\W_]+")
_INFLECTED = (
    ("ies", "y"), ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e"), ("es", ""), ("es", "e"), ("s", ""),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Idea:
    """One thing that is asked for. `phrases`: what may stand for it, its own words first, each with a weight.

    A phrase is words that stand side by side, each of letters and digits only.
    """

    phrases: tuple[tuple[str, float], ...]
    guessed: bool = False
    """Whether it says nothing where it is not found: a word of any subject, or perhaps no word at all."""


def read(question: str) -> list[Idea]:
    """Return what a question asks for; all its words where every one is a stop word."""
    text = unicodedata.normalize("NFC", question[:MAX_QUESTION])
    ideas = [*_names(text), *_chinese(text), *_words(text)]
    return list({idea.phrases[0][0]: idea for idea in reversed(ideas)}.values())[::-1]


def _names(text: str) -> Iterator[Idea]:
    for found in _NAME.finditer(text):
        parts = _WORD.findall(found[0].lower())
        if len(parts) > 1 and not _CJK.search(found[0]):
            yield Idea(((" ".join(parts), 1.0),))


def _chinese(text: str) -> Iterator[Idea]:
    """Yield the words that are known, and of what stands between them the pairs, which may straddle words."""
    for run in _CJK.findall(text):
        for part in [part for part in CHINESE_STOPS.split(run) if part] or [run]:
            between = ""
            at = 0
            while at < len(part):
                word = next((part[at : at + n] for n in (4, 3, 2) if part[at : at + n] in _synonyms()), "")
                if word:
                    yield from _straddling(between)
                    others = tuple((_side_by_side(one), SYNONYM) for one in sorted(alike(word)))
                    yield Idea(((_side_by_side(word), 1.0), *others))
                    between = ""
                else:
                    between += part[at]
                at += len(word) or 1
            yield from _straddling(between, alone=len(part) == len(run) == 1)


def _straddling(text: str, *, alone: bool = False) -> Iterator[Idea]:
    if len(text) > 1 or alone:
        pairs = index_text(text).split()
        for pair in pairs[:-1] or pairs:
            yield Idea(((pair, 1.0),), guessed=True)


def _side_by_side(word: str) -> str:
    """Return a Chinese word as it stands in the index."""
    pairs = index_text(word).split()
    return " ".join(pairs[:-1] or pairs)


def _words(text: str) -> Iterator[Idea]:
    words = _WORD.findall(_CJK.sub(" ", text).lower())
    known = [word for word in words if word not in STOP_WORDS]
    met: set[str] = set()
    for word in known or words:
        forms = set(_forms(word))
        if not met.isdisjoint(forms):  # change, changes: the index has them as one word
            continue
        met |= forms
        others = tuple((other, SYNONYM) for other in sorted(alike(word)))
        yield Idea(((word, 1.0), *others), guessed=not LIGHT_WORDS.isdisjoint(forms))


def alike(word: str) -> set[str]:
    """Return other words for the same, as `synonyms.txt` has them, whatever form the word stands in."""
    found: set[str] = set()
    for form in _forms(word):
        found |= _synonyms().get(form, set()) - {form}
    return found - set(_forms(word))


def _forms(word: str) -> Iterator[str]:
    yield word
    for end, instead in _INFLECTED:
        if word.endswith(end) and len(word) - len(end) > 1:
            stem = word[: -len(end)]
            yield stem + instead
            if len(stem) > 2 and stem[-1] == stem[-2]:  # stopped, running
                yield stem[:-1]


@cache
def _synonyms() -> dict[str, set[str]]:
    groups: dict[str, set[str]] = {}
    text = (resources.files("sottovoce.knowledge") / "synonyms.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            group = line.split()
            for word in group:
                groups.setdefault(word, set()).update(group)
    return groups
