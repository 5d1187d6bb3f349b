"""Chinese is whole: no line is half English, and no text of others is touched."""

from __future__ import annotations

import argparse
import ast
import errno
import inspect
import json
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest
from test_chinese import CHINESE, HELP

import sottovoce
from sottovoce.cli._given import Given
from sottovoce.cli.main import sotto
from sottovoce.guard.refusal import CATEGORIES
from sottovoce.words.table import COUNTED, LIGHT, table
from sottovoce.words.template import fill, parse

SETS = Path(sottovoce.__file__).parent / "evals/sets"
HAN = re.compile(r"[\u4e00-\u9fff]")
CODE = re.compile(r"`[^`]*`|“[^”]*”|https?://\S+|(?<![\w-])sotto(?: [\w.=-]+)*")
ENGLISH = re.compile(r"[A-Za-z]+(?: [A-Za-z]+){3,}")
WORDS = re.compile(r"(?:[A-Za-z]+\W+){4}[A-Za-z]")
LEAST = 300


def mixed(text: str) -> list[str]:
    """Return the lines that hold Chinese, and four English words in a row that are no code."""
    lines = [CODE.sub(" · ", line) for line in text.splitlines() if HAN.search(line)]
    return [line for line in lines if ENGLISH.search(line)]


def paths(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from paths(below, (*path, name))


@pytest.mark.parametrize("path", list(paths(sotto)), ids=" ".join)
def test_no_line_of_a_help_page_is_half_english(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    given = Given()
    given.show.language = "zh"
    with pytest.raises(click.exceptions.Exit):
        sotto.main([*path, "--help"], prog_name="sotto", standalone_mode=False, obj=given) or _leave()
    page = capsys.readouterr().out
    assert HAN.search(page)
    assert not mixed(page)


def _leave() -> None:
    raise click.exceptions.Exit


def test_every_paragraph_of_the_help_is_known_as_a_whole() -> None:
    """Known to the last letter: what is left over would stand in English beside the Chinese."""
    chosen = table("zh")
    assert not {text: path for text, path in HELP.items() if ENGLISH.search(CODE.sub("", chosen.say(text)))}


@pytest.mark.parametrize(
    ("english", "is_mixed"),
    [
        ("FILE may be - for 标准输入。", False),
        ("Reads Markdown and plain text 标准输入。", True),
        ("用 sotto models list 查看，见 `one two three four`。", False),
        ("all in plain English words", False),
    ],
)
def test_a_mixture_is_noticed(english: str, is_mixed: bool) -> None:
    assert bool(mixed(english)) is is_mixed


def foreign() -> list[str]:
    """Return sentences of others: the help of other programs, questions, answers, licences."""
    modules: list[ModuleType] = [argparse, ast, inspect, json, re, tomllib]
    texts = [inspect.getdoc(value) or "" for module in modules for value in vars(module).values()]
    for file in sorted(SETS.glob("*.toml")):
        texts += _texts(tomllib.loads(file.read_text("utf-8")))
    lines = {" ".join(line.split()) for text in texts for line in text.split("\n")}
    return sorted(line for line in lines if WORDS.search(line) and line not in CHINESE)


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in _texts(one)]


def test_no_sentence_of_others_is_changed() -> None:
    others = foreign()
    others = others[:: max(1, len(others) // (2 * LEAST))]
    assert len(others) >= LEAST
    chosen = table("zh")
    assert not {text: chosen.say(text) for text in others if chosen.say(text) != text}


@pytest.mark.parametrize(
    "text",
    [
        "The River sings: echoes from countless hills, and the valley answers.",
        "at sentence 2: the river is missing its echoes from countless hills",
        "This rule of thumb is measured on so many questions only.",
        "Both need not fit into memory at once.",
        "Exits with 1 when it cannot be used, and names the line.",
        "Reads from the standard input, and writes to the disk at once.",
        "The letter was cut short, and the reason is not known to him.",
        "names of the dead, and the names of the living",
        "of the many, to the few",
        "from here to there",
        "What an AI wrote in it carries a mark; somebody reads it.",
        "The engine stopped (nobody knows why it did).",
    ],
)
def test_a_short_template_does_not_fit_into_a_longer_sentence(text: str) -> None:
    assert table("zh").say(text) == text


VALUES = ("/home/me/My Notes on it/a b.gguf", "qwen3-4b", "Dana's notes", "My kitchen", "12,345.6")


@pytest.mark.parametrize("value", VALUES)
def test_every_template_is_found_again_whatever_stands_in_it(value: str) -> None:
    """But those of a few letters, which say something of numbers alone."""
    chosen = table("zh")
    missed = []
    for english, chinese in CHINESE.items():
        template = parse(english)
        counted = {first or second for first, second in COUNTED.findall(chinese)}
        text = fill(english, {name: "7" if name in counted else value for name in template.names})
        if (
            template.weight >= LIGHT
            and " " not in template.parts
            and HAN.search(chinese)
            and chosen.say(text) == text
        ):
            missed.append(english)
    assert not missed


def test_a_category_has_one_name() -> None:
    """At the command line, in a table and in a refusal."""
    for category, (english, chinese) in CATEGORIES.items():
        assert CHINESE[english] == CHINESE[category] == chinese


@pytest.mark.parametrize(
    ("word", "instead"), [("您", "你"), ("配置", "模式"), ("聊天", "对话"), ("审核模型", "护栏模型")]
)
def test_one_thing_has_one_name(word: str, instead: str) -> None:
    page = Path(__file__).parents[2] / "web/strings/zh.json"
    said = [*CHINESE.values(), *json.loads(page.read_text("utf-8")).values()]
    assert not [text for text in said if word in str(text)], instead


def test_what_others_give_as_a_reason_is_told_too() -> None:
    chosen = table("zh")
    for number in (errno.ENOENT, errno.EACCES, errno.ENOSPC, errno.EISDIR, errno.EROFS):
        assert not mixed(chosen.say(f"/home/me/a b.gguf cannot be read: {os.strerror(number)}."))
        assert HAN.search(chosen.say(os.strerror(number)))
    for text in ("x = = 1", 'x = "\x01"', "x = [1", "[a]\n[a]", "x = 1\nx = 2"):
        with pytest.raises(tomllib.TOMLDecodeError) as wrong:
            tomllib.loads(text)
        assert not re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", chosen.say(f"It is not TOML: {wrong.value}.")), (
            text
        )
    for pattern in ("(a", "[a", "*a", "a{5,2}", "\\", "a)", "(?P<x"):
        with pytest.raises(re.error) as broken:
            re.compile(pattern)
        text = f"The expression {pattern} is refused: it cannot be read: {broken.value.msg} at character 1."
        assert not re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", chosen.say(text)), pattern
