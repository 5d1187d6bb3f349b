"""Put a few hundred passages in order by their words: BM25, in memory. Pure.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

from sottovoce.knowledge.zim.queries import RUN

K1, B = 1.2, 0.75
_PIECE = re.compile(rf"{RUN.pattern}|[^\W_]+")


def tokens(text: str) -> list[str]:
    """Return the words of a text, without their endings; of Chinese, overlapping pairs."""
    found = []
    for piece in _PIECE.findall(unicodedata.normalize("NFKC", text).lower()):
        if not RUN.match(piece):
            # A run may stand beside other letters without a space.
            found += [stem(part) for part in RUN.split(piece) if part]
            piece = "".join(RUN.findall(piece))
        if piece:
            found += [piece[at : at + 2] for at in range(max(1, len(piece) - 1))]
    return found


def stem(word: str) -> str:
    """Return an English word without the ending of its number or time. Rough, but the same for both sides."""
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: -len(ending)] + instead
            break
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def bm25(passages: Sequence[Sequence[str]], wanted: Mapping[str, float]) -> list[float]:
    """Return a score for each passage, given as tokens. `wanted`: the tokens looked for, with weights."""
    if not passages:
        return []
    counts = [Counter(passage) for passage in passages]
    mean = sum(map(len, passages)) / len(passages) or 1.0
    having = {token: sum(token in count for count in counts) for token in wanted}
    scores = []
    for passage, count in zip(passages, counts, strict=True):
        room = K1 * (1 - B + B * len(passage) / mean)
        score = 0.0
        for token, weight in wanted.items():
            if times := count[token]:
                rare = math.log(1 + (len(passages) - having[token] + 0.5) / (having[token] + 0.5))
                score += weight * rare * times * (K1 + 1) / (times + room)
        scores.append(score)
    return scores
