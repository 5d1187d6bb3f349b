from __future__ import annotations

import random
import re

import pytest

from sottovoce.guard.automaton import LONGEST, Unfit
from sottovoce.guard.expressions import KEPT, Expression, Undecided

REFUSED = [
    ("(a+)+$", "repeats what is repeated"),
    ("(a*)*", "repeats what is repeated"),
    ("(a|b{2,5})+", "repeats what is repeated"),
    ("((ab?){3}){3}", "repeats what is repeated"),
    (r"(a)\1", "uses a group again"),
    (r"(?P<x>a)(?P=x)", "uses a group again"),
    ("(a)?(?(1)b|c)", "depends on a group"),
    ("(?=a)b", "looks around"),
    ("(?!a)b", "looks around"),
    ("(?<=a)b", "looks around"),
    ("(?<!a)b", "looks around"),
    ("(?>ab)", "atomic"),
    ("a++b", "possessive"),
    ("(?m)^a", "flags"),
    ("(?i:a)b", "flags"),
    ("x{1000}", "more than 600 states"),
    ("a{999999999999}", "cannot be read"),
    ("[", "cannot be read: unterminated character set at character 1"),
    ("a[ab]{100}c", "too many ways"),
    ("a.{100}b", "too many ways"),
    ("a" * (LONGEST + 1), "longer than"),
]


@pytest.mark.parametrize(("pattern", "reason"), REFUSED)
def test_what_may_explode_or_is_not_regular_is_refused(pattern: str, reason: str) -> None:
    with pytest.raises(Unfit, match=re.escape(reason)):
        Expression(pattern)


FOUND = [
    (r"\bbomb\b", "A BOMB.", True),
    (r"\bbomb\b", "bombastic", False),
    (r"colou?r", "the Color", True),
    (r"^start", "start it", True),
    (r"^start", "we start", False),
    (r"end$", "the end", True),
    (r"end$", "ends", False),
    (r"\d{11}", "call 13812345678", True),
    (r"\d{11}", "call 1381234567", False),
    (r"bomb.{0,20}make", "a bomb that I can make", True),
    (r"bomb.{0,5}make", "a bomb that I can make", False),
    ("制造.{0,4}炸弹", "怎样制造一个炸弹", True),
    ("[A-F]{3}", "xabcx", True),
    ("[^a-z ]", "plain words", False),
    (r"\w+@\w+\.\w+", "write to me@home.example", True),
    (r"a\Bb", "ab", True),
    ("(cat|dog)s?!", "DOGS!", True),
]


@pytest.mark.parametrize(("pattern", "text", "is_found"), FOUND)
def test_an_expression_is_found_where_it_stands(pattern: str, text: str, is_found: bool) -> None:
    assert Expression(pattern).found(text) is is_found


ATOMS = [*"abcA.^$é中", r"\d", "[ab]", "[^a]", r"\w", r"\b", r"\s", r"\W", "[A-B]", "[^A-B]"]


def _pattern(rng: random.Random, depth: int = 0) -> str:
    chance = rng.random()
    if chance < 0.4 or depth > 3:
        return rng.choice(ATOMS)
    if chance < 0.7:
        return _pattern(rng, depth + 1) + _pattern(rng, depth + 1)
    if chance < 0.85:
        return f"(?:{_pattern(rng, depth + 1)}|{_pattern(rng, depth + 1)})"
    return f"(?:{_pattern(rng, depth + 1)})" + rng.choice(["*", "+", "?", "{2}", "{1,3}", "*?"])


def test_it_finds_what_pythons_own_matcher_finds() -> None:
    rng = random.Random(20)
    compared = 0
    while compared < 2_000:
        pattern = _pattern(rng)
        try:
            expression = Expression(pattern)
        except Unfit:
            continue
        for _ in range(10):
            # Python's $ also stands before a last line's end.
            text = "".join(rng.choice("aAbc1 é中_\n") for _ in range(rng.randint(0, 9))).rstrip("\n")
            compared += 1
            assert expression.found(text) == (re.search(pattern, text, re.IGNORECASE) is not None), (
                pattern,
                text,
            )


def test_bit_by_bit_it_finds_the_same() -> None:
    expression = Expression(r"\bab+c$")
    search = expression.search()
    assert not any([search.feed("x a"), search.feed("bb"), search.feed("c")])
    assert search.end()
    search = expression.search()
    search.feed("x ab")
    search.feed("c d")
    assert not search.end()


def test_a_search_goes_on_though_another_text_had_its_states_forgotten() -> None:
    rng = random.Random(1)
    expression = Expression("[az].[ab]{100}c")
    search = expression.search()
    search.feed("zz" + "a" * 50)
    assert not expression.found("".join(rng.choice("ab") for _ in range(KEPT * 2)))
    assert not search.feed("a" * 50 + "c")
    assert search.feed(" ")


def test_a_text_that_makes_new_states_for_ever_is_given_up() -> None:
    rng = random.Random(1)
    expression = Expression("[az].[ab]{100}c")  # its letters do not tell how bad it is
    with pytest.raises(Undecided):
        expression.found("".join(rng.choice("ab") for _ in range(100_000)))


def test_what_matches_an_empty_text_says_so() -> None:
    assert Expression("x*").matches_nothing
    assert Expression("^$").matches_nothing
    assert not Expression("x+").matches_nothing
