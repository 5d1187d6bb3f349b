"""Variants: a model with instructions, settings and shelves under a name, one file each, to be passed on.

A variant's name stands wherever a model's does. Its file names what it needs, and holds none of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sottovoce.core import chat_settings
from sottovoce.core.chat_settings import ChatSettings
from sottovoce.core.errors import BadValue, BadVariant, NotFound, Unsupported
from sottovoce.core.paths import Home, make_folder, remove_whole, write_whole
from sottovoce.core.toml import NotRead, quoted, table_in
from sottovoce.models.file import ModelFile, Variant
from sottovoce.models.names import STARTER
from sottovoce.models.variant_names import as_kept, is_name, require

SUFFIX = ".toml"
LARGEST = 200_000
"""Bytes of a file."""

MOST_SHELVES = 20
KEYS = ("model", "title", "system", "settings", "knowledge", "quote", "adapter")
LIST_HINT = "sotto variants list shows those that are here"


def folder(home: Home) -> Path:
    return home.root / "variants"


def listed(home: Home) -> list[Variant]:
    """Return the variants of a home by their names; of one whose file is wrong, its `problem`."""
    found: list[Variant] = []
    for path in sorted(folder(home).glob(f"*{SUFFIX}")):
        try:
            found.append(read(path))
        except BadVariant as problem:
            found.append(Variant(as_kept(path.stem), STARTER, problem=problem.sentence))
    return found


def find(name: str, home: Home) -> Variant | None:
    """Return the variant of this name, None where there is none. Raises BadVariant."""
    name = as_kept(name)
    path = folder(home) / f"{name}{SUFFIX}"
    return read(path) if is_name(name) and path.is_file() else None


def get(name: str, home: Home) -> Variant:
    """Return the variant of this name. Raises NotFound and BadVariant."""
    found = find(name, home)
    if found is None:
        raise NotFound(f"There is no variant named {name!r}.", hint=LIST_HINT)
    return found


def laid_over(model: ModelFile, variant: Variant) -> ModelFile:
    """Return a model under the name of a variant of it."""
    return replace(model, name=variant.name, variant=variant, base=model)


def add(home: Home, variant: Variant) -> Path:
    """Write a variant's file; return it. Raises BadValue for none and for a taken name, and StoreProblem."""
    variant = checked(variant)
    path = folder(home) / f"{variant.name}{SUFFIX}"
    if path.exists():
        raise BadValue(
            f"There is a variant named {variant.name!r} already.",
            hint=f"Choose another name, or remove that one: sotto variants remove {variant.name}",
            field="name",
        )
    make_folder(path.parent)
    write_whole(path, written(variant).encode())
    return path


def remove(home: Home, name: str) -> None:
    """Delete a variant's file, also one that cannot be read. Raises NotFound, StoreProblem."""
    path = folder(home) / f"{as_kept(name)}{SUFFIX}"
    if not is_name(as_kept(name)) or not path.is_file():
        raise NotFound(f"There is no variant named {name!r}.", hint=LIST_HINT)
    remove_whole(path)


def given(path: Path, name: str) -> Variant:
    """Read a variant from a file that somebody passed on; here it will go by this name. Raises BadVariant."""
    try:
        return _read(path, name)
    except BadVariant as problem:
        problem.hint = "Mend the file, or give another one"
        raise


def read(path: Path) -> Variant:
    """Read a variant's file. Raises BadVariant, which names the file and what is wrong in it."""
    return _read(path, path.stem)


def _read(path: Path, name: str) -> Variant:
    try:
        return checked(_variant(name, table_in(path, LARGEST)))
    except NotRead as problem:
        raise _bad(path, problem.reason) from problem
    except (BadValue, Unsupported) as problem:
        raise BadVariant(f"{path}: {problem.sentence}", hint=problem.hint) from problem


def written(variant: Variant) -> str:
    """Return the file of a variant: the form that people pass on."""
    given = variant.settings.given()
    lines = [f"model = {quoted(variant.model)}"]
    if variant.title:
        lines.append(f"title = {quoted(variant.title)}")
    if variant.system:
        lines.append(f"system = {quoted(variant.system)}")
    if variant.knowledge:
        lines.append(f"knowledge = [{', '.join(map(quoted, variant.knowledge))}]")
    if variant.quote:
        lines.append("quote = true")
    if given:
        lines += ["", "[settings]", *(f"{name} = {value}" for name, value in given.items())]
    return "\n".join(lines) + "\n"


def checked(variant: Variant) -> Variant:
    """Return the variant, its name as it is kept, or raise BadValue naming what no variant may have."""
    variant = replace(variant, name=as_kept(variant.name))
    require(variant.name)
    if not variant.model.strip():
        raise BadValue("A variant names its model.", hint='For example: model = "starter"', field="model")
    if len(variant.knowledge) > MOST_SHELVES:
        raise BadValue(
            f"A variant asks {MOST_SHELVES} shelves at most.", hint="Name fewer", field="knowledge"
        )
    if variant.quote and not variant.knowledge:
        raise BadValue("quote needs a shelf.", hint='For example: knowledge = ["handbook"]', field="quote")
    chat_settings.checked(variant.settings)
    return variant


def _variant(name: str, table: Mapping[str, Any]) -> Variant:
    """Return what a table says. Raises BadValue, and Unsupported for what is not there yet."""
    for key in table:
        if key not in KEYS:
            raise BadValue(f"{key} is not part of a variant.", hint=f"A variant has {', '.join(KEYS[:-1])}")
    if table.get("adapter"):
        raise Unsupported("Adapters cannot be used yet.", hint="Take the line adapter out")
    return Variant(
        name,
        _of(table, "model", str, ""),
        title=_of(table, "title", str, ""),
        system=_of(table, "system", str, ""),
        settings=_settings(_of(table, "settings", dict, {})),
        knowledge=tuple(_of_list(table, "knowledge")),
        quote=_of(table, "quote", bool, False),
    )


def _settings(table: Mapping[str, Any]) -> ChatSettings:
    names = chat_settings.SPANS
    for name, value in table.items():
        if name not in names:
            raise BadValue(f"settings.{name} is none.", hint=f"Settings are {', '.join(names)}")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadValue(f"settings.{name} takes a number, not {value!r}.", hint="Write it without quotes")
    return ChatSettings(**table)


def _of(table: Mapping[str, Any], key: str, kind: type[Any], otherwise: Any) -> Any:
    value = table.get(key, otherwise)
    if not isinstance(value, kind):
        wanted = {str: "text in quotes", bool: "true or false", dict: "a table"}[kind]
        raise BadValue(f"{key} takes {wanted}, not {value!r}.", hint="Mend that line")
    return value


def _of_list(table: Mapping[str, Any], key: str) -> list[str]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadValue(
            f"{key} takes a list of names, not {value!r}.", hint=f'For example: {key} = ["handbook"]'
        )
    return value


def _bad(path: Path, reason: str) -> BadVariant:
    return BadVariant(f"{path} {reason}.", hint=f"Mend it, or remove it: sotto variants remove {path.stem}")
