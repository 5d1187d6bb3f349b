"""`sotto ask --route`: who answers a script, and that nothing leaves where nobody says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from repeating import die
from speaking import Speaker

from sottovoce.core.errors import StoreDamaged

QUESTION = "I am Anna Berger: is the sea blue?"


def rules(tmp_path: Path, text: str) -> None:
    (tmp_path / "home" / "routing.toml").write_text(text, "utf-8")


def told(answer: str) -> str:
    """Return why an answer as JSON was given where it was."""
    return next((one["text"] for one in json.loads(answer)["notices"] if one["code"] == "routed"), "")


def test_a_doubtful_answer_stays_here_where_nobody_can_be_asked(
    sotto: Any, described: Speaker, tmp_path: Path
) -> None:
    rules(tmp_path, "doubt = 0")
    found = sotto("ask", "--route", "ask", QUESTION)
    assert (found.code, found.out.strip()) == (0, QUESTION)
    assert "Answered here because nobody could be asked, though the answer here looks doubtful" in found.err
    assert described.connections == 0


def test_the_command_may_say_yes_itself_and_the_better_answer_alone_is_printed(
    sotto: Any, described: Speaker, tmp_path: Path
) -> None:
    rules(tmp_path, "doubt = 0")
    found = sotto("ask", "--route", "ask", "--there", "cellar", "--yes-send", QUESTION)
    assert (found.code, found.out.strip()) == (0, QUESTION)
    assert "This would go to cellar" in found.err
    assert "Asked cellar because the answer here looks doubtful" in found.err
    assert len(described.bodies) == 1
    assert b"Anna" not in described.bodies[0]


def test_where_none_comes_from_elsewhere_the_answer_here_is_the_one(
    sotto: Any, described: Speaker, tmp_path: Path
) -> None:
    rules(tmp_path, "doubt = 0")
    die(described, "Half an ans")
    found = sotto("ask", "--route", "ask", "--yes-send", QUESTION)
    assert (found.code, found.out.strip()) == (0, QUESTION)
    assert "Answered here. cellar " in found.err


def test_what_keeps_it_from_being_sent_loses_no_answer(
    sotto: Any, described: Speaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def damaged(*_: Any, **__: Any) -> None:
        raise StoreDamaged("What is hidden cannot be read.", hint="Begin a new chat")

    rules(tmp_path, "doubt = 0")
    monkeypatch.setattr("sottovoce.chat.elsewhere.preview.preview", damaged)
    found = sotto("ask", "--route", "ask", "--yes-send", QUESTION)
    assert (found.code, found.out.strip()) == (0, QUESTION)
    assert "Answered here. What is hidden cannot be read." in found.err


def test_an_answer_without_doubt_is_the_one_that_is_printed(
    sotto: Any, described: Speaker, tmp_path: Path
) -> None:
    rules(tmp_path, "doubt = 1")
    found = sotto("ask", "--route", "ask", "--yes-send", "--json", QUESTION)
    assert json.loads(found.out)["answer"] == QUESTION
    assert told(found.out) == ""
    assert described.connections == 0


def test_a_rule_says_why_and_the_answer_keeps_it(sotto: Any, described: Speaker, tmp_path: Path) -> None:
    rules(tmp_path, '[[rule]]\nname = "seas"\nroute = "ask"\nwords = ["sea"]')
    found = sotto("ask", "--json", QUESTION)
    why = "Answered here because nobody could be asked, though your rule “seas” says so."
    assert told(found.out) == why
    chat = json.loads(found.out)["chat"]
    kept = tmp_path / "chat.json"
    assert sotto("chats", "export", chat, "--to", kept).code == 0
    assert why in json.dumps(json.loads(kept.read_text("utf-8")), ensure_ascii=False)
    assert described.connections == 0


def test_here_is_here_whatever_rules_and_settings_say(sotto: Any, described: Speaker, tmp_path: Path) -> None:
    rules(tmp_path, '[[rule]]\nname = "all"\nroute = "there"')
    assert sotto("settings", "set", "route", "there").code == 0
    found = sotto("ask", "--route", "here", QUESTION)
    assert (found.code, found.out.strip()) == (0, QUESTION)
    assert described.connections == 0


def test_there_needs_a_yes_and_finds_the_only_one(sotto: Any, described: Speaker) -> None:
    assert sotto("ask", "--route", "there", QUESTION).code == 3
    assert described.connections == 0
    assert sotto("ask", "--route", "there", "--yes-send", QUESTION).code == 0
    assert len(described.bodies) == 1


def test_rules_that_cannot_be_read_keep_a_question_here(
    sotto: Any, described: Speaker, tmp_path: Path
) -> None:
    rules(tmp_path, "[[rule]]\nname = 1")
    assert sotto("settings", "set", "route", "there").code == 0
    found = sotto("ask", QUESTION)
    assert (found.code, found.out.strip()) == (0, QUESTION)
    assert "routing.toml is not used, so everything stays here. Line 2: " in found.err
    assert described.connections == 0


@pytest.mark.parametrize(
    "arguments", [("--route", "here", "--there", "cellar"), ("--route", "here", "--yes-send")]
)
def test_what_contradicts_itself_is_refused(sotto: Any, arguments: tuple[str, ...]) -> None:
    assert sotto("ask", *arguments, QUESTION).code == 2
