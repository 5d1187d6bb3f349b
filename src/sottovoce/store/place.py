"""Where a person's home folder for the program is. Makes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def find_home(environment: Mapping[str, str]) -> Path:
    """Return SOTTO_HOME, or this platform's folder for a program's data."""
    if environment.get("home"):
        return Path(environment["home"]).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_data_dir("sottovoce", appauthor=False))
