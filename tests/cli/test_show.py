from __future__ import annotations

import io
import json
import re
import sys

import pytest

from sottovoce.cli._show import Show, cells, clean, encode, one_line, padded


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\nc", "a\tb\nc"),
        ("\x1b]0;title\x07x", "]0;titlex"),
        ("\x9b31mred\x9c", "31mred"),
        ("pay \u202e001\u202c euros", "pay 001 euros"),
        ("\u2067abc\u2069 \u200f\u05d0", "abc \u200f\u05d0"),
        ("a\r\nb\x7f", "a\nb"),
        ("half \ud83d", "half "),
        ("中文 é 😀", "中文 é 😀"),
    ],
)
def test_text_loses_what_a_terminal_would_obey(text, shown):
    assert clean(text) == shown


def test_json_keeps_every_character_and_is_safe_to_show():
    text = "a\x1b[2J\x9b\x7f 中文 \u202e\u2066 \ud83d"
    written = encode([text])
    assert json.loads(written) == [text]
    assert clean(written) == written
    assert "中文" in written


@pytest.mark.parametrize(
    ("text", "width", "line"),
    [
        ("short", 9, "short"),
        ("one two three", 8, "one two…"),
        ("北京的天气", 6, "北京…"),
        ("a\n b", 9, "a b"),
    ],
)
def test_a_line_is_cut_by_the_columns_it_takes(text, width, line):
    assert one_line(text, width) == line
    assert cells(one_line(text, width)) <= width


@pytest.mark.parametrize(("columns", "lines"), [(60, 2), (24, 3)])
def test_in_a_narrow_window_what_is_beneath_stands_under_its_row(monkeypatch, columns, lines):
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("COLUMNS", str(columns))
    Show().table(("NAME", "SIZE", "HOW"), [("a rather long name", "1 GB", "type this")], beneath=1)
    shown = screen.getvalue().splitlines()
    assert len(shown) == lines
    assert all(cells(line) <= columns for line in shown)
    assert "type this" in shown[-1]


def test_a_command_is_never_cut_whatever_stands_beside_it_and_however_narrow_the_window(monkeypatch):
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("COLUMNS", "30")
    command = "sotto models pull hf:org/a-long-name-GGUF:Q4_K_M"
    Show().table(("NAME", "HOW", "LICENCE", "FILE"), [("one", command, "Apache-2.0", "f.gguf")], beneath=3)
    *_, first, second = screen.getvalue().splitlines()
    assert (first.strip(), second.strip()) == (command, "Apache-2.0 · f.gguf")


def test_columns_line_up_in_any_script(capsys):
    Show().table(("ID", "TITLE", "N"), [("1", "北京", "x"), ("22", "Rome", "y")])
    assert capsys.readouterr().out == "ID  TITLE  N\n1   北京   x\n22  Rome   y\n"


def test_on_a_terminal_the_last_column_is_cut_to_the_window(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("COLUMNS", "30")
    Show().table(("ID", "TITLE"), [("1", "x" * 100)])
    assert max(len(line) for line in sys.stdout.getvalue().splitlines()) == 30


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("y\n", True), ("YES\n", True), ("是\n", True), ("\n", False), ("", False), ("no\n", False)],
)
def test_only_a_yes_is_a_yes(monkeypatch, capsys, typed, meant):
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    assert Show().confirm("Sure?") is meant
    assert capsys.readouterr().err == "Sure? [y/N] "


def test_nobody_is_asked_without_a_terminal(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert not Show().can_ask
    monkeypatch.setattr(sys, "stdin", None)
    assert not Show().can_ask


def test_a_secret_is_empty_where_the_input_ends(monkeypatch, capsys):
    def ended(question, stream):
        raise EOFError(question)

    monkeypatch.setattr("getpass.getpass", ended)
    assert Show().secret("Password of \x1b[2Jplan.pdf:") == ""
    monkeypatch.setattr("getpass.getpass", lambda question, stream: question)
    assert Show().secret("Password of \x1b[2Jplan.pdf:") == "Password of [2Jplan.pdf: "


@pytest.fixture
def chinese():
    show = Show()
    show.language = "zh"
    return show


def test_what_the_program_says_is_in_the_persons_language(chinese, capsys):
    chinese.line("Nothing was found.")
    chinese.note("There are no chats yet.")
    chinese.problem("There is no key x.", "Choose another name")
    out, err = capsys.readouterr()
    assert out == "没有找到。\n"
    assert err == "还没有对话。\n没有密钥 x。\n\n提示：请换一个名字\n"


def test_what_others_wrote_is_as_they_wrote_it(chinese, capsys):
    said = "Nothing was found."
    chinese.plain(said)
    chinese.piece(said)
    chinese.data(said)
    chinese.detail(said)
    assert "".join(capsys.readouterr()).count(said) == 4


def test_only_the_columns_that_the_program_says_are_translated(chinese, capsys):
    chinese.table(("NAME", "USED"), [("never", "never"), ("Nothing was found.", "today")], said=(1,))
    assert capsys.readouterr().out.splitlines() == [
        "名称                上次使用",
        "never               从不",
        "Nothing was found.  今天",
    ]


def test_a_question_is_asked_in_the_persons_language(chinese, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO("是\n"))
    assert chinese.confirm("Delete 2 chats for good?")
    assert capsys.readouterr().err == "要彻底删除 2 个对话吗？ [y/N] "


def test_quiet_lines_break_where_chinese_may(chinese, monkeypatch):
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("COLUMNS", "20")
    chinese.quiet("A new chat begins with your next question.")
    lines = [line.rstrip() for line in re.sub(r"\x1b\[\d*m", "", screen.getvalue()).splitlines()]
    assert lines == ["下一个问题将开始新的", "对话。"]
    assert max(map(cells, lines)) <= 20


def test_blanks_fill_up_to_columns_not_characters():
    assert padded("模型", 6) == "模型  "
    assert padded("model", 4) == "model"
