"""The engines that were built on this machine, each with its record, and which one answers.

One counts only with its record, which is written once it was proved: that names its files by size, time and
digest, the release it was made of, and the instructions of the processor. Where one of them is another now,
the installed engine answers, and why is told once. Builds and proves nothing.
"""

from __future__ import annotations

import hashlib
import json
import logging
import platform
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from sottovoce.core.errors import NotFound, SottoError
from sottovoce.core.paths import Home, make_folder, remove_folder, write_whole
from sottovoce.engine.library import Choice, Library
from sottovoce.fit.machine import instructions_here

log = logging.getLogger(__name__)

PACKAGE = "xllamacpp"
INSTALLED = "wheel"
"""What the engine is called that was installed with the program."""

LIBRARY = "library"
RECORD = "engine.json"
CURRENT = "current.json"
LONGEST = 1_000_000
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it was when its engine was proved. `changed` is in nanoseconds since 1970."""

    size: int
    changed: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Proof:
    """How an engine did on one model beside the installed one. Speeds are its own by the other's.

    `perplexity` is the share by which it is higher. Of the answers that were `asked` for by schemas some
    `ended` in time, and some of those `followed` theirs. `gain` is that of a usual question and its answer.
    """

    model: str
    perplexity: float
    is_as_good: bool
    holds: bool
    followed: int
    ended: int
    asked: int
    prompt: float
    decode: float
    gain: float
    is_quicker: bool
    is_sure: bool
    """Whether other programs left the machine alone meanwhile; else it counts as no quicker."""


@dataclass(frozen=True, slots=True)
class Built:
    """An engine that was proved, on the model that answers here last."""

    name: str
    release: str
    system: str
    instructions: tuple[str, ...]
    made: float
    seconds: float
    files: dict[str, Kept]
    proofs: tuple[Proof, ...]

    @property
    def is_quicker(self) -> bool:
        return bool(self.proofs) and self.proofs[-1].is_quicker


@dataclass(frozen=True, slots=True)
class Current:
    """Which engine answers. `why`: why it is not the one that was chosen, and whether that was `told`."""

    engine: str = INSTALLED
    why: str = ""
    told: bool = True


def release() -> str:
    """Return the version of the engine's library that is installed."""
    from importlib.metadata import version  # brings thirty modules; most homes have nothing built

    return version(PACKAGE)


def system() -> str:
    """Return the operating system and the kind of processor, on which a build depends."""
    return f"{platform.system()} {platform.machine()}"


def folder(home: Home, name: str) -> Path:
    """Return where an engine lies."""
    return home.engines / name


def fingerprint(root: Path) -> tuple[dict[str, Kept], str]:
    """Return the files of a library, and the name that follows from them."""
    files = {}
    for path in _files(root):
        info = path.stat()
        files[path.relative_to(root).as_posix()] = Kept(info.st_size, info.st_mtime_ns, _sha256(path))
    total = hashlib.sha256("".join(f"{name} {files[name].sha256}\n" for name in sorted(files)).encode())
    return files, f"native-{total.hexdigest()[:8]}"


def listed(home: Home) -> list[Built]:
    """Return the engines that were built and proved here, the newest first."""
    found = [read(path.parent) for path in home.engines.glob(f"*/{RECORD}")]
    return sorted((one for one in found if one is not None), key=lambda one: one.made, reverse=True)


def find(home: Home, name: str) -> Built:
    """Return the newest engine whose name begins so. Raises NotFound."""
    there = listed(home)
    for one in there:
        if name and (one.name == name or one.name.startswith(name)):
            return one
    raise NotFound(
        f"There is no engine named {name!r} here.",
        hint="sotto engine list shows which there are" if there else "To build one: sotto engine build",
    )


def read(path: Path) -> Built | None:
    """Return what the record in a folder says; None where none can be read."""
    try:
        text = (path / RECORD).read_bytes()[:LONGEST]
        said = json.loads(text)
        said["instructions"] = tuple(said["instructions"])
        said["files"] = {name: Kept(**facts) for name, facts in said["files"].items()}
        said["proofs"] = tuple(Proof(**facts) for facts in said["proofs"])
        built = Built(**said)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return built if built.name == path.name else None


def with_proofs(built: Built, proofs: tuple[Proof, ...]) -> Built:
    """Return what is known of an engine once it was proved."""
    return replace(built, proofs=proofs)


