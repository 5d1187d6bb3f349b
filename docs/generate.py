"""Write the reference pages from the code: `python -m docs.generate`; `--check` only says what is stale.

What can be known from the code stands there and nowhere else: help texts, settings, errors, signatures. So do
the figures of the page of promises, which the measurements tell.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from enum import Enum
from pathlib import Path

import click
from docs.catalogue import catalogue_page
from docs.conformance import conformance_page
from docs.promises import promises_page
from docs.speed import readme
from docs.tables import table

import sottovoce
from sottovoce.cli.chat import commands
from sottovoce.cli.main import sotto
from sottovoce.core import errors, settings
from sottovoce.core.errors import SottoError
from sottovoce.core.paths import Home
from sottovoce.core.sampling import RANGES

DOCS = Path(__file__).parent
SOURCES = Path(__file__).parents[1] / "src"
NOTE = "<!-- Written by `make docs` from the code. Change the code, not this page. -->\n\n"
WIDTH = 100
LONGEST_SIGNATURE = 80
TREE_LINE = re.compile(r"[│├└─ ]*(?P<name>\w+)\s+(?P<meaning>.*?)(?:\s{2,}exit (?P<exit>\d+))?$")

NOUNS: dict[str, tuple[str, tuple[str, ...]]] = {
    "sottovoce.core.events": (
        "What `events` yields, in this order, and what `answer` returns.",
        ("Asked", "Waiting", "Reading", "Notice", "Text", "Likelihood", "Done", "Failed", "Usage", "Timings"),
    ),
    "sottovoce.core.messages": ("What is said in a chat.", ("Message", "Role", "State")),
    "sottovoce.core.sampling": ("How an answer is drawn.", ("Sampling",)),
    "sottovoce.store.rows": ("What `chats` and `messages` return.", ("Chat", "StoredMessage")),
    "sottovoce.store.search": ("What `search` returns.", ("Hit",)),
}
"""The classes that a caller of the Python API meets, by module, each with a line about them."""

HANDLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "sottovoce.sdk.leaving": ("What `preview` returns.", ("AsyncLeaving", "Leaving")),
}
"""Those among them that can be asked to do something."""


# --- Commands ------------------------------------------------------------------------------------


def commands_page() -> str:
    parts = ["# Commands\n\nEvery command, as its own `--help` shows it.\n"]
    parts += [f"## {name}\n\n```text\n{text}\n```\n" for name, text in help_texts()]
    return "\n".join(parts) + _slash_commands()


def _slash_commands() -> str:
    rows = [(f"`{one.name} {one.arguments}`".replace(" `", "`"), one.help) for one in commands.COMMANDS]
    return (
        "\n## In the chat\n\nThe beginning of a name is enough where no other begins so.\n\n"
        + table(("command", "what it does"), rows)
        + f"\n{commands.KEYS.strip()}\n"
    )


def help_texts() -> Iterator[tuple[str, str]]:
    """Yield every command's full name and help, parents first."""
    yield from _help_texts(_context(sotto, "sotto", None))


def _context(command: click.Command, name: str, parent: click.Context | None) -> click.Context:
    width = {"terminal_width": WIDTH, "max_content_width": WIDTH}
    return click.Context(command, parent, name, **{**command.context_settings, **width})


def _help_texts(context: click.Context) -> Iterator[tuple[str, str]]:
    command = context.command
    yield context.command_path, re.sub(r" +$", "", command.get_help(context), flags=re.MULTILINE)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                yield from _help_texts(_context(below, name, context))


# --- Settings ------------------------------------------------------------------------------------


