"""sotto models: which models are here, what they are, and under which licence."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sottovoce.cli._given import Given
from sottovoce.cli._show import amount
from sottovoce.cli.shelving import add, remove, verify

if TYPE_CHECKING:
    from sottovoce.core.paths import Home
    from sottovoce.engine.gguf import Header
    from sottovoce.models.catalogue import Card
    from sottovoce.models.found import FoundFile
    from sottovoce.models.records import Acceptance, Record
    from sottovoce.models.shelf import KnownFile, ModelFile
    from sottovoce.models.suggest import Suggestion
    from sottovoce.store.db import Database


EXAMPLES = """\b
Examples:
  sotto models list
  sotto models suggest
  sotto models add ~/Downloads/some-model.gguf
  sotto models show --licence"""

fit_of: Callable[[Path], str] | None = None
"""Says in a word how well a model runs on this machine. None: not measured, and the column is left out."""


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
        licences = {model.path: _licence(database, home, model) for model in found}
    facts = [
        _file_data(model, remembered.get(model.path), _unchanged(hashed.get(model.path)))
        | {"licence": licences[model.path]}
        | ({} if fit_of is None else {"fit": fit_of(model.path)})
        for model in found
    ]
    if as_json:
        given.show.data(facts)
        return
    columns = ["NAME", "KIND", "SIZE", "USED", "LICENCE", "SHA-256", *(["FIT"] if fit_of else []), "NOTE"]
    given.show.table(columns, [_row(one) for one in facts])


@models.command()
@click.argument("model", metavar="[M]", required=False)
@click.option("--licence", is_flag=True, help="Print the whole licence.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def show(given: Given, /, model: str | None, licence: bool, as_json: bool) -> None:
    """Show what a model is, in plain words.

    M is starter, a name in the list, the path of a GGUF file, or a name in the catalogue; without it, the
    model that answers.
    """
    from sottovoce.core.errors import NotFound
    from sottovoce.models import catalogue, shelf
    from sottovoce.models.kinds import MEANINGS

    home = given.open_home()
    name = model or _answering(given)
    try:
        chosen = shelf.resolve(name, home, MEANINGS)
    except NotFound:
        card = catalogue.find(name, home)
        if card is None:
            raise
        _show_card(given, card, as_json)
        return
    if licence and not as_json:
        given.show.line(_licence_text(chosen))
        return
    _show_file(given, home, chosen, licence=licence, as_json=as_json)


@models.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def suggest(given: Given, /, as_json: bool) -> None:
    """Suggest a model of each kind that this machine's free memory can hold."""
    from sottovoce.engine.memory import available
    from sottovoce.models import catalogue
    from sottovoce.models.suggest import by_size, suggested

    free = available()
    found = suggested(catalogue.cards(given.open_home()), by_size(free), _use(given))
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
    given.show.table(("FOR", "MODEL", "SIZE", "LICENCE", "HOW TO GET IT"), rows)
    given.show.note(f"\nThe largest of each kind that {amount(free)} of free memory can hold, by file size.")


@models.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def licences(given: Given, /, as_json: bool) -> None:
    """List the licences that were accepted here: which, when, and for which file."""
    from dataclasses import asdict

    from sottovoce.models.records import acceptances

    with closing(given.open_database()) as database:
        found = database.look(acceptances)
    if as_json:
        given.show.data([asdict(one) for one in found])
    elif found:
        given.show.table(
            ("ACCEPTED", "LICENCE", "MODEL", "USE", "FILE", "WORDS"), [_accepted(one) for one in found]
        )
    else:
        given.show.note("No licence was accepted here yet.")


for command in (add, verify, remove):
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
        given.show.note("\nTo use one from where it is: sotto models add FILE --name NAME")
    else:
        given.show.note("No other program keeps models here.")


def _show_file(given: Given, home: Home, chosen: ModelFile, *, licence: bool, as_json: bool) -> None:
    from sottovoce.engine.gguf import read_header
    from sottovoce.models import catalogue, describe, records
    from sottovoce.models import licences as terms

    header = read_header(chosen.path)
    description = describe.described(header)
    with closing(given.open_database()) as database:
        hashed = _digest(database, chosen)
        record = database.look(lambda conn: records.of(conn, chosen.path))
        goes_by = terms.of(_licence(database, home, chosen))
    known = catalogue.with_content(hashed.sha256, catalogue.cards(home))
    facts = _file_data(chosen, record, hashed) | {"licence": goes_by.id} | _header_data(header)
    if as_json:
        facts |= _description_data(description) | {"licence_terms": terms.plain(goes_by)}
        given.show.data(facts | ({"licence_text": _licence_text(chosen)} if licence else {}))
        return
    for line in (*describe.plain(description), *_catalogued(known[0] if known else None)):
        given.show.line(line)
    given.show.line()
    for name, value in facts.items():
        if value not in (None, ""):
            given.show.line(f"{name.replace('_', ' '):<20} {_shown(value)}")
    given.show.line()
    for line in terms.plain(goes_by):
        given.show.line(line)
    if chosen.licence_text is not None:
        given.show.note("\nThe whole licence: sotto models show --licence")


