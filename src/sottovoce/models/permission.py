"""May a model be used for what the settings say now? Also of one that is loaded: they may change any time.

Reads config.toml again only once it has changed, and looks at licences only where the use is commercial.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from sottovoce.core import settings as settings_of
from sottovoce.core.errors import BadInput
from sottovoce.core.paths import Home
from sottovoce.core.settings import Value
from sottovoce.models import records
from sottovoce.models.file import ModelFile
from sottovoce.store.db import Database

log = logging.getLogger(__name__)

Mark = tuple[int, int, int]


class Permission:
    """For the models of one program. `given` are settings from its command, which stay as they are."""

    def __init__(
        self,
        home: Home,
        database: Database,
        environment: Mapping[str, str],
        given: Mapping[str, Value | None],
    ) -> None:
        self._home = home
        self._database = database
        self._sources = environment, given
        self._use = records.PRIVATE
        self._seen: Mark | None = None
        self._is_read = False

    async def ask(self, model: ModelFile) -> None:
        """Raise LicenceRefused where the model may not be used so."""
        use = self._now()
        if use != records.PRIVATE:
            await self._database.read(lambda conn: records.check_use(conn, self._home, model, use))

    def require(self, model: ModelFile) -> None:
        """Do the same from a thread."""
        use = self._now()
        self._database.look(lambda conn: records.check_use(conn, self._home, model, use))

    def _now(self) -> str:
        seen = self._mark()
        if not self._is_read or seen != self._seen:
            try:
                self._use = settings_of.load(self._home, *self._sources).use
            except BadInput as problem:  # half of a line is written, or a mistake: what was said before holds
                log.warning("The settings cannot be read; those of before hold: %s", problem)
            self._seen, self._is_read = seen, True
        return self._use

    def _mark(self) -> Mark | None:
        """Return by what a change of config.toml shows; None while there is none."""
        try:
            info = self._home.config.stat()
        except OSError:
            return None
        return info.st_size, info.st_mtime_ns, info.st_ino
