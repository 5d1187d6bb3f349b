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
from sottovoce.engine.parts import MAX_PARTS, PART
from sottovoce.models import licences, optimised, variants
from sottovoce.models.file import ModelFile
from sottovoce.models.kinds import EMBEDDING, LANGUAGE, MEANINGS, RERANK, kind_of
from sottovoce.models.names import STARTER
from sottovoce.models.starter import card, in_home

__all__ = [
    "STARTER", "KnownFile", "ModelFile", "content", "is_unchanged", "known", "known_files", "listed",
    "name_of", "parts", "paths", "remember", "resolve", "size", "verified",
]  # fmt: skip

BLOCK = 1 << 20
LONGEST_GUESSED = 100
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

    Or a variant's, which is then asked as that says. Reads the header of any other file than the starter
    as it came.
    Raises NotFound, BadVariant, or BadModelFile also where it is none of these kinds.
    """
    if name == STARTER:
        return _starter(home, kinds)
    if LANGUAGE in kinds and (variant := variants.find(name, home)) is not None:
        return variants.laid_over(_resolved(variant.model, home, kinds), variant)
    return _resolved(name, home, kinds)


def _resolved(name: str, home: Home, kinds: Collection[str]) -> ModelFile:
    if name == STARTER:
        return _starter(home, kinds)
    places = _places(name, home) if name else []
    found = [path for path in places if _exists(path)]
    for path in found:
        if path.is_file():
            return _of_kind(path, kinds)
    if found:
        raise BadModelFile(f"{name} is not a file.", hint="Name the model's file itself; it ends in .gguf")
    for path in places:
        if _leads_nowhere(path):
            raise bad_model(path, "is a link to a file that is gone", hint=f"sotto models remove {name}")
    if name == card().name:  # as the list shows it
        return _starter(home, kinds)
    raise NotFound(f"There is no model named {name!r}.", hint=_near(name, home))


def listed(home: Home) -> list[ModelFile]:
    """Return the starter and the files in the folder. The note of one that cannot be used says why."""
    unknown = [
        ModelFile(name_of(path), path, None, "unknown", None, "unknown", "", kind="") for path in paths(home)
    ]
    found: list[ModelFile] = []
    for file in (card(), *unknown):
        try:
            found.append(in_home(home) if file.sha256 else _described(file.path, read_header(file.path)))
        except BadModelFile as problem:
            found.append(replace(file, kind="", note=f"cannot be used: {problem.sentence}"))
    return found


def paths(home: Home) -> list[Path]:
    """Return the files in the models folder, links as well, the first part of each that is split."""
    return [path for path in sorted(home.models.glob("*.gguf")) if not _is_later_part(path)]


def parts(path: Path) -> list[Path]:
    """Return the files of a model by the name of its first, whether they are there or not."""
    part = PART.fullmatch(path.name)
    if part is None or not int(part["number"]) <= int(part["count"]) <= MAX_PARTS:
        return [path]
    return [
        path.with_name(f"{part['stem']}-{number:05}-of-{part['count']}.gguf")
        for number in range(1, int(part["count"]) + 1)
    ]


def size(path: Path) -> int:
    """Return the bytes of a model's files on the disk. What is gone counts nothing."""
    found = 0
    for part in parts(path):
        with contextlib.suppress(OSError):
            found += part.stat().st_size
    return found


def name_of(path: Path) -> str:
    """Return what a file is called: its name without the ending, and without the number of its part."""
    part = PART.fullmatch(path.name)
    return path.stem if part is None else part["stem"]


def verified(file: ModelFile, known: KnownFile | None, given_up: threading.Event | None = None) -> KnownFile:
    """Return the file with its content's hash; see content.

    Raises BadModelFile also if the content is not what it must be.
    """
    seen = content(file.path, known, given_up)
    if file.sha256 is not None and seen.sha256 != file.sha256:
        raise BadModelFile(
            f"{file.path.name} is damaged: its content is not what came with the program.",
            hint=REINSTALL,
            detail=f"SHA-256 {seen.sha256} instead of {file.sha256}",
        )
    return seen


