"""What the bytes of a rules file mean: the owner's rules, or what is wrong with the first thing that is.

Pure: bytes in, rules or a sentence with its line out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sottovoce.core.ruled import Amiss, Lines, Wrong, decoded, table_of
from sottovoce.guard.automaton import Unfit
from sottovoce.guard.expressions import Expression
from sottovoce.guard.own import ACTIONS, ANSWER, OwnRules, Reading, Rule, as_word

LARGEST = 256 * 1024
"""Bytes of the file."""

MOST_RULES = 200
MOST_WORDS = 500
MOST_EXPRESSIONS = 50
"""In the whole file: each is looked for in every text."""

LONGEST_NAME = 60
LONGEST_WORD = 100
LONGEST_ANSWER = 4_000

SIDES = ("question", "answer", "both")
KEYS = ("name", "words", "topic", "at_least", "expressions", "where", "action", "answer")

ORDINARY = (
    "What is the capital of France?",
    "Write a short letter to my landlord about the heating.",
    "How do I cook rice so that it does not stick to the pot?",
    "Explain photosynthesis to a child of ten.",
    "My train leaves at 7:45; when should I get up?",
    "Can you translate this sentence into Spanish for me?",
    "The answer is 42, and here is why.",
    "Thank you, that was helpful!",
    "法国的首都是哪里？",
    "请帮我写一封感谢信。",
    "怎样煮米饭才不会粘锅？",
    "给十岁的孩子解释光合作用。",
    "我的火车七点四十五分开，我该几点起床？",
    "谢谢，这对我很有帮助！",
)
"""A rule that acts on more than a quarter of these in one language acts on almost everything."""

ENGLISH = 8
"""So many of them, the first."""


def read(data: bytes) -> OwnRules | Wrong:
    """Return the rules in a file's bytes, or what is wrong with the first thing that is."""
    text = decoded(data, LARGEST)
    if isinstance(text, Wrong):
        return text
    table = table_of(text)
    if isinstance(table, Wrong):
        return table
    try:
        return _Reader(text).rules(table)
    except Amiss as problem:
        return problem.wrong


