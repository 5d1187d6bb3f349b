"""sotto eval, on the echo engine: it repeats the question, which is right where that is the answer."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sottovoce.core.paths import Home, open_home
from sottovoce.models import starter
from sottovoce.store import chats, evaluations
from sottovoce.store.db import open_database
from sottovoce.store.evaluations import Evaluation

MINE = """
language = "en"

[[item]]
id = "echoed"
group = "easy"
question = "word"
check = { exact = "word" }

[[item]]
id = "sum"
group = "hard"
question = "What is 1 + 2?"
check = { number = 3 }

[[item]]
id = "kept"
group = "hard"
question = "What is 2 + 2?"
check = { number = 4 }
held_out = true
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(MINE, "utf-8")
    return path


def asked(sotto: Any, *arguments: Any) -> dict[str, Any]:
    shown = sotto("eval", "starter", *arguments, "--json")
    assert shown.code == 0, shown.err
    return dict(json.loads(shown.out))


def test_an_own_set_is_asked_and_scored_with_intervals(sotto: Any, mine: Path) -> None:
    found = asked(sotto, "--set", mine)
    assert (found["model"], found["set"]["name"], found["set"]["items"]) == ("starter", "mine", 3)
    assert (found["all"]["passed"], found["all"]["of"]) == (1, 3)
    assert found["all"]["low"] < found["all"]["share"] < found["all"]["high"]
    assert [(one["group"], one["passed"], one["of"]) for one in found["groups"]] == [
        ("easy", 1, 1),
        ("hard", 0, 2),
    ]
    assert found["held_out"]["of"] == 1
    items = {one["id"]: one for one in found["items"]}
    assert (items["echoed"]["passed"], items["echoed"]["wrong"], items["echoed"]["answer"]) == (
        True,
        None,
        "word",
    )
    assert items["sum"]["wrong"] == "only repeats the question"


def test_it_is_shown_as_a_table_and_what_was_wrong_on_demand(sotto: Any, mine: Path) -> None:
    shown = sotto("eval", "starter", "--set", mine)
    assert shown.code == 0
    assert [line.split()[0] for line in shown.out.splitlines()] == ["GROUP", "easy", "hard", "all", "held"]
    assert "1 of 3" in shown.out
    assert "3 questions of the set mine, version 1." in shown.err
    assert f"sotto eval starter --set {mine} --wrong" in shown.err
    wrong = sotto("eval", "starter", "--set", mine, "--wrong")
    assert "sum  What is 1 + 2?" in wrong.out
    assert "echoed  " not in wrong.out