def content(path: Path, known: KnownFile | None = None, given_up: threading.Event | None = None) -> KnownFile:
    """Return one file with the hash of its content, computed anew only if it changed since `known`.

    Takes a second for a gigabyte, and may run in a thread, which ends soon after `given_up` is set.
    Raises BadModelFile if it cannot be read.
    """
    seen = _seen(path)
    if known is not None and replace(known, sha256="") == seen:
        return known
    return _hashed(seen, given_up or threading.Event())


def is_unchanged(known: KnownFile) -> bool:
    """Tell whether a file looks as it did when it was hashed, without reading it."""
    try:
        return _seen(known.path) == replace(known, sha256="")
    except BadModelFile:
        return False


def known(conn: sqlite3.Connection, path: Path) -> KnownFile | None:
    """Return what was remembered of a file, if anything was."""
    row = conn.execute(
        "SELECT size, modified, inode, sha256 FROM checked_files WHERE path = ?", (str(path),)
    ).fetchone()
    return None if row is None else KnownFile(path, *row)


def known_files(conn: sqlite3.Connection) -> dict[Path, KnownFile]:
    """Return what was remembered of all files, also of those that are gone or changed since."""
    rows = conn.execute("SELECT path, size, modified, inode, sha256 FROM checked_files")
    return {Path(path): KnownFile(Path(path), *rest) for path, *rest in rows}


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
    split = [path for path in paths(home) if name_of(path) == name]
    return [given.absolute(), home.models / name, home.models / f"{name}.gguf", *split]


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name that no disk can hold, or a folder closed to us
        return False


def _leads_nowhere(path: Path) -> bool:
    try:
        return path.is_symlink()
    except (OSError, ValueError):
        return False


def _near(name: str, home: Home) -> str:
    """Return the next step where there is no model of this name."""
    import difflib

    from sottovoce.models import catalogue

    names = {known.lower(): known for known in (STARTER, *map(name_of, paths(home)))}
    near = difflib.get_close_matches(name.lower(), names, 1) if len(name) <= LONGEST_GUESSED else []
    if near:
        return f"Did you mean {names[near[0]]}? {LIST_HINT}"
    offered = {card.name: card for card in catalogue.cards(home)}
    near = difflib.get_close_matches(name.lower(), offered, 1, 0.8) if len(name) <= LONGEST_GUESSED else []
    return f"To download it: {catalogue.command(offered[near[0]])}" if near else LIST_HINT


def _starter(home: Home, kinds: Collection[str]) -> ModelFile:
    if LANGUAGE not in kinds:
        raise _another(card(), kinds)
    return in_home(home)


def _another(file: ModelFile, kinds: Collection[str]) -> BadModelFile:
    wanted = " or ".join(MEANINGS[kind] for kind in kinds)
    return bad_model(file.path, f"is {MEANINGS[file.kind]}, not {wanted}", hint=LIST_HINT)


def _of_kind(path: Path, kinds: Collection[str]) -> ModelFile:
    header = read_header(path)
    file = _described(path, header)
    if file.kind in kinds:
        return file
    if LANGUAGE not in kinds:
        raise _another(file, kinds)
    if file.kind in CANNOT_ANSWER:
        raise bad_model(path, CANNOT_ANSWER[file.kind], hint=LIST_HINT)
    what = shown(header.text("general.type") or header.architecture)
    raise bad_model(path, f"is no language model but something beside one ({what})", hint=LIST_HINT)


def _described(path: Path, header: Header) -> ModelFile:
    languages = header.array("general.languages")
    packed = f"packed as {header.file_type}"
    return ModelFile(
        name=name_of(path),
        path=path,
        sha256=None,
        licence=shown(licences.in_header(header) or "unknown"),
        licence_text=None,
        languages=shown(", ".join(str(code) for code in languages.values or ())) if languages else "unknown",
        note=f"{_counted(header.parameters)} parameters, {optimised.told(header) or packed}",
        kind=kind_of(header),
        made_of=optimised.made_of(header),
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
