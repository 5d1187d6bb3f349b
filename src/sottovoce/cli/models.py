"""sotto models: which models are here, what they are, and under which licence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sottovoce.cli._given import Given
from sottovoce.cli.pull import pull

if TYPE_CHECKING:
    from sottovoce.engine.gguf import Header
    from sottovoce.models.shelf import ModelFile


EXAMPLES = """\b
Examples:
  sotto models list
  sotto models show --licence"""


@click.group(epilog=EXAMPLES)
def models() -> None:
    """The models on this machine."""


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_models(given: Given, /, as_json: bool) -> None:
    """List the models."""
    from sottovoce.models import shelf

    found = shelf.listed(given.open_home())
    if as_json:
        given.show.data([_file_data(model) for model in found])
        return
    rows = [(model.name, _megabytes(model), model.licence, model.languages, model.note) for model in found]
    given.show.table(("NAME", "SIZE", "LICENCE", "LANGUAGES", "NOTE"), rows)


@models.command()
@click.argument("model", metavar="[M]", required=False)
@click.option("--licence", is_flag=True, help="Print the whole licence.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def show(given: Given, /, model: str | None, licence: bool, as_json: bool) -> None:
    """Show what a model is.

    M is starter, or the path of a GGUF file; without it, the model that answers.
    """
    from sottovoce.engine.gguf import read_header
    from sottovoce.models import shelf

    home = given.open_home()
    chosen = shelf.resolve(model or _answering(given), home)
    if licence and not as_json:
        given.show.line(_licence_text(chosen))
        return
    header = read_header(chosen.path)
    facts = _file_data(chosen) | {"sha256": _digest(given, chosen)} | _header_data(header)
    if as_json:
        given.show.data(facts | ({"licence_text": _licence_text(chosen)} if licence else {}))
        return
    for name, value in facts.items():
        if value not in (None, ""):
            given.show.line(f"{name.replace('_', ' '):<20} {_shown(value)}")
    if chosen.licence_text is not None:
        given.show.note("\nThe whole licence: sotto models show --licence")


models.add_command(pull)


def _answering(given: Given) -> str:
    """Return the model that the settings name."""
    from sottovoce.core.settings import load, read_environment

    return load(given.open_home(), read_environment(), {"model": given.model}).model


def _digest(given: Given, model: ModelFile) -> str:
    """Return the hash of the file's content; it is computed only when the file has changed."""
    from contextlib import closing

    from sottovoce.models import shelf

    with closing(given.open_database()) as database:
        known = database.look(lambda conn: shelf.known(conn, model.path))
        checked = shelf.verified(model, known)
        if checked != known:
            database.call(lambda conn: shelf.remember(conn, checked))
    return str(checked.sha256)


def _licence_text(model: ModelFile) -> str:
    if model.licence_text is None:
        return "The licence of this file is not known here; ask where it came from."
    return model.licence_text.read_text("utf-8")


def _file_data(model: ModelFile) -> dict[str, Any]:
    return {
        "name": model.name,
        "file": str(model.path),
        "bytes": model.path.stat().st_size,
        "licence": model.licence,
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


def _megabytes(model: ModelFile) -> str:
    return f"{model.path.stat().st_size / 1e6:.0f} MB"


def _shown(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
