"""Looks for regular expressions in a time that grows with the text, and with nothing else.

What guard/automaton.py leaves of an expression is matched as a set of states that goes over the text once,
character by character, each move remembered. A text that makes new moves for ever is given up after a budget.
Knows nothing of rules.

The automaton is Thompson's, its states built as they are met: R. Cox, "Regular Expression Matching Can Be
Simple And Fast", https://swtch.com/~rsc/regexp/regexp1.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sottovoce.guard.automaton import EDGE, WORD, Kind, Unfit, built, holds, kind_of, lower

MOST_NEW = 4_000
"""States that one text may make that no earlier text has made; each costs as much as hundreds of moves."""

KEPT = 1_000
"""States that are remembered; then all are forgotten, and made again as they are met."""

TEST_LENGTH = 1_500
TEST_SHARE = 0.5
"""An expression is tried on texts of its own letters; a new state at every second one is too many."""


class Undecided(Exception):
    """A text is too costly for this expression."""


@dataclass(slots=True)
class _State:
    """What may be going on at a place, and what stood before it. `moves`: by the next character's class."""

    steps: frozenset[int]
    before: Kind
    moves: dict[int, int] = field(default_factory=dict)


HIT = -1


class Expression:
    """One expression, ready to look for. Upper and lower case are the same."""

    def __init__(self, pattern: str) -> None:
        """Raise Unfit for what cannot be looked for safely."""
        self.pattern = pattern
        self._steps = built(pattern)
        self._takers = [step.takes for step in self._steps if step.takes is not None]
        self._classes: dict[str, int] = {}
        self._signatures: dict[tuple[bool, ...], int] = {}
        self._forget()
        self._try()

    def search(self, budget: int = MOST_NEW) -> Search:
        """Return a look through one text, which may come bit by bit."""
        return Search(self, budget)

    def found(self, text: str) -> bool:
        """Return whether it matches anywhere in a whole text. Raises Undecided."""
        search = self.search()
        return search.feed(text) or search.end()

    @property
    def matches_nothing(self) -> bool:
        """Whether it matches the empty text, and with that every place of every text."""
        return self.found("")

    def begin(self) -> _State:
        return self._states[self._start]

    def walk(self, state: _State, text: str, budget: int) -> tuple[_State, int | None, int]:
        """Go over a text; return the state behind it, where a match is known if one is, and what is left.

        The budget is of moves that nobody has made before. Raises Undecided where it is used up.
        """
        classes, states = self._classes, self._states
        number = self._number(state.steps, state.before)  # the states may have been emptied since
        for at, character in enumerate(text):
            kind = classes.get(character)
            if kind is None:
                kind = self._class_of(character)
            then = states[number].moves.get(kind)
            if then is None:
                budget -= 1
                if budget < 0:
                    raise Undecided
                then = self._move(number, kind, character)
                states = self._states
            if then == HIT:
                return states[number], at, budget
            number = then
        return states[number], None, budget

    def ends(self, state: _State) -> bool:
        """Return whether it matches where the text ends."""
        return any(not self._steps[at].to for at in self._closed(state, EDGE))

    def _move(self, state: int, kind: int, character: str) -> int:
        """Return the state after a character, and remember it."""
        here = self._states[state]
        closed = self._closed(here, kind_of(character))
        character = lower(character)
        after: set[int] = set()
        target: int | None = None
        for at in closed:
            step = self._steps[at]
            if not step.to:
                target = HIT
                break
            if step.takes is not None and step.takes(character):
                after.update(step.to)
        if target is None:
            if len(self._states) >= KEPT:
                self._forget()
                here = self._states[self._number(here.steps, here.before)]
            # Wherever it is: the expression may begin anew.
            target = self._number(frozenset(after | {0}), kind_of(character))
        here.moves[kind] = target
        return target

    def _closed(self, state: _State, after: Kind) -> set[int]:
        """Return all the steps that are reached without a character, given what stands on both sides."""
        seen: set[int] = set()
        left = list(state.steps)
        while left:
            at = left.pop()
            if at in seen:
                continue
            step = self._steps[at]
            if step.at and not holds(step.at, state.before, after):
                continue
            seen.add(at)
            if step.takes is None:
                left.extend(step.to)
        return seen

    def _class_of(self, character: str) -> int:
        """Return which characters this one is no different from, to this expression."""
        small = lower(character)
        signature = (kind_of(character) == WORD, *(takes(small) for takes in self._takers))
        number = self._signatures.setdefault(signature, len(self._signatures))
        if len(self._classes) < KEPT:
            self._classes[character] = number
        return number

    def _number(self, steps: frozenset[int], before: Kind) -> int:
        key = (steps, before)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._states)
            self._states.append(_State(steps, before))
        return number

    def _forget(self) -> None:
        self._states: list[_State] = []
        self._numbers: dict[tuple[frozenset[int], Kind], int] = {}
        self._start = self._number(frozenset((0,)), EDGE)

    def _try(self) -> None:
        """Look through texts of the expression's own letters. Raises Unfit where that costs too much."""
        for text in _tests(self.pattern):
            budget = int(TEST_LENGTH * TEST_SHARE)
            at: int | None = 0
            try:
                while text and at is not None:  # also behind a match
                    _, at, budget = self.walk(self.begin(), text, budget)
                    text = text[0 if at is None else at + 1 :]
            except Undecided:
                raise Unfit("can be matched in too many ways; make its repetitions shorter") from None
        self._forget()


class Search:
    """One look through one text."""

    def __init__(self, expression: Expression, budget: int) -> None:
        self._expression = expression
        self._budget = budget
        self._state = expression.begin()

    def feed(self, text: str) -> bool:
        """Return whether a match is known by now. Raises Undecided."""
        self._state, at, self._budget = self._expression.walk(self._state, text, self._budget)
        return at is not None

    def end(self) -> bool:
        """Return whether the text's end makes a match."""
        return self._expression.ends(self._state)


def _tests(pattern: str) -> Iterable[str]:
    """Yield texts that an expression with these letters could stumble over. The same ones each time."""
    letters = [character for character in dict.fromkeys(pattern) if character.isalnum()] or ["a"]
    letters += [" ", "0", "a"]
    yield letters[0] * TEST_LENGTH
    yield "".join(letters)[:40] * (TEST_LENGTH // min(len(letters), 40))
    for several in (letters, letters[:2]):
        number, mixed = 12_345, []
        for _ in range(TEST_LENGTH):
            number = (number * 1_103_515_245 + 12_345) & 0x7FFFFFFF
            mixed.append(several[(number >> 16) % len(several)])
        yield "".join(mixed)
