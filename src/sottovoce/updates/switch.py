"""Which of the programs side by side in a home is started: one line in a file, which a rename replaces.

At any instant it names the old one or the new one. Not a link: Windows makes those for administrators alone.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from sottovoce.core.paths import Home

FOLDER = "program"
CURRENT = "current"
NEXT = "next"
VERSIONS = "versions"


def folder(home: Home) -> Path:
    """Return where a home keeps the programs that came by bundles."""
    return home.root.absolute() / FOLDER


def environment(home: Home, name: str) -> Path:
    """Return the virtual environment that a name means: one of this home's, or a whole path elsewhere."""
    return folder(home) / VERSIONS / name


def python_of(prefix: Path) -> Path:
    """Return the Python of an environment."""
    return prefix / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def current(home: Home) -> str:
    """Return the name of the program that is started; empty where none ever came by a bundle."""
    try:
        return (folder(home) / CURRENT).read_text("utf-8").strip()
    except FileNotFoundError:
        return ""


def launcher(home: Home) -> Path:
    """Return the script that a person starts, whichever program is current."""
    return folder(home) / ("sotto.cmd" if sys.platform == "win32" else "sotto")


def begin(home: Home, now: str) -> Path:
    """Put down what starts the program, and that it is the one that runs now; return what a person starts."""
    from importlib import resources

    from sottovoce.core.paths import make_folder, write_whole

    make_folder(folder(home))
    if not current(home):
        write_whole(folder(home) / CURRENT, f"{now}\n".encode())
    path = launcher(home)
    write_whole(path, (resources.files("sottovoce.updates") / f"start-{path.name}").read_bytes())
    path.chmod(0o700)
    return path


def prepare(home: Home, name: str) -> None:
    """Write down which program is to be started once the update is done."""
    from sottovoce.core.paths import write_whole

    write_whole(folder(home) / NEXT, f"{name}\n".encode())


def forget(home: Home) -> None:
    """Leave the program as it is: the update is taken back."""
    (folder(home) / NEXT).unlink(missing_ok=True)


def is_due(home: Home) -> bool:
    """Tell whether an update was done, and the program was not switched any more."""
    return (folder(home) / NEXT).exists()


def complete(home: Home) -> None:
    """Switch to the program that was written down. Whoever comes first does; twice is nothing."""
    from sottovoce.core.paths import sync_folder

    with suppress(FileNotFoundError):
        (folder(home) / NEXT).replace(folder(home) / CURRENT)
        sync_folder(folder(home))
