"""sotto models: which models are here, what they are, and under which licence."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sottovoce.cli._given import Given
from sottovoce.cli._marks import Marks
from sottovoce.cli.fit import note_without_shape
from sottovoce.cli.optimising import optimise
from sottovoce.cli.pull import pull
from sottovoce.cli.shelving import add, remove, verify
from sottovoce.cli.showing import file_data, licence_of, show
from sottovoce.core.amounts import amount

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sottovoce.core.paths import Home
    from sottovoce.models.file import ModelFile
    from sottovoce.models.found import FoundFile
    from sottovoce.models.records import Acceptance
    from sottovoce.models.shelf import KnownFile
    from sottovoce.models.suggest import Suggestion
    from sottovoce.store.db import Database


EXAMPLES = """\b
Examples:
  sotto models list
  sotto models suggest
  sotto models add ~/Downloads/some-model.gguf
  sotto models show --licence"""


@click.group(epilog=EXAMPLES)
def models() -> None:
    """The models on this machine."""


@models.command("list")
@click.option("--elsewhere", is_flag=True, help="List files of Ollama, LM Studio and Hugging Face instead.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_models(given: Given, /, elsewhere: bool, as_json: bool) -> None:
    """List the models.

    With --elsewhere: those that other programs keep on this machine, which can be used from there.
    """
    if elsewhere:
        _list_elsewhere(given, as_json)
        return
    from sottovoce.models import records, shelf

    home = given.open_home()
    found = shelf.listed(home)
    with closing(given.open_database()) as database:
        remembered = database.look(records.every)
        hashed = database.look(shelf.known_files)
        licences = {model.path: licence_of(database, home, model) for model in found}
        fits = _fits(database, home, found)
    facts = [
        file_data(model, remembered.get(model.path), _unchanged(hashed.get(model.path)))
        | {"licence": licences[model.path]}
        | ({"fit": fits[model.path]} if model.path in fits else {})
        for model in found
    ]
    if as_json:
        given.show.data(facts)
        return
    columns = ["NAME", "KIND", "SIZE", "USED", "LICENCE", "SHA-256", *(["FIT"] if fits else []), "NOTE"]
    marks = Marks(given.use())
    rows = [_row(one, marks, with_fit=bool(fits)) for one in facts]
    given.show.table(columns, rows, said=(1, 3, 4, *range(6, len(columns))))
    for line in marks.explained():
        given.show.note(line)


@models.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def suggest(given: Given, /, as_json: bool) -> None:
    """Suggest a model of each kind that runs well on this machine."""
    from sottovoce.fit.probe import here
    from sottovoce.models import catalogue, learning, starter
    from sottovoce.models.fitting import speeds
    from sottovoce.models.suggest import suggested

    home = given.open_home()
    cards = catalogue.cards(home)
    measured = asyncio.run(here(home, given.show.note, starter.path()))
    with closing(given.open_database()) as database:
        machine = learning.from_all(database, home, measured)
    found = suggested(cards, speeds(machine, machine.free), given.use())
    if as_json:
        given.show.data([_suggestion_data(one) for one in found])
        return
    rows = [
        (
            one.card.kind,
            one.card.title,
            amount(one.file.size),
            one.card.licence,
            catalogue.command(one.card),
        )
        for one in found
    ]
    if rows:
        given.show.table(("FOR", "MODEL", "SIZE", "LICENCE", "HOW TO GET IT"), rows, beneath=1, said=(0,))
        given.show.note("\nThe largest of each kind that is quick here. Others, and how quickly: sotto fit")
    else:
        given.show.note(
            "Nothing of the catalogue runs here and leaves memory for other programs. Each of it: sotto fit"
        )
    note_without_shape(given, home)


@models.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def licences(given: Given, /, as_json: bool) -> None:
    """List the licences that were accepted here: which, when, by whom, and for which file."""
    from dataclasses import asdict

    from sottovoce.models.records import acceptances

    with closing(given.open_database()) as database:
        found = database.look(acceptances)
    if as_json:
        given.show.data([asdict(one) for one in found])
    elif found:
        given.show.table(
            ("ACCEPTED", "BY", "LICENCE", "MODEL", "USE", "FILE", "WORDS"), [_accepted(one) for one in found]
        )
    else:
        given.show.note("No licence was accepted here yet.")


for command in (show, pull, add, optimise, verify, remove):
    models.add_command(command)


def _list_elsewhere(given: Given, as_json: bool) -> None:
    from dataclasses import asdict

    from sottovoce.core.settings import read_others
    from sottovoce.models.found import everything, places

    found = everything(places(Path.home(), read_others()))
    if as_json:
        given.show.data([asdict(file) | {"path": str(file.path)} for file in found])
    elif found:
        given.show.table(("PROGRAM", "NAME", "SIZE", "FILE"), [_elsewhere(file) for file in found])
        given.show.note("\nTo use one from where it is: sotto models add NAME")
    else:
        given.show.note("No other program keeps models here.")


def _fits(database: Database, home: Home, files: Iterable[ModelFile]) -> dict[Path, str]:
    """Return in a word how each model does here; nothing where this machine has not been measured."""
    from sottovoce.fit import known
    from sottovoce.fit.estimate import Run
    from sottovoce.models import fitting, learning

    found = known.here(home)
    if found is None:
        return {}
    here, run = learning.from_all(database, home, found), Run(fitting.USUAL_WINDOW)
    those = [file for file in files if file.kind in fitting.ANY_KIND]
    return {file.path: fitting.of_file(database, home, file, run, here).fit.verdict for file in those}


def _unchanged(known: KnownFile | None) -> KnownFile | None:
    """Return what is known of a file's content, if the file has not changed since."""
    from sottovoce.models import shelf

    return known if known is not None and shelf.is_unchanged(known) else None


def _suggestion_data(one: Suggestion) -> dict[str, Any]:
    from sottovoce.models import catalogue

    return {
        "for": one.card.kind,
        "model": one.card.name,
        "title": one.card.title,
        "file": one.file.name,
        "bytes": one.file.size,
        "licence": one.card.licence,
        "command": catalogue.command(one.card),
    }


def _row(facts: dict[str, Any], marks: Marks, *, with_fit: bool) -> list[str]:
    from sottovoce.cli.chats import when

    linked = "linked; " if facts["links_to"] else ""
    return [
        facts["name"],
        facts["kind"] or "?",
        amount(facts["bytes"]),
        "never" if facts["used"] is None else when(facts["used"]),
        marks.licence(facts["licence"]),
        (facts["sha256"] or "")[:12],
        *([facts.get("fit", "")] if with_fit else []),
        f"{linked}{facts['note']}",
    ]


def _accepted(one: Acceptance) -> tuple[str, ...]:
    from sottovoce.cli.chats import when

    return (
        when(one.accepted), one.account, one.licence, one.model, one.use, one.file_sha256[:12],
        one.text_sha256[:12],
    )  # fmt: skip


def _elsewhere(file: FoundFile) -> tuple[str, ...]:
    return (file.program, file.name, amount(file.size), str(file.path))