def settings_page() -> str:
    rows = [
        (f"`{item.name}`", _shown(item.default), f"`{settings.PREFIX}{item.name.upper()}`", _meaning(item))
        for item in settings.describe(Home(Path("nowhere")), {})
    ]
    return (
        "# Settings\n\n"
        "A setting is looked for in four places; a later one wins: the default, `config.toml` in the home\n"
        "folder, the environment, and what a command was given.\n\n"
        "`sotto settings list` shows them with their values and where each comes from; `sotto settings set\n"
        "NAME VALUE` writes one to `config.toml`.\n\n"
        + table(("setting", "default", "in the environment", "meaning"), rows)
        + "\n`SOTTO_HOME` names the home folder itself, where chats, settings and kept states live. Without\n"
        "it, that is the platform's folder for a program's data; `sotto doctor` shows which.\n"
    )


def _shown(default: object) -> str:
    if default is None:
        return "the model's own"
    return f"`{default}`" if default != "" else "none"


def _meaning(item: settings.Setting) -> str:
    span = RANGES.get(item.name)
    return item.meaning if span is None else f"{item.meaning} ({span.low:,.12g} to {span.high:,.12g})"


# --- Errors --------------------------------------------------------------------------------------


def errors_page() -> str:
    tree = inspect.getdoc(errors) or ""
    drawing = tree.split("\n\n")[1]
    rows = [
        (f"`{kind.code}`", f"`{kind.__name__}`", str(kind.exit_code), meaning)
        for kind, meaning in error_meanings()
    ]
    return (
        "# Errors\n\n"
        "Every problem is told in a sentence, with a hint at the next step. The code of each is stable. In\n"
        "Python each is an exception of the same name, below `SottoError`; the command line ends with the\n"
        "exit code.\n\n"
        f"```text\n{drawing}\n```\n\n"
        + table(("code", "in Python", "exit code", "meaning"), rows)
        + "\nOther exit codes of the command line: 0 done, 2 also for wrong usage, 130 stopped with Ctrl-C.\n"
    )


def error_meanings() -> Iterator[tuple[type[SottoError], str]]:
    """Yield every error and its meaning, in the order of the tree drawn in core/errors.py."""
    for line in (inspect.getdoc(errors) or "").splitlines():
        found = TREE_LINE.match(line)
        kind = getattr(errors, found["name"], None) if found else None
        if found and isinstance(kind, type) and issubclass(kind, SottoError):
            yield kind, found["meaning"]


# --- Python --------------------------------------------------------------------------------------


def api_page() -> str:
    parts = [
        "# Python API\n\n"
        "What `from sottovoce import …` offers, and what it returns. The guide is\n"
        "[Sottovoce in Python](../guides/python.md).\n"
    ]
    for name in sottovoce.__all__:
        thing = getattr(sottovoce, name)
        if inspect.isclass(thing) and not is_dataclass(thing) and not issubclass(thing, SottoError):
            parts.append(_class(thing))
    for module_name, (about, names) in NOUNS.items():
        module = importlib.import_module(module_name)
        parts.append(f"## {module_name}\n\n{about}\n")
        parts += [_noun(getattr(module, name)) for name in names]
    for module_name, (about, names) in HANDLES.items():
        module = importlib.import_module(module_name)
        parts.append(f"## {module_name}\n\n{about}\n")
        parts += [_class(getattr(module, name)).replace("## ", "### ", 1) for name in names]
    parts.append(
        "## Errors\n\n`SottoError` is the base of all; it carries `code`, `sentence`, `hint` and `detail`.\n"
        "See [Errors](errors.md).\n"
    )
    return "\n".join(parts)


def _class(kind: type) -> str:
    parts = [f"## {kind.__name__}\n\n" + _entry(kind.__name__, kind)]
    for name, method in vars(kind).items():
        if inspect.isfunction(method) and not name.startswith("_"):
            parts.append(_entry(f"{'async ' * _is_async(method)}def {name}", method))
    return "\n".join(parts)


def _noun(kind: type) -> str:
    heading = f"### {kind.__name__}\n\n"
    if issubclass(kind, Enum):
        values = ", ".join(f"`{member.value}`" for member in kind)
        return "\n\n".join(part for part in (heading.rstrip(), _doc(kind), f"One of {values}.\n") if part)
    return heading + _entry(kind.__name__, kind)


