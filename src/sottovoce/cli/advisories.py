"""sotto advisories: known faults of the engine, the libraries and the models that are here."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sottovoce.cli._given import Given
    from sottovoce.store.db import Database

OLD_DAYS = 180
AFFECTED = 2

EXAMPLES = """\b
sotto advisories
sotto advisories --json"""


@click.command(epilog=EXAMPLES)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def advisories(given: Given, as_json: bool) -> None:
    """Known faults of what is installed here, by the list that came with the last bundle.

    Looks at the engine, the libraries and the content of models. Asks no network. Exits with 2 when something
    installed is affected, with 1 when there is no list.
    """
    import datetime
    from contextlib import closing

    from sottovoce.core.errors import BadValue, SottoError, StoreDamaged
    from sottovoce.updates import advisories as lists
    from sottovoce.updates.known import folder

    with closing(given.open_database()) as database:
        path = folder(database.home) / "advisories.json"
        try:
            found = lists.parsed(path.read_bytes())
        except FileNotFoundError:
            raise SottoError(
                "There is no list of known faults here.",
                hint="It comes with a bundle: sotto update --from PATH",
            ) from None
        except BadValue as problem:
            raise StoreDamaged(
                problem.sentence, hint="The next bundle brings a new one: sotto update --from PATH"
            ) from problem
        affected = lists.affected(found, _libraries(), _models(given, database))
    days = max(0, (datetime.datetime.now(datetime.UTC).date() - found.made).days)
    if as_json:
        rows = [asdict(one.advisory) | {"here": one.version} for one in affected]
        said = {"made": found.made.isoformat(), "age_days": days, "known": len(found.all), "affected": rows}
        given.show.data(said)
    else:
        for one in affected:
            mended = f"mended in {one.advisory.fixed}" if one.advisory.fixed else "not mended yet"
            given.show.line(
                f"{one.advisory.severity}: {one.advisory.name} {one.version}, {mended} ({one.advisory.id})"
            )
            given.show.plain(f"  {one.advisory.sentence} {one.advisory.link}".rstrip())
        given.show.line(
            f"{len(affected)} of {len(found.all)} known faults are of something here. "
            f"The list is {days} days old."
        )
        if days > OLD_DAYS:
            given.show.note("That is old: ask whoever brings the bundles for a newer one.")
    if affected:
        raise click.exceptions.Exit(AFFECTED)


def _libraries() -> dict[str, str]:
    """Return the versions of what is installed beside this program."""
    from importlib.metadata import distributions

    return {one.metadata["Name"]: one.version for one in distributions() if one.metadata["Name"]}


def _models(given: Given, database: Database) -> dict[str, str]:
    """Return the names of the models here by the digest of their content, of every part."""
    from sottovoce.core.errors import BadModelFile
    from sottovoce.models import shelf, starter

    known = database.look(shelf.known_files)
    found = {starter.SHA256: shelf.STARTER} if starter.path().is_file() else {}
    for first in shelf.paths(database.home):
        for path in shelf.parts(first):
            try:
                file = shelf.content(path, known.get(path))
            except BadModelFile as problem:
                given.show.note(problem.sentence)
                continue
            if path not in known or known[path] != file:
                database.call(partial(shelf.remember, file=file))
            found[file.sha256] = shelf.name_of(first)
    for model in shelf.listed(database.home):
        if model.made_of:  # its faults are those of what it was made of
            found.setdefault(model.made_of, model.name)
    return found
