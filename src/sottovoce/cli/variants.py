"""sotto variants: a model with instructions, settings and shelves under a name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sottovoce.cli._given import Given

if TYPE_CHECKING:
    from sottovoce.core.chat_settings import ChatSettings
    from sottovoce.core.paths import Home
    from sottovoce.models.file import Variant

EXAMPLES = """\b
Examples:
  sotto variants add clinic --model starter --system "Answer briefly." --kb handbook
  sotto --model clinic ask "When are visitors allowed?"
  sotto variants show clinic > clinic.toml
  sotto variants add clinic --file clinic.toml"""


@click.group(epilog=EXAMPLES)
def variants() -> None:
    """Variants: a model with instructions, settings and shelves under a name.

    A variant's name stands wherever a model's does. Each is one file, to be passed on to others.
    """


@variants.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_variants(given: Given, /, as_json: bool) -> None:
    """List the variants that are here."""
    from sottovoce.models import variants as files

    found = files.listed(given.open_home())
    if as_json:
        given.show.data([_data(one) for one in found])
        return
    if not found:
        given.show.note("There are no variants yet. To make one: sotto variants add NAME --model M")
        return
    given.show.table(
        ("name", "model", "what for"), [(one.name, one.model, one.problem or one.title) for one in found]
    )


@variants.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def show(given: Given, /, name: str, as_json: bool) -> None:
    """Print a variant's file, as it can be passed on."""
    from sottovoce.models import variants as files

    found = files.get(name, given.open_home())
    if as_json:
        given.show.data(_data(found))
        return
    given.show.plain(files.written(found).rstrip("\n"))


@variants.command()
@click.argument("name")
@click.option(
    "--file", "file", type=click.Path(dir_okay=False, exists=True, path_type=Path), help="Take this file."
)
@click.option("--model", "model", metavar="M", help="The model that answers.  [default: starter]")
@click.option("--title", help="What it is for, in a few words.")
@click.option("--system", help="Instructions placed before every new chat.")
@click.option(
    "--set", "settings", metavar="NAME=VALUE", multiple=True, help="A setting, such as temperature=0.2."
)
@click.option(
    "--kb", "shelves", metavar="SHELF", multiple=True, help="A shelf that it asks; may be given again."
)
@click.option("--quote", is_flag=True, help="Answer with sentences of the shelves alone.")
@click.pass_obj
def add(
    given: Given,
    /,
    name: str,
    file: Path | None,
    model: str | None,
    title: str | None,
    system: str | None,
    settings: tuple[str, ...],
    shelves: tuple[str, ...],
    quote: bool,
) -> None:
    """Make a variant, or take one from a file."""
    from sottovoce.core.errors import BadValue, NotFound
    from sottovoce.models import shelf, variant_names
    from sottovoce.models import variants as files
    from sottovoce.models.file import Variant

    home = given.open_home()
    variant_names.require(variant_names.as_kept(name))
    _require_free(home, name)
    if file is not None:
        if any((model, title, system, settings, shelves, quote)):
            raise BadValue("A file says all of a variant.", hint="Give --file, or the other options")
        made = files.given(file, name)
    else:
        made = Variant(
            name, model or shelf.STARTER, title or "", system or "", _read(settings), tuple(shelves), quote
        )
    path = files.add(home, made)
    given.show.plain(str(path))
    try:
        shelf.resolve(made.model, home)
    except NotFound as problem:
        given.show.problem(f"Its model is not here yet: {problem.sentence}", problem.hint)
    for one in _missing(given, made.knowledge):
        given.show.note(f"There is no shelf named {one} here yet: sotto kb add {one} PATH")


@variants.command()
@click.argument("name")
@click.pass_obj
def remove(given: Given, /, name: str) -> None:
    """Remove a variant. Its model, its shelves and the chats that it answered stay."""
    from sottovoce.models import variants as files

    files.remove(given.open_home(), name)
    given.show.line(f"Removed: {name}")


def _require_free(home: Home, name: str) -> None:
    """Raise BadValue where a model goes by this name, here or in the catalogue."""
    from sottovoce.core.errors import BadValue
    from sottovoce.models import catalogue, shelf
    from sottovoce.models.starter import card

    if name in {card().name, *map(shelf.name_of, shelf.paths(home))}:
        raise BadValue(f"A model here is named {name}.", hint="Choose another name", field="name")
    if name in {one.name for one in catalogue.cards(home)}:
        raise BadValue(f"A model of the catalogue is named {name}.", hint="Choose another name", field="name")


def _read(settings: tuple[str, ...]) -> ChatSettings:
    """Return settings given as NAME=VALUE. Raises BadValue."""
    from sottovoce.core.chat_settings import SPANS, ChatSettings
    from sottovoce.core.errors import BadValue

    values: dict[str, Any] = {}
    for one in settings:
        name, is_set, value = one.partition("=")
        span = SPANS.get(name.strip().replace("-", "_"))
        if span is None or not is_set:
            raise BadValue(
                f"--set takes NAME=VALUE, not {one!r}.",
                hint=f"Names are {', '.join(sorted(SPANS))}",
                field="set",
            )
        try:
            values[name.strip().replace("-", "_")] = int(value) if span.whole else float(value)
        except ValueError:
            raise BadValue(
                f"{name} takes a number, not {value!r}.",
                hint="For example: --set temperature=0.2",
                field="set",
            ) from None
    return ChatSettings(**values)


def _missing(given: Given, shelves: tuple[str, ...]) -> list[str]:
    """Return which of these shelves are not here."""
    from contextlib import closing

    from sottovoce.core.messages import OWNER
    from sottovoce.store.shelves import listed

    if not shelves:
        return []
    with closing(given.open_database()) as database:
        here = {row.name.casefold() for row in database.look(lambda conn: listed(conn, OWNER))}
    return [one for one in shelves if one.casefold() not in here]


def _data(variant: Variant) -> dict[str, object]:
    return {
        "name": variant.name,
        "model": variant.model,
        "title": variant.title,
        "system": variant.system,
        "settings": variant.settings.given(),
        "knowledge": list(variant.knowledge),
        "quote": variant.quote,
        "problem": variant.problem or None,
    }
