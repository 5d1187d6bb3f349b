"""What changes the shelf: sotto models add, verify, remove."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sottovoce.cli._given import Given
from sottovoce.cli._show import amount
from sottovoce.core.errors import LicenceRefused, NotFound, Refused

if TYPE_CHECKING:
    from sqlite3 import Connection

    from sottovoce.core.paths import Home
    from sottovoce.models.adding import Candidate
    from sottovoce.models.checking import Verdict
    from sottovoce.models.licences import Licence
    from sottovoce.models.shelf import KnownFile, ModelFile
    from sottovoce.store.db import Database


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be added, from where, and on which terms."""

    candidate: Candidate
    called: str
    path: Path
    licence: Licence
    use: str


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
    from sottovoce.models import adding, shelf
    from sottovoce.models.kinds import LANGUAGE, kind_of

    home = given.open_home()
    path, called = _located(file, name)
    candidate = adding.examine(path)
    with closing(given.open_database()) as database:
        here = adding.already(home, candidate, database.look(shelf.known_files))
        if here is not None and (licence_name is None or here.parent != home.models):
            _tell_already(given, here, candidate.sha256, as_json)
            return
        if here is None:
            adding.check_free(home, candidate, called)
        else:
            called = shelf.name_of(here)
        use = load(home, read_environment(), {}).use
        wanted = _Wanted(candidate, called, path, _licence_of(home, candidate, licence_name), use)
        _accept(given, database, wanted, yes=yes)
        files = [shelf.content(here)] if here else adding.put(home, candidate, called, copy=copy)
        _note(database, files, wanted)
    if as_json:
        facts = {"name": called, "file": str(files[0].path), "sha256": files[0].sha256}
        given.show.data(facts | {"added": here is None})
        return
    how = "was here already; its licence is on record now" if here else "is copied" if copy else "is linked"
    talk = f" To talk to it: sotto --model {called}" if kind_of(candidate.header) == LANGUAGE else ""
    given.show.note(f"\n{called} {how}.{talk}")


@click.command()
@click.argument("names", metavar="[M]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def verify(given: Given, /, names: tuple[str, ...], as_json: bool) -> None:
    """Read models anew and say whether they are still what they were.

    M is as in the list; without it, all of them. Ends with 1 where one is not.
    """
    from sottovoce.models import checking, shelf
    from sottovoce.models.kinds import MEANINGS

    home = given.open_home()
    chosen = [shelf.resolve(name, home, MEANINGS) for name in names] or shelf.listed(home)
    verdicts: list[Verdict] = []
    with closing(given.open_database()) as database:
        for model in chosen:
            known, said = _known_of(database, home, model)
            found = checking.check(model.path, known, said)
            verdicts += found
            if not as_json:
                _tell_verdicts(given, model, found)
            _remember(database, found)
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
        _ask(given, f"Remove {name} ({_what_goes(paths)}) for good?")
    removing.remove(paths)

    def forget(conn: Connection) -> None:
        for path in paths:
            records.forget(conn, path)

    with closing(given.open_database()) as database:
        database.call(forget)
    given.show.note(f"{name} is removed.")
    if load(home, read_environment(), {}).model == name:
        given.show.note("It was the one that answers. For the starter to answer: sotto settings unset model")


def _located(file: str, name: str | None) -> tuple[Path, str]:
    """Return where the file is, and what it is to be called."""
    from sottovoce.core.settings import read_others
    from sottovoce.models import adding, found

    path = Path(file).expanduser().absolute()
    if not path.exists() and file.startswith(found.NAMED):
        other = found.named(file, found.places(Path.home(), read_others()))
        if other is None:
            raise NotFound(
                f"No program here keeps a model named {file!r}.", hint="sotto models list --elsewhere"
            )
        return other.path, adding.name_for(other.path, name or other.called)
    return path, adding.name_for(path, name)


def _licence_of(home: Home, candidate: Candidate, named: str | None) -> Licence:
    """Return the catalogue's licence for this content, else the one named, else the file's own word."""
    from sottovoce.models import catalogue, licences

    card = catalogue.with_content(candidate.sha256, catalogue.cards(home))
    if card is not None:
        return licences.of(card[0].licence)
    return licences.of(named or candidate.header.text("general.license") or "")


def _accept(given: Given, database: Database, wanted: _Wanted, *, yes: bool) -> None:
    """Tell the licence, go on only when a person says yes, and remember that. Raises LicenceRefused."""
    from sottovoce.models import licences, records

    licences.allows(wanted.licence, wanted.use)
    lines = licences.plain(wanted.licence)
    size, content = amount(wanted.candidate.size), wanted.candidate.sha256
    given.show.note(f"{wanted.called}: {size}, SHA-256 {content}\n")
    for line in lines:
        given.show.note(line)
    words = licences.digest(lines)
    if not yes and not database.look(lambda conn: records.accepted_for(conn, wanted.licence.id, words)):
        _ask(given, "\nAccept this licence, and add the model?", LicenceRefused)
    acceptance = records.Acceptance(
        file_sha256=content,
        licence=wanted.licence.id,
        text_sha256=words,
        text_source="the sentences shown by Sottovoce",
        model=wanted.called,
        source=str(wanted.path),
        use=wanted.use,
        accepted=time.time(),
    )
    database.call(lambda conn: records.accept(conn, acceptance))


def _note(database: Database, files: list[KnownFile], wanted: _Wanted) -> None:
    """Remember where the model came from, and what its files hold."""
    from sottovoce.models import records, shelf

    path, content = files[0].path, files[0].sha256
    source, licence = str(wanted.path), wanted.licence.id
    record = records.Record(path, wanted.called, content, source, licence, "", time.time())

    def note(conn: Connection) -> None:
        records.note_model(conn, record)
        for file in files:
            shelf.remember(conn, file)

    database.call(note)


def _tell_already(given: Given, here: Path, sha256: str, as_json: bool) -> None:
    from sottovoce.models import shelf, starter

    name = shelf.STARTER if here == starter.path() else shelf.name_of(here)
    if as_json:
        given.show.data({"name": name, "file": str(here), "sha256": sha256, "added": False})
    else:
        given.show.note(f"You already have this: it is {name}.")


def _known_of(
    database: Database, home: Home, model: ModelFile
) -> tuple[dict[Path, KnownFile], dict[Path, dict[str, str]]]:
    """Return what was remembered of each part, and what each must be by whom."""
    from sottovoce.models import records, shelf

    parts = shelf.parts(model.path)
    kept = database.look(lambda conn: [shelf.known(conn, path) for path in parts])
    said: dict[Path, dict[str, str]] = {}
    record = database.look(lambda conn: records.of(conn, model.path))
    if record is not None and record.sha256:
        said[model.path] = {"the record of when it was added": record.sha256}
    if model.sha256:
        said[model.path] = {"the program it came with": model.sha256}
    return {file.path: file for file in kept if file is not None}, said


def _remember(database: Database, found: list[Verdict]) -> None:
    """Remember what is sound, so that it need not be computed again."""
    from sottovoce.models import checking, shelf

    def remember(conn: Connection) -> None:
        for verdict in found:
            if verdict.file is not None and verdict.state != checking.WRONG:
                shelf.remember(conn, verdict.file)

    database.call(remember)


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


def _ask(given: Given, question: str, unasked: type[Refused] = Refused) -> None:
    """Go on only when a person says yes."""
    if not given.show.can_ask:
        raise unasked("This needs a yes, and there is nobody to ask.", hint="Add --yes")
    if not given.show.confirm(question):
        given.show.note("Nothing was done.")
        raise click.exceptions.Exit(1)
