"""What the bytes of a rules file mean: the owner's rules, or what is wrong with the first thing that is.

Pure: bytes in, rules or a sentence with its line out.
"""

from __future__ import annotations

from sottovoce.core import ruled
from sottovoce.core.ruled import Amiss, Reader, Table, Wrong
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
    return ruled.read(data, LARGEST, lambda text, table: _Reader(text).rules(table))


class _Reader(Reader):
    """Reads the tables of one file."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._expressions = 0

    def rules(self, table: Table) -> OwnRules:
        rules: list[Rule] = []
        for at, given in self.each(table, ("rule",), KEYS, MOST_RULES):
            rule = self._rule(at, given)
            self.require_new(at, rule.name, [one.name for one in rules])
            rules.append(rule)
        return OwnRules(tuple(rules))

    def _rule(self, at: int, given: Table) -> Rule:
        rule = Rule(
            name=self._name(at, given),
            line=self.lines.begins[at],
            where=self._one_of(at, given, "where", SIDES),
            action=self._one_of(at, given, "action", ACTIONS),
            answer=self._answer(at, given),
            words=self._words(at, given, "words"),
            topic=self._words(at, given, "topic"),
            at_least=self._at_least(at, given),
            expressions=tuple(
                self._expression(at, pattern)
                for pattern in self.texts(at, given, "expressions", MOST_EXPRESSIONS)
            ),
        )
        if not rule.words + rule.topic and not rule.expressions:
            raise Amiss(
                f"The rule {rule.name!r} looks for nothing; give it words, topic or expressions.", rule.line
            )
        self._require_narrow(rule)
        return rule

    def _name(self, at: int, given: Table) -> str:
        name = self.text(at, given, "name", LONGEST_NAME)
        if not name:
            raise Amiss("This rule needs a name.", self.lines.at(at, "name"))
        if not name.isprintable():
            raise Amiss("A name is one line of printable characters.", self.lines.at(at, "name"))
        return name

    def _answer(self, at: int, given: Table) -> str:
        answer = self.text(at, given, "answer", LONGEST_ANSWER)
        if not answer and given.get("action") == ANSWER:
            raise Amiss("This rule needs an answer, to answer with.", self.lines.at(at, "answer"))
        return answer

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

    def _at_least(self, at: int, given: Table) -> int:
        value = given.get("at_least", 2)
        topic = given.get("topic", [])
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise Amiss("at_least is a whole number from 1.", self.lines.at(at, "at_least"))
        if "at_least" in given and not topic:
            raise Amiss("at_least goes with a topic; there is none.", self.lines.at(at, "at_least"))
        if topic and isinstance(topic, list) and value > len(topic):
            raise Amiss(
                f"The topic never has {value} of its {len(topic)}; lower at_least or add words.",
                self.lines.at(at, "at_least" if "at_least" in given else "topic"),
            )
        return value

    def _words(self, at: int, given: Table, key: str) -> tuple[str, ...]:
        words = self.texts(at, given, key, MOST_WORDS)
        longest = max(map(len, words), default=0)
        if longest > LONGEST_WORD:
            raise Amiss(
                f"{key} holds a text of {longest} characters; a word has at most {LONGEST_WORD}.",
                self.lines.at(at, key),
            )
        plain = tuple(dict.fromkeys(as_word(word) for word in words))
        for word, written in zip(plain, words, strict=False):
            if not word.rstrip("*"):
                raise Amiss(f"{key} holds {written!r}, which is no word.", self.lines.at(at, key))
        return plain

    def _one_of(self, at: int, given: Table, key: str, choices: tuple[str, ...]) -> str:
        value = given.get(key, choices[0])
        if value not in choices or not isinstance(value, str):
            raise Amiss(f"{key} is one of {', '.join(choices)}, not {value!r}.", self.lines.at(at, key))
        return value

    def _line_holding(self, at: int, pattern: str) -> int:
        """Return the line of an expression: as it is in single quotes, or with each backslash doubled."""
        spellings = (pattern, pattern.replace("\\", "\\\\"))
        lines = range(self.lines.begins[at], self.lines.end(at))
        held = (line + 1 for line in lines if any(spelled in self.lines.lines[line] for spelled in spellings))
        return next(held, None) or self.lines.at(at, "expressions")


def _meets(rule: Rule, text: str) -> bool:
    reading = Reading([rule])
    return bool(reading.feed(text) or reading.end())


def _short(pattern: str) -> str:
    return pattern if len(pattern) <= 60 else f"{pattern[:59]}…"