def _entry(name: str, thing: Callable[..., object]) -> str:
    doc = _doc(thing)
    return f"```python\n{name}{_signature(thing)}\n```\n" + (f"\n{doc}\n" if doc else "")


def _is_async(method: Callable[..., object]) -> bool:
    return inspect.iscoroutinefunction(method) or inspect.isasyncgenfunction(method)


def _signature(thing: Callable[..., object]) -> str:
    """Return the signature as its source has it, without self; one parameter a line when it is long."""
    signature = inspect.signature(thing)
    given: list[str] = []
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in given:
            given.append("*")
        if parameter.name != "self":
            given.append(_parameter(parameter))
    returned = signature.return_annotation
    arrow = "" if inspect.isclass(thing) or returned is signature.empty else f" -> {returned}"
    line = f"({', '.join(given)}){arrow}"
    if len(line) <= LONGEST_SIGNATURE:
        return line
    return "(\n" + "".join(f"    {one},\n" for one in given) + f"){arrow}"


def _parameter(parameter: inspect.Parameter) -> str:
    stars = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
    return f"{stars}{parameter.name}: {parameter.annotation}{default}"


def _doc(thing: object) -> str:
    """Return the docstring written for this very thing, not an inherited or a made-up one."""
    text = inspect.cleandoc(thing.__doc__ or "")
    made_up = is_dataclass(thing) and text.startswith(f"{getattr(thing, '__name__', '')}(")
    return "" if made_up else text


# --- Modules -------------------------------------------------------------------------------------


def modules_page() -> str:
    parts = [
        "# Modules\n\n"
        "Every file of the program, with the first line it says about itself. How they hang together is\n"
        "told in [Architecture](../concepts/architecture.md).\n"
    ]
    for folder, files in itertools.groupby(_sources(), key=lambda path: path.parent):
        rows = [(_link(file), _first_line(SOURCES / file)) for file in files]
        parts.append(f"## {folder.as_posix()}\n\n" + table(("file", "what it does"), rows))
    return "\n".join(parts)


def _link(file: Path) -> str:
    return f"[`{file.name}`](../../src/{file.as_posix()})"


def _sources() -> list[Path]:
    """Return the files that say something about themselves, folder by folder."""
    files = [file for file in SOURCES.rglob("*.py") if _first_line(file)]
    return sorted((file.relative_to(SOURCES) for file in files), key=lambda file: (file.parent, file.name))


def _first_line(file: Path) -> str:
    docstring = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
    return docstring.partition("\n")[0]


# --- The pages -----------------------------------------------------------------------------------


PAGES: dict[str, Callable[[], str]] = {
    "reference/commands.md": commands_page,
    "reference/settings.md": settings_page,
    "reference/errors.md": errors_page,
    "reference/api.md": api_page,
    "reference/modules.md": modules_page,
    "reference/conformance.md": conformance_page,
    "reference/catalogue.md": catalogue_page,
    "concepts/promises.md": promises_page,
    "../README.md": readme("en"),
    "../README.zh.md": readme("zh"),
}
"""Where each page stands, below docs/, and what writes it."""

IN_PART = {"concepts/promises.md", "../README.md", "../README.zh.md"}
"""Pages that are written by hand but for what stands between marks."""


def page(name: str) -> str:
    """Return one page as the code says it should be."""
    return ("" if name in IN_PART else NOTE) + PAGES[name]().rstrip() + "\n"


def stale() -> list[str]:
    """Return the pages whose file differs from what the code says."""
    return [name for name in PAGES if not _same(DOCS / name, page(name))]


def _same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text("utf-8") == text


def main() -> None:
    old = stale()
    if "--check" in sys.argv[1:]:
        sys.exit(f"Stale: {', '.join(old)}. Next: make docs" if old else 0)
    for name in old:
        (DOCS / name).write_text(page(name), "utf-8")
        sys.stdout.write(f"docs/{name}\n")


if __name__ == "__main__":
    main()
