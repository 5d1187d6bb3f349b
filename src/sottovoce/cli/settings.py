"""sotto settings: what config.toml holds, with meanings."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from sottovoce.cli._given import Given
from sottovoce.core.errors import NotFound

if TYPE_CHECKING:
    from sottovoce.core.paths import Home
    from sottovoce.core.settings import Setting, Value


EXAMPLES = """\b
Examples:
  sotto settings list
  sotto settings set temperature 0.5
  sotto settings unset temperature"""

MODELS_OWN = "(the model's own)"


@click.group(epilog=EXAMPLES)
def settings() -> None:
    """The settings, where they come from, and what they mean.

    They are kept in config.toml in the home folder. SOTTO_MODEL and the like win over it, and what a
    command is given wins over both.
    """


@settings.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_settings(given: Given, /, as_json: bool) -> None:
    """List all settings."""
    found = _described(given)
    if as_json:
        given.show.data([asdict(setting) for setting in found])
        return
    own = given.show.words(MODELS_OWN)
    rows = [
        (one.name, own if one.value is None else str(one.value), one.source, one.meaning) for one in found
    ]
    given.show.table(("NAME", "VALUE", "FROM", "MEANING"), rows, said=(2, 3))
    given.show.note(f"\nThe file: {given.open_home().config}")


@settings.command()
@click.argument("name")
@click.pass_obj
def get(given: Given, /, name: str) -> None:
    """Print one value."""
    for setting in _described(given):
        if setting.name == name:
            given.show.plain(_shown(setting.value))
            return
    raise NotFound(f"There is no setting named {name!r}.", hint="sotto settings list")


@settings.command("set")
@click.argument("name")
@click.argument("value")
@click.pass_obj
def set_setting(given: Given, /, name: str, value: str) -> None:
    """Write one value to config.toml."""
    from sottovoce.core.settings import store

    home = given.open_home()
    _check(home, name, value)
    new = store(home, name, value)
    given.show.note(f"{name} is now {_shown(new)}")
    _tell_overruled(given, name)


@settings.command()
@click.argument("name")
@click.pass_obj
def unset(given: Given, /, name: str) -> None:
    """Take one value out of config.toml."""
    from sottovoce.core.settings import store

    new = store(given.open_home(), name, None)
    given.show.note(f"{name} is {_shown(new)} again, as it comes")
    _tell_overruled(given, name)


def _check(home: Home, name: str, value: str) -> None:
    """Raise NotFound, BadModelFile or BadSettings for what nothing here could use."""
    if name == "hub":
        from sottovoce.models.hub import check_endpoint

        check_endpoint(value)
    elif name in ("model", "embed_model", "rerank_model") and value:
        from sottovoce.models import shelf
        from sottovoce.models.kinds import EMBEDDING, LANGUAGE, RERANK

        kinds = {"model": (LANGUAGE,), "embed_model": (EMBEDDING, LANGUAGE), "rerank_model": (RERANK,)}
        shelf.resolve(value, home, kinds[name])


def _described(given: Given) -> list[Setting]:
    from sottovoce.core.settings import describe, read_environment

    return describe(given.open_home(), read_environment())


def _tell_overruled(given: Given, name: str) -> None:
    for setting in _described(given):
        if setting.name == name and setting.source == "environment":
            given.show.note(f"SOTTO_{name.upper()} in the environment wins over it: {_shown(setting.value)}")


def _shown(value: Value | None) -> str:
    return MODELS_OWN if value is None else str(value)
