"""What is compared of an answer: its words, without what differs only in writing. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"

_LEAD = re.compile(
    r"(?:(?:sure|certainly|of course|okay|ok|great question|good question|好的|当然|没问题)"
    r"[!.,:，。！：]+\s*(?=\S))?"
    r"(?:here(?: is|’s|'s| are)\b[^:\n]{0,60}[:\n]\s*(?=\S)|以下是[^：:\n]{0,20}[：:\n]\s*(?=\S))?",
    re.IGNORECASE,
)
_LABEL = re.compile(r"(?:the )?(?:final )?(?:answer|答案|回答)\s*[:：]\s*", re.IGNORECASE)
# Not the * of a product.
_MARKS = re.compile(r"[*_~]{2,}|`+|(?<![\d\s*])\*|\*(?![\d\s*])|^#+\s+", re.MULTILINE)
_SENTENCE = re.compile(r"\n|(?<!\bMt)(?<!\bSt)(?<!\bDr)(?<!\bMr)(?<!\b[A-Z])[.](?=\s|$)|[!?。！？]")

_BEFORE = re.compile(
    r"(?:\b(?:not|isnt|wasnt|arent|werent|never|neither|nor|cannot be|cant be|rather than|instead of"
    r"|other than|except|unlike|without)(?: (?:the|a|an|called|named|in|is|be|to|by|city|of|really|actually"
    r"|exactly|number))*"
    r"|(?:不是|并非|并不是|不在|不叫|不为|没有|而非|而不是|除了|不等于)(?:在|叫|是|由|有)?) ?$"
)
_AFTER = re.compile(
    r"^ ?(?:(?:is|was|are|were)(?:nt| not| never| wrong| incorrect| false)\b|不是|不对|是错|错误)"
)


def bare(answer: str) -> str:
    """Return an answer without its emphasis, a polite beginning, and the word "Answer" before it."""
    text = _MARKS.sub("", answer).strip()
    for before in (_LEAD, _LABEL):
        found = before.match(text)
        text = text[found.end() :] if found else text
    return text.strip()


def plain(text: str) -> str:
    """Return the words alone, in lower case and usual width, one space between them.

    Punctuation goes, but for the point and the sign of a number; between Chinese characters no space stays.
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"['’‘`]", "", text)
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    text = re.sub(r"(?<![\w.])[-−](?=\d)", "\0", text)
    text = re.sub(r"(?<=\d)\.(?=\d)", "\1", text)
    text = "".join(" " if unicodedata.category(each)[0] == "P" else each for each in text)
    text = " ".join(text.replace("\0", "-").replace("\1", ".").split())
    return re.sub(rf"(?<=[{HAN}]) | (?=[{HAN}])", "", text)


def sentences(answer: str) -> list[str]:
    """Return the sentences and lines of an answer, as they stand, without the empty ones."""
    return [part for part in (each.strip() for each in _SENTENCE.split(answer)) if plain(part)]


def length(text: str) -> int:
    """Return how many words a text has; two Chinese characters count as one."""
    han = len(re.findall(f"[{HAN}]", text))
    return len(re.sub(f"[{HAN}]", " ", plain(text)).split()) + (han + 1) // 2


def places(phrase: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield where a phrase stands in a text, both plain, as whole words; Chinese anywhere."""
    found = plain(phrase)
    if not found:
        return
    before = "" if re.match(f"[{HAN}]", found) else rf"(?<![^\W{HAN}])(?<!\d\.)"
    after = "" if re.search(f"[{HAN}]$", found) else rf"(?![^\W{HAN}])(?!\.\d)"
    for place in re.finditer(before + re.escape(found) + after, text):
        yield place.span()


def says(text: str, phrase: str) -> bool:
    """Tell whether a plain text has the phrase in it and does not deny it everywhere ("not Paris")."""
    return any(not denied(text, *place) for place in places(phrase, text))


def has(text: str, phrase: str) -> bool:
    """Tell whether a plain text has the phrase in it, denied or not."""
    return any(True for _ in places(phrase, text))


def denied(text: str, start: int, end: int) -> bool:
    """Tell whether a plain text denies what stands at this place."""
    return bool(_BEFORE.search(text[max(0, start - 60) : start]) or _AFTER.match(text[end : end + 30]))
