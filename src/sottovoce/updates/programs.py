"""The programs that came to a home by bundles, side by side, each with the wheels that it was made of.

Knows where this very program runs, and whether bundles keep that up. Installs nothing.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from packaging.version import InvalidVersion, Version

from sottovoce.core.paths import Home, write_whole
from sottovoce.updates import journal, switch, wheels
from sottovoce.updates.contents import PROGRAM_NAME, Item
from sottovoce.updates.metadata import damaged
from sottovoce.updates.wheels import Choice, Machine, Wheel

READY = "ready.json"
WHEELS = "wheels"
EXTRAS = ("docs", "zim")
"""What may be left out of a bundle, and comes along where all of its wheels do."""


@dataclass(frozen=True, slots=True)
class Running:
    """Where a program runs. `package`: the folder of its code."""

    prefix: Path
    package: Path
    version: str
    is_checkout: bool = False


@dataclass(frozen=True, slots=True)
class Ready:
    """A program that is installed whole. `digest` is its item's; `wheels`: digests by name."""

    version: str
    digest: str
    wheels: dict[str, str]


def running() -> Running:
    """Return where this program runs."""
    import sottovoce

    package = Path(sottovoce.__file__).parent
    is_checkout = any((folder / "pyproject.toml").exists() for folder in list(package.parents)[:2])
    return Running(Path(sys.prefix), package, sottovoce.__version__, is_checkout)


def is_ours(name: str) -> bool:
    """Tell whether what is started came by a bundle: what did not is named by its whole path."""
    return bool(name) and not Path(name).is_absolute()


def ready(home: Home, name: str) -> Ready | None:
    """Return what is installed under a name; None where it is not, or not whole."""
    try:
        return Ready(**json.loads((switch.environment(home, name) / READY).read_text("utf-8")))
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def name_for(home: Home, item: Item) -> str | None:
    """Return under which name this very program is installed here already; None: it is not."""
    for path in _versions(home):
        there = ready(home, path.name)
        if there is not None and there.digest == item.digest:
            return path.name
    return None


def note_ready(prefix: Path, there: Ready) -> None:
    """Note that a program is installed whole: to be called when all of it is on the disk."""
    write_whole(prefix / READY, json.dumps(asdict(there)).encode())


def kept_wheels(home: Home) -> dict[str, Path]:
    """Return the wheels of the programs that are here, by the digest that they came with."""
    found = {}
    for path in _versions(home):
        there = ready(home, path.name)
        for name, sha256 in ({} if there is None else there.wheels).items():
            found[sha256] = path / WHEELS / name
    return found


def needed(item: Item, machine: Machine) -> Choice:
    """Return the wheels of a program that a machine needs. Raises BadBundle."""
    names = [file.name for file in item.files]
    return among(wheels.heard(item.facts.get("wheels", ""), names), machine)


def among(there: Sequence[Wheel], machine: Machine) -> Choice:
    """Return which wheels a machine needs for the program, and for those of its extras that are whole."""
    choice = wheels.chosen(there, PROGRAM_NAME, machine)
    for extra in EXTRAS:
        more = wheels.chosen(there, f"{PROGRAM_NAME}[{extra}]", machine)
        if not more.missing:
            choice = Choice(tuple({*choice.wheels, *more.wheels}), choice.missing)
    return choice


def own_wheel(choice: Choice) -> Wheel:
    """Return the program's own. Raises BadBundle."""
    for one in choice.wheels:
        if one.project == PROGRAM_NAME:
            return one
    raise damaged("the program itself is missing in it")


def why_left(home: Home, here: Running, version: str, *, adopt: bool) -> str:
    """Return why the program stays as it is, in a sentence; empty where it does not."""
    now = switch.current(home)
    if not is_ours(now):
        if here.is_checkout:
            return f"Sottovoce runs here from a checkout, {here.package}: bring that up to date instead."
        if not adopt:
            return (
                f"Sottovoce runs here from {here.prefix}, which bundles leave alone. To have this and later "
                "ones put beside it: sotto update --from PATH --program"
            )
    there = ready(home, now) if is_ours(now) else None
    before = here.version if there is None else there.version
    if _is_older(version, before):
        return f"A later one is here: {before}."
    return ""


def clear(home: Home) -> None:
    """Remove all programs but the one that is started and the one before. What cannot be removed stays."""
    last = journal.previous(home)
    kept = {switch.current(home), *(last.program or () if last is not None else ())}
    for path in _versions(home):
        if path.name not in kept:
            shutil.rmtree(path, ignore_errors=True)


def _versions(home: Home) -> Iterator[Path]:
    yield from sorted((switch.folder(home) / switch.VERSIONS).glob("*"))


def _is_older(version: str, other: str) -> bool:
    try:
        return Version(version) < Version(other)
    except InvalidVersion as problem:
        raise damaged("the program in it has no version", problem) from problem
