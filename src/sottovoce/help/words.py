"""What of a question counts, however it is worded: a set of features. Pure.

An English word counts as its stem, or as the name that it shares with words of the same meaning; Chinese
counts by such names and, for the rest, by pairs of characters. Knows no entries.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sottovoce.core.tables import Table
from sottovoce.help.shelf import Language

WORDS = Path(__file__).with_name("words.toml")

HAN = re.compile(r"[\u3400-\u9fff]+")
OTHER_SCRIPTS = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
"""Kana and Hangul: beside them, Han characters are not Chinese."""

PARTS = re.compile(r"[\u3400-\u9fff]+|[^\u3400-\u9fff]+")
LATIN = re.compile(r"[a-z0-9]+(?:[.+-][a-z0-9]+)*")
ENDS = (("ss", "ss"), ("ing", ""), ("ies", "y"), ("ed", ""), ("s", ""))
APART = re.compile(r"[^\w.+-]|_", re.ASCII)
SHORTENED = re.compile(r"'(s|re|ve|ll|d|m)\b")
ITSELF = "@self"
PRONOUNS = frozenset(("it", "its", "itself", "它"))
"""Mean the assistant only where nothing else was spoken of."""

ANYBODY = re.compile(
    r"\b(how|where|when|what) (do|can|could|would|should) you\b(?! (compare|store|keep|need|cost))"
)
"""“How do you bake bread?” asks nobody in particular."""

TRADITIONAL = str.maketrans(
    "個嗎麼這雲網絡離線電腦機資檔語隱刪對話記錄裡裏為們會說學習訓練模圖畫聽聲讀寫開發誰麥價錢費費載裝運顯體憶應該關於軟體號註冊"
    "錄時間問題總經無與還給讓幫無證許權業務際實驗飛機邊緣計算聯導備復壓縮縮訊息簡單樣條線斷連接舊麗車測試盤據夠處護歡長轉換動從",
    "个吗么这云网络离线电脑机资档语隐删对话记录里里为们会说学习训练模图画听声读写开发谁麦价钱费费载装运显体忆应该关于软体号注册"
    "录时间问题总经无与还给让帮无证许权业务际实验飞机边缘计算联导备复压缩缩讯息简单样条线断连接旧丽车测试盘据够处护欢长转换动从",
)
"""The characters of the questions here that are written otherwise in Taiwan and Hong Kong."""


@dataclass(frozen=True, slots=True)
class _Rules:
    """`names` and `filler` by what is written; `longest` in words of English, in characters of Chinese."""

    names: dict[str, str]
    filler: frozenset[str]
    soft: frozenset[str]
    longest: int


@dataclass(frozen=True, slots=True)
class _Read:
    """A text as it was read: its features, and the words that mean the assistant."""

    features: frozenset[str]
    itself: frozenset[str]


def language_of(text: str) -> Language:
    """Return the language to answer in: Chinese where the question is written in it."""
    return "zh" if HAN.search(text) and not OTHER_SCRIPTS.search(text) else "en"


def features(text: str) -> frozenset[str]:
    """Return what counts of a question. Names of several words begin with @."""
    return _read(text).features


def spelling(text: str) -> frozenset[str]:
    """Return a text as it is spelt: all its words, and all its pairs of Chinese characters."""
    found: set[str] = set()
    for part in PARTS.findall(folded(text)):
        is_han = HAN.match(part) is not None
        found.update(_loose(part if is_han else LATIN.findall(part), is_han=is_han))
    return frozenset(found)


def is_soft(feature: str) -> bool:
    """Tell whether a feature stands in questions about anything."""
    return feature in _rules().soft or (len(feature) == 1 and HAN.fullmatch(feature) is not None)


def is_telling(feature: str) -> bool:
    """Tell whether a feature is a name for what the help speaks of, and not one that stands anywhere."""
    return feature.startswith("@") and not is_soft(feature)


def means_itself(text: str, *, pronouns: bool) -> bool:
    """Tell whether a text speaks of the assistant: by "you", by its name, or, with `pronouns`, by "it"."""
    own = _read(ANYBODY.sub(" ", folded(text))).itself
    return bool(own if pronouns else own - PRONOUNS)


def folded(text: str) -> str:
    """Return the text in small letters and simplified characters, with nothing but words."""
    plain = text.lower() if text.isascii() else _simplified(text)
    plain = SHORTENED.sub(r" \1", plain.replace("’", "'")).replace("'", "")
    return "".join(part if HAN.match(part) else APART.sub(" ", part) for part in PARTS.findall(plain))


def _simplified(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold().translate(TRADITIONAL)
    return "".join(char for char in plain if unicodedata.category(char) != "Cf")


def _read(text: str) -> _Read:
    rules = _rules()
    found: set[str] = set()
    itself: set[str] = set()
    for part in PARTS.findall(folded(text)):
        is_han = HAN.match(part) is not None
        units = part if is_han else LATIN.findall(part)
        rest: list[str] = []
        for said, is_known in _cut(rules, units, "" if is_han else " "):
            if not is_known:
                rest.append(said)
                continue
            found.update(_loose(rest, is_han=is_han))
            rest = []
            name = rules.names.get(said)
            if name == ITSELF:
                itself.add(said)
            if name is not None:
                found.add(name)
        found.update(_loose(rest, is_han=is_han))
    return _Read(frozenset(found), frozenset(itself))


def _cut(rules: _Rules, units: Sequence[str], between: str) -> Iterator[tuple[str, bool]]:
    """Yield the longest things that are known, as they are written, and single units that are not."""
    at = 0
    while at < len(units):
        for length in range(min(rules.longest, len(units) - at), 0, -1):
            said = between.join(units[at : at + length])
            if said in rules.names or said in rules.filler:
                yield said, True
                break
        else:
            length = 1
            yield units[at], False
        at += length


def _loose(units: Sequence[str], *, is_han: bool) -> Iterator[str]:
    """Yield what is not known: stems, or pairs of neighbouring characters, a lonely one alone."""
    if not is_han:
        yield from map(_stem, units)
        return
    for at in range(max(min(1, len(units)), len(units) - 1)):
        yield "".join(units[at : at + 2])


@cache
def _rules() -> _Rules:
    table = TABLE.read()
    return _Rules(table["names"], frozenset(table["filler"]), frozenset(table["soft"]), table["longest"])


def _own() -> dict[str, Any]:
    """Return the table of these rules, as they stand in a file."""
    table: dict[str, Any] = tomllib.loads(WORDS.read_text("utf-8"))
    names = {
        word: name
        for language in ("en", "zh")
        for name, words in table[language]["same"].items()
        for word in words
    }
    longest = max(len(word) if HAN.match(word) else word.count(" ") + 1 for word in names)
    filler = [*table["en"]["filler"], *table["zh"]["filler"]]
    return {"names": names, "filler": filler, "soft": table["soft"], "longest": longest}


TABLE = Table("help-words", ("help/words.toml", "help/words.py"), _own)


def _stem(word: str) -> str:
    """Cut what English words end on; what is left need not be a word."""
    for end, instead in ENDS:
        if word.endswith(end) and len(word) >= len(end) + 3:
            return word[: -len(end)] + instead
    return word
