"""A hundred thousand messages, whose words are as unevenly common as those of a language."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from bench.browser import chat_of

CHATS = 1000
MESSAGES_EACH = 100
MESSAGES = CHATS * MESSAGES_EACH
VOCABULARY = 20_000
WORDS_EACH = 40
CHINESE = "山水风云天地人心日月星河春夏秋冬"


@dataclass(slots=True)
class Hoard:
    """The same seed gives the same messages, and the same questions."""

    chance: random.Random = field(default_factory=lambda: random.Random(5))
    words: list[str] = field(init=False)

    def __post_init__(self) -> None:
        draw = self.chance
        self.words = [
            f"{draw.choice('bdfgklmnprst')}{draw.choice('aeiou')}{at:x}" for at in range(VOCABULARY)
        ]

    def chats(self) -> list[dict[str, Any]]:
        """Return them as chats of our own format."""
        return [chat_of(self._texts(), f"Chat {at}", f"chat{at}") for at in range(CHATS)]

    def questions(self, count: int) -> list[str]:
        """Return what is looked for: a word of any kind, two common ones, two letters of Chinese."""
        asked = [self.chance.choice(self.words) for _ in range(10 * count)]
        asked += [CHINESE[at : at + 2] for at in range(10)]
        common = self.words[:50]
        return asked + [
            f"{self.chance.choice(common)} {self.chance.choice(common)}" for _ in range(5 * count)
        ]

    def _texts(self) -> list[str]:
        texts = []
        for _ in range(MESSAGES_EACH):
            said = [self.words[int(VOCABULARY * self.chance.random() ** 3)] for _ in range(WORDS_EACH)]
            at = self.chance.randrange(len(CHINESE) - 3)
            texts.append(f"{' '.join(said)} {CHINESE[at : at + 4]}")
        return texts
