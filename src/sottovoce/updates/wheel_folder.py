"""A folder of wheels, as pip download leaves it, with what each says of itself."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from email.parser import HeaderParser
from pathlib import Path

from sottovoce.core.errors import BadValue
from sottovoce.updates import programs, wheels
from sottovoce.updates.contents import PROGRAM_NAME
from sottovoce.updates.wheels import INSTALLER, Wheel

LARGEST_METADATA = 4_000_000

_METADATA = re.compile(r"[^/]+\.dist-info/METADATA")


def read(folder: Path) -> tuple[Wheel, ...]:
    """Return the wheels in a folder. Raises BadValue where they are no program, or one cannot be used."""
    names = sorted(path.name for path in folder.glob("*.whl"))
    found = tuple(_read(folder / name) for name in names)
    wheels.check_alone(found)
    projects = {wheel.project for wheel in found}
    for needed in (PROGRAM_NAME, INSTALLER):
        if needed not in projects:
            raise BadValue(
                f"There is no wheel of {needed} in {folder}.",
                hint="docs/guides/air-gap.md shows how that folder is filled",
            )
    return found


def notes(found: Sequence[Wheel]) -> list[str]:
    """Return what whoever makes the bundle should know of these wheels, in sentences."""
    choice = programs.among(found, wheels.this_machine())
    if not choice.missing:
        return ["The program's wheels are complete for machines like this one."]
    lacks = ", ".join(choice.missing)
    return [f"Machines like this one would not take the program; what is missing for them: {lacks}."]


def _read(path: Path) -> Wheel:
    try:
        if not wheels.is_wheel(path.name):
            raise ValueError("its name is none of a wheel")
        with zipfile.ZipFile(path) as archive:
            (name,) = (
                one
                for one in archive.namelist()
                if one.count("/") == 1 and one.endswith(".dist-info/METADATA")
            )
            unpacked = sum(entry.file_size for entry in archive.infolist())
            if archive.getinfo(name).file_size > LARGEST_METADATA:
                raise ValueError("its metadata is too long")
            said = HeaderParser().parsestr(archive.read(name).decode("utf-8", "replace"))
    except (zipfile.BadZipFile, OSError, ValueError, KeyError) as problem:
        raise BadValue(
            f"{path} is no wheel that can be used: {problem}.", hint="Download it again"
        ) from problem
    return Wheel(
        path.name, unpacked, tuple(said.get_all("Requires-Dist", [])), said.get("Requires-Python", "")
    )
