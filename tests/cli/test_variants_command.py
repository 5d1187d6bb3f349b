from __future__ import annotations

import json

import pytest


@pytest.fixture
def clinic(sotto):
    made = sotto(
        "variants", "add", "clinic", "--system", "Be brief.", "--title", "For the ward",
        "--set", "temperature=0.2", "--set", "max-tokens=2",
    )  # fmt: skip
    assert made.code == 0, made.err
    return sotto


def test_a_variant_is_listed_shown_and_removed(clinic):
    (listed,) = json.loads(clinic("variants", "list", "--json").out)
    assert listed == {
        "name": "clinic",
        "model": "starter",
        "title": "For the ward",
        "system": "Be brief.",
        "settings": {"temperature": 0.2, "max_tokens": 2},
        "knowledge": [],
        "quote": False,
        "problem": None,
    }
    assert "For the ward" in clinic("variants", "list").out
    assert json.loads(clinic("variants", "show", "clinic", "--json").out) == listed
    assert clinic("variants", "remove", "clinic").out.strip() == "Removed: clinic"
    assert json.loads(clinic("variants", "list", "--json").out) == []
    assert "no variants yet" in clinic("variants", "list").err


def test_what_is_shown_can_be_passed_on(clinic, tmp_path):
    file = tmp_path / "clinic.toml"
    file.write_text(clinic("variants", "show", "clinic").out)
    assert clinic("variants", "add", "ward", "--file", file).code == 0
    one, other = json.loads(clinic("variants", "list", "--json").out)
    assert {**one, "name": ""} == {**other, "name": ""}


def test_it_answers_with_what_it_says(clinic):
    said = json.loads(clinic("--model", "clinic", "ask", "--json", "one two three").out)
    assert (said["answer"], said["model"], said["reason"]) == ("one two", "clinic", "length")
    shown = clinic("chats", "show", said["chat"]).out
    assert "system: Be brief." in shown
    told = json.loads(clinic("--model", "clinic", "ask", "--json", "--max-tokens", "1", "one two").out)
    assert told["answer"] == "one", "what is given with a question wins"


def test_its_shelves_are_asked(sotto, tmp_path):
    (tmp_path / "rules.md").write_text("# Leave\n\nStaff get 25 days of paid leave a year.\n")
    sotto("kb", "add", "handbook", tmp_path / "rules.md")
    sotto("variants", "add", "desk", "--kb", "handbook", "--quote")
    said = json.loads(sotto("--model", "desk", "ask", "--json", "How many days of leave?").out)
    assert (said["reason"], said["knowledge"]) == ("quotes", ["handbook"])
    assert "25 days" in said["answer"]


def test_what_it_needs_and_is_not_here_is_told(sotto):
    made = sotto("variants", "add", "desk", "--model", "qwen3-4b", "--kb", "handbook")
    assert made.code == 0
    told = " ".join(made.err.split())
    assert "Its model is not here yet" in told
    assert "There is no shelf named handbook here yet: sotto kb add handbook PATH" in told
    wrong = sotto("--model", "desk", "ask", "hello")
    assert (wrong.code, "qwen3-4b" in wrong.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "Clinic"), "A variant's name has 1 to 60 small letters"),
        (("add", "a b"), "A variant's name has 1 to 60 small letters"),
        (("add", "starter"), "starter means a model already."),
        (("add", "default"), "default means a model already."),
        (("add", "qwen3-4b"), "A model of the catalogue is named qwen3-4b."),
        (("add", "x", "--set", "warmth=1"), "--set takes NAME=VALUE, not 'warmth=1'."),
        (("add", "x", "--set", "temperature=hot"), "temperature takes a number, not 'hot'."),
        (("add", "x", "--set", "temperature=99"), "temperature"),
        (("add", "x", "--quote"), "quote needs a shelf."),
        (("show", "none"), "There is no variant named 'none'."),
        (("remove", "none"), "There is no variant named 'none'."),
    ],
)
def test_what_cannot_be_done_gets_a_sentence(sotto, arguments, sentence):
    wrong = sotto("variants", *arguments)
    assert (wrong.code, wrong.out) == (2, "")
    assert sentence in " ".join(wrong.err.split())


def test_a_file_that_cannot_be_taken_is_no_variant_to_remove(sotto, tmp_path):
    (tmp_path / "big.toml").write_bytes(b"#" * 200_001)
    wrong = sotto("variants", "add", "y4", "--file", tmp_path / "big.toml")
    assert wrong.code == 2
    assert "is larger than 200,000 bytes" in " ".join(wrong.err.split())
    assert "hint: Mend the file, or give another one" in wrong.err


def test_a_name_in_any_script_is_taken(sotto, tmp_path):
    assert sotto("variants", "add", "海盗", "--system", "像海盗一样说话。").code == 0
    assert json.loads(sotto("--model", "海盗", "ask", "--json", "hello").out)["model"] == "海盗"
    assert json.loads(sotto("variants", "list", "--json").out)[0]["name"] == "海盗"
    assert sotto("variants", "remove", "海盗").code == 0


def test_a_home_that_cannot_hold_variants_gets_a_sentence(sotto, tmp_path):
    sotto("variants", "list")
    (tmp_path / "home" / "variants").write_text("")
    wrong = sotto("variants", "add", "q")
    assert wrong.code == 1
    assert wrong.err.startswith(f"{tmp_path / 'home' / 'variants'} cannot be used")
