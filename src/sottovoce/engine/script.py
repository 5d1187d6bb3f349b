"""What the model is given and what it has seen, as text and as tokens: values only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

STRIDE = 64


@dataclass(frozen=True, slots=True)
class Prompt:
    """A chat up to where the answer begins. `text` is empty where it cannot be told from its tokens.

    `opened` is the mark of a thought that the prompt ends with: the model goes on within it.
    """

    text: str
    ids: list[int]
    opened: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """A chat as the model has seen it: what it was given and what it really wrote, token by token.

    The same text has many spellings in tokens, and a model does not always write the usual one. `marks`
    are places where text and tokens are known to agree, as (characters, tokens), in rising order.
    """

    tokens: tuple[int, ...] = ()
    text: str = ""
    marks: tuple[tuple[int, int], ...] = ()

    def agreed(self, text: str) -> tuple[int, int]:
        """Return the last mark up to which another text is the same."""
        return next((mark for mark in reversed(self.marks) if text.startswith(self.text[: mark[0]])), (0, 0))

    def shared(self, prompt: Prompt) -> int:
        """Return how many leading tokens are good for this prompt, by the tokens or by the text."""
        return max(common_prefix(self.tokens, prompt.ids), self.agreed(prompt.text)[1])

    def cut(self, tokens: int) -> Script:
        """Return the part that these first tokens hold."""
        marks = tuple(mark for mark in self.marks if mark[1] <= tokens)
        return Script(self.tokens[:tokens], self.text[: marks[-1][0] if marks else 0], marks)

    def said(self, text: str, tokens: Iterable[int]) -> Script:
        """Return the script with something added, and a mark behind it."""
        whole, ids = self.text + text, (*self.tokens, *tokens)
        return Script(ids, whole, (*self.marks, (len(whole), len(ids))))


def common_prefix(one: Sequence[int], other: Sequence[int]) -> int:
    """Return how many leading tokens two sequences share."""
    most = min(len(one), len(other))
    at = 0
    # Strides first: thousands of tokens are compared for each slot and question.
    while at < most and tuple(one[at : at + STRIDE]) == tuple(other[at : at + STRIDE]):
        at += STRIDE
    while at < most and one[at] == other[at]:
        at += 1
    return min(at, most)
