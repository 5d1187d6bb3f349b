"""What changes the shelf: sotto models add, verify, remove."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sottovoce.cli._given import Given
from sottovoce.cli._yes import need_yes
from sottovoce.core.amounts import amount
from sottovoce.core.errors import LicenceRefused

if TYPE_CHECKING:
    from sqlite3 import Connection

    from sottovoce.models.checking import Verdict
    from sottovoce.models.getting import Offer
    from sottovoce.models.shelf import ModelFile
    from sottovoce.store.db import Database


@click.command()
@click.argument("file")
@click.option("--name", help="What to call it; else by the file's name.")
@click.option("--copy", is_flag=True, help="Copy the file; else it stays where it is, and is linked.")
@click.option("--licence", "licence_name", metavar="ID", help="Its licence, where the file does not say it.")
@click.option("--yes", is_flag=True, help="Accept the licence, and do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def add(
    given: Given,
    /,
    file: str,
    name: str | None,
    copy: bool,
    licence_name: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Put a model's file on the shelf, and use it from where it is.

    FILE is a path, or a name from `sotto models list --elsewhere`. It is checked first, and its licence
    told. A linked file is never changed. With --licence, what is on the shelf already gets that licence on
    record.
    """
    from sottovoce.core.settings import load, read_environment
    from sottovoce.models import adding, getting, shelf
    from sottovoce.models.kinds import LANGUAGE, kind_of

    home = given.open_home()
    offer = getting.on_disk(home, file, name)
    candidate = offer.candidate
    assert candidate is not None  # noqa: S101  (what is on the disk was examined)
    with closing(given.open_database()) as database:
        here = getting.already(home, database, offer)
        if here is not None and (licence_name is None or here.parent != home.models):
            _tell_already(given, here, candidate.sha256, as_json)
            return
        if here is None:
            adding.check_free(home, candidate, offer.name)
        if licence_name is not None:
            named = licence_name
            offer = database.look(lambda conn: getting.licensed(conn, offer, named, here))
        use = load(home, read_environment(), {}).use
        _accept(given, database, offer, use, yes=yes)
        files = [shelf.content(here)] if here else adding.put(home, candidate, offer.name, copy=copy)
        database.call(lambda conn: getting.note(conn, offer, files, use))
    if as_json:
        facts = {"name": offer.name, "file": str(files[0].path), "sha256": files[0].sha256}
        given.show.data(facts | {"added": here is None})
        return
    how = "was here already; its licence is on record now" if here else "is copied" if copy else "is linked"
    talk = f" To talk to it: sotto --model {offer.name}" if kind_of(candidate.header) == LANGUAGE else ""
    given.show.note(f"\n{offer.name} {how}.{talk}")


@click.command()
@click.argument("names", metavar="[M]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def verify(given: Given, /, names: tuple[str, ...], as_json: bool) -> None:
    """Read models anew and say whether they are still what they were.

    M is as in the list; without it, all of them. Ends with 1 where one is not.
    """
    from sottovoce.models import checking, shelf, verifying
    from sottovoce.models.kinds import MEANINGS

    home = given.open_home()
    chosen = [shelf.resolve(name, home, MEANINGS) for name in names] or shelf.listed(home)
    verdicts: list[Verdict] = []
    with closing(given.open_database()) as database:
        for model in chosen:
            found = verifying.verify(database, model)
            verdicts += found
            if not as_json:
                _tell_verdicts(given, model, found)
    if as_json:
        given.show.data([_verdict_data(verdict) for verdict in verdicts])
    if any(verdict.state == checking.WRONG for verdict in verdicts):
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("name", metavar="M")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def remove(given: Given, /, name: str, yes: bool) -> None:
    """Remove a model: its files, and what is left of a download of it.

    M is as in the list. Of a linked model only the link goes.
    """
    from sottovoce.core.settings import load, read_environment
    from sottovoce.models import records, removing

    home = given.open_home()
    paths = removing.belongings(home, name)
    if not yes:
        need_yes(given, f"Remove {name} ({_what_goes(paths)}) for good?")
    removing.remove(paths)

    def forget(conn: Connection) -> None:
        for path in paths:
            records.forget(conn, path)

    with closing(given.open_database()) as database:
        database.call(forget)
    given.show.note(f"{name} is removed.")
    if load(home, read_environment(), {}).model == name:
        given.show.note("It was the one that answers. For the starter to answer: sotto settings unset model")


def _accept(given: Given, database: Database, offer: Offer, use: str, *, yes: bool) -> None:
    """Tell the licence, go on only when a person says yes, and remember that. Raises LicenceRefused."""
    from sottovoce.models import getting, licences

    licences.allows(offer.licence, use)
    given.show.note(f"{offer.name}: {amount(offer.size)}, SHA-256 {offer.sha256}\n")
    for line in offer.terms:
        given.show.note(line)
    if not yes and not database.look(lambda conn: getting.is_accepted(conn, offer)):
        unasked = LicenceRefused("This needs a yes, and there is nobody to ask.", hint="Add --yes")
        need_yes(given, "\nAccept this licence, and add the model?", unasked)
    database.call(lambda conn: getting.accept(conn, offer, use))


def _tell_already(given: Given, here: Path, sha256: str, as_json: bool) -> None:
    from sottovoce.models.getting import called

    name = called(here)
    if as_json:
        given.show.data({"name": name, "file": str(here), "sha256": sha256, "added": False})
    else:
        given.show.note(f"You already have this: it is {name}.")


def _tell_verdicts(given: Given, model: ModelFile, found: list[Verdict]) -> None:
    for verdict in found:
        part = f" ({verdict.path.name})" if len(found) > 1 else ""
        given.show.line(f"{model.name}{part}: {verdict.state}. {verdict.sentence}")
        if verdict.file is not None:
            given.show.line(f"  SHA-256 {verdict.file.sha256}")


def _verdict_data(verdict: Verdict) -> dict[str, Any]:
    return {
        "file": str(verdict.path),
        "state": verdict.state,
        "sha256": None if verdict.file is None else verdict.file.sha256,
        "sentence": verdict.sentence,
    }


def _what_goes(paths: list[Path]) -> str:
    links = sum(path.is_symlink() for path in paths)
    if links == len(paths):
        return "a link; the file it leads to stays" if links == 1 else f"{links} links; the files stay"
    freed = sum(path.lstat().st_size for path in paths if not path.is_symlink())
    return f"{len(paths)} file{'' if len(paths) == 1 else 's'}, {amount(freed)}"
