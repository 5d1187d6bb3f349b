"""`sotto verify` as a person uses it: ask, export, verify, change a word, verify again."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from sottovoce.cli.verify import NO_MARK


@pytest.fixture
def chat(sotto: Any) -> str:
    """Return the id of a chat whose answer says what was asked, as the echo engine does."""
    assert sotto("ask", "The river is long. Boats go on it.").code == 0
    return str(json.loads(sotto("chats", "list", "--json").out)[0]["id"])


@pytest.mark.parametrize("kind", ["md", "html", "json", "docx", "pdf"])
def test_an_export_is_unchanged_until_a_word_is_changed(
    sotto: Any, chat: str, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / f"chat.{kind}"
    assert sotto("chats", "export", chat, "--to", file).code == 0
    told = sotto("verify", file)
    assert told.code == 0
    lines = told.out.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("unchanged ") for line in lines)
    assert "An AI wrote this here: SmolLM2-135M-Instruct" in told.out
    if kind in ("docx", "pdf"):
        return
    file.write_bytes(file.read_bytes().replace(b"long", b"short"))
    told = sotto("verify", file)
    assert told.code == 1
    assert "at sentence 1: now “The river is short.”" in told.out


def test_a_pipe_can_be_verified_too(sotto: Any, chat: str, tmp_path: Path) -> None:
    file = tmp_path / "chat.md"
    sotto("chats", "export", chat, "--to", file)
    assert sotto("verify", "-", stdin=file.read_bytes()).code == 0


def test_the_answer_as_json_carries_its_mark(sotto: Any) -> None:
    answer = sotto("ask", "--json", "Boats go there.").out
    assert json.loads(answer)["provenance"]["ai_generated"] is True
    assert sotto("verify", "-", stdin=answer.encode()).code == 0
    assert sotto("verify", "-", stdin=answer.replace("Boats go", "Cars go").encode()).code == 1


def test_no_mark_is_not_taken_for_a_person(sotto: Any, tmp_path: Path) -> None:
    file = tmp_path / "mine.md"
    file.write_text("I wrote this.")
    told = sotto("verify", file)
    assert (told.code, told.out) == (3, f"No mark was found in {file}. {NO_MARK}\n")
    assert json.loads(sotto("verify", file, "--json").out) == {"file": str(file), "marks": []}


def test_another_home_trusts_the_public_key_that_it_is_given(
    sotto: Any, chat: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, key = tmp_path / "chat.md", tmp_path / "theirs.pub"
    sotto("chats", "export", chat, "--to", file)
    key.write_text(sotto("verify", "--public-key").out)
    monkeypatch.setenv("SOTTO_HOME", str(tmp_path / "another"))
    told = sotto("verify", file)
    assert told.code == 3
    assert "says a Sottovoce whose key is not known here" in told.out
    assert not (tmp_path / "another").exists()
    told = sotto("verify", "--key", key, file)
    assert told.code == 0
    assert "An AI wrote this, says the holder of the key" in told.out


def test_a_lost_key_is_told_and_old_exports_still_verify(sotto: Any, chat: str, tmp_path: Path) -> None:
    old, new = tmp_path / "old.md", tmp_path / "new.md"
    sotto("chats", "export", chat, "--to", old)
    (tmp_path / "home" / "signing.key").unlink()
    told = sotto("chats", "export", chat, "--to", new)
    assert "The signing key was not there any more" in told.err
    assert [sotto("verify", file).code for file in (old, new)] == [0, 0]
    assert len(sotto("verify", "--public-key").out.splitlines()) == 2


def test_a_damaged_key_stops_an_export_and_not_an_answer(sotto: Any, chat: str, tmp_path: Path) -> None:
    sotto("verify", "--public-key")
    (tmp_path / "home" / "signing.key").write_text("rubbish")
    told = sotto("chats", "export", chat, "--to", tmp_path / "chat.md")
    assert told.code == 1
    assert "is no signing key, or is damaged" in told.err
    assert not (tmp_path / "chat.md").exists()
    told = sotto("ask", "--json", "Boats go there.")
    assert told.code == 0
    assert "The answer is not signed" in told.err
    assert "provenance" not in json.loads(told.out)


def test_json_says_what_the_lines_say(sotto: Any, chat: str, tmp_path: Path) -> None:
    file = tmp_path / "chat.md"
    sotto("chats", "export", chat, "--to", file)
    file.write_bytes(file.read_bytes().replace(b"Boats", b"Cars"))
    told = sotto("verify", file, "--json")
    assert told.code == 1
    answer = next(one for one in json.loads(told.out)["marks"] if one["record"]["kind"] == "answer")
    assert (answer["finding"], answer["signed"]) == ("changed", "here")
    assert answer["changes"] == [{"sentence": 2, "text": "Cars go on it."}]


@pytest.mark.parametrize(
    ("made", "code", "words"),
    [
        (lambda path: path.mkdir(), 2, "is a folder"),
        (lambda path: None, 2, "cannot be read"),
        (lambda path: path.write_bytes(b""), 2, "is empty"),
        (lambda path: path.write_bytes(bytes(range(256))), 2, "no text"),
        (lambda path: path.write_bytes(b"PK\x03\x04cut"), 2, "damaged"),
        (lambda path: path.write_bytes(b"%PDF-1.7"), 2, "damaged"),
        (lambda path: path.write_bytes(b"\x89PNG"), 2, "this kind of file"),
        (lambda path: (path.touch(), os.truncate(path, 2 << 30)), 2, "more than 64 MB"),
    ],
    ids=["folder", "missing", "empty", "binary", "damaged zip", "pdf", "picture", "2 GB"],
)
def test_bad_input_is_told_in_a_sentence(
    sotto: Any, tmp_path: Path, made: Any, code: int, words: str
) -> None:
    file = tmp_path / "given"
    made(file)
    told = sotto("verify", file)
    assert (told.code, told.out) == (code, "")
    assert words in told.err
    assert "hint: " in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    "arguments",
    [(), ("--public-key", "x.md"), ("--key", "missing.pub", "x.md")],
    ids=["no file", "both", "no key"],
)
def test_an_incomplete_command_says_what_is_missing(sotto: Any, arguments: tuple[str, ...]) -> None:
    told = sotto("verify", *arguments)
    assert (told.code, told.out) == (2, "")


@pytest.mark.parametrize("kind", ["html", "docx", "pdf"])
def test_a_page_and_a_document_hold_one_chat(sotto: Any, chat: str, tmp_path: Path, kind: str) -> None:
    told = sotto("chats", "export", "--all", "--to", tmp_path / f"all.{kind}")
    assert told.code == 2
    assert "holds one chat" in told.err


@pytest.mark.parametrize(
    ("option", "setting", "seen"), [("eu", "none", 1), ("none", "eu", 0), (None, "eu", 1)]
)
def test_labels_are_as_the_option_says_or_else_the_setting(
    sotto: Any, chat: str, tmp_path: Path, option: str | None, setting: str, seen: int
) -> None:
    sotto("settings", "set", "labels", setting)
    file = tmp_path / "chat.md"
    sotto("chats", "export", chat, "--to", file, *(("--labels", option) if option else ()))
    assert file.read_text().count("AI · This text was generated by artificial intelligence.") == seen
    assert sotto("verify", file).code == 0


def test_many_chats_in_one_file_have_their_own_seals(sotto: Any, chat: str, tmp_path: Path) -> None:
    sotto("ask", "Another one.")
    for kind in ("md", "json"):
        file = tmp_path / f"all.{kind}"
        sotto("chats", "export", "--all", "--to", file, "--labels", "cn")
        told = sotto("verify", file)
        assert (told.code, len(told.out.splitlines())) == (0, 4)


def test_what_is_imported_says_nothing_of_its_maker(sotto: Any, chat: str, tmp_path: Path) -> None:
    file, again = tmp_path / "chats.json", tmp_path / "again.json"
    sotto("chats", "export", chat, "--to", file)
    sotto("chats", "delete", "--yes", chat)
    assert sotto("chats", "import", file).code == 0
    sotto("chats", "export", "--all", "--to", again)
    kinds = [one["record"]["kind"] for one in json.loads(sotto("verify", again, "--json").out)["marks"]]
    assert kinds == ["chat"]


def test_markup_that_hides_a_word_is_told(sotto: Any, chat: str, tmp_path: Path) -> None:
    file = tmp_path / "chat.html"
    sotto("chats", "export", chat, "--to", file)
    file.write_bytes(file.read_bytes().replace(b"is long", b"is <span hidden>long</span>"))
    told = sotto("verify", file)
    assert told.code == 1
    assert "has markup that can hide or add words: <span hidden>" in told.out
    assert ["<span hidden>"] in [
        mark["markup"] for mark in json.loads(sotto("verify", file, "--json").out)["marks"]
    ]


@pytest.mark.parametrize(
    "text", ["[a]\nb = 1\n", "-----BEGIN PUBLIC KEY-----\nrubbish\n"], ids=["none", "bad"]
)
def test_a_file_without_a_key_is_bad_input_and_no_change(
    sotto: Any, chat: str, tmp_path: Path, text: str
) -> None:
    file, key = tmp_path / "chat.md", tmp_path / "c.toml"
    sotto("chats", "export", chat, "--to", file)
    key.write_text(text)
    told = sotto("verify", "--key", key, file)
    assert (told.code, told.out) == (2, "")
    assert "public key" in told.err
    assert "2 when the file" in " ".join(sotto("verify", "--help").out.split())


def test_the_key_of_this_home_is_known_without_its_list(sotto: Any, chat: str, tmp_path: Path) -> None:
    file, home = tmp_path / "chat.md", tmp_path / "home"
    sotto("chats", "export", chat, "--to", file)
    (home / "signing.pub").unlink()
    told = sotto("verify", file)
    assert (told.code, "An AI wrote this here" in told.out) == (0, True)
    assert not (home / "signing.pub").exists()
    (home / "signing.key").write_text("rubbish")
    assert sotto("verify", file).code == 3
