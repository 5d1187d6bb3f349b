"""The models at hand: the starter, and the GGUF files in the home's models folder.

Also says whether a file's content is what it was: by its SHA-256, computed anew only when the file
has changed. Knows nothing of engines or downloads.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from sottovoce.core.errors import REINSTALL, BadModelFile, NotFound
from sottovoce.core.paths import Home
from sottovoce.engine.gguf import read_header
from sottovoce.engine.header import Header, bad_model, shown
from sottovoce.engine.parts import PART
from sottovoce.models.file import ModelFile
from sottovoce.models.kinds import EMBEDDING, LANGUAGE, RERANK, kind_of
from sottovoce.models.starter import card, starter

__all__ = ["KnownFile", "ModelFile", "known", "listed", "remember", "resolve", "verified"]

STARTER = "starter"
BLOCK = 1 << 20
LIST_HINT = "sotto models list shows the models that are here"
CANNOT_ANSWER = {
    EMBEDDING: "only makes embeddings and cannot answer",
    RERANK: "only ranks texts and cannot answer",
}


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as it was when its content was last hashed. The first four tell whether it changed."""

    path: Path
    size: int
    modified_ns: int
    inode: int
    sha256: str


def resolve(name: str, home: Home, kinds: Collection[str] = (LANGUAGE,)) -> ModelFile:
    """Return the model that a setting names: starter, a file's path, or a name in the models folder.

    Reads the header of any other file than the starter. Raises NotFound, or BadModelFile also where it is
    none of these kinds.
    """
    if name == STARTER:
        return starter()
    places = _places(name, home) if name else []
    found = [path for path in places if _exists(path)]
    for path in found:
        if path.is_file():
            return _of_kind(path, kinds)
    if found:
        raise BadModelFile(f"{name} is not a file.", hint="Name the model's file itself; it ends in .gguf")
    raise NotFound(f"There is no model named {name!r}.", hint=LIST_HINT)


def listed(home: Home) -> list[ModelFile]:
    """Return the starter and the files in the folder. The note of one that cannot be used says why."""
    paths = [path for path in sorted(home.models.glob("*.gguf")) if not _is_later_part(path)]
    unknown = [ModelFile(path.stem, path, None, "unknown", None, "unknown", "", kind="") for path in paths]
    found: list[ModelFile] = []
    for file in (card(), *unknown):
        try:
            found.append(starter() if file.sha256 else _described(file.path, read_header(file.path)))
        except BadModelFile as problem:
            found.append(replace(file, kind="", note=f"cannot be used: {problem.sentence}"))
    return found


def verified(file: ModelFile, known: KnownFile | None, given_up: threading.Event | None = None) -> KnownFile:
    """Return the file with its content's hash, computed anew only if it changed since `known`.

    Takes a second for a gigabyte, and may run in a thread, which ends soon after `given_up` is set.
    Raises BadModelFile if the content is not what it must be.
    """
    seen = _seen(file.path)
    is_same = known is not None and replace(known, sha256="") == seen
    seen = known if known is not None and is_same else _hashed(seen, given_up or threading.Event())
    if file.sha256 is not None and seen.sha256 != file.sha256:
        raise BadModelFile(
            f"{file.path.name} is damaged: its content is not what came with the program.",
            hint=REINSTALL,
            detail=f"SHA-256 {seen.sha256} instead of {file.sha256}",
        )
    return seen


def known(conn: sqlite3.Connection, path: Path) -> KnownFile | None:
    """Return what was remembered of a file, if anything was."""
    row = conn.execute(
        "SELECT size, modified, inode, sha256 FROM checked_files WHERE path = ?", (str(path),)
    ).fetchone()
    return None if row is None else KnownFile(path, *row)


def remember(conn: sqlite3.Connection, file: KnownFile, now: float | None = None) -> None:
    """Remember a file's hash, so that it need not be computed again. `now`: seconds since 1970."""
    now = time.time() if now is None else now
    conn.execute(
        "INSERT OR REPLACE INTO checked_files (path, size, modified, inode, sha256, checked)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (str(file.path), file.size, file.modified_ns, file.inode, file.sha256, now),
    )


def _places(name: str, home: Home) -> list[Path]:
    """Return where a model of this name may lie."""
    given = Path(name)
    with contextlib.suppress(RuntimeError):  # ~somebody, who is not known here
        given = given.expanduser()
    return [given.absolute(), home.models / name, home.models / f"{name}.gguf"]


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name that no disk can hold, or a folder closed to us
        return False


def _of_kind(path: Path, kinds: Collection[str]) -> ModelFile:
    header = read_header(path)
    file = _described(path, header)
    if file.kind in kinds:
        return file
    if file.kind in CANNOT_ANSWER:
        raise bad_model(path, CANNOT_ANSWER[file.kind], hint=LIST_HINT)
    what = shown(header.text("general.type") or header.architecture)
    raise bad_model(path, f"is no language model but something beside one ({what})", hint=LIST_HINT)


def _described(path: Path, header: Header) -> ModelFile:
    languages = header.array("general.languages")
    return ModelFile(
        name=path.stem,
        path=path,
        sha256=None,
        licence=shown(header.text("general.license") or "unknown"),
        licence_text=None,
        languages=shown(", ".join(str(code) for code in languages.values or ())) if languages else "unknown",
        note=f"{_counted(header.parameters)} parameters, packed as {header.file_type}",
        kind=kind_of(header),
    )


def _counted(number: int) -> str:
    if number >= 1e9:
        return f"{number / 1e9:.1f} billion"
    return f"{number / 1e6:.0f} million" if number >= 1e6 else f"{number:,}"


def _is_later_part(path: Path) -> bool:
    part = PART.fullmatch(path.name)
    return part is not None and int(part["number"]) != 1


def _seen(path: Path) -> KnownFile:
    """Return what can be seen of a file without reading it."""
    try:
        info = path.stat()
    except OSError as problem:
        raise bad_model(path, f"cannot be read: {problem.strerror}") from problem
    return KnownFile(path, info.st_size, info.st_mtime_ns, info.st_ino, "")


def _hashed(seen: KnownFile, given_up: threading.Event) -> KnownFile:
    digest = hashlib.sha256()
    block = bytearray(BLOCK)
    view = memoryview(block)
    try:
        with seen.path.open("rb", buffering=0) as file:
            while (count := file.readinto(view)) and not given_up.is_set():
                digest.update(view[:count])
    except OSError as problem:
        raise bad_model(seen.path, f"cannot be read: {problem.strerror}") from problem
    if _seen(seen.path) != seen:
        raise bad_model(seen.path, "changed while it was read", hint="Ask again once it is copied as a whole")
    return replace(seen, sha256=digest.hexdigest())
