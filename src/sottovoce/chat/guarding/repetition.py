"""Ends an answer whose model goes round, and takes away what it has said too often."""

from __future__ import annotations

from sottovoce.chat.grounds import is_chinese
from sottovoce.chat.guarded import Said, Stop
from sottovoce.core.events import Notice
from sottovoce.core.messages import REPEATS
from sottovoce.guard.repetition import Listening

SENTENCE = (
    "The model had begun to say the same again and again, so the answer was ended there. "
    "You can go on with it."
)
CHINESE = "模型开始不断重复同样的内容，回答已在此处停止，可以继续写下去。"


THOUGHTS = "thoughts_repeat"
"""The code of the notice that a model went round before it had said anything."""

IN_THOUGHT = "The model's thoughts went round, so it was stopped before it answered. Ask again."
IN_THOUGHT_ZH = "模型的思考陷入循环，在作答之前已停止。请再问一次。"


class RepetitionWatch:
    """Follows one answer. Nothing is held back: what was shown and goes round is taken away again."""

    def __init__(self, said: Said) -> None:
        self._listening = Listening(said.text, said.begun)
        self._notice = Notice(REPEATS, CHINESE if is_chinese(said.text) else SENTENCE)

    def feed(self, text: str) -> str | Stop:
        loop = self._listening.feed(text)
        if loop is None:
            return text
        return Stop(REPEATS, self._notice, self._listening.text[: loop.keep], is_cut=True)

    def end(self) -> str | Stop:
        return ""


class ThoughtsWatch:
    """Follows what a model thinks before one answer. The thoughts stay as they were shown."""

    def __init__(self, said: Said) -> None:
        self._listening = Listening(said.text)
        self._notice = Notice(THOUGHTS, IN_THOUGHT_ZH if is_chinese(said.text) else IN_THOUGHT)

    def feed(self, text: str) -> str | Stop:
        return text if self._listening.feed(text) is None else Stop(REPEATS, self._notice)

    def end(self) -> str | Stop:
        return ""


def watch(said: Said) -> RepetitionWatch | None:
    """Return the watch over an answer; none over one whose form a schema decides."""
    return None if said.is_shaped else RepetitionWatch(said)
