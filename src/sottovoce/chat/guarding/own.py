"""The owner's own rules in a turn: over the question, and over the answer as it is written.

What of an answer may still become a word that a rule names is held back until it is whole.
"""

from __future__ import annotations

import asyncio
import re

from sottovoce.chat.grounds import is_chinese
from sottovoce.chat.guarded import Instead, Said, Stop, Verdict, Watch
from sottovoce.chat.guarding.looking import given, question
from sottovoce.chat.guarding.recording import ANSWERED, NOTED, REFUSED, Recorder
from sottovoce.chat.guarding.rules_file import RulesFile
from sottovoce.core.events import Notice
from sottovoce.core.messages import OWNER
from sottovoce.core.ruled import Wrong
from sottovoce.guard import wording
from sottovoce.guard.own import ANSWER, NOTE, OwnRules, Reading, Rule, longest

LONG = 20_000
"""Characters of a text that is looked through in a thread: others are answered meanwhile."""

MOST_HELD = 200
"""Characters without a word's end that are held back at most."""

UNUSED = "rules_unused"
NOTED_BY_RULE = "rule"
REPLACED = "replaced"

WORD_END = re.compile(r"[^\w]|[\u3040-\u30ff\u3400-\u9fff]")


class OwnRulesGuard:
    """The rules of one home, as they are at each turn."""

    def __init__(self, file: RulesFile, record: Recorder) -> None:
        self._file = file
        self._record = record
        self._told: Wrong | None = None

    async def __call__(self, said: Said) -> Verdict:
        """Look at a question; see guarded.Check."""
        held = self._file.in_force()
        notices = self._unused(said, held.wrong, len(held.rules.rules))
        met = await _met(held.rules, said)
        if said.is_shaped:  # only what may not be answered at all is answered instead
            met = tuple(rule for rule in met if rule.action != ANSWER)
        for rule in met:
            self._record(said, rule.name, "question", _outcome(rule))
        texts = [rule.answer for rule in met if rule.action == NOTE and rule.answer]
        if texts:
            notices = (*notices, Notice(NOTED_BY_RULE, "\n".join(texts)))
        ending = next((rule for rule in met if rule.action != NOTE), None)
        if ending is None:
            return Verdict(None, notices)
        return Verdict(
            Instead(_reason(ending), _text(ending, question(said)), {"rule": ending.name}), notices
        )

    def watch(self, said: Said) -> Watch | None:
        """Return the watch over the answer to this; None where no rule looks at answers."""
        rules = self._file.in_force().rules.on("answer")
        return _OwnWatch(rules, said, self._record) if rules else None

    def _unused(self, said: Said, wrong: Wrong | None, count: int) -> tuple[Notice, ...]:
        """Return the notice that the file is not used: once, and to the owner only."""
        if said.owner != OWNER:
            return ()
        told, self._told = self._told, wrong
        if wrong is None or wrong == told:
            return ()
        return (Notice(UNUSED, wording.rules_unused(str(wrong), count, chinese=is_chinese(said.text))),)


class _OwnWatch:
    def __init__(self, rules: tuple[Rule, ...], said: Said, record: Recorder) -> None:
        self._said = said
        self._record = record
        self._reading = Reading(rules)
        self._back = longest(rules)
        self._text = ""
        """What was not looked through yet, or is held back."""
        self._looked = 0
        """So many characters of it were looked through."""

    def feed(self, text: str) -> str | Stop:
        self._text += text
        end = _word_end(self._text, self._looked)
        if end <= self._looked:
            return ""
        stop = self._ruled(self._reading.feed(self._text[self._looked : end]))
        if stop is not None:
            return stop
        cut = max(0, end - self._back)
        if len(self._text) <= MOST_HELD:
            cut = _word_end(self._text[:cut], 0)  # should a rule be met next, no half of a word was shown
        shown, self._text = self._text[:cut], self._text[cut:]
        self._looked = end - cut
        return shown

    def end(self) -> str | Stop:
        met = self._reading.feed(self._text[self._looked :]) + self._reading.end()
        shown, self._text, self._looked = self._text, "", 0
        return self._ruled(met) or shown

    def _ruled(self, met: list[Rule]) -> Stop | None:
        """Write down what was met; return the end of the answer, where a rule wants one."""
        for rule in met:
            self._record(self._said, rule.name, "answer", _outcome(rule))
            if rule.action != NOTE:
                notice = Notice(REPLACED, wording.replaced(chinese=is_chinese(self._said.text)))
                return Stop(_reason(rule), notice, _text(rule, self._said.text))
        return None


def _word_end(text: str, start: int) -> int:
    """Return how far a text consists of whole words; beyond a length, of whatever there is."""
    if len(text) - start > MOST_HELD:
        return len(text)
    for at in range(len(text), start, -1):
        if WORD_END.match(text[at - 1]):
            return at
    return start


async def _met(rules: OwnRules, said: Said) -> tuple[Rule, ...]:
    asked, texts = question(said), given(said)
    # An answer is given to a question in its own words, not to a text that speaks of the same.
    others = OwnRules(tuple(rule for rule in rules.rules if rule.action != ANSWER)) if texts else rules

    def work() -> tuple[Rule, ...]:
        met = (rules.met(asked, "question"), *(others.met(text, "question") for text in texts))
        return rules.first({rule.name for some in met for rule in some})

    return work() if sum(map(len, (asked, *texts))) <= LONG else await asyncio.to_thread(work)


def _text(rule: Rule, asked: str) -> str:
    return rule.answer or wording.by_rule(rule.name, chinese=is_chinese(asked))


def _reason(rule: Rule) -> str:
    return "answered" if rule.action == ANSWER else "refused"


def _outcome(rule: Rule) -> str:
    return {NOTE: NOTED, ANSWER: ANSWERED}.get(rule.action, REFUSED)