class _Reader:
    """Reads the tables of one file. Its text is there to find lines by: the parser does not tell them."""

    def __init__(self, text: str) -> None:
        self._lines = Lines(text)
        self._expressions = 0

    def rules(self, table: Mapping[str, Any]) -> OwnRules:
        for key in table:
            if key != "rule":
                raise Amiss(f"There is no {key!r} here; each rule begins with [[rule]].", self._lines.of(key))
        given = table.get("rule", [])
        if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
            raise Amiss("Each rule begins with [[rule]], in two brackets.", self._lines.of("rule"))
        if len(given) > MOST_RULES:
            raise Amiss(f"There are {len(given)} rules; at most {MOST_RULES} can be used.", None)
        self._lines.expect(len(given))
        rules: list[Rule] = []
        for at, one in enumerate(given):
            rule = self._rule(at, one)
            if any(rule.name == other.name for other in rules):
                raise Amiss(f"There is another rule named {rule.name!r}.", self._lines.at(at, "name"))
            rules.append(rule)
        return OwnRules(tuple(rules))

    def _rule(self, at: int, given: Mapping[str, Any]) -> Rule:
        for key in given:
            if key not in KEYS:
                raise Amiss(f"A rule has no {key!r}; it has {', '.join(KEYS)}.", self._lines.at(at, key))
        rule = Rule(
            name=self._text(at, given, "name", LONGEST_NAME),
            line=self._lines.begins[at],
            where=self._one_of(at, given, "where", SIDES),
            action=self._one_of(at, given, "action", ACTIONS),
            answer=self._text(at, given, "answer", LONGEST_ANSWER, needed=given.get("action") == ANSWER),
            words=self._words(at, given, "words"),
            topic=self._words(at, given, "topic"),
            at_least=self._at_least(at, given),
            expressions=tuple(
                self._expression(at, pattern)
                for pattern in self._list(at, given, "expressions", MOST_EXPRESSIONS)
            ),
        )
        if not rule.words + rule.topic and not rule.expressions:
            raise Amiss(
                f"The rule {rule.name!r} looks for nothing; give it words, topic or expressions.", rule.line
            )
        self._require_narrow(rule)
        return rule

    def _require_narrow(self, rule: Rule) -> None:
        """Refuse a rule that acts on about everything."""
        for sentences in (ORDINARY[:ENGLISH], ORDINARY[ENGLISH:]):
            met = sum(_meets(rule, sentence) for sentence in sentences)
            if met * 4 > len(sentences):
                raise Amiss(
                    f"The rule {rule.name!r} acts on almost everything: on {met} of {len(sentences)} "
                    "ordinary sentences.",
                    rule.line,
                )

    def _expression(self, at: int, pattern: str) -> Expression:
        self._expressions += 1
        line = self._line_holding(at, pattern)
        if self._expressions > MOST_EXPRESSIONS:
            raise Amiss(f"There are more than {MOST_EXPRESSIONS} expressions in the file.", line)
        try:
            expression = Expression(pattern)
        except Unfit as problem:
            raise Amiss(f"The expression {_short(pattern)} is refused: it {problem}.", line) from None
        if expression.matches_nothing:
            raise Amiss(f"The expression {_short(pattern)} matches an empty text, and so every text.", line)
        return expression

    def _at_least(self, at: int, given: Mapping[str, Any]) -> int:
        value = given.get("at_least", 2)
        topic = given.get("topic", [])
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise Amiss("at_least is a whole number from 1.", self._lines.at(at, "at_least"))
        if "at_least" in given and not topic:
            raise Amiss("at_least goes with a topic; there is none.", self._lines.at(at, "at_least"))
        if topic and isinstance(topic, list) and value > len(topic):
            raise Amiss(
                f"The topic never has {value} of its {len(topic)}; lower at_least or add words.",
                self._lines.at(at, "at_least" if "at_least" in given else "topic"),
            )
        return value

    def _words(self, at: int, given: Mapping[str, Any], key: str) -> tuple[str, ...]:
        words = self._list(at, given, key, MOST_WORDS)
        plain = tuple(dict.fromkeys(as_word(word) for word in words))
        for word, written in zip(plain, words, strict=False):
            if not word.rstrip("*"):
                raise Amiss(f"{key} holds {written!r}, which is no word.", self._lines.at(at, key))
        return plain

    def _list(self, at: int, given: Mapping[str, Any], key: str, most: int) -> list[str]:
        values = given.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise Amiss(f'{key} is a list of texts, as in {key} = ["one", "two"].', self._lines.at(at, key))
        if len(values) > most:
            raise Amiss(
                f"{key} has {len(values)} entries; at most {most} can be used.", self._lines.at(at, key)
            )
        longest = max(map(len, values), default=0)
        if key != "expressions" and longest > LONGEST_WORD:
            raise Amiss(
                f"{key} holds a text of {longest} characters; a word has at most {LONGEST_WORD}.",
                self._lines.at(at, key),
            )
        return values

    def _text(
        self, at: int, given: Mapping[str, Any], key: str, longest: int, *, needed: bool | None = None
    ) -> str:
        value = given.get(key, "")
        if not isinstance(value, str):
            raise Amiss(f'{key} is a text, as in {key} = "…".', self._lines.at(at, key))
        value = value.strip()
        if not value and (needed or key == "name"):
            reason = "needs a name" if key == "name" else "needs an answer, to answer with"
            raise Amiss(f"This rule {reason}.", self._lines.at(at, key))
        if len(value) > longest:
            raise Amiss(
                f"{key} has {len(value):,} characters; at most {longest:,} are taken.",
                self._lines.at(at, key),
            )
        if key == "name" and not value.isprintable():
            raise Amiss("A name is one line of printable characters.", self._lines.at(at, key))
        return value

    def _one_of(self, at: int, given: Mapping[str, Any], key: str, choices: tuple[str, ...]) -> str:
        value = given.get(key, choices[0])
        if value not in choices or not isinstance(value, str):
            raise Amiss(f"{key} is one of {', '.join(choices)}, not {value!r}.", self._lines.at(at, key))
        return value

    def _line_holding(self, at: int, pattern: str) -> int:
        """Return the line of an expression: as it is in single quotes, or with each backslash doubled."""
        spellings = (pattern, pattern.replace("\\", "\\\\"))
        lines = range(self._lines.begins[at], self._lines.end(at))
        held = (
            line + 1 for line in lines if any(spelled in self._lines.lines[line] for spelled in spellings)
        )
        return next(held, None) or self._lines.at(at, "expressions")


def _meets(rule: Rule, text: str) -> bool:
    reading = Reading([rule])
    return bool(reading.feed(text) or reading.end())


def _short(pattern: str) -> str:
    return pattern if len(pattern) <= 60 else f"{pattern[:59]}…"
