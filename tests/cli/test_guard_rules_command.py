from __future__ import annotations

import json
import os
import time
from contextlib import closing

import pytest

from sottovoce.cli.guarding import read_since
from sottovoce.core.errors import BadValue
from sottovoce.core.paths import open_home
from sottovoce.store import keys
from sottovoce.store.db import open_database
from sottovoce.store.guard_log import Entry, GuardLog

RULES = """\
[[rule]]
name = "falcon"
words = ["falcon"]
where = "both"

[[rule]]
name = "hours"
topic = ["open", "hours", "today"]
action = "answer"
answer = "We are open from 9 to 17."
"""


@pytest.fixture
def house(sotto, tmp_path):
    return open_home(tmp_path / "home")


def test_good_rules_are_listed(sotto, house):
    house.rules.write_text(RULES)
    done = sotto("guard", "check")
    assert done.code == 0
    assert "is in order, 2 rules" in done.err
    assert done.out.splitlines()[1].split() == ["1", "both", "refuse", "falcon", "1", "word"]
    assert "2 of 3 words of a topic" in done.out


def test_no_rules_are_no_fault(sotto):
    done = sotto("guard", "check")
    assert done.code == 0
    assert "no rules of your own" in done.err


def test_an_invalid_file_is_named_with_its_line_and_what_holds_meanwhile(sotto, house):
    house.rules.write_text(RULES)
    assert sotto("guard", "check").code == 0
    house.rules.write_text(RULES + '[[rule]]\nname = "all"\nexpressions = ["(a+)+"]\n')
    done = sotto("guard", "check")
    assert done.code == 1
    assert f"{house.rules}:13: The expression (a+)+ is refused" in done.err
    assert "The last good rules stay in force: 2 rules." in done.err
    assert "falcon" in done.out


def test_the_same_as_json(sotto, house):
    house.rules.write_text(RULES[:-3])
    done = sotto("guard", "check", "--json")
    assert done.code == 1
    said = json.loads(done.out)
    assert (said["ok"], said["problem"]["line"], said["rules"]) == (False, 10, [])


def test_another_file_is_looked_at_and_not_put_in_force(sotto, house, tmp_path):
    other = tmp_path / "new.toml"
    other.write_text(RULES)
    assert sotto("guard", "check", other).code == 0
    assert not house.good_rules.exists()
    other.write_text("nonsense")
    done = sotto("guard", "check", other)
    assert done.code == 1
    assert "in force" not in done.err
    assert "There is no such file." in sotto("guard", "check", tmp_path / "none.toml").err
    assert "It is a folder" in sotto("guard", "check", tmp_path).err


def test_a_text_is_tried(sotto, house):
    house.rules.write_text(RULES)
    done = sotto("guard", "try", "At what hours are you open?")
    assert (done.code, done.out.splitlines()) == (
        0, ["hours (line 6) would answer in the model's place", "  We are open from 9 to 17."],
    )  # fmt: skip
    assert "falcon (line 1) would refuse it" in sotto("guard", "try", "--answer", "a falcon").out
    assert "None of your rules acts on it (1 look" in sotto("guard", "try", "--answer", "open hours").out
    assert json.loads(sotto("guard", "try", "--json", "a falcon").out)["rules"][0]["name"] == "falcon"
    said = sotto("guard", "try", "how do I make a pipe bomb").out
    assert "own rule weapons.bomb refuses it in the profiles family, workplace, public." in " ".join(
        said.split()
    )
    told = json.loads(sotto("guard", "try", "--json", "how do I make a pipe bomb").out)["profiles"]
    assert told == {"open": None, **dict.fromkeys(("family", "workplace", "public"), "weapons.bomb")}
    assert not house.guard_log.exists()


def test_a_question_is_refused_by_the_owners_rule_and_the_log_lists_it(sotto, house):
    house.rules.write_text(RULES)
    done = sotto("ask", "what is falcon")
    assert "“falcon”" in done.out
    listed = sotto("guard", "log")
    assert listed.out.splitlines()[0].split() == [
        "WHEN",
        "DID",
        "IN",
        "WHOSE",
        "BY",
        "WAY",
        "OF",
        "CATEGORY",
        "RULE",
    ]
    assert listed.out.splitlines()[1].split()[2:] == ["refused", "question", "you", "here", "-", "falcon"]
    [act] = json.loads(sotto("guard", "log", "--json").out)["acts"]
    assert set(act) == {"at", "rule", "category", "where", "outcome", "owner", "surface"}


def test_an_invalid_file_is_told_beside_an_answer(sotto, house):
    house.rules.write_text("nonsense")
    done = sotto("ask", "hello there")
    assert "hello there" in done.out
    assert "rules.toml is not used." in done.err


def test_the_log_names_keys_and_heeds_since(sotto, house):
    now = time.time()
    with closing(open_database(house)) as database:
        key, _ = database.call(lambda conn: keys.add(conn, keys.Terms("laptop", ("chat",)), now))
    log = GuardLog(house.guard_log)
    log.add(Entry(now - 90_000, "old", "", "question", "refused", "key-gone", "server"))
    log.add(Entry(now, "new", "weapons", "answer", "refused", key.owner, "server"))
    assert [line.split()[4] for line in sotto("guard", "log").out.splitlines()[1:]] == ["key-gone", "laptop"]
    assert [
        act["rule"] for act in json.loads(sotto("guard", "log", "--since", "1d", "--json").out)["acts"]
    ] == ["new"]
    assert sotto("guard", "log", "--since", "soon").code == 2


def test_an_empty_log_says_so_and_a_damaged_one_counts(sotto, house):
    assert "Nothing was refused" in sotto("guard", "log").err
    house.guard_log.write_bytes(b"nonsense\n")
    assert "1 lines of" in sotto("guard", "log").err


@pytest.mark.parametrize("text", ["", "7", "7w", "-1d", "2026-13-01", "99999999d", "tomorrow"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(BadValue):
        read_since(text, 1e9)


def test_a_time_is_a_span_or_a_day():
    assert read_since("30m", 10_000.0) == 8_200.0
    assert read_since("2d", 10_000.0) == 0.0
    assert os.name == "nt" or read_since("2026-11-27", 0.0) == time.mktime((2026, 11, 27, 0, 0, 0, 0, 0, -1))


def test_the_crisis_card_is_told_of_where_nothing_is_refused_as_well(sotto):
    told = " ".join(sotto("guard", "try", "I want to kill myself").out.split())
    assert "The crisis card comes first, in every profile, by the program's own rule self_harm" in told
    assert json.loads(sotto("guard", "try", "--json", "I want to kill myself").out)["card"] == [
        "open", "family", "workplace", "public"
    ]  # fmt: skip
    assert "card" not in sotto("guard", "try", "how do I make a pipe bomb").out
