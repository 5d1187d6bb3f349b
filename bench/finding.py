"""Finding words among 100,000 messages, as the page's search asks for them."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from bench.browser import chat_of, seated
from bench.pairs import Row, row

CHATS = 1000
MESSAGES_EACH = 100
VOCABULARY = 20_000
WORDS_EACH = 40
CHINESE = "山水风云天地人心日月星河春夏秋冬"


def measure(home: Path, count: int) -> list[Row]:
    chance = random.Random(5)
    words = [f"{chance.choice('bdfgklmnprst')}{chance.choice('aeiou')}{at:x}" for at in range(VOCABULARY)]
    chats = [chat_of(_texts(chance, words), f"Chat {at}", f"chat{at}") for at in range(CHATS)]
    asked = [*(chance.choice(words) for _ in range(10 * count)), *(CHINESE[at : at + 2] for at in range(10))]
    asked += [f"{chance.choice(words[:50])} {chance.choice(words[:50])}" for _ in range(5 * count)]
    with seated(home, chats) as seat:
        took = [_found(seat.page, text) for text in asked]
    took.sort()
    return [
        row(f"search in {CHATS * MESSAGES_EACH:,} messages", took, "ms", 50.0),
        row("the same, the slowest of twenty", took[-len(took) // 20 :], "ms", 50.0),
    ]


def _texts(chance: random.Random, words: list[str]) -> list[str]:
    """Return messages whose words are as unevenly common as those of a language."""
    texts = []
    for _ in range(MESSAGES_EACH):
        said = [words[int(VOCABULARY * chance.random() ** 3)] for _ in range(WORDS_EACH)]
        at = chance.randrange(len(CHINESE) - 3)
        texts.append(f"{' '.join(said)} {CHINESE[at : at + 4]}")
    return texts


_ASK = """async (text) => {
  const begun = performance.now();
  const answer = await fetch(`/app/api/search?q=${encodeURIComponent(text)}`);
  await answer.json();
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return performance.now() - begun;
}"""


def _found(page: Any, text: str) -> float:
    return float(page.evaluate(_ASK, text))
