"""Which files the engine is built of here, each by its content. Reads its own list, and nothing else."""

from __future__ import annotations

import shutil
import tomllib
from dataclasses import dataclass
from importlib import resources

from packaging.tags import sys_tags
from packaging.utils import parse_wheel_filename

from sottovoce.core.errors import Unsupported
from sottovoce.fit import built

OF_THE_SYSTEM = ("cmake",)
"""What a system may have itself; the rest comes in the versions that were tried."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that is needed. `gives`: which program or package is in it; `index`: where all of them lie."""

    name: str
    gives: str
    size: int
    sha256: str
    place: str
    index: str

    @property
    def url(self) -> str:
        return f"{self.index.rstrip('/')}/{self.place}/{self.name}"


def needed(index: str = "") -> tuple[Source, ...]:
    """Return the files that a build takes on this machine, the engine's own first.

    `index` is the address of the files of an index of Python's packages; empty: they are carried here.

    Raises Unsupported where they are of another release, or none of them runs here.
    """
    files = _listed(index)
    if files[0].name != f"{built.PACKAGE}-{built.release()}.tar.gz":
        raise Unsupported(
            f"Another engine is installed, {built.release()}, than this program can build.",
            hint="Install Sottovoce again in an environment of its own",
        )
    chosen = [files[0]]
    for gives in dict.fromkeys(one.gives for one in files[1:]):
        if gives in OF_THE_SYSTEM and shutil.which(gives):
            continue
        chosen.append(_fitting([one for one in files if one.gives == gives]))
    return tuple(chosen)


def _fitting(files: list[Source]) -> Source:
    here = frozenset(sys_tags())
    for one in files:
        if parse_wheel_filename(one.name)[3] & here:
            return one
    gives = files[0].gives
    raise Unsupported(
        f"There is no {gives} for this machine among what the engine is built with.",
        hint=f"Install {gives} from the system's packages and try again"
        if gives in OF_THE_SYSTEM
        else "The installed engine answers as before",
    )


def _listed(index: str) -> list[Source]:
    text = resources.files(__package__).joinpath("sources.toml").read_text("utf-8")
    return [Source(**one, index=index) for one in tomllib.loads(text)["file"]]
