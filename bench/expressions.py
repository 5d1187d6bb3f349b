"""What an owner's rules cost over a text, and what becomes of expressions that would explode.

In processor time, which other programs disturb little. Run it with: python -m bench.expressions
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable

from sottovoce.guard.automaton import Unfit
from sottovoce.guard.expressions import Expression, Undecided
from sottovoce.guard.own import OwnRules
from sottovoce.guard.own_file import read

ROUNDS = 7

EXPLODING = ("(a+)+$", r"(\w+\s?)*!", "(a|aa)+$", "(.*a){20}", "a[ab]{100}c")

PROSE = "The quick brown fox jumps over 13 lazy dogs; nobody minds, and the harbour lies still. "

ANSWER = PROSE * 12


def main() -> None:
    for pattern in EXPLODING:
        print(f"{pattern:14} {_verdict(pattern)}")
    letters = random.Random(1)
    adverse = "".join(letters.choice("ab") for _ in range(1_000_000))
    hard = Expression("[az].[ab]{100}c")  # made so that its own letters do not tell how bad it is
    usual = Expression(r"\b(bomb|grenade)s?\b.{0,40}\b(make|build)\b")
    million = PROSE * (1_000_000 // len(PROSE))
    rows: list[tuple[str, Callable[[], object]]] = [
        ("an expression over 1 MB of prose", lambda: usual.found(million)),
        ("one that is given up, over 1 MB made against it", lambda: _given_up(hard, adverse)),
        ("100 rules of words over a question of 87 characters", lambda: WORDS.met(PROSE, "question")),
        ("50 expressions over the same question", lambda: EXPRESSIONS.met(PROSE, "question")),
        ("100 rules of words over 1 MB", lambda: WORDS.met(million, "question")),
    ]
    for name, work in rows:
        times = [_seconds(work) for _ in range(ROUNDS)]
        print(f"{name:52} {statistics.median(times) * 1000:9.2f} ms  (at most {max(times) * 1000:.2f})")


def _rules(count: int, line: str) -> OwnRules:
    text = "".join(f"[[rule]]\nname = 'r{at}'\n{line.format(at=at)}\n" for at in range(count))
    found = read(text.encode())
    if not isinstance(found, OwnRules):
        sys.exit(str(found))
    return found


WORDS = _rules(100, "words = ['kestrel{at}', 'red kite {at}', '红鸢{at}', 'harrier{at}*']")
EXPRESSIONS = _rules(50, r"expressions = ['\bkestrel{at}\b.{{0,30}}\bnest\b']")


def _verdict(pattern: str) -> str:
    begun = time.process_time()
    try:
        Expression(pattern)
        verdict = "taken"
    except Unfit as problem:
        verdict = f"refused: it {problem}"
    return f"{(time.process_time() - begun) * 1000:6.2f} ms  {verdict}"


def _given_up(expression: Expression, text: str) -> None:
    try:
        expression.found(text)
    except Undecided:
        return
    raise AssertionError("it was found out after all")


def _seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


if __name__ == "__main__":
    main()
