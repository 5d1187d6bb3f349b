"""From a question to queries for an index that wants every word of a query in an article.

A whole question would find nothing: so all its words of weight, then the rarest three, two and one. Pure: how
many articles have a word comes in as numbers. Knows nothing of ZIM files.
"""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sottovoce.store.search import STOP_WORDS

One = TypeVar("One", bound=Hashable)

LONGEST = 1_000
"""Characters of a question that are looked at."""
MOST_TERMS = 12
MOST_WRITTEN = 6
"""Queries of the model's that are taken."""
MOST_QUERIES = 18

ASKING = STOP_WORDS | frozenset(
    """
    about after all also am any because been before being between both can could describe did do does
    done during each either else ever every explain find get give given go got happen happened happens
    how if into just kind know known less like list lot made make makes many may me mean means might
    more most much must name named need no often one only other out over please possible really same say
    shall should show some someone something sort still such take tell than think thing things though
    through till too under until up us use used using very via want way well were whatever where whether
    while whom whose why within without would yes
    """.split()  # noqa: SIM905  (as in store/search)
)

HAN = (
    "々〇\u3041-\u3096\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
"""Characters of scripts that put no spaces between words, for a regular expression."""
RUN = re.compile(f"[{HAN}]+")
HAN_ASKING = re.compile(
    "为什么|為什麼|是什么|是什麼|什么|什麼|怎么样|怎麼樣|怎样|怎樣|怎么|怎麼|如何|哪里|哪裡|哪些|哪个|哪個|哪|"
    "多少|多久|多大|多长|多長|几个|幾個|请问|請問|请|請|告诉|告訴|介绍|介紹|解释|解釋|一下|我们|我們|可以|能够|"
    "能夠|关于|關於|以及|还是|還是|或者|因为|因為|所以|就是|有没有|是不是|谁|誰|吗|嗎|呢|吧|的|了|着|著|是|和|"
    "与|與|或|及|在|从|從|被|把|对|對|让|讓|会|會|能|有|个|個"
)
QUOTED = re.compile(r"[\"“„«「『《]([^\"“”„«»「」『』《》]{2,80})[\"”“»」』》]")
_WORD = re.compile(rf"[^\W_{HAN}]+(?:[.'’\-+#][^\W_{HAN}]+)*[+#]*|[{HAN}]+")
_SENTENCE_END = re.compile(r"[.!?:]\s*$")


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase of a question. `weight`: how much it says by its look alone; a plain word has 1."""

    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask the index. `queries`: the most telling first. `titles`: beginnings of titles."""

    queries: tuple[str, ...]
    titles: tuple[str, ...]


def terms(question: str) -> list[Term]:
    """Return what the question is about, in its order, each once: phrases, names, numbers, other words."""
    question = unicodedata.normalize("NFKC", question[:LONGEST])
    found = [Term(phrase.strip(), 3.0) for phrase in QUOTED.findall(question)]
    words = list(_WORD.finditer(question))
    run: list[str] = []
    for at, word in enumerate(words):
        text = re.sub(r"['’]s$", "", word[0])
        before = question[words[at - 1].end() : word.start()] if at else ""
        named = text[:1].isupper() and not _asks(text)
        if run and (not named or before.strip()):
            found += _name(run)
            run = []
        if RUN.fullmatch(text):
            found += _han(text)
        elif named and not (_is_first(at, before) and _is_plain(text, words[at + 1 :])):
            run.append(text)
        elif any(character.isdigit() for character in text):
            found.append(Term(text, 1.5))
        elif not _asks(text) and len(text) > 1:
            found.append(Term(text, 1.0 + min(len(text), 12) / 40))
    found += _name(run)
    once = {term.text.lower(): term for term in reversed(found)}
    return list(reversed(once.values()))[:MOST_TERMS] or _anything(words)


def _asks(word: str) -> bool:
    return word.lower() in ASKING


def _is_first(at: int, before: str) -> bool:
    """Whether a sentence begins here, where any word has a capital."""
    return at == 0 or _SENTENCE_END.search(before) is not None


def _is_plain(word: str, after: Sequence[re.Match[str]]) -> bool:
    """Whether only its first letter is large, and no name goes on after it."""
    return word[1:].islower() and not (after and after[0][0][:1].isupper())


def _name(run: list[str]) -> list[Term]:
    """Return a name of several words as one term, then its words; a name of one word once."""
    whole = [Term(" ".join(run), 2.5)] if len(run) > 1 else []
    return [*whole, *(Term(word, 2.0) for word in run)]


def _han(run: str) -> list[Term]:
    """Return the words of a run as they stand between those that only ask, then their pairs."""
    found = []
    for part in HAN_ASKING.split(run):
        if len(part) > 1:
            found.append(Term(part, 2.0))
        if len(part) > 2:
            found += [Term(part[at : at + 2], 0.8) for at in range(len(part) - 1)]
    return found


def _anything(words: Sequence[re.Match[str]]) -> list[Term]:
    """Return the words of a question that has none of weight."""
    return [Term(word[0]) for word in words[:MOST_TERMS]]


def has_parts(text: str) -> bool:
    """Return whether a term stands beside its own parts: a long name, a long run of characters."""
    return " " in text or (RUN.fullmatch(text) is not None and len(text) > 2)


def rarity(found: Sequence[Term], articles: Mapping[str, int]) -> dict[str, float]:
    """Return what each term is worth: its weight, and more if few articles have it, which `articles` says."""
    most = max((articles.get(term.text, 0) for term in found), default=0)
    return {
        term.text: term.weight * math.log(2 + most / max(1, articles.get(term.text, 0))) for term in found
    }


def plan(found: Sequence[Term], articles: Mapping[str, int], written: Sequence[str] = ()) -> Plan:
    """Return what to ask. A term that no article has would spoil every query, and is left out.

    `written`: queries by the model, which are asked first, and without their words that only ask.
    """
    worth = rarity(found, articles)
    known = [term.text for term in found if articles.get(term.text, 0) > 0]
    best = sorted(known, key=lambda text: -worth[text])[:4]
    queries = [*map(bare, written[:MOST_WRITTEN]), _joined(text for text in known if " " not in text)]
    for size in (3, 2, 1):
        queries += map(_joined, itertools.combinations(best, size))
    titles = [*written[:MOST_WRITTEN], *sorted(worth, key=lambda text: -worth[text])[:6]]
    return Plan(_once(queries)[:MOST_QUERIES], _once(titles))


def bare(query: str) -> str:
    """Return the words of a query without those that only ask; all of them where there are no others."""
    words = _WORD.findall(unicodedata.normalize("NFKC", query[:LONGEST]))
    return " ".join([word for word in words if not _asks(word)] or words)


def _joined(some: Iterable[str]) -> str:
    """Return some terms as one query, without those that stand in another of them."""
    texts = list(some)
    return " ".join(one for one in texts if not any(one != other and one in other for other in texts))


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    """Return each text once, whatever the order of its words."""
    return tuple({frozenset(text.split()): text for text in reversed(list(texts)) if text.strip()}.values())[
        ::-1
    ]


def merge(rows: Sequence[Sequence[One]], weights: Sequence[float], flat: float = 10.0) -> dict[One, float]:
    """Join rankings by reciprocal rank: the sum of weight / (flat + rank). Best first."""
    scores: dict[One, float] = {}
    for row, weight in zip(rows, weights, strict=True):
        for rank, one in enumerate(row):
            scores[one] = scores.get(one, 0.0) + weight / (flat + rank)
    return dict(sorted(scores.items(), key=lambda item: -item[1]))
