"""Answers a question about the assistant itself from the help shelf, word for word, in the model's place."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sottovoce.chat.guarded import Instead, Said, Verdict
from sottovoce.core.grounds import HELPED
from sottovoce.help import find
from sottovoce.help.words import language_of

if TYPE_CHECKING:
    from sottovoce.help.facts import Facts
    from sottovoce.help.shelf import Entry

FACT = "help"
"""The fact of such an answer that names its entry."""

ASKED = re.compile(r"/help\s+(.+)", re.DOTALL)
"""A message that asks the help by name."""

NOT_ANSWERED = {
    "en": "The help does not answer that. `sotto help` lists what it answers.",
    "zh": "帮助里没有这个问题的答案。`sotto help` 列出它回答的问题。",
}

FROM_THE_HELP = {
    "en": "*From the help of Sottovoce, word for word. No model wrote this.*",
    "zh": "*以上逐字出自 Sottovoce 的帮助，不是模型写的。*",
}


@dataclass(frozen=True, slots=True)
class HelpCheck:
    """`facts` gathers what the blanks of an answer need. It blocks, and runs in a thread."""

    facts: Callable[[Collection[str]], Facts]
    is_on: Callable[[], bool]

    async def __call__(self, said: Said) -> Verdict:
        if said.is_shaped:
            return Verdict()
        if (asked := ASKED.fullmatch(said.text.strip())) is not None:
            return Verdict(await self._asked(asked[1]))
        if said.shelves:
            return Verdict()
        entry = find.about_itself(said.text, first=not said.earlier)
        return Verdict(await self._answer(entry, said.text) if entry is not None and self.is_on() else None)

    async def _asked(self, question: str) -> Instead:
        """Answer who asks the help by name, or say what comes nearest."""
        entry = find.find(question)
        if entry is not None:
            return await self._answer(entry, question)
        language = language_of(question)
        near = [f"\n- {match.entry.question(language)}" for match in find.nearest(question)]
        return Instead(HELPED, "".join([NOT_ANSWERED[language], *(["\n", *near] if near else [])]))

    async def _answer(self, entry: Entry, question: str) -> Instead:
        from sottovoce.help import phrases

        language = language_of(question)
        known = await asyncio.to_thread(self.facts, entry.words(language).blanks)
        text = f"{phrases.fill(entry, known, language)}\n\n{FROM_THE_HELP[language]}"
        return Instead(HELPED, text, {FACT: entry.id})
