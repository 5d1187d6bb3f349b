"""Every error has a next step, and the commands it names exist."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import click
import pytest
from docs import generate

from sottovoce.cli.chat.commands import COMMANDS
from sottovoce.cli.main import sotto
from sottovoce.core import errors
from sottovoce.core.errors import SottoError
from sottovoce.core.settings import Settings
from sottovoce.help import phrases, shelf
from sottovoce.server.asgi import endpoints

SOURCES = Path(__file__).parents[2] / "src" / "sottovoce"
FILES = sorted(SOURCES.rglob("*.py"))
KINDS = {
    name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, SottoError)
}

WITHOUT_HINT = {"engine/client.py": "EngineGone brings its own next step"}
"""Files where an error may have no next step, and why."""

STARTS = re.compile(r"(?<![\w./-])sotto(?![\w.-])")
FLAG = re.compile(r"(?<![\w-])--?[a-z][\w-]*")
SLASH = re.compile(r"(?<![\w/.\"…])/[a-z]+(?![\w/])")
OTHERS = re.compile(r"\b(iconv|tail|pip|command) [^|&;]*")
"""Commands of others, whose flags are not ours to check."""
END = re.compile(r"[;|>`)\"\n]|[.:,](?=\s|$)| &&")
NAMED = re.compile(r"hint|[A-Z_]*HINT|REINSTALL|UPDATE|RESTORE|MESSAGES_SHOWN|EXPORTS|SMALLER")
PROSE = {"has", "makes", "next", "anew", "uses"}
"""What follows the name where it is the program's and no command: “sotto makes one”."""


def hintless(module: ast.Module) -> Iterator[int]:
    """Yield the lines where an error is made without a hint."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            hints = [word.value for word in node.keywords if word.arg == "hint"]
            if name in KINDS and (not hints or getattr(hints[0], "value", "") is None):
                yield node.lineno


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SOURCES).as_posix())
def test_every_error_has_a_next_step(path: Path) -> None:
    if path.relative_to(SOURCES).as_posix() not in WITHOUT_HINT:
        assert read(path).hintless == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('raise BadValue("No.")', [1]),
        ('raise errors.BadValue("No.")', [1]),
        ('raise BadValue("No.", hint=None)', [1]),
        ('raise BadValue("No.", hint="Yes.")', []),
        ("raise ValueError()", []),
    ],
)
def test_an_error_without_a_next_step_is_noticed(source: str, found: list[int]) -> None:
    assert list(hintless(ast.parse(source))) == found


def texts(module: ast.Module) -> Iterator[str]:
    """Yield what a file can say: its strings, with … for what is put into them, but no docstrings."""
    todo: list[ast.AST] = [module]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
            todo += [part for part in node.values if not isinstance(part, ast.Constant)]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        else:
            todo += ast.iter_child_nodes(node)


HELP = [
    *((f"help: {entry.id}", words.answer) for entry in shelf.entries() for words in (entry.en, entry.zh)),
    *((f"help: {name}", text) for name, said in phrases.sentences().items() for one in said.values()
      for text in one.values()),
]  # fmt: skip


@dataclass(frozen=True)
class Read:
    """What these tests ask of a file, which is parsed once for all of them."""

    hintless: list[int]
    texts: list[str]
    hints: list[str]


@cache
def read(path: Path) -> Read:
    module = ast.parse(path.read_text("utf-8"))
    return Read(list(hintless(module)), list(texts(module)), list(hints(module)))


def of_all_files(part: Callable[[Read], list[str]]) -> list[tuple[str, str]]:
    return [(path.relative_to(SOURCES).as_posix(), text) for path in FILES for text in part(read(path))]


def commands(text: str) -> Iterator[list[str]]:
    """Yield the words after each `sotto` in a text, up to where the command ends."""
    for found in STARTS.finditer(text):
        rest = text[found.end() :]
        if rest.startswith(" "):
            yield END.split(rest)[0].split()


def options(command: click.Command) -> set[str]:
    # A command keeps the help option it was first asked for, which the whole program's settings shape.
    context = click.Context(command, **sotto.context_settings)
    return {name for one in command.get_params(context) for name in (*one.opts, *one.secondary_opts)}


def wrong(words: list[str]) -> str | None:
    """Return what is no command or flag among the words after `sotto`."""
    command: click.Command = sotto
    known = options(sotto)
    rest = iter(words)
    for word in rest:
        if word.startswith("-"):
            if word not in known:
                return word
            takes = [one for one in command.params if word in one.opts and isinstance(one, click.Option)]
            if isinstance(command, click.Group) and takes and not takes[0].is_flag:
                next(rest, None)
        elif isinstance(command, click.Group) and word != "…":
            below = command.get_command(click.Context(command), word)
            if below is None:
                return None if command is sotto and word in PROSE else word
            command, known = below, options(below)
    if words[:2] == ["settings", "set"] and words[2] not in {*(item.name for item in fields(Settings)), "…"}:
        return words[2]
    return None


def test_every_command_named_exists() -> None:
    everything = of_all_files(lambda file: file.texts) + HELP
    said = [(file, words) for file, text in everything for words in commands(text)]
    assert len(said) > 20
    assert [(file, " ".join(words)) for file, words in said if wrong(words)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see sotto doctor --restore; then go on", None),
        ("sotto doctor --repair mends it", "--repair"),
        ("sotto chat list", "chat"),
        ("sotto chats lost", "lost"),
        ("sotto chats show ID --jason", "--jason"),
        ("sotto --model starter uses that", None),
        ("sotto --model starter ask --seed 1 x", None),
        ("sotto settings set colour red", "colour"),
        ("sotto settings set network on", None),
        ("sotto makes one when it starts", None),
    ],
)
def test_a_command_that_does_not_exist_is_noticed(text: str, found: str | None) -> None:
    (words,) = commands(text)
    assert wrong(words) == found


def stands_for_a_hint(node: ast.AST) -> bool:
    match node:
        case ast.keyword(arg="hint"):
            return True
        case ast.Assign(targets=[ast.Name(id=name), *_]):
            return NAMED.fullmatch(name) is not None
    return False


def hints(module: ast.Module) -> Iterator[str]:
    """Yield the texts given as a hint, or as a constant that stands for one."""
    for node in ast.walk(module):
        if stands_for_a_hint(node):
            for one in ast.walk(node):
                if isinstance(one, ast.Constant) and isinstance(one.value, str):
                    yield one.value


def test_every_flag_slash_command_and_address_named_in_a_hint_exists() -> None:
    flags = set(re.findall(FLAG, generate.page("reference/commands.md")))
    addresses = {"/" + one.path.split("/")[1] for one in endpoints()}
    slashes = {one.name for one in COMMANDS} | addresses
    missing = [
        (name, flag)
        for name, text in HELP
        for flag in FLAG.findall(OTHERS.sub("", text))
        if flag not in flags
    ]
    said = of_all_files(lambda file: file.hints)
    assert any("--scope" in text for _, text in said)
    assert any("/save" in text for _, text in said)
    for file, text in said:
        missing += [(file, flag) for flag in FLAG.findall(OTHERS.sub("", text)) if flag not in flags]
        missing += [(file, name) for name in SLASH.findall(text) if name not in slashes and name != "/some"]
    assert missing == []
