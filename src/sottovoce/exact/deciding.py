"""A model's decision on a question that is not wholly read: is it one sum over its numbers, and which?

The model chooses within a schema, and what it chooses is held against the question: an expression of numbers
that stand there. It computes nothing itself.
"""

from __future__ import annotations

import json
import re
from fractions import Fraction

from sottovoce.exact import arithmetic, cleaning, glance, numerals
from sottovoce.exact.arithmetic import BadExpression
from sottovoce.exact.calls import CALCULATE, Call
from sottovoce.exact.powers import NoValue

FEWEST, MOST = 2, 8
"""Numbers of a question that is worth asking about."""

MOST_TOKENS = 64

SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {
            "tool": {"enum": [CALCULATE, "none"]},
            "expression": {"type": "string", "pattern": "^[-0-9+*/(). ]{0,60}$"},
        },
        "required": ["tool", "expression"],
        "additionalProperties": False,
    }
)

INSTRUCTION = (
    "Can this question be answered by one calculation with only these numbers: {numbers}? If so, choose "
    "calculate and write the calculation as an expression with + - * / and brackets, without its result. If "
    "the question needs anything else, or is not about numbers, choose none."
)

_NUMBER = re.compile(r"(?<![a-z\d.])\d+(?:\.\d+)?(?![a-z]*\d|\.\d)")
_NO_NUMBER = re.compile(r"一(?:共|起|样|下|些|直|定|般)|第一|万一")


def may_be_sum(question: str) -> bool:
    """Tell whether to ask a model: the question counts something, and has numbers to do it with."""
    if len(question) > cleaning.LONGEST_STORY or not FEWEST <= len(numbers(question)) <= MOST:
        return False
    if cleaning.DECIMAL_COMMA.search(cleaning.plain(question)):
        return False  # 1,5 is no pair of numbers, and is in no schema
    return glance.may_count(question)


def numbers(question: str) -> tuple[str, ...]:
    """Return the numbers that stand in a question, as digits."""
    text = cleaning.plain(question)
    is_han = cleaning.language(question) == "zh"
    text = numerals.han(_NO_NUMBER.sub(" ", text)) if is_han else numerals.english(text)
    return tuple(_NUMBER.findall(text))


def asked(question: str) -> str:
    """Return what the model is asked."""
    return f"{INSTRUCTION.format(numbers=', '.join(numbers(question)))}\n\n{question}"


def decided(said: str, question: str) -> Call | None:
    """Return the call that a model decided for; None for none, and for other numbers than the question's."""
    try:
        choice = json.loads(said)
        tool, expression = choice["tool"], choice["expression"]
    except (ValueError, LookupError, TypeError):
        return None
    if tool != CALCULATE or not isinstance(expression, str):
        return None
    known = {Fraction(number) for number in numbers(question)}
    used = re.findall(r"\d+(?:\.\d+)?|\.\d+", expression)
    try:
        if len(used) < FEWEST or not {Fraction(number) for number in used} <= known:
            return None
        if arithmetic.operations(expression) < 1:
            return None
        arithmetic.value(expression)
        return Call(CALCULATE, {"expression": arithmetic.shown(expression)})
    except (BadExpression, NoValue):
        return None
