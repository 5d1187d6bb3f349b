"""What has come from elsewhere meanwhile, told above the prompt; never in the middle of an answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sottovoce.cli._show import Show
from sottovoce.cli.chat.prompt import Prompt

if TYPE_CHECKING:
    from sottovoce.chat.elsewhere.finishing import Outcome


class News:
    """Lines that wait to be told to one owner; what waits for others in this home is tried here as well."""

    def __init__(self, show: Show, owner: str) -> None:
        self._show = show
        self._owner = owner
        self._lines: list[str] = []
        self._telling: asyncio.Task[None] | None = None

    def take(self, prompt: Prompt, outcome: Outcome) -> None:
        """Take over what became of a question that waited: at once where a prompt is open, else before it."""
        one = outcome.question
        if one.owner != self._owner:
            return
        if outcome.answer is not None:
            self._lines.append(f"{one.upstream} has answered what waited, beside the draft: /open {one.chat}")
        elif outcome.is_given_up:
            self._lines.append(f"{one.upstream} gave no answer, and is not asked again: sotto later list")
        if self._lines and prompt.is_open:
            self._telling = asyncio.ensure_future(prompt.interrupt(self.tell))

    def tell(self) -> None:
        lines, self._lines = self._lines, []
        for line in lines:
            self._show.quiet(line)
