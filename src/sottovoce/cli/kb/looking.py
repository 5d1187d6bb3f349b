"""sotto kb list, show and search: what stands on the shelves."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from sottovoce.cli._given import Given
from sottovoce.cli._run import run
from sottovoce.cli._show import one_line
from sottovoce.cli.kb._open import open_shelves
from sottovoce.cli.kb.unlocking import unlocking_command
from sottovoce.core.amounts import amount
from sottovoce.core.errors import StoreProblem
from sottovoce.core.grounds import day_of
from sottovoce.core.messages import OWNER

if TYPE_CHECKING:
    from sottovoce.knowledge.document import Found
    from sottovoce.knowledge.documents import Document
    from sottovoce.knowledge.facts import Facts
    from sottovoce.knowledge.shelf import Shelf
    from sottovoce.knowledge.shelves import Shelves
    from sottovoce.knowledge.sources import Source
    from sottovoce.knowledge.zim.mount import Mount
    from sottovoce.store.shelves import ShelfRow

EXCERPT = 100
"""Characters of a passage in a table."""


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_shelves(given: Given, /, as_json: bool) -> None:
    """List the shelves."""
    run(_list(given, as_json))


@click.command()
@click.argument("name")
@click.option("--documents", "all_documents", is_flag=True, help="Also list every document.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with every document.")
@click.pass_obj
def show(given: Given, /, name: str, all_documents: bool, as_json: bool) -> None:
    """Show a shelf: its sources, their age, its space, and what could not be read."""
    run(_show(given, name, all_documents, as_json))


@click.command()
@click.argument("name")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 100), default=8, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def search(given: Given, /, name: str, words: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Find the passages of a shelf that a question is about, best first.

    With --json, start and end count bytes of the document's text in UTF-8.
    """
    run(_search(given, name, " ".join(words), limit, as_json))


async def _list(given: Given, as_json: bool) -> None:
    async with open_shelves(given) as shelves:
        told = [await _listed(shelves, row) for row in await shelves.listed(OWNER)]
    if as_json:
        given.show.data([data for data, _ in told])
    elif told:
        columns = ("NAME", "DOCUMENTS", "PASSAGES", "SPACE", "NEWEST", "SYNCED")
        given.show.table(columns, [line for _, line in told], said=(1, 4, 5))
    else:
        given.show.note("There are no shelves yet.")
        given.show.note("\nhint: sotto kb add NAME FOLDER")


async def _listed(shelves: Shelves, row: ShelfRow) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return a shelf's keys and its line in the table; one that cannot be opened is listed all the same."""
    try:
        shelf = await shelves.open(OWNER, row.id)
        facts = await shelf.facts()
    except StoreProblem as problem:
        data = {"id": row.id, "name": row.name, "problem": problem.sentence}
        return data, (row.name, "cannot be opened; sotto kb check tells why", "", "", "", "")
    size = amount(shelf.file.size())
    counts = (f"{facts.documents:,}", f"{facts.passages:,}", size, _day(facts.newest), _day(facts.synced))
    return shelf_data(shelf, facts) | {"problem": None}, (shelf.name, *counts)


async def _show(given: Given, name: str, all_documents: bool, as_json: bool) -> None:
    from sottovoce.knowledge import documents, sources

    async with open_shelves(given) as shelves:
        shelf = await shelves.open(OWNER, name)
        facts = await shelf.facts()
        there = await shelf.file.read(sources.listed)
        mounted = await shelf.mounted()
        listed = await shelf.file.read(documents.listed)
        if as_json:
            data = shelf_data(shelf, facts)
            data["sources"] = [_source_data(one) for one in there]
            data["encyclopaedias"] = [_mount_data(one) for one in mounted]
            given.show.data(data | {"documents": [_document_data(one) for one in listed]})
            return
        _tell(given, shelf, facts, there)
        for wiki in mounted:
            day = "" if wiki.as_of is None else f", of {wiki.as_of.isoformat()}"
            told = f"encyclopaedia {wiki.title}{day}: {wiki.articles:,} articles, {wiki.path}"
            given.show.line(f"  {one_line(told)}")
        if facts.passages:
            _tell_vectors(given, facts)
        unread = [one for one in listed if one.problem is not None]
        for one in unread:
            given.show.line(f"  not read: {one_line(one.problem or '')}")
        locked = [one.name for one in unread if one.is_locked]
        if locked:
            given.show.note(f"\nhint: {unlocking_command(shelf.name, locked[0])} asks for the password")
        if all_documents:
            given.show.line()
            rows = [
                (one.name, _day(one.written), one_line(one.title, 50)) for one in listed if not one.problem
            ]
            given.show.table(("DOCUMENT", "WRITTEN", "TITLE"), rows, said=(1,))


