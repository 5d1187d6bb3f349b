"""The rules of a profile in a turn and in a call: over the question, and over the answer as it is written."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sottovoce.chat.grounds import is_chinese
from sottovoce.chat.guarded import Instead, Said, Stop, Verdict, Watch
from sottovoce.chat.guarding import recording
from sottovoce.chat.guarding.looking import question, together
from sottovoce.core.events import Notice
from sottovoce.guard import crisis, refusal
from sottovoce.guard.policy import Category, Profile, Rules, Ruling, Where, rule_on, ruled

REFUSED = "refused"
"""The reason of an answer in whose place a refusal or a crisis card stands."""

CRISIS = "crisis"
"""The code of the notice that is a crisis card."""

WITHDRAWN = "withdrawn"
"""The code of the notice that a rule ended an answer."""

EVERY = 400
"""Characters of an answer after which it is looked at."""

BACK = 800
"""Characters before these that are looked at again: what a rule is about may stand across two looks."""

Record = Callable[[Said, str, Where, str, str], None]
"""Is told of each act: the rule, where it was met, `refused` or `card`, and the category."""


async def trusted() -> bool:
    """Trust the model."""
    return False


def unrecorded(said: Said, rule: str, where: Where, outcome: str, category: str) -> None:
    """Keep nothing."""


@dataclass(frozen=True, slots=True)
class PolicyGuard:
    """`profile` and `region` (as AT) are asked for at each question, so that a change of them holds at once.

    `rules` are read when the first question needs them. `is_small` tells whether the model is too small to go
    on after the crisis card, and is asked where one is due.
    """

    profile: Callable[[], Profile]
    region: Callable[[], str]
    rules: Callable[[], Rules]
    record: Record = unrecorded
    is_small: Callable[[], Awaitable[bool]] = trusted

    async def __call__(self, said: Said) -> Verdict:
        """Look at a question; see guarded.Check. The card is shown in every profile.

        A small model is asked after it only for what follows a schema, which is read by a program, and
        where the card is shown on slight grounds.
        """
        profile = self.profile()
        ruling = await self.ruling(said, profile)
        if not ruling.rule:
            return Verdict()
        outcome = recording.CARD if ruling.card else recording.REFUSED
        self.record(said, ruling.rule, "question", outcome, str(ruling.category))
        asked = question(said)
        if ruling.blocked or not (ruling.beside or said.is_shaped or not await self.is_small()):
            facts = {"rule": ruling.rule, "category": str(ruling.category)}
            return Verdict(Instead(REFUSED, self.text(ruling, profile, asked), facts))
        return Verdict(notices=(Notice(CRISIS, self.card(asked)),))

    async def first(self, said: Said) -> str:
        """Return the crisis card where one is due; else ""."""
        ruling = await self.ruling(said, self.profile())
        return self.card(question(said)) if ruling.card else ""

    async def ruling(self, said: Said, profile: Profile) -> Ruling:
        """Return what the rules make of a question; others are answered meanwhile."""

        def work() -> Ruling:
            rules = self.rules()
            return ruled([hit for text in together(said) for hit in rules.hits(text)], profile)

        return await asyncio.to_thread(work)

    def text(self, ruling: Ruling, profile: Profile, asked: str) -> str:
        """Return the answer to a question that is refused: the card, before anything else, or why."""
        chinese = is_chinese(asked)
        said = [crisis.card(self.region(), chinese=chinese)] if ruling.card else []
        if ruling.category is Category.SELF_HARM:
            return said[0]
        return "\n\n".join([*said, refusal.refusal(ruling, profile, chinese=chinese)])

    def card(self, asked: str) -> str:
        """Return the crisis card, in the question's language."""
        return crisis.card(self.region(), chinese=is_chinese(asked))

    def watch(self, said: Said) -> Watch:
        """Return the watch over the answer to this."""
        return PolicyWatch(self, said)


class PolicyWatch:
    """Looks at an answer every so many characters, and once more at its end. Holds nothing back."""

    def __init__(self, guard: PolicyGuard, said: Said) -> None:
        self._guard = guard
        self._said = said
        self._profile = guard.profile()
        self._text = ""
        self._new = 0

    def feed(self, text: str) -> str | Stop:
        self._text += text
        self._new += len(text)
        if self._new < EVERY:
            return text
        return self._looked() or text

    def end(self) -> str | Stop:
        return (self._looked() if self._new else None) or ""

    def _looked(self) -> Stop | None:
        self._text, self._new = self._text[-(BACK + self._new) :], 0
        ruling = rule_on(self._text, self._profile, self._guard.rules(), "answer")
        if not ruling.blocked:
            return None
        self._guard.record(self._said, ruling.rule, "answer", recording.REFUSED, str(ruling.category))
        chinese = is_chinese(self._said.text)
        notice = Notice(WITHDRAWN, refusal.notice(ruling, chinese=chinese))
        return Stop(REFUSED, notice, refusal.withdrawn(ruling, self._profile, chinese=chinese))