def test_nothing_is_asked_twice_until_that_is_wished(sotto: Any, mine: Path, tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    asked(sotto, "--set", mine)
    before = times(home)
    asked(sotto, "--set", mine)
    assert times(home) == before
    assert len(before) == 3
    asked(sotto, "--set", mine, "--again")
    assert all(later > earlier for later, earlier in zip(times(home), before, strict=True))


def times(home: Home) -> list[float]:
    with closing(open_database(home)) as database:
        rows = database.look(
            lambda conn: list(conn.execute("SELECT asked FROM eval_answers ORDER BY question"))
        )
    return [at for (at,) in rows]


def test_no_chat_is_kept(sotto: Any, mine: Path, tmp_path: Path) -> None:
    asked(sotto, "--set", mine)
    with closing(open_database(open_home(tmp_path / "home"))) as database:
        assert database.look(lambda conn: chats.listed(conn, "me")) == []


def test_a_group_and_a_limit_choose(sotto: Any, mine: Path) -> None:
    assert {one["id"] for one in asked(sotto, "--set", mine, "--group", "hard")["items"]} == {"sum", "kept"}
    first = asked(sotto, "--limit", 10)
    assert len(first["items"]) == 10
    assert [one["id"] for one in asked(sotto, "--limit", 10)["items"]] == [
        one["id"] for one in first["items"]
    ]
    assert first["set"] == asked(sotto, "--limit", 1)["set"]


def test_what_was_forgotten_leaves_no_byte(sotto: Any, mine: Path, tmp_path: Path) -> None:
    mine.write_text(MINE.replace('"word"', '"marmalade-of-tuesday"'), "utf-8")
    asked(sotto, "--set", mine)
    home = tmp_path / "home"

    def places() -> list[str]:
        files = [path for path in home.rglob("*") if path.is_file() and path != mine]
        return [path.name for path in files if b"marmalade-of-tuesday" in path.read_bytes()]

    assert places(), "it is kept, and as it is"
    shown = sotto("eval", "starter", "--forget")
    assert (shown.code, shown.out) == (0, "")
    assert "3 answers of starter" in shown.err
    assert places() == []


def test_the_score_stands_beside_speed(sotto: Any, measured_home: Home) -> None:
    """The echo engine has a digest of its own, so that what it says is no score of the starter."""
    assert asked(sotto, "--limit", 5)["digest"] == "0" * 64
    (row,) = json.loads(sotto("fit", "starter", "--json").out)
    assert row["evaluated"] is None
    groups = {"facts": (20, 64), "honesty": (3, 64)}
    found = Evaluation(starter.SHA256, "sottovoce", 1, "d" * 64, 320, 128, 23, groups, 60.0, 900, 5.0)
    with closing(open_database(measured_home)) as database:
        database.call(lambda conn: evaluations.note(conn, found))
    (row,) = json.loads(sotto("fit", "starter", "--json").out)
    assert (row["evaluated"]["passed"], row["evaluated"]["asked"]) == (23, 128)
    assert "right 18% (12%–26%)" in sotto("fit", "starter").out
    shown = sotto("models", "show", "starter")
    assert "23 of 128 of the 320 questions" in shown.out
    assert "facts 20 of 64" in shown.out
    assert (
        json.loads(sotto("models", "show", "starter", "--json").out)["evaluated"]["groups"]["facts"]["of"]
        == 64
    )


def test_a_score_of_one_group_is_none_of_the_model(sotto: Any, tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")

    def known() -> Evaluation | None:
        with closing(open_database(home)) as database:
            return database.look(lambda conn: evaluations.of(conn, "0" * 64, "sottovoce"))

    asked(sotto, "--group", "facts", "--limit", 3)
    assert known() is None
    asked(sotto, "--limit", 6)
    found = known()
    assert found is not None
    assert (found.asked, found.items) == (6, 320)


def test_a_variant_answers_with_what_it_brings_and_has_no_score_of_its_model(
    sotto: Any, mine: Path, tmp_path: Path
) -> None:
    home = open_home(tmp_path / "home")
    options = ("--model", "starter", "--system", "Be brief.", "--set", "temperature=0.3")
    assert sotto("variants", "add", "clerk", *options).code == 0
    shown = sotto("eval", "clerk", "--limit", "4", "--json")
    assert shown.code == 0, shown.err
    with closing(open_database(home)) as database:
        kept = database.look(lambda conn: list(conn.execute("SELECT DISTINCT settings FROM eval_answers")))
        assert kept == [('{"system": "Be brief.", "temperature": 0.3}',)]
        assert database.look(lambda conn: evaluations.of(conn, "0" * 64, "sottovoce")) is None
    assert sotto("compare", "starter", "clerk", "Why?").code == 0


def test_how_far_it_is_is_told_on_the_way(sotto: Any) -> None:
    shown = sotto("eval", "starter", "--limit", 20)
    assert "starter: 10 of 20 questions" in shown.err
    assert "starter: 20 of 20 questions" in shown.err


def test_the_program_loads_no_questions_before_they_are_asked_for() -> None:
    probe = """import sys
import sottovoce.cli.main, sottovoce.cli.fit, sottovoce.cli.models, sottovoce.cli.eval, sottovoce.cli.compare
print([name for name in sys.modules if name.startswith("sottovoce.evals")])"""
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("no-such-model",), "There is no model named 'no-such-model'"),
        (("starter", "--group", "cooking"), "There is no group 'cooking' in the set sottovoce."),
        (("starter", "--limit", "0"), "--limit"),
        (("starter", "--set", "nowhere.toml"), "nowhere.toml cannot be read"),
    ],
)
def test_what_cannot_be_asked_is_told_with_the_next_step(
    sotto: Any, arguments: tuple[str, ...], words: str
) -> None:
    shown = sotto("eval", *arguments)
    assert (shown.code, shown.out) == (2, "")
    assert words in shown.err
    assert "hint: " in shown.err


def test_a_set_that_cannot_be_used_is_told_in_a_sentence(sotto: Any, mine: Path) -> None:
    mine.write_text(MINE.replace("exact", "regex"), "utf-8")
    shown = sotto("eval", "starter", "--set", mine)
    assert (shown.code, shown.out) == (2, "")
    assert shown.err.startswith(
        "The set mine.toml cannot be used: item 1 (echoed), line 4: there is no check 'regex'"
    )


def test_forgetting_takes_no_set(sotto: Any, tmp_path: Path) -> None:
    for words in (("--group", "facts"), ("--limit", 1)):
        refused = sotto("eval", "starter", "--forget", *words)
        assert refused.code == 2
        assert "--forget forgets all that a model answered here, whatever the set." in refused.err
