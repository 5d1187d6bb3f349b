"""sotto kb unlock, and the question for passwords at the end of `sotto kb add`.

A password is typed unseen, or stands in a file; never among a command's words, which other users can read.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

import click

from sottovoce.cli._given import Given
from sottovoce.cli._run import run
from sottovoce.cli.kb._filling import fill
from sottovoce.cli.kb._open import open_shelves
from sottovoce.core.errors import BadDocument, BadText, BadValue, Refused
from sottovoce.core.messages import OWNER

TRIES = 3
MOST_NAMED = 20
MOST_BYTES = 4096
"""Of a file with a password."""


@click.command()
@click.argument("name")
@click.argument("document")
@click.option(
    "--password-file",
    "file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help="Take the password from the first line of this file; - is standard input.",
)
@click.pass_obj
def unlock(given: Given, /, name: str, document: str, file: Path | None) -> None:
    """Read a locked document with its password, which is asked for and never stored.

    DOCUMENT is as `sotto kb show NAME` names it. The text stays on the shelf until the file changes.
    """
    run(_require_locked(given, name, document))
    if file is not None:
        run(_unlock(given, name, document, _password_in(file)))
    elif not given.show.can_ask:
        raise Refused(
            "This needs a password, and there is nobody to ask.",
            hint="Put it into a file, and give that: --password-file FILE; - is standard input",
        )
    elif not _opened(given, name, document):
        raise click.exceptions.Exit(1)
    given.show.note(f"{document} stands on {name} now.")
    run(_fill(given, name))


def ask_for_all(given: Given, name: str, locked: Sequence[str]) -> None:
    """Ask for the password of each of these documents, then make the vectors that the shelf lacks."""
    given.show.note("A password is used once and not kept. Enter alone leaves the document locked.")
    for document in locked:
        try:
            if _opened(given, name, document):
                given.show.note(f"{document} stands on {name} now.")
        except BadDocument as problem:
            given.show.note(f"  not read: {problem.sentence}")
    run(_fill(given, name))


def tell_locked(given: Given, name: str, locked: Sequence[str], told: Collection[str]) -> None:
    """Name the locked documents that were not told of, and the next step."""
    if not locked:
        return
    rest = [document for document in locked if document not in told]
    for document in rest[:MOST_NAMED]:
        given.show.note(f"  still locked: {document}")
    if len(rest) > MOST_NAMED:
        given.show.note(f"  and {len(rest) - MOST_NAMED:,} more; all of them: sotto kb show {name}")
    given.show.note(f"\nhint: {unlocking_command(name, locked[0])} asks for the password")


def unlocking_command(name: str, document: str) -> str:
    """Return what a person would type to unlock a document."""
    return f"sotto kb unlock {shlex.join([name, document])}"


def _opened(given: Given, name: str, document: str) -> bool:
    """Ask until the document opens; False where it is to stay locked. Raises BadDocument, where it opens but
    cannot be read.
    """
    for _ in range(TRIES):
        password = given.show.secret(f"Password of {document}:")
        if not password:
            break
        try:
            run(_unlock(given, name, document, password))
        except BadDocument as problem:
            if problem.field != "password":
                raise
            given.show.note(problem.sentence)
        else:
            return True
    given.show.note(f"{document} stays locked.")
    return False


async def _require_locked(given: Given, name: str, document: str) -> None:
    from sottovoce.knowledge import unlocking

    async with open_shelves(given) as shelves:
        shelf = await shelves.open(OWNER, name)
        await shelf.file.read(lambda conn: unlocking.locked(conn, document))


async def _unlock(given: Given, name: str, document: str, password: str) -> None:
    async with open_shelves(given) as shelves:
        shelf = await shelves.open(OWNER, name)
        await shelf.unlock(document, password)


async def _fill(given: Given, name: str) -> None:
    async with given.open_app() as app:
        await fill(given, app, await app.shelves.open(OWNER, name))


def _password_in(file: Path) -> str:
    """Return the first line of a file, without its end. Raises BadValue and BadText."""
    where = "standard input" if str(file) == "-" else str(file)
    try:
        if str(file) == "-":
            data = sys.stdin.buffer.read(MOST_BYTES)
        else:
            with file.open("rb") as opened:
                data = opened.read(MOST_BYTES)
    except OSError as problem:
        raise BadValue(
            f"{where} cannot be read: {problem.strerror}.", hint="See whether it may be read"
        ) from problem
    try:
        password = data.decode("utf-8-sig").split("\n")[0].removesuffix("\r")
    except UnicodeDecodeError:
        # Not its cause: it would quote the password.
        raise BadText(f"What stands in {where} is not UTF-8.", hint="Save it as UTF-8") from None
    if not password:
        raise BadValue(f"There is no password in {where}.", hint="It stands in the first line")
    return password