def record(home: Home, built: Built) -> None:
    """Write down that an engine was proved: its files lie in their place by now."""
    write_whole(folder(home, built.name) / RECORD, json.dumps(asdict(built), indent=1).encode())


def current(home: Home) -> Current:
    """Return which engine is chosen; the installed one where nothing says another."""
    try:
        return Current(**json.loads((home.engines / CURRENT).read_bytes()[:LONGEST]))
    except (OSError, ValueError, TypeError, RecursionError):
        return Current()


def use(home: Home, engine: str, *, why: str = "") -> None:
    """Have an engine answer from the next start on. With `why` the choice was not the person's."""
    make_folder(home.engines)
    write_whole(home.engines / CURRENT, json.dumps(asdict(Current(engine, why, told=not why))).encode())


def remove(home: Home, built: Built) -> None:
    """Delete an engine. If it was the one that answers, the installed one does from now on."""
    if current(home).engine == built.name:
        use(home, INSTALLED)
    remove_folder(folder(home, built.name))


def why_not(home: Home, built: Built) -> str:
    """Return in a sentence why an engine cannot answer here and now; empty where it can. Cheap."""
    if built.release != release():
        return f"it was built of release {built.release}, and {release()} is installed now"
    if built.system != system() or not set(built.instructions) <= instructions_here():
        return "it was built for another processor"
    if not _is_unchanged(folder(home, built.name) / LIBRARY, built.files):
        return "its files are not those that were proved"
    return ""


def in_use(home: Home) -> Library | None:
    """Return the library that is to be loaded; None: the installed one.

    Where the chosen one cannot answer here, the installed one is chosen in its place.
    """
    chosen, why = look(home)
    if why:
        set_aside(home, chosen, why)
    return None if why or not chosen else library_of(home, chosen)


def look(home: Home) -> tuple[str, str]:
    """Return the chosen engine's name, empty for the installed one, and why it cannot answer."""
    chosen = current(home).engine
    if chosen == INSTALLED:
        return "", ""
    there = read(folder(home, chosen))
    return chosen, "it is gone" if there is None else why_not(home, there)


def library_of(home: Home, name: str) -> Library:
    """Return an engine's library, as a child is told of it."""
    return Library((folder(home, name) / LIBRARY).absolute(), name)


def set_aside(home: Home, name: str, why: str) -> None:
    """Have the installed engine answer in the place of one that cannot, and remember why, to be told."""
    log.warning("The engine %s is not used: %s", name, why)
    if current(home).engine == name:
        with suppress(SottoError):  # a home that cannot be written: then the next start finds it again
            use(home, INSTALLED, why=f"The engine {name}, built here, is not used any more: {why}.")


def choice(home: Home) -> Choice:
    """Return how children learn which library to load, and tell of one that fails."""

    def give_up(library: Library, why: str) -> None:
        set_aside(home, library.name, why.rstrip("."))

    return Choice(lambda: in_use(home), give_up)


def name_in_use(home: Home) -> str:
    """Return the name of the engine that answers; empty where it is the installed one."""
    library = in_use(home)
    return "" if library is None else library.name


def tell(home: Home, say: Callable[[str], None]) -> None:
    """Say once why the installed engine answers in the place of the chosen one."""
    now = current(home)
    if now.told:
        return
    say(f"{now.why} The one that came with the program answers; sotto engine show tells more.")
    with suppress(SottoError):
        write_whole(home.engines / CURRENT, json.dumps(asdict(Current(now.engine, now.why))).encode())


def _is_unchanged(root: Path, files: dict[str, Kept]) -> bool:
    """Hold a library's files against their record: by digest only where a size or a time is another."""
    try:
        there = {path.relative_to(root).as_posix(): path for path in _files(root)}
        return there.keys() == files.keys() and all(_is_same(path, files[n]) for n, path in there.items())
    except OSError:
        return False


def _is_same(path: Path, kept: Kept) -> bool:
    info = path.stat()
    if info.st_size != kept.size:
        return False
    return info.st_mtime_ns == kept.changed or _sha256(path) == kept.sha256


def _files(root: Path) -> Iterable[Path]:
    """Yield what a library is made of, without what Python keeps of it beside."""
    return (path for path in sorted(root.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
