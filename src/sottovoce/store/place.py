"""Where a person's home folder for the program is. Makes nothing."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from sottovoce.core.environment import read_data_home


def find_home(environment: Mapping[str, str]) -> Path:
    """Return SOTTO_HOME, or this platform's folder for a program's data."""
    if environment.get("home"):
        return Path(environment["home"]).expanduser().absolute()
    if sys.platform == "linux":
        # What platformdirs says there, which takes a while to load: this is on the way to every help.
        return Path(read_data_home()).expanduser() / "sottovoce"
    import platformdirs

    return Path(platformdirs.user_data_dir("sottovoce", appauthor=False))
