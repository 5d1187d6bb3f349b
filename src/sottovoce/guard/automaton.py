"""What an expression is made of: of Python's, the part that is regular, as the states of an automaton.

Parsed by Python's own parser, and refused in a phrase where it holds what no automaton can do, or would need
too many states. Knows nothing of texts: see guard/expressions.py.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from re import _constants as codes  # type: ignore[attr-defined]  # the standard parser, untyped
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

LONGEST = 500
"""Characters of an expression."""

MOST_STATES = 600
"""Of the automaton: what is repeated so many times is there so many times."""

Kind = int
EDGE, WORD, OTHER = 0, 1, 2
"""What stands beside a place in a text: nothing, a letter of a word, or something else."""

Matches = Callable[[str], bool]


class Unfit(ValueError):
    """Why an expression is refused, as a phrase that goes on after "it"."""


@dataclass(frozen=True, slots=True)
class Step:
    """One state of the automaton: takes a character (`takes`), or holds at a place (`at`), and goes on.

    With neither it only goes on. `to` are the states behind it; none: the expression has matched.
    """

    takes: Matches | None = None
    at: str = ""
    to: tuple[int, ...] = ()


def built(pattern: str) -> tuple[Step, ...]:
    """Return the states of an expression; the first is where it begins. Raises Unfit."""
    return _Builder().build(pattern)


def kind_of(character: str) -> Kind:
    return WORD if character.isalnum() or character == "_" else OTHER


def holds(at: str, before: Kind, after: Kind) -> bool:
    match at:
        case "start":
            return before == EDGE
        case "end":
            return after == EDGE
        case _:
            is_boundary = (before == WORD) != (after == WORD)
            return is_boundary if at == "boundary" else not is_boundary


class _Builder:
    """Builds the automaton of a parsed expression, from its end to its beginning."""

    def __init__(self) -> None:
        self._steps: list[Step] = []

    def build(self, pattern: str) -> tuple[Step, ...]:
        """Return the states; where it has matched are those that go nowhere. Raises Unfit."""
        if len(pattern) > LONGEST:
            raise Unfit(f"is longer than {LONGEST} characters")
        parsed = _parsed(pattern)
        self._steps.append(Step())  # kept free for the beginning
        end = self._add(Step())
        begin = self._sequence(parsed, end)
        self._steps[0] = Step(to=(begin,))
        return tuple(self._steps)

    def _add(self, step: Step) -> int:
        if len(self._steps) >= MOST_STATES:
            raise Unfit(f"needs more than {MOST_STATES} states; make its repetitions shorter")
        self._steps.append(step)
        return len(self._steps) - 1

    def _sequence(self, parts: Sequence[Any], then: int) -> int:
        for op, argument in reversed(list(parts)):
            then = self._part(op, argument, then)
        return then

    def _part(self, op: Any, argument: Any, then: int) -> int:
        """Add one part that goes on to `then`; return where it begins."""
        if op is codes.SUBPATTERN:
            _, added, removed, inner = argument
            if added or removed:
                raise Unfit("changes its flags inside a group; leave that out")
            return self._sequence(inner, then)
        if op is codes.BRANCH:
            return self._add(Step(to=tuple(self._sequence(branch, then) for branch in argument[1])))
        if op in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            least, most, inner = argument
            return self._repeat(least, most, inner, then)
        if op is codes.AT:
            return self._add(Step(at=_place(argument), to=(then,)))
        return self._add(Step(takes=_taker(op, argument), to=(then,)))

    def _repeat(self, least: int, most: int, inner: Any, then: int) -> int:
        if _repeats(inner) and most > 1:
            raise Unfit("repeats what is repeated already, as in (a+)+; write it with one repetition")
        if most is codes.MAXREPEAT:
            again = self._add(Step())  # filled in below: it is its own end
            begin = self._sequence(inner, again)
            self._steps[again] = Step(to=(begin, then))
            then = again
        else:
            for _ in range(most - least):
                then = self._add(Step(to=(self._sequence(inner, then), then)))
        for _ in range(least):
            then = self._sequence(inner, then)
        return then


def _parsed(pattern: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what Python will read in another way one day
            # Upper and lower case are the same, so the letters are looked for in lower case.
            parsed = parser.parse(pattern)
    except re.error as problem:
        where = "" if problem.pos is None else f" at character {problem.pos + 1}"
        raise Unfit(f"cannot be read: {problem.msg}{where}") from None
    except (Warning, OverflowError, RecursionError):
        raise Unfit("cannot be read") from None
    if parsed.state.flags & ~(re.UNICODE | re.IGNORECASE):
        raise Unfit("sets flags; upper and lower case are the same here anyway")
    return parsed


def _repeats(parts: Any) -> bool:
    """Return whether something inside is repeated without an end, or often."""
    for op, argument in parts:
        if op in (codes.MAX_REPEAT, codes.MIN_REPEAT) and argument[1] > 1:
            return True
        if op is codes.SUBPATTERN and _repeats(argument[3]):
            return True
        if op is codes.BRANCH and any(_repeats(branch) for branch in argument[1]):
            return True
    return False


def _place(at: Any) -> str:
    places = {
        codes.AT_BEGINNING: "start",
        codes.AT_BEGINNING_STRING: "start",
        codes.AT_END: "end",
        codes.AT_END_STRING: "end",
        codes.AT_BOUNDARY: "boundary",
        codes.AT_NON_BOUNDARY: "inside",
    }
    return places[at]


def _taker(op: Any, argument: Any) -> Matches:
    """Return what tells whether a character, in lower case, is taken. Raises Unfit."""
    if op is codes.LITERAL:
        wanted = lower(chr(argument))
        return lambda character: character == wanted
    if op is codes.NOT_LITERAL:
        unwanted = lower(chr(argument))
        return lambda character: character != unwanted
    if op is codes.ANY:
        return lambda character: character != "\n"
    if op is codes.IN:
        return _set(argument)
    reasons = {
        codes.GROUPREF: "uses a group again, as in (a)\\1",
        codes.GROUPREF_EXISTS: "depends on a group",
        codes.ASSERT: "looks around itself, as in (?=a) or (?<=a)",
        codes.ASSERT_NOT: "looks around itself, as in (?!a) or (?<!a)",
        codes.ATOMIC_GROUP: "has an atomic group; leave it out, nothing here tries twice",
        codes.POSSESSIVE_REPEAT: "has a possessive repetition; write + for ++",
    }
    raise Unfit(reasons.get(op, "holds what cannot be looked for here"))


def _set(items: Sequence[Any]) -> Matches:
    negated = bool(items) and items[0][0] is codes.NEGATE
    tests = [_item(op, argument) for op, argument in items if op is not codes.NEGATE]
    if negated:
        return lambda character: not any(test(character) for test in tests)
    return lambda character: any(test(character) for test in tests)


def _item(op: Any, argument: Any) -> Matches:
    if op is codes.LITERAL:
        return _taker(op, argument)
    if op is codes.RANGE:
        low, high = argument
        # [A-Z] holds the small letters as well.
        return lambda character: (
            low <= ord(character) <= high
            or (len(character.upper()) == 1 and low <= ord(character.upper()) <= high)
        )
    return _CATEGORIES[argument]


def lower(character: str) -> str:
    small = character.lower()
    return small if len(small) == 1 else character


def _is_word(character: str) -> bool:
    return kind_of(character) == WORD


_CATEGORIES: dict[Any, Matches] = {
    codes.CATEGORY_DIGIT: str.isdecimal,
    codes.CATEGORY_NOT_DIGIT: lambda character: not character.isdecimal(),
    codes.CATEGORY_SPACE: str.isspace,
    codes.CATEGORY_NOT_SPACE: lambda character: not character.isspace(),
    codes.CATEGORY_WORD: _is_word,
    codes.CATEGORY_NOT_WORD: lambda character: not _is_word(character),
}
