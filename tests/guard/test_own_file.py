from __future__ import annotations

import pytest

from sottovoce.core.ruled import Wrong
from sottovoce.guard.own import OwnRules
from sottovoce.guard.own_file import LARGEST, read

RULES = """\
# Rules of the house.
[[rule]]
name = "falcon"
words = ["Project Falcon"]

[[rule]]
name = "hours"
topic = ["open", "hours", "today"]
"""


def rules(text: str) -> OwnRules:
    found = read(text.encode())
    assert isinstance(found, OwnRules), str(found)
    return found


def wrong(data: str | bytes) -> Wrong:
    found = read(data if isinstance(data, bytes) else data.encode())
    assert isinstance(found, Wrong)
    return found


WRONG = [
    ('[[rule]]\nname="a"\nwords=["x"]\ncolour="red"\n', 4, "A rule has no 'colour'"),
    ('title="x"\n[[rule]]\nname="a"\nwords=["x"]\n', 1, "There is no 'title' here"),
    ("rule = 3\n", 1, "begins with [[rule]]"),
    ('[rule]\nname="a"\n', 1, "begins with [[rule]]"),
    ('[[rule]]\nwords=["x"]\n', 1, "needs a name"),
    ('[[rule]]\nname="a"\n', 1, "looks for nothing"),
    ('[[rule]]\nname="a"\nwords="x"\n', 3, "words is a list of texts"),
    ('[[rule]]\nname="a"\nwords=["x", 1]\n', 3, "words is a list of texts"),
    ('[[rule]]\nname="a"\nwords=["..."]\n', 3, "which is no word"),
    ('[[rule]]\nname="a"\nwords=["*"]\n', 3, "which is no word"),
    ('[[rule]]\nname="a"\n\nwords=["x"]\naction="answer"\n', 1, "needs an answer"),
    ('[[rule]]\nname="a"\nwords=["x"]\naction="kill"\n', 4, "action is one of refuse, answer, note"),
    ('[[rule]]\nname="a"\nwords=["x"]\nwhere="here"\n', 4, "where is one of question, answer, both"),
    ('[[rule]]\nname="a"\nwords=["x"]\nwhere=["both"]\n', 4, "where is one of"),
    ('[[rule]]\nname="a"\ntopic=["x"]\n', 3, "never has 2 of its 1"),
    ('[[rule]]\nname="a"\ntopic=["x","y"]\nat_least=0\n', 4, "whole number from 1"),
    ('[[rule]]\nname="a"\ntopic=["x","y"]\nat_least=true\n', 4, "whole number from 1"),
    ('[[rule]]\nname="a"\nwords=["x"]\nat_least=2\n', 4, "goes with a topic"),
    ('[[rule]]\nname="a"\nwords=["x"]\n[[rule]]\nname="a"\nwords=["y"]\n', 5, "another rule named 'a'"),
    ('[[rule]]\nname="a"\nexpressions=[\n  "fine",\n  \'(a+)+$\',\n]\n', 5, "(a+)+$ is refused: it repeats"),
    ('[[rule]]\nname="a"\nexpressions=[\n  "\\\\bfine",\n  "\\\\d*",\n]\n', 5, "matches an empty text"),
    (
        '[[rule]]\nname="a"\nwords=["x"]\n[[rule]]\nname="all"\nexpressions=["."]\n',
        4,
        "acts on almost everything",
    ),
    ('[[rule]]\nname="all"\nexpressions=["[a-z]+"]\n', 1, "acts on almost everything: on 8 of 8"),
    ('[[rule]]\nname="all"\nwords=["的", "我"]\n', 1, "acts on almost everything"),
    (
        '[[rule]]\nname="all"\nwords=["the"]\n[[rule]]\nname="b"\nwords=["is"]\n',
        1,
        "acts on almost everything",
    ),
    ('[[rule]]\nname="half\n', 2, "It is not TOML"),
    ('[[rule]]\nname="a"\nwords=["x"', 3, "It is not TOML"),
    ('[[rule]]\nname="a\u0007b"\nwords=["x"]', 2, "It is not TOML"),
    ('[[rule]]\nname="a\\nb"\nwords=["x"]', 2, "one line"),
    (b'[[rule]]\nname="caf\xe9"\n', 2, "It is not UTF-8"),
    ('[[rule]]\nname="a"\n'.encode("utf-16"), None, "saved as UTF-16"),
    (b"#" * (LARGEST + 1), None, "at most 262,144"),
    ("a=" + "[" * 5_000, None, "nested"),
    ('[[rule]]\nname="a"\nwords=["' + "x" * 101 + '"]\n', 3, "at most 100"),
    ('[[rule]]\nname="a"\nwords=["x"]\nanswer="' + "x" * 4_001 + '"\n', 4, "at most 4,000"),
    ("".join(f'[[rule]]\nname="{at}"\nwords=["x"]\n' for at in range(201)), None, "at most 200"),
    ('[[rule]]\nname="a"\nexpressions=[' + '"x1",' * 51 + "]\n", 3, "at most 50"),
]


@pytest.mark.parametrize(("data", "line", "sentence"), WRONG)
def test_what_is_wrong_is_said_in_a_sentence_with_its_line(
    data: str | bytes, line: int | None, sentence: str
) -> None:
    found = wrong(data)
    assert sentence in found.sentence
    assert found.line == line


def test_a_rule_within_a_text_is_no_rule() -> None:
    text = '[[rule]]\nname = "a"\nanswer = """\n[[rule]]\n"""\nwords = ["red"]\n'
    text += '[[rule]]\nname = "b"\nwords = ["."]\n'
    assert wrong(text).line == 9


def test_no_rules_are_fine() -> None:
    assert rules("").rules == ()
    assert rules("# none\n").rules == ()


def test_a_file_from_windows_is_read() -> None:
    text = "\ufeff" + RULES.replace("\n", "\r\n")
    assert [rule.line for rule in rules(text).rules] == [2, 6]
