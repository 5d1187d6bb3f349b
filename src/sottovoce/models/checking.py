"""Is a model's file still what it was? Its header is read and its content hashed anew, whatever was known.

Knows nothing of where a model came from; the caller brings what its content must be, and who says so.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sottovoce.core.errors import BadModelFile
from sottovoce.engine.gguf import read_header
from sottovoce.models import shelf
from sottovoce.models.file import ModelFile
from sottovoce.models.shelf import KnownFile

SOUND, UNKNOWN, WRONG = "sound", "unknown", "wrong"
"""As it must be; readable, but nobody said what it must be; not what it must be, or not readable."""

STATES = (SOUND, UNKNOWN, WRONG)
"""The best first."""

WITH_FIRST = "the note of its first reading"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of one file. `file` is None where it could not be read."""

    path: Path
    state: str
    file: KnownFile | None
    sentence: str


def check(
    path: Path, known: Mapping[Path, KnownFile], said: Mapping[Path, Mapping[str, str]]
) -> list[Verdict]:
    """Return a verdict for each part of a model.

    `known` is what was remembered of the parts, `said` what each must be: SHA-256 by who says so. As long as
    the first part is what it was, so must the others be.
    """
    try:
        read_header(path)
    except BadModelFile as problem:
        return [Verdict(path, WRONG, None, problem.sentence)]
    first, *later = shelf.parts(path)
    verdicts = [_check(first, known.get(first), said.get(first, {}))]
    before = known.get(first)
    is_same = before is not None and verdicts[0].file is not None and _is_same(before, verdicts[0].file)
    for part in later:
        goes_with = {WITH_FIRST: known[part].sha256} if is_same and part in known else {}
        verdicts.append(_check(part, known.get(part), said.get(part, {}) or goes_with))
    return verdicts


def as_added(
    model: ModelFile,
    known: Mapping[Path, KnownFile],
    sha256: str,
    given_up: threading.Event | None = None,
) -> list[KnownFile]:
    """Return a model's files with the hashes of their content, computed only where one changed.

    `sha256` is what the first was when it was added, empty: nobody said. As long as the first is what it was,
    so must the others be that are `known`; where another came by hand, they all are new. Raises BadModelFile
    where one is not what it was. See shelf.content for `given_up`.
    """
    first, *later = shelf.parts(model.path)
    before = known.get(first)
    found = [shelf.verified(model, before, given_up)]
    if sha256 and found[0].sha256 != sha256:
        raise _changed(model, first)
    is_same = bool(sha256) or (before is not None and _is_same(before, found[0]))
    for part in later:
        then = known.get(part) if is_same else None
        found.append(shelf.content(part, then, given_up))
        if then is not None and not _is_same(then, found[-1]):
            raise _changed(model, part)
    return found


def _is_same(before: KnownFile, now: KnownFile) -> bool:
    return before.sha256 == now.sha256


def _changed(model: ModelFile, path: Path) -> BadModelFile:
    again = f"sotto models remove {model.name}, and get it again"
    return BadModelFile(
        f"{path.name} is not what it was when it was added: its content changed.",
        hint=f"sotto models optimise {model.name} --undo" if model.made_of else again,
    )


def _check(path: Path, known: KnownFile | None, said: Mapping[str, str]) -> Verdict:
    try:
        now = shelf.content(path)
    except BadModelFile as problem:
        return Verdict(path, WRONG, None, problem.sentence)
    for who, digest in said.items():
        if digest != now.sha256:
            return Verdict(path, WRONG, now, f"Its content is not what {who} says: SHA-256 {digest}.")
    if known is not None and known.sha256 != now.sha256 and _looks_like(known, now):
        return Verdict(path, WRONG, now, "Its content changed though nobody wrote it: check the disk.")
    if said:
        return Verdict(path, SOUND, now, f"It is what {' and '.join(said)} says.")
    if known is not None and known.sha256 == now.sha256:
        return Verdict(path, SOUND, now, "It is what it was when it was last looked at.")
    if known is not None:
        return Verdict(path, UNKNOWN, now, "It changed since it was last looked at; it can be read.")
    return Verdict(path, UNKNOWN, now, "It can be read; nobody said here what its content must be.")


def _looks_like(before: KnownFile, now: KnownFile) -> bool:
    """Tell whether two readings are of a file that was not written in between."""
    return replace(before, sha256="") == replace(now, sha256="")
