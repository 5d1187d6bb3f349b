"""The commands in Chinese: what a person reads changes; what a program reads or a person wrote does not."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from sottovoce.cli._show import cells

ENGLISH = re.compile(r"[a-z]{3,} [a-z]{3,} [a-z]{3,}")
COMMAND = re.compile(r"(?:sotto|用法：sotto)[ \n]+(?:[\w.-]+[ \n]+)*|\"[^\"]*\"")
SIGN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def chinese(sotto, monkeypatch):
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    return sotto


def test_the_locale_decides(chinese):
    assert "在本机运行的私人助手。" in chinese("--help").out


@pytest.mark.parametrize("locale", ["en_GB.UTF-8", "C.UTF-8", "de_DE.UTF-8", ""])
def test_any_other_locale_reads_english(sotto, monkeypatch, locale):
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LANG", locale)
    helped = sotto("--help").out
    assert "A private assistant that runs on this machine." in helped
    assert not SIGN.search(helped)


def test_the_setting_wins_over_the_locale_and_the_environment_over_the_setting(chinese, monkeypatch):
    assert chinese("settings", "set", "lang", "en").err == "lang 现在是 en\n"
    assert chinese("--help").out.startswith("Usage: sotto")
    monkeypatch.setenv("SOTTO_LANG", "zh")
    assert chinese("--help").out.startswith("用法：")
    monkeypatch.delenv("SOTTO_LANG")
    assert chinese("settings", "unset", "lang").err == "lang is auto again, as it comes\n"
    assert chinese("--help").out.startswith("用法：")


def test_another_home_has_its_own_language(chinese, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "config.toml").write_text('lang = "en"\n')
    assert chinese("--home", other, "chats", "list").err == "There are no chats yet.\n"
    assert chinese("chats", "list").err == "还没有对话。\n"


def test_settings_that_cannot_be_read_leave_the_help_readable(chinese, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text("lang = \n")
    assert chinese("--help").out.startswith("用法：")
    wrong = chinese("settings", "list")
    assert wrong.code == 2
    assert "无法读取" in wrong.err


def test_a_language_that_we_have_not_is_told_in_that_of_the_locale(chinese, monkeypatch):
    monkeypatch.setenv("SOTTO_LANG", "fr")
    wrong = chinese("settings", "list")
    assert wrong.code == 2
    assert "SOTTO_LANG: lang 只能是 auto, en, zh 之一，而不是 'fr'。" in wrong.err
    assert "unset SOTTO_LANG" in wrong.err or "set SOTTO_LANG=" in wrong.err


HELPED = [
    (), ("ask",), ("serve",), ("share",), ("fit",), ("doctor",), ("kb",), ("kb", "add"), ("kb", "search"),
    ("kb", "unlock"), ("chats",), ("chats", "export"), ("chats", "import"), ("models",), ("models", "pull"),
    ("models", "add"), ("models", "show"), ("keys",), ("keys", "add"), ("settings",), ("settings", "set"),
]  # fmt: skip


@pytest.mark.parametrize("columns", [40, 80, 120])
@pytest.mark.parametrize("command", HELPED, ids=" ".join)
def test_the_help_fits_the_window_and_is_chinese(chinese, monkeypatch, command, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    helped = chinese(*command, "--help")
    assert helped.code == 0
    for line in helped.out.splitlines():
        # An example or an option is not broken, however narrow the window is.
        assert cells(line) <= columns or not SIGN.search(line), line
    prose = re.sub(r"示例：.*", "", helped.out, flags=re.DOTALL)
    assert not ENGLISH.search(COMMAND.sub("", prose))


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("ask", " "), 2, "没有问题可答。"),
        (("models", "show", "nothing"), 2, "没有名为 'nothing' 的模型。"),
        (("settings", "set", "temperature", "9"), 2, "temperature 需要 0 到 2 之间的数字；9 超出范围。"),
        (("settings", "set", "threads", "many"), 2, "threads 需要整数，而不是 'many'。"),
        (("settings", "get", "colour"), 2, "没有名为 'colour' 的设置。"),
        (("chats", "show", "x"), 2, "没有对话 'x'。"),
        (("chats", "export"), 2, "缺少选项 '--to'。"),
        (("chats", "list", "--limit", "x"), 2, "'--limit' 的值无效：'x' 不是整数。"),
        (("kb", "show", "x"), 2, "没有名为 'x' 的书架。"),
        (("keys", "remove", "x"), 2, "没有密钥 'x'。"),
        (("frobnicate",), 2, "没有 'frobnicate' 这个命令。"),
        (("--frobnicate",), 2, "没有 '--frobnicate' 这个选项。"),
        (("fit", "a", "b"), 2, "多了一个参数（b）"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_an_error_is_chinese_and_ends_the_same(chinese, monkeypatch, arguments, code, told):
    said = chinese(*arguments)
    assert said.code == code
    assert told in said.err
    assert not ENGLISH.search(COMMAND.sub("", said.err))
    monkeypatch.setenv("LANG", "C.UTF-8")
    assert chinese(*arguments).code == code


@pytest.mark.parametrize(
    "arguments",
    [
        ("settings", "list", "--json"),
        ("models", "list", "--json"),
        ("models", "show", "--json"),
        ("chats", "list", "--json"),
        ("kb", "list", "--json"),
        ("keys", "list", "--json"),
    ],
    ids=" ".join,
)
def test_what_a_program_reads_is_the_same(chinese, monkeypatch, arguments):
    in_chinese = chinese(*arguments)
    monkeypatch.setenv("LANG", "C.UTF-8")
    in_english = chinese(*arguments)
    assert json.loads(in_chinese.out) == json.loads(in_english.out)
    assert not SIGN.search(in_chinese.out)


def test_a_table_has_chinese_headings_and_straight_columns(chinese):
    lines = chinese("settings", "list").out.splitlines()
    assert lines[0].split() == ["名称", "值", "来源", "含义"]
    starts = {cells(line[: line.index("默认")]) for line in lines[1:] if "  默认" in line}
    assert starts == {cells(lines[0][: lines[0].index("来源")])}


@pytest.mark.parametrize(
    "said", ["Nothing was found.", "There are no chats yet.", "hint: never", "No such option: x"]
)
def test_what_a_person_or_a_model_wrote_stays_as_it_is(chinese, said):
    assert chinese("ask", said).out == f"{said}\n"
    (chat,) = json.loads(chinese("chats", "list", "--json").out)
    assert chat["title"] in chinese("chats", "list").out
    shown = chinese("chats", "show", chat["id"]).out
    assert shown.count(said) >= 2
    assert chinese("chats", "search", *said.split()[:1]).code == 0


def test_a_value_is_printed_as_it_is(chinese):
    chinese("settings", "set", "system", "Nothing was found.")
    assert chinese("settings", "get", "system").out == "Nothing was found.\n"
    assert "Nothing was found." in chinese("settings", "list").out


LOADED = """
import sys
sys.argv = ["sotto", "--help"]
from sottovoce.cli.main import main
try:
    main()
except SystemExit:
    print("LOADED", *sorted(name for name in sys.modules if name.startswith("sottovoce.words")))
"""


@pytest.mark.parametrize(("language", "is_loaded"), [("en", False), ("zh", True)])
def test_nothing_of_chinese_is_loaded_for_english(monkeypatch, language, is_loaded):
    monkeypatch.setenv("SOTTO_LANG", language)
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    loaded = next(line for line in done.stdout.splitlines() if line.startswith("LOADED")).split()[1:]
    assert bool(loaded) is is_loaded