def _show_card(given: Given, card: Card, as_json: bool) -> None:
    """Show a model that is not here, as the catalogue knows it, with where that was read."""
    from dataclasses import asdict

    from sottovoce.models import catalogue
    from sottovoce.models import licences as terms

    if as_json:
        given.show.data(asdict(card) | {"command": catalogue.command(card)})
        return
    given.show.line(f"{card.title}, by {card.publisher}: {card.kind}. It is not here yet.")
    for line in (*_catalogued(card), *terms.plain(terms.of(card.licence), card.gated)):
        given.show.line(line)
    if card.outputs:
        given.show.line(f"Outputs: {card.outputs}")
    for file in card.files:
        given.show.line(f"{file.packing}, {amount(file.size)}:")
        for part, digest in zip_longest(file.parts, file.digests, fillvalue="not known"):
            given.show.line(f"  {part}  SHA-256 {digest}")
    if card.unverified:
        given.show.line(f"Not verified: {', '.join(card.unverified)}")
    for source in card.sources:
        given.show.line(f"Read {source.read}: {', '.join(source.what)}: {source.where}")
    given.show.note(f"\nTo get it: {catalogue.command(card)}")


def _catalogued(card: Card | None) -> list[str]:
    """Return what the catalogue adds to what a file says of itself."""
    if card is None:
        return []
    lines = []
    if card.languages:
        many = "many languages" if card.languages == ("mul",) else ", ".join(card.languages)
        lines.append(f"Languages, by its card: {many}.")
    if card.knowledge_until:
        lines.append(f"What it learnt ends in {card.knowledge_until}.")
    return lines


def _answering(given: Given) -> str:
    """Return the model that the settings name."""
    from sottovoce.core.settings import load, read_environment

    return load(given.open_home(), read_environment(), {"model": given.model}).model


def _use(given: Given) -> str:
    """Return what the settings say that models are used for."""
    from sottovoce.core.settings import load, read_environment

    return load(given.open_home(), read_environment(), {}).use


def _unchanged(known: KnownFile | None) -> KnownFile | None:
    """Return what is known of a file's content, if the file has not changed since."""
    from sottovoce.models import shelf

    return known if known is not None and shelf.is_unchanged(known) else None


def _digest(database: Database, model: ModelFile) -> KnownFile:
    """Return the hash of the file's content; it is computed only when the file has changed."""
    from sottovoce.models import shelf

    known = database.look(lambda conn: shelf.known(conn, model.path))
    checked = shelf.verified(model, known)
    if checked != known:
        database.call(lambda conn: shelf.remember(conn, checked))
    return checked


def _licence(database: Database, home: Home, model: ModelFile) -> str:
    from sottovoce.models import records

    return database.look(lambda conn: records.licence_for(conn, home, model))


def _licence_text(model: ModelFile) -> str:
    if model.licence_text is None:
        return "The licence of this file is not known here; ask where it came from."
    return model.licence_text.read_text("utf-8")


def _file_data(model: ModelFile, record: Record | None, hashed: KnownFile | None) -> dict[str, Any]:
    """Return a file's documented keys."""
    from sottovoce.models.shelf import size

    return {
        "name": model.name,
        "kind": model.kind,
        "file": str(model.path),
        "links_to": str(model.path.readlink()) if model.path.is_symlink() else None,
        "bytes": size(model.path),
        "used": None if record is None else record.used,
        "licence": model.licence,
        "sha256": model.sha256 or (None if hashed is None else hashed.sha256),
        "source": None if record is None else record.source or None,
        "languages": model.languages,
        "note": model.note,
    }


def _header_data(header: Header) -> dict[str, Any]:
    return {
        "architecture": header.architecture,
        "quantized": header.file_type,
        "parameters": header.parameters,
        "layers": header.block_count,
        "width": header.embedding_length,
        "window": header.context_length,
        "kv_bytes_per_token": header.kv_bytes_per_token(),
        "gguf_version": header.version,
    }


def _description_data(model: Any) -> dict[str, Any]:
    from dataclasses import asdict

    facts = asdict(model)
    kept = ("heads", "kv_heads", "experts", "experts_used", "vocabulary", "template", "can")
    return {name: facts[name] for name in kept} | {"bytes_per_1000_words": model.thousand_words}


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


def _row(facts: dict[str, Any]) -> list[str]:
    from sottovoce.cli.chats import when

    linked = "linked; " if facts["links_to"] else ""
    return [
        facts["name"],
        facts["kind"] or "?",
        amount(facts["bytes"]),
        "never" if facts["used"] is None else when(facts["used"]),
        facts["licence"],
        (facts["sha256"] or "")[:12],
        *([facts["fit"]] if "fit" in facts else []),
        f"{linked}{facts['note']}",
    ]


def _accepted(one: Acceptance) -> tuple[str, ...]:
    from sottovoce.cli.chats import when

    return (
        when(one.accepted), one.licence, one.model, one.use, one.file_sha256[:12], one.text_sha256[:12],
    )  # fmt: skip


def _elsewhere(file: FoundFile) -> tuple[str, ...]:
    return (file.program, file.name, amount(file.size), str(file.path))


def _shown(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
