"""sotto models show: what one model is, from its file or from the catalogue."""

from __future__ import annotations

from contextlib import closing
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import click

from sottovoce.cli._given import Given
from sottovoce.cli._scores import in_words
from sottovoce.cli._show import padded
from sottovoce.core.amounts import amount

if TYPE_CHECKING:
    from collections.abc import Callable

    from sottovoce.core.paths import Home
    from sottovoce.engine.gguf import Header
    from sottovoce.models.catalogue import Card
    from sottovoce.models.describe import Description
    from sottovoce.models.records import Record
    from sottovoce.models.shelf import KnownFile, ModelFile
    from sottovoce.store.db import Database

SAID = ("kind", "licence", "languages", "note")
"""Facts that are told in words."""


@click.command()
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
        given.show.plain(_licence_text(chosen))
        return
    _show_file(given, home, chosen, licence=licence, as_json=as_json)


def file_data(model: ModelFile, record: Record | None, hashed: KnownFile | None) -> dict[str, Any]:
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


def licence_of(database: Database, home: Home, model: ModelFile) -> str:
    from sottovoce.models import records

    return database.look(lambda conn: records.licence_for(conn, home, model))


def _show_file(given: Given, home: Home, chosen: ModelFile, *, licence: bool, as_json: bool) -> None:
    from sottovoce.engine.gguf import read_header
    from sottovoce.models import catalogue, describe, records
    from sottovoce.models import licences as terms
    from sottovoce.store import evaluations

    header = read_header(chosen.path)
    description = describe.described(header)
    with closing(given.open_database()) as database:
        hashed = _digest(database, chosen)
        record = database.look(lambda conn: records.of(conn, chosen.path))
        goes_by = terms.of(licence_of(database, home, chosen))
        score = database.look(lambda conn: evaluations.of(conn, hashed.sha256, evaluations.SHIPPED))
    cards = catalogue.cards(home)
    known = catalogue.with_content(chosen.made_of or hashed.sha256, cards)
    newer = None if known is None else catalogue.newer(known[0], cards)
    facts = file_data(chosen, record, hashed) | {"licence": goes_by.id} | _header_data(header)
    if as_json:
        from sottovoce.evals import telling

        facts |= _description_data(description) | {"licence_terms": terms.plain(goes_by)}
        facts |= {
            "knowledge_until": known[0].knowledge_until or None if known else None,
            "newer": None if newer is None else newer.name,
            "evaluated": None if score is None else telling.told(score),
        }
        given.show.data(facts | ({"licence_text": _licence_text(chosen)} if licence else {}))
        return
    for line in (*describe.plain(description), *_catalogued(known[0] if known else None, newer)):
        given.show.line(line)
    words = given.show.words
    given.show.line()
    for name, value in facts.items():
        if value not in (None, ""):
            given.show.plain(f"{padded(words(name.replace('_', ' ')), 20)} {_shown(name, value, words)}")
    given.show.line()
    for line in (*(in_words(score) if score else ()), *terms.plain(goes_by)):
        given.show.line(line)
    if chosen.licence_text is not None:
        given.show.note("\nThe whole licence: sotto models show --licence")


def _show_card(given: Given, card: Card, as_json: bool) -> None:
    """Show a model that is not here, as the catalogue knows it, with where that was read."""
    from dataclasses import asdict

    from sottovoce.models import catalogue, inventory
    from sottovoce.models import licences as terms

    with closing(given.open_database()) as database:
        here = inventory.holder(database, given.open_home(), card)
    if as_json:
        given.show.data(asdict(card) | {"command": catalogue.command(card), "here": here})
        return
    told = "It is not here yet" if here is None else f"You already have this: it is {here}"
    given.show.line(f"{card.title}, by {card.publisher}: {card.kind}. {told}.")
    newer = catalogue.newer(card, catalogue.cards(given.open_home()))
    for line in (*_catalogued(card, newer), *terms.plain(terms.of(card.licence), card.gated)):
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
    if here is None:
        given.show.note(f"\nTo get it: {catalogue.command(card)}")


def _catalogued(card: Card | None, newer: Card | None) -> list[str]:
    """Return what the catalogue adds to what a file says of itself."""
    if card is None:
        return []
    lines = []
    if card.languages:
        many = "many languages" if card.languages == ("mul",) else ", ".join(card.languages)
        lines.append(f"Languages, by its card: {many}.")
    if card.knowledge_until:
        lines.append(f"What it learnt ends in {card.knowledge_until}.")
    if newer is not None:
        lines.append(
            f"A newer one is in the catalogue: {newer.title}. To get it: sotto models pull {newer.name}"
        )
    return lines


def _answering(given: Given) -> str:
    """Return the model that the settings name."""
    from sottovoce.core.settings import load, read_environment

    return load(given.open_home(), read_environment(), {"model": given.model}).model


def _digest(database: Database, model: ModelFile) -> KnownFile:
    """Return the hash of the file's content; it is computed only when the file has changed."""
    from sottovoce.models import shelf

    known = database.look(lambda conn: shelf.known(conn, model.path))
    checked = shelf.verified(model, known)
    if checked != known:
        database.call(lambda conn: shelf.remember(conn, checked))
    return checked


def _licence_text(model: ModelFile) -> str:
    if model.licence_text is None:
        return "The licence of this file is not known here; ask where it came from."
    return model.licence_text.read_text("utf-8")


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


def _description_data(model: Description) -> dict[str, Any]:
    from dataclasses import asdict

    facts = asdict(model)
    kept = ("heads", "kv_heads", "experts", "experts_used", "vocabulary", "template", "can")
    return {name: facts[name] for name in kept} | {"bytes_per_1000_words": model.thousand_words}


def _shown(name: str, value: Any, words: Callable[[str], str]) -> str:
    if name == "used":
        from sottovoce.cli.chats import when

        return when(value)
    if name in SAID:
        return words(str(value))
    return f"{value:,}" if isinstance(value, int) else str(value)
