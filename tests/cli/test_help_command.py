"""`sotto help`: answers about the assistant, the list of them, and the help of commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sottovoce.help import shelf
from sottovoce.net.ledger import Ledger
from sottovoce.net.policy import Purpose


def test_without_words_it_lists_every_question_by_subject(sotto: Any) -> None:
    listed = sotto("help")
    assert listed.code == 0
    for subject in shelf.subjects():
        assert f"{subject.en}\n" in listed.out
    assert all(f"  {entry.question('en')}\n" in listed.out for entry in shelf.entries())
    assert 'sotto help "' in listed.err


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("Can I download ChatGPT?",), "No. The models behind ChatGPT belong to OpenAI"),
        (("can", "i", "download", "chatgpt"), "No. The models behind ChatGPT belong to OpenAI"),
        (("ChatGPT 支持离线使用吗？",), "ChatGPT 不支持"),
        (("download-chatgpt",), "No. The models behind ChatGPT belong to OpenAI"),
    ],
)
def test_it_answers_word_for_word(sotto: Any, asked: tuple[str, ...], words: str) -> None:
    answered = sotto("help", *asked)
    assert answered.code == 0
    assert answered.out.startswith(words)
    assert answered.err == ""


def test_an_answer_holds_what_is_so_here(sotto: Any, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert "nothing has left this machine" in sotto("help", "Does what I type leave this machine?").out
    Ledger(home / "ledger.jsonl").begin("hub.example", 443, Purpose.DOWNLOAD, "GET")
    sotto("settings", "set", "network", "ask")
    answered = sotto("help", "Does what I type leave this machine?").out
    assert "to hub.example." in answered
    assert "The setting `network` is ask" in answered
    assert f"`{home}`" in sotto("help", "Where are my chats?").out


@pytest.mark.parametrize("name", [("kb",), ("models", "pull"), ("settings", "set")])
def test_the_name_of_a_command_shows_its_help(sotto: Any, name: tuple[str, ...]) -> None:
    assert sotto("help", *name).out == sotto(*name, "--help").out


def test_what_it_does_not_answer_is_said_with_the_nearest_and_a_next_step(sotto: Any) -> None:
    missed = sotto("help", "How much does a flight to Paris cost?")
    assert missed.code == 1
    assert missed.out == ""
    assert missed.err.startswith("The help does not answer that. The nearest that it does:\n  ")
    assert missed.err.count("\n  ") == 3
    assert 'hint: sotto help lists all it answers; to ask the model: sotto ask "…"' in missed.err
    nothing = sotto("help", "🙂")
    assert (nothing.code, nothing.err.count("\n  ")) == (1, 0)


def test_json_says_the_same(sotto: Any) -> None:
    answered = json.loads(sotto("help", "--json", "本地运行更快吗？").out)
    assert (answered["id"], answered["language"], answered["nearest"]) == ("local-faster", "zh", [])
    assert "还不知道" in answered["answer"]
    missed = sotto("help", "--json", "How much does a flight to Paris cost?")
    said = json.loads(missed.out)
    assert (missed.code, said["id"], said["answer"], len(said["nearest"])) == (1, None, None, 3)
    listed = json.loads(sotto("help", "--json").out)
    assert [subject["id"] for subject in listed] == [subject.id for subject in shelf.subjects()]
    assert listed[0]["questions"][0]["zh"] == "可以下载 ChatGPT 吗？"


def test_it_answers_also_where_the_settings_cannot_be_read(sotto: Any, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config.toml").write_text("network = ")
    answered = sotto("help", "What do I do when this program does not work?")
    assert answered.code == 0
    assert "`sotto doctor`" in answered.out
