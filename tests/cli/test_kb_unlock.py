"""sotto kb add and unlock with locked documents, at a terminal and without one."""

from __future__ import annotations

import asyncio
import json
import os

import pytest
from samples import locked_pdf

PASSWORD = "sésame 7"
PLAN = "plans/the plan.pdf"


@pytest.fixture
def plans(tmp_path):
    folder = tmp_path / "plans"
    folder.mkdir()
    (folder / "the plan.pdf").write_bytes(locked_pdf("The anchor is let go at noon.", PASSWORD))
    return folder


@pytest.fixture
def typed(monkeypatch):
    """A person at a terminal who types these passwords unseen, one a question."""
    lines: list[str] = []
    asked: list[str] = []

    def typing(question, stream=None):
        asked.append(question)
        return lines.pop(0)

    monkeypatch.setattr("sottovoce.cli._show.Show.can_ask", property(lambda self: True))
    monkeypatch.setattr("getpass.getpass", typing)
    return lines, asked


def documents(sotto):
    return {one["name"]: one for one in json.loads(sotto("kb", "show", "sea", "--json").out)["documents"]}


def bytes_of(tmp_path):
    """Return all that the home holds: shelves, database, ledger, logs."""
    return b"".join(path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())


def test_without_a_terminal_the_files_are_named_with_the_next_step(sotto, plans):
    said = sotto("kb", "add", "sea", plans, stdin=b"sesame\n")
    assert said.code == 0
    assert f"not read: {PLAN} is locked with a password." in said.err
    assert f"hint: sotto kb unlock sea '{PLAN}' asks for the password" in said.err
    again = sotto("kb", "add", "sea").err
    assert f"still locked: {PLAN}" in again
    assert f"hint: sotto kb unlock sea '{PLAN}'" in again
    assert documents(sotto)[PLAN]["locked"]
    assert f"sotto kb unlock sea '{PLAN}'" in sotto("kb", "show", "sea").err


def test_a_terminal_asks_and_the_text_stays(sotto, plans, typed, tmp_path):
    lines, asked = typed
    lines += ["open", PASSWORD]
    said = sotto("kb", "add", "sea", plans)
    assert asked == [f"Password of {PLAN}: "] * 2
    assert f"That is not the password of {PLAN}." in said.err
    assert f"{PLAN} stands on sea now." in said.err
    (found,) = json.loads(sotto("kb", "search", "sea", "anchor", "--json").out)
    assert (found["document"], found["page"]) == (PLAN, 1)
    assert sotto("kb", "add", "sea").code == 0
    assert len(asked) == 2
    for password in (PASSWORD, "sésame"):
        assert password.encode() not in bytes_of(tmp_path)


@pytest.mark.parametrize(("given", "questions"), [([""], 1), (["a", "b", "c", PASSWORD], 3)])
def test_enter_alone_or_three_wrong_ones_leave_it_locked(sotto, plans, typed, given, questions):
    lines, asked = typed
    lines += given
    said = sotto("kb", "add", "sea", plans)
    assert (said.code, len(asked)) == (0, questions)
    assert f"{PLAN} stays locked." in said.err
    assert documents(sotto)[PLAN]["locked"]


def test_unlock_takes_the_password_of_a_prompt_a_file_or_standard_input(sotto, plans, tmp_path, typed):
    lines, asked = typed
    lines += [""]
    sotto("kb", "add", "sea", plans)
    file = tmp_path / "password.txt"
    file.write_bytes(b"wrong\r\n")
    wrong = sotto("kb", "unlock", "sea", PLAN, "--password-file", file)
    assert (wrong.code, wrong.err.split("\n")[0]) == (2, f"That is not the password of {PLAN}.")
    assert "wrong" not in wrong.err
    opened = sotto("kb", "unlock", "sea", PLAN, "--password-file", "-", stdin=f"{PASSWORD}\n".encode())
    assert (opened.code, opened.err) == (0, f"{PLAN} stands on sea now.\n")
    (plans / "the plan.pdf").write_bytes(locked_pdf("The anchor stays.", PASSWORD))
    lines += ["", PASSWORD]
    sotto("kb", "add", "sea")
    assert sotto("kb", "unlock", "sea", PLAN).code == 0
    assert len(asked) == 3
    assert documents(sotto)[PLAN]["problem"] is None
    again = sotto("kb", "unlock", "sea", PLAN)
    assert (again.code, len(asked)) == (2, 3)
    assert "not locked" in again.err


@pytest.mark.parametrize(
    ("data", "sentence"), [(b"\xff\xfe", "is not UTF-8"), (b"\nsecond line", "There is no password in")]
)
def test_a_file_without_a_password_is_refused_and_not_quoted(sotto, plans, tmp_path, data, sentence):
    sotto("kb", "add", "sea", plans)
    file = tmp_path / "password.txt"
    file.write_bytes(data)
    said = sotto("kb", "unlock", "sea", PLAN, "--password-file", file)
    assert said.code == 2
    assert sentence in said.err
    assert "second" not in said.err


def test_unlock_without_anybody_to_ask_says_how_to_give_it(sotto, plans):
    sotto("kb", "add", "sea", plans)
    said = sotto("kb", "unlock", "sea", PLAN, stdin=PASSWORD.encode())
    assert said.code == 3
    assert "--password-file" in said.err


@pytest.mark.parametrize(
    ("document", "sentence"),
    [("NOTTHERE", "There is no document named 'NOTTHERE'"), ("plans/free.txt", "is not locked")],
)
def test_what_cannot_be_unlocked_is_told_before_a_password_is_wanted(sotto, tmp_path, document, sentence):
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "free.txt").write_text("A buoy.")
    sotto("kb", "add", "sea", tmp_path / "plans")
    said = sotto("kb", "unlock", "sea", document)
    assert said.code == 2
    assert sentence in said.err
    empty = tmp_path / "password.txt"
    empty.write_text("")
    assert sentence in sotto("kb", "unlock", "sea", document, "--password-file", empty).err


def test_no_process_is_given_the_password_where_others_can_read_it(sotto, plans, monkeypatch):
    """Among the words and in the environment of a process, which the system shows to other users."""
    seen: list[str] = []
    start = asyncio.create_subprocess_exec

    async def watched(*words, **more):
        seen.append(f"{words} {more['env']} {dict(os.environ)}")
        return await start(*words, **more)

    sotto("kb", "add", "sea", plans)
    monkeypatch.setattr(asyncio, "create_subprocess_exec", watched)
    sotto("kb", "unlock", "sea", PLAN, "--password-file", "-", stdin=PASSWORD.encode())
    assert documents(sotto)[PLAN]["problem"] is None
    assert seen
    assert not any(PASSWORD in one for one in seen)
