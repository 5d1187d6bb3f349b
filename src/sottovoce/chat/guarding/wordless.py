"""Says that there is no question in a message of emoji or marks: a model makes up what it may have been."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sottovoce.chat.guarded import Instead, Said, Verdict
from sottovoce.core.blank import has_emoji, is_wordless
from sottovoce.core.language import CHINESE

REASON = "no_question"

SENTENCE = "There is no question in this message. Ask in words, for example: Why is the sky blue?"
SENTENCE_ZH = "这条消息里没有问题。请用文字提问，例如：天空为什么是蓝色的？"


@dataclass(frozen=True, slots=True)
class WordlessCheck:
    """`language` tells in which one the program speaks to whoever asks: the message has none.

    Where a chat has instructions, or something is attached, emoji may be all that is to be said. Marks behind
    an answer, "??", are about that answer.
    """

    language: Callable[[], str]

    async def __call__(self, said: Said) -> Verdict:
        if said.is_shaped or said.instructions or said.has_attached or not is_wordless(said.text):
            return Verdict()
        if said.earlier and not has_emoji(said.text):
            return Verdict()
        return Verdict(Instead(REASON, SENTENCE_ZH if self.language() == CHINESE else SENTENCE))