async def _search(given: Given, name: str, question: str, limit: int, as_json: bool) -> None:
    async with given.open_app() as app:
        shelf = await app.shelves.open(OWNER, name)
        results = await shelf.search(question, limit)
    for sentence in results.unread:
        given.show.note(one_line(sentence))
    if as_json:
        given.show.data([found_data(one) for one in results.found])
        return
    if not results.answers:
        given.show.note(f"The answer does not seem to be on the shelf {shelf.name!r}.")
    for number, one in enumerate(results.found, 1):
        place = given.show.words(f", page {one.page}") if one.page else ""
        under = f": {' > '.join(one.headings)}" if one.headings else ""
        given.show.plain(one_line(f"[{number}] {one.document}{place}{under}"))
        given.show.plain(f"    {one_line(one.text, 2 * EXCERPT)}")


def _tell(given: Given, shelf: Shelf, facts: Facts, there: list[Source]) -> None:
    line = given.show.line
    given.show.plain(shelf.name)
    line(f"  {facts.documents:,} documents in {facts.passages:,} passages, {amount(facts.text)} of text")
    each = f", {shelf.file.size() / facts.passages:.0f} bytes a passage" if facts.passages else ""
    line(f"  {amount(shelf.file.size())} on the disk{each}")
    if facts.newest is not None:
        line(f"  written between {_day(facts.oldest)} and {_day(facts.newest)}")
    line(f"  last in step with its sources: {_day(facts.synced)}")
    for source in there:
        line(f"  from {one_line(str(source.path))}{_state_of(source)}")


def _state_of(source: Source) -> str:
    """Return what stands behind a source that is not in step."""
    if not source.path.exists():
        return " (is not there now; what was read of it is kept)"
    if source.synced is None:
        return " (not yet looked through to its end; sotto kb add goes on, or tells why)"
    return ""


def _tell_vectors(given: Given, facts: Facts) -> None:
    """Say what it is found by, and what would find more."""
    if facts.vectors_of is None:
        given.show.line(
            "  found by its words alone; a model that makes vectors would also find what means the same"
        )
        given.show.note(
            "\nhint: sotto models pull REF, then sotto settings set embed_model NAME and sotto kb add"
        )
    else:
        share = f"{facts.vectors:,} of {facts.passages:,} passages"
        given.show.line(f"  found by its words and by vectors of {facts.vectors_of}: {share}")
    if ranks := given.settings().rerank_model:
        given.show.line(f"  then the best are ordered anew by {ranks}")
    elif facts.vectors_of is not None:
        given.show.note(
            "\nhint: a rerank model would order the best anew: sotto settings set rerank_model NAME"
        )


def shelf_data(shelf: Shelf, facts: Facts) -> dict[str, Any]:
    """Return a shelf's documented keys."""
    return {"id": shelf.row.id, "name": shelf.name, **asdict(facts), "bytes": shelf.file.size()}


def found_data(found: Found) -> dict[str, Any]:
    """Return a passage's documented keys; start and end count bytes of the text in UTF-8."""
    return {
        "document": found.document,
        "page": found.page,
        "heading": " > ".join(found.headings),
        "start": found.start,
        "end": found.end,
        "text": found.text,
        "score": round(found.score, 6),
        "digest": found.digest,
        "as_of": day_of(found.written),
    }


def _document_data(document: Document) -> dict[str, Any]:
    keys = ("name", "title", "path", "digest", "size", "written", "pages", "length", "read", "problem")
    told = {key: value for key, value in asdict(document).items() if key in keys}
    return told | {"locked": document.is_locked}


def _mount_data(mounted: Mount) -> dict[str, Any]:
    day = None if mounted.as_of is None else mounted.as_of.isoformat()
    return {
        "path": str(mounted.path),
        "title": mounted.title,
        "as_of": day,
        "articles": mounted.articles,
        "indexed": mounted.indexed,
        "checked": mounted.checked,
    }


def _source_data(source: Source) -> dict[str, Any]:
    return {"path": str(source.path), "added": source.added, "synced": source.synced}


def _day(at: float | None) -> str:
    return "never" if at is None else time.strftime("%Y-%m-%d", time.localtime(at))
