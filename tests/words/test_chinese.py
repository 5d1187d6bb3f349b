"""Chinese is whole: whatever the source says to a person has it, and says the same commands and values."""

from __future__ import annotations

import ast
import inspect
import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
from source_texts import headings, shown

import sottovoce
from sottovoce.cli.chat.commands import COMMANDS
from sottovoce.cli.main import sotto
from sottovoce.core import errors
from sottovoce.core.settings import Settings
from sottovoce.words import table as tables
from sottovoce.words.template import HOLE, fill, parse

SOURCE = Path(sottovoce.__file__).parent
CHINESE: dict[str, str] = json.loads((SOURCE / "words/zh.json").read_text("utf-8"))
OWN = json.loads(Path(__file__).with_name("own.json").read_text("utf-8"))

ERRORS = frozenset(
    name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)
) | {"Notice"}

WORD = re.compile(r"[A-Za-z]{2}")
SIGN = re.compile(r"[\u4e00-\u9fff]")


def _is_shown(file: Path) -> bool:
    path = file.relative_to(SOURCE).as_posix()
    return not path.startswith(tuple(OWN["unshown"])) or path.startswith(tuple(OWN["shown"]))


def _keys(text: str) -> Iterator[str]:
    """Yield the lines of a text that hold words."""
    for line in text.split("\n"):
        line = line.partition("  [")[0]  # what click would add
        if WORD.search(HOLE.sub("", line)):
            yield line.strip()


@cache
def everything_shown() -> dict[str, str]:
    """Return every text that a person may read, with where it stands."""
    found: dict[str, str] = {}
    for file in filter(_is_shown, sorted(SOURCE.rglob("*.py"))):
        for text, line in shown(ast.parse(file.read_text("utf-8")), ERRORS):
            for key in _keys(text):
                found.setdefault(key, f"{file.relative_to(SOURCE)}:{line}")
    return found


def _helped(command: click.Command, path: str) -> Iterator[tuple[str, str]]:
    """Yield each paragraph and line of the help of a command and of those below it."""
    context = click.Context(command, info_name=path)
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        yield " ".join(paragraph.split()), path
    yield command.get_short_help_str(limit=10_000), path
    for line in (command.epilog or "").split("\n"):
        if line.endswith(":"):
            yield line, path
    for option in command.params:
        if isinstance(option, click.Option):
            yield (option.help or "").partition("  [")[0], path
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _helped(below, f"{path} {name}")


def _names(command: click.Command) -> Iterator[str]:
    yield command.name or ""
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            below = command.get_command(click.Context(command), name)
            assert below is not None
            yield from _names(below)


NAMES = "|".join(sorted(set(_names(sotto)), key=len, reverse=True))
COMMAND = re.compile(
    rf"(?<![\w./}}-])(?:sotto(?: --[a-z-]+| (?:{NAMES})\b)*|--[a-z][a-z-]+|/[a-z]+\b|[A-Z][A-Z_]{{3,}}\b"
    r"|pip install [\w-]+)"
)


def _terms() -> Iterator[str]:
    """Yield what is told of licences and of a model's outputs: from data, not from the source."""
    for licence in tomllib.loads((SOURCE / "models/licences.toml").read_text("utf-8"))["licence"]:
        yield from filter(None, (licence["attribution"], licence["acceptable_use"], *licence["conditions"]))
    for model in tomllib.loads((SOURCE / "models/catalogue.toml").read_text("utf-8"))["model"]:
        yield from filter(None, (model.get("outputs", ""),))


HELP = {text: path for text, path in _helped(sotto, "sotto") if text}
TERMS = set(_terms())
SAME = {*OWN["same"], *OWN["not shown"]}
CHOSEN = tables.table("zh")


def test_everything_that_a_person_may_read_has_chinese() -> None:
    missing = {
        text: where for text, where in everything_shown().items() if text not in CHINESE and text not in SAME
    }
    assert not missing


def test_every_text_of_the_help_has_chinese() -> None:
    assert not {text: path for text, path in HELP.items() if not SIGN.search(CHOSEN.say(text))}


def test_every_heading_of_a_table_has_chinese() -> None:
    trees = (ast.parse(file.read_text("utf-8")) for file in (SOURCE / "cli").rglob("*.py"))
    assert not {heading for tree in trees for heading in headings(tree)} - set(CHINESE)


def test_every_slash_command_is_explained_in_chinese() -> None:
    assert not [command.name for command in COMMANDS if not SIGN.search(CHOSEN.say(command.help))]


def test_every_setting_is_explained_in_chinese() -> None:
    meanings = [item.metadata["meaning"] for item in Settings.__dataclass_fields__.values()]
    assert not [text for text in meanings if not SIGN.search(CHOSEN.say(text))]


def test_what_a_licence_asks_for_is_told_in_chinese() -> None:
    assert not TERMS - set(CHINESE)


def test_no_chinese_is_left_of_what_nobody_says_any_more() -> None:
    literals = {
        node.value.strip()
        for file in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    known = {
        *everything_shown(),
        *HELP,
        *TERMS,
        *literals,
        *OWN["composed"],
        *OWN["of click"],
        *OWN["of others"],
    }
    assert sorted(set(CHINESE) - known) == []
    assert not SAME - set(everything_shown())


def _holes(text: str) -> list[str]:
    return sorted(hole[1] for hole in HOLE.finditer(text))


def test_both_have_the_same_holes() -> None:
    assert not [english for english, chinese in CHINESE.items() if _holes(english) != _holes(chinese)]


def _commands(text: str) -> list[str]:
    return sorted(found.strip() for found in COMMAND.findall(text))


def test_both_name_the_same_commands() -> None:
    compared = set(CHINESE) - set(OWN["other commands"])
    assert not [text for text in compared if " " in text and _commands(CHINESE[text]) != _commands(text)]


def test_a_sentence_with_values_in_it_is_found_again() -> None:
    """The values are names that no sentence holds; of two that fit, the right one has to be found."""
    wrong = {}
    for english, chinese in CHINESE.items():
        values = {name: f"v{at}x" for at, name in enumerate(parse(english).names)}
        said = CHOSEN.say(fill(english, values))
        if "}{" not in english and said != fill(chinese, values):
            wrong[english] = said
    assert not wrong


def test_a_text_without_chinese_is_noticed() -> None:
    source = """
def act(show, path, count):
    show.line(f"{count} thing{'' if count == 1 else 's'} of ours lie at {path}.")
    raise BadValue("Gone", hint=NEXT if path else "Do it again")
    log.warning("nobody reads this: %s", path)
"""
    found = {text for text, _ in shown(ast.parse(source), frozenset({"BadValue"}))}
    assert found == {
        "{count} thing of ours lie at {path}.",
        "{count} things of ours lie at {path}.",
        "Gone",
        "{next}",
        "Do it again",
    }
