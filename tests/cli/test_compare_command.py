"""sotto compare, on the echo engine."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from gguf_samples import language_model

from sottovoce.cli._show import cells
from sottovoce.cli.compare import NARROW, beside
from sottovoce.core.paths import open_home
from sottovoce.store.db import open_database

MINE = """
[[item]]
id = "echoed"
question = "a b c"
check = { exact = "a b c" }

[[item]]
id = "cut"
question = "word"
check = { exact = "word" }
"""


@pytest.fixture
def other(tmp_path: Path) -> str:
    language_model().write(open_home(tmp_path / "home").models / "other.gguf")
    return "other"


def test_questions_of_ones_own_are_answered_by_both(sotto: Any, other: str) -> None:
    shown = sotto("compare", "starter", other, "Why is the sky blue?", "And the sea?")
    assert shown.code == 0, shown.err
    lines = shown.out.splitlines()
    assert lines[0] == "Why is the sky blue?"
    assert [line.partition(",")[0] for line in lines if line.startswith("[")] == ["[starter", "[other"] * 2
    assert lines.count("And the sea?") == 3


def test_settings_stand_behind_the_name(sotto: Any) -> None:
    found = json.loads(sotto("compare", "starter", "starter:max_tokens=2", "one two three", "--json").out)
    (pair,) = found["questions"]
    assert (pair["a"]["answer"], pair["b"]["answer"], pair["same"]) == ("one two three", "one two", False)
    assert found["a"]["settings"] == "{}"
    assert found["difference"] is None
    assert pair["a"]["passed"] is None


def test_on_a_set_the_difference_is_told_with_its_interval(sotto: Any, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(MINE, "utf-8")
    options = ("compare", "starter", "starter:max_tokens=1", "--set", mine)
    found = json.loads(sotto(*options, "--json").out)["difference"]
    assert (found["of"], found["both"], found["only_a"], found["only_b"]) == (2, 1, 1, 0)
    assert found["difference"] == -0.5
    assert found["low"] < -0.5 < found["high"]
    shown = sotto(*options)
    assert "echoed  a b c" in shown.out
    assert "cut  word" not in shown.out, "both were right there"
    assert shown.out.splitlines()[-1].split()[:4] == ["all", "2", "2", "1"]
    assert "No difference to be seen" in shown.err


def test_the_shipped_set_is_asked_where_nothing_else_is_said(sotto: Any, other: str) -> None:
    found = json.loads(sotto("compare", "starter", other, "--limit", "12", "--json").out)
    assert found["difference"]["of"] == 12
    assert all(pair["same"] for pair in found["questions"])


def test_answers_to_ones_own_questions_are_not_kept(sotto: Any, other: str, tmp_path: Path) -> None:
    sotto("compare", "starter", other, "marmalade-of-tuesday")
    with closing(open_database(open_home(tmp_path / "home"))) as database:
        assert database.look(lambda conn: conn.execute("SELECT count(*) FROM eval_answers").fetchone()) == (
            0,
        )
    for path in (tmp_path / "home").rglob("*"):
        assert not path.is_file() or b"marmalade-of-tuesday" not in path.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("starter", "starter"), "A and B are the same."),
        (("starter", "starter", "Why?"), "A and B are the same."),
        (("starter", "nobody", "Why?"), "There is no model named 'nobody'"),
        (("nobody", "starter", "Why?"), "There is no model named 'nobody'"),
        (("starter", "starter:heat=2", "Why?"), "There is no setting 'heat'"),
        (("starter", "starter:temperature=7", "Why?"), "temperature takes a number"),
        (("starter", "starter:seed=1", " "), "There is no question."),
        (("starter", "starter:seed=1", "x" * 200_001), "A question has 200,001 characters"),
        (("starter", "starter:seed=1", "Why?", "--limit", "3"), "Questions are given, and a set as well."),
    ],
)
def test_what_cannot_be_compared_is_told_with_the_next_step(sotto: Any, arguments: Any, words: str) -> None:
    shown = sotto("compare", *arguments)
    assert (shown.code, shown.out) == (2, "")
    assert words in shown.err
    assert "hint: " in shown.err
    assert len(shown.err) < 600


HEADS, TEXTS = ("A", "B"), ("一二三四五六七八九十" * 20, "A longer answer. " * 20)


@pytest.mark.parametrize("columns", [20, 40, 80, NARROW, 120, 200])
def test_no_line_is_wider_than_the_terminal(columns: int) -> None:
    lines = beside(HEADS, TEXTS, columns)
    assert max(map(cells, lines)) <= columns
    assert "".join(lines).count("十") == 20


def test_two_columns_stand_beside_each_other_and_where_it_is_narrow_below() -> None:
    wide = beside(HEADS, ("one\ntwo\nthree", "four"), 100)
    assert wide[0].split() == ["[A]", "[B]"]
    assert wide[1].split() == ["one", "four"]
    assert wide[3].split() == ["three"]
    assert beside(HEADS, ("one", "four"), 80) == ["[A]", "one", "[B]", "four"]


def test_answers_begin_on_the_same_line_also_where_one_head_is_longer() -> None:
    lines = beside(("A", "B " * 40), ("one", "two"), 100)
    assert lines[-1].split() == ["one", "two"]
    assert len(lines) == 3
    assert all(line == line.rstrip() for line in lines)


def test_what_a_terminal_would_obey_is_taken_out() -> None:
    assert "\x1b" not in "".join(beside(HEADS, ("\x1b[2Jone", "two"), 100))
