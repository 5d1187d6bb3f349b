"""Which of the wheels in a bundle this machine needs. Names and what they require in, a choice out. Pure.

Follows the specifications of wheels' names, of tags and of dependencies, by the library that pip uses.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import Tag, sys_tags
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from sottovoce.core.errors import BadValue
from sottovoce.updates.metadata import damaged

INSTALLER = "pip"
LONGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Wheel:
    """`unpacked`: bytes on the disk. `requires`: as its metadata says it, one requirement each."""

    name: str
    unpacked: int
    requires: tuple[str, ...]
    python: str = ""
    """Which Python it asks for, as a specifier; empty: any."""

    @property
    def project(self) -> str:
        return str(_parsed(self.name)[0])

    @property
    def version(self) -> Version:
        return _parsed(self.name)[1]

    @property
    def tags(self) -> frozenset[Tag]:
        return _parsed(self.name)[3]


@dataclass(frozen=True, slots=True)
class Machine:
    """What decides which wheel fits. `tags`: the best first. `environment`: what markers are about."""

    tags: Sequence[Tag]
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """`wheels`: what is needed, of each project one. `missing`: what no wheel here fits, in a few words."""

    wheels: tuple[Wheel, ...]
    missing: tuple[str, ...]


def this_machine() -> Machine:
    """Return what fits the Python that runs this."""
    environment = {name: str(value) for name, value in default_environment().items()}
    return Machine(tuple(sys_tags()), environment)


def chosen(wheels: Iterable[Wheel], root: str, machine: Machine) -> Choice:
    """Return the wheels that a project needs, with all that those need, and the installer's."""
    ranks = {tag: rank for rank, tag in enumerate(machine.tags)}
    best: dict[str, tuple[int, Wheel]] = {}
    for wheel in wheels:
        if not SpecifierSet(wheel.python).contains(
            machine.environment["python_full_version"], prereleases=True
        ):
            continue
        rank = min((ranks[tag] for tag in wheel.tags if tag in ranks), default=None)
        if rank is not None and (wheel.project not in best or rank < best[wheel.project][0]):
            best[wheel.project] = rank, wheel
    taken: dict[str, Wheel] = {}
    missing: list[str] = []
    seen: set[tuple[str, str]] = set()
    waiting = [Requirement(root), Requirement(INSTALLER)]
    while waiting:
        wanted = waiting.pop()
        project = canonicalize_name(wanted.name)
        there = best.get(project)
        if there is None or not wanted.specifier.contains(there[1].version, prereleases=True):
            missing.append(f"{wanted.name}{wanted.specifier}")
            continue
        taken[project] = there[1]
        for extra in ("", *sorted(wanted.extras)):
            if (project, extra) not in seen:
                seen.add((project, extra))
                waiting += _needed(there[1], extra, machine.environment)
    return Choice(tuple(taken[name] for name in sorted(taken)), tuple(sorted(set(missing))))


def said(wheels: Iterable[Wheel]) -> str:
    """Return what a bundle says of its wheels."""
    return json.dumps(
        {
            one.name: {"unpacked": one.unpacked, "requires": one.requires, "python": one.python}
            for one in wheels
        }
    )


def heard(text: str, names: Sequence[str]) -> tuple[Wheel, ...]:
    """Return the wheels of these names with what a bundle says of them. Raises BadBundle."""
    try:
        if len(text) > LONGEST:
            raise ValueError("too long")
        told = json.loads(text)
        return tuple(_wheel(name, told[name]) for name in names)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise damaged("what it says of the program's wheels cannot be read", problem) from problem


def check_alone(wheels: Sequence[Wheel]) -> None:
    """Raise BadValue where two versions of one project lie beside each other: which is meant?"""
    versions: dict[str, set[str]] = {}
    for wheel in wheels:
        versions.setdefault(wheel.project, set()).add(str(wheel.version))
    for project, found in versions.items():
        if len(found) > 1:
            raise BadValue(
                f"There are several versions of {project}: {', '.join(sorted(found))}.",
                hint="Leave one of them in the folder",
            )


def is_wheel(name: str) -> bool:
    """Tell whether a file is named as a wheel must be."""
    try:
        _parsed(name)
    except ValueError:
        return False
    return True


def _wheel(name: str, told: Mapping[str, object]) -> Wheel:
    unpacked, requires, python = told["unpacked"], told["requires"], told["python"]
    if not isinstance(unpacked, int) or not isinstance(requires, list) or not isinstance(python, str):
        raise ValueError("no facts of a wheel")
    wheel = Wheel(name, unpacked, tuple(map(str, requires)), python)
    _parsed(name)
    for one in wheel.requires:
        Requirement(one)
    SpecifierSet(python)
    return wheel


def _needed(wheel: Wheel, extra: str, environment: Mapping[str, str]) -> Iterator[Requirement]:
    for text in wheel.requires:
        wanted = Requirement(text)
        if wanted.marker is None:
            if not extra:
                yield wanted
        elif wanted.marker.evaluate({**environment, "extra": extra}):
            yield wanted


def _parsed(name: str) -> tuple[str, Version, object, frozenset[Tag]]:
    """Return project, version, build and tags. Raises ValueError."""
    return parse_wheel_filename(name)
