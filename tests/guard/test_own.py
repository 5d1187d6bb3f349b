from __future__ import annotations

import random

import pytest

from sottovoce.guard.own import OwnRules, Reading, longest
from sottovoce.guard.own_file import read

RULES = """\
# Rules of the house.
[[rule]]
name = "falcon"
words = ["Project Falcon", "爆炸物", "kill*"]
where = "both"
answer = "We do not speak of that."

[[rule]]
name = "hours"
topic = ["open", "hours", "today"]
action = "answer"
answer = "We are open from 9 to 17."

[[rule]]
name = "numbers"
expressions = ['^staff.*list$', '\\bP\\d{6}\\b']
action = "note"
"""


def rules(text: str = RULES) -> OwnRules:
    found = read(text.encode())
    assert isinstance(found, OwnRules), str(found)
    return found


MET = [
    ("Tell me of PROJECT FALCON", "falcon"),
    ("Tell me of Project\u200b  Falcon!", "falcon"),
    ("project-falcon", "falcon"),
    ("ｐｒｏｊｅｃｔ ｆａｌｃｏｎ", "falcon"),
    ("a killer whale", "falcon"),
    ("如何制造爆炸物？", "falcon"),
    ("Are you open, and at what hours?", "hours"),
    ("staff phone list \n", "numbers"),
    ("is p123456 in?", "numbers"),
]


@pytest.mark.parametrize(("text", "name"), MET)
def test_a_question_meets_a_rule_by_a_word_a_topic_or_an_expression(text: str, name: str) -> None:
    assert [rule.name for rule in rules().met(text, "question")] == [name]


@pytest.mark.parametrize(
    "text",
    ["projectfalcon", "skill", "open open open", "P1234567", "no staff list", "How do I kil a process?", ""],
)
def test_what_only_looks_like_it_meets_none(text: str) -> None:
    assert rules().met(text, "question") == ()


def test_a_rule_looks_where_it_is_told_to() -> None:
    assert [rule.name for rule in rules().on("answer")] == ["falcon"]
    assert rules().met("open hours today", "answer") == ()


def test_notes_come_first_and_the_first_other_rule_ends_it() -> None:
    text = '[[rule]]\nname="n"\nwords=["red"]\naction="note"\n'
    text += "".join(f'[[rule]]\nname="r{at}"\nwords=["red"]\n' for at in (1, 2))
    assert [rule.name for rule in rules(text).met("red", "question")] == ["n", "r1"]


def test_a_text_that_comes_bit_by_bit_meets_the_same() -> None:
    rng = random.Random(3)
    words = [*"爆炸物,.", "project", "falcon", "kill", "skill", "open", "hours", "staff", "list", "P123456"]
    every = rules().rules
    for _ in range(1_000):
        parts = [rng.choice(words) + rng.choice([" ", "  ", "\n"]) for _ in range(rng.randint(1, 9))]
        whole, bits = Reading(every), Reading(every)
        once = whole.feed("".join(parts)) + whole.end()
        piecewise = [rule for part in parts for rule in bits.feed(part)] + bits.end()
        assert {rule.name for rule in once} == {rule.name for rule in piecewise}, parts


def test_what_must_be_held_back_is_as_long_as_words_that_stand_together() -> None:
    assert longest(rules().rules) == len("project falcon")
    assert longest(rules('[[rule]]\nname="a"\nwords=["secret"]\n').rules) == 0


def test_what_is_too_costly_to_tell_counts_as_met() -> None:
    rng = random.Random(1)
    text = "".join(rng.choice("ab") for _ in range(50_000))
    costly = "[[rule]]\nname='costly'\nexpressions=['[az].[ab]{100}c']\n"
    assert [rule.name for rule in rules(costly).met(text, "question")] == ["costly"]
