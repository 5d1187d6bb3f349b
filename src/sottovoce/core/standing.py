"""The settings as they stand now, for what outlives a change of them. A changed config.toml is read again."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from sottovoce.core import settings as settings_of
from sottovoce.core.errors import BadInput
from sottovoce.core.paths import Home
from sottovoce.core.settings import Settings, Value

log = logging.getLogger(__name__)

Mark = tuple[int, int, int]


class StandingSettings:
    """Call it for the settings. `given` are those from the program's command, which stay as they are."""

    def __init__(self, home: Home, environment: Mapping[str, str], given: Mapping[str, Value | None]) -> None:
        self._home = home
        self._sources = environment, given
        self._read: tuple[Mark | None, Settings] | None = None

    def __call__(self) -> Settings:
        """Return them. Raises BadSettings where they could not be read even once."""
        seen = self._mark()
        if self._read is not None and self._read[0] == seen:
            return self._read[1]
        try:
            found = settings_of.load(self._home, *self._sources)
        except BadInput as problem:  # half of a line is written, or a mistake: what was said before holds
            if self._read is None:
                raise
            log.warning("The settings cannot be read; those of before hold: %s", problem)
            found = self._read[1]
        self._read = seen, found
        return found

    def _mark(self) -> Mark | None:
        """Return by what a change of config.toml shows; None while there is none."""
        try:
            info = self._home.config.stat()
        except OSError:
            return None
        return info.st_size, info.st_mtime_ns, info.st_ino
