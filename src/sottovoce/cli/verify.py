"""sotto verify: whether an AI wrote a text here, and whether it is as it was written."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from sottovoce.cli._given import Given
from sottovoce.core.errors import BadValue, StoreProblem, TooLarge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sottovoce.chat.marks.verifying import Verdict
    from sottovoce.guard.provenance import Record

NOT_SAID = 3
"""What is returned where nothing can be said: no mark, or none of a key that is known."""

MOST_PLACES = 10
"""So many changed places of a text are named."""

MOST_MARKUP = 5
"""So many kinds of markup that can hide or add words are named."""

NO_MARK = (
    "That does not mean that a person wrote it: marks get lost when text is copied by hand or through "
    "other programs."
)

EXAMPLES = """\b
Examples:
  sotto verify answer.md
  sotto verify --json chats.json
  sotto verify --public-key > mine.pub
  sotto verify --key theirs.pub report.docx"""


@click.command(epilog=EXAMPLES)
@click.argument("file", metavar="[FILE|-]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--key",
    "keys",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Trust the public key in this file as well; can be given several times.",
)
@click.option("--public-key", is_flag=True, help="Print the public keys of this home, for others.")
@click.pass_obj
def verify(
    given: Given, /, file: str | None, as_json: bool, keys: tuple[Path, ...], public_key: bool
) -> None:
    """Say whether an AI wrote a text here, and whether it is as it was written.

    FILE may be - for standard input. Reads Markdown, plain text, HTML, JSON, Word documents (.docx) and PDFs
    with the marks that copies, exports and the APIs put into them.

    Returns 0 when all that is marked is unchanged and signed by a known key, 1 when some of it was changed,
    2 when the file or a key cannot be read, and 3 when nothing can be said: there is no mark, or none of a
    key that is known here.
    """
    from sottovoce.chat.marks.verifying import verdicts
    from sottovoce.core.paths import Home
    from sottovoce.store import signing

    if public_key:
        if file is not None or keys:
            raise BadValue("--public-key stands alone.", hint="sotto verify --public-key > mine.pub")
        _print_public(given)
        return
    if file is None:
        raise BadValue("Which file?", hint="Name one, or - for standard input: sotto verify answer.md")
    data, name = _read(file)
    try:
        here = signing.known_keys(Home(given.root()))
        trusted = frozenset(key for path in keys for key in signing.read_public(path))
    except StoreProblem as problem:  # 1 would say that something was changed
        raise BadValue(problem.sentence, hint=problem.hint, detail=problem.detail) from problem
    found = verdicts(data, name, here, trusted)
    if as_json:
        given.show.data({"file": name, "marks": [_as_data(one) for one in found]})
    else:
        _tell(given, name, found)
    code = _code(found)
    if code:
        raise click.exceptions.Exit(code)


def _print_public(given: Given) -> None:
    """Print the lines of signing.pub; a key is made first where there is none."""
    from sottovoce.store import signing

    home = given.open_home()
    told = signing.open_key(home).told
    if told is not None:
        given.show.note(told)
    for line in home.signing_public.read_text("ascii", "replace").splitlines():
        given.show.line(line)


def _read(file: str) -> tuple[bytes, str]:
    """Return what is in a file, and what to call it. Raises BadValue or TooLarge."""
    if file == "-":
        return _bounded(sys.stdin.buffer, "Standard input"), "Standard input"
    path = Path(file)
    if path.is_dir():
        raise BadValue(f"{path} is a folder.", hint="Name one file in it: sotto verify answer.md")
    try:
        if path.exists() and not path.is_file():
            raise BadValue(
                f"{path} is no ordinary file.", hint="Give a file, for example: sotto verify answer.md"
            )
        with path.open("rb") as source:
            return _bounded(source, str(path)), str(path)
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        hint = "Check the name, and whether it may be read"
        raise BadValue(f"{path} cannot be read: {reason}.", hint=hint) from problem


def _bounded(source: IO[bytes], name: str) -> bytes:
    from sottovoce.chat.marks.verifying import MOST_BYTES

    data = source.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise TooLarge(
            f"{name} has more than {MOST_BYTES >> 20} MB, which is more than is read at once.",
            hint="Verify a part of it; chats can be exported one by one",
        )
    return data


def _code(found: Sequence[Verdict]) -> int:
    from sottovoce.chat.marks.verifying import Finding, Signed

    if any(one.finding is not Finding.UNCHANGED for one in found):
        return 1
    known = all(one.signed in (Signed.HERE, Signed.GIVEN) for one in found)
    return 0 if found and known else NOT_SAID


def _tell(given: Given, name: str, found: Sequence[Verdict]) -> None:
    if not found:
        given.show.line(f"No mark was found in {name}. {NO_MARK}")
        return
    for verdict in found:
        for said, quoted in _lines(verdict):
            given.show.line(said, quoted)


def _lines(verdict: Verdict) -> list[tuple[str, str]]:
    """Return what to say of one mark: a line, and one more for each place that was changed.

    Each with what is quoted behind it, which is not ours.
    """
    from sottovoce.chat.marks.verifying import Finding, Signed
    from sottovoce.cli._show import one_line
    from sottovoce.guard.provenance import CHAT, short

    record = verdict.record
    if record is None or verdict.finding is Finding.FORGED:
        return [("changed     The mark itself was changed or is damaged: it vouches for nothing.", "")]
    key = short(record.key)
    by = {
        Signed.HERE: " here",
        Signed.GIVEN: f", says the holder of the key {key}",
        Signed.UNKNOWN: f", says a Sottovoce whose key is not known here ({key}; anybody can make one)",
    }[verdict.signed]
    made = _second(record)
    is_same = verdict.finding is Finding.UNCHANGED
    if record.kind == CHAT:
        begins = "This whole chat was exported" if is_same else "This is no longer the chat that was exported"
        what = f"{begins}{by}. Its last word is of {made}."
    else:
        model = one_line(f"{record.model} ({(record.model_digest or '?')[:12]})")
        quoted = len(record.sources)
        sources = f", quoting {quoted} document{'' if quoted == 1 else 's'}" if quoted else ""
        begins = "An AI wrote this" if is_same else "This is no longer what an AI wrote"
        what = f"{begins}{by}: {model}, {made}{sources}."
    lines = [(f"{verdict.finding.value:<11} {what}", "")]
    for place in verdict.changes[:MOST_PLACES]:
        if place.text:
            now = f" “{one_line(place.text)}”"
            lines.append((f"            at sentence {place.sentence}: now", now))
        else:
            lines.append((f"            at sentence {place.sentence}: something is missing at the end", ""))
    if len(verdict.changes) > MOST_PLACES:
        lines.append((f"            and at {len(verdict.changes) - MOST_PLACES} more places", ""))
    if verdict.markup:
        named = one_line(", ".join(verdict.markup[:MOST_MARKUP]))
        lines.append((f"            has markup that can hide or add words: {named}", ""))
    return lines


def _second(record: Record) -> str:
    """Return when a text was made, as people read it: to the second."""
    return re.sub(r"\.\d+Z$", "Z", record.made)


def _as_data(verdict: Verdict) -> dict[str, Any]:
    return {
        "finding": verdict.finding.value,
        "signed": verdict.signed.value,
        "changes": [{"sentence": one.sentence, "text": one.text} for one in verdict.changes],
        "markup": list(verdict.markup),
        "record": None if verdict.record is None else verdict.record.fields(),
    }
