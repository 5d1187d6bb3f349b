"""May a model be used for what the settings say now? Also of one that is loaded: they may change any time.

Looks at licences only where the use is commercial.
"""

from __future__ import annotations

from sottovoce.core.paths import Home
from sottovoce.core.standing import StandingSettings
from sottovoce.models import records
from sottovoce.models.file import ModelFile
from sottovoce.store.db import Database


class Permission:
    """For the models of one program."""

    def __init__(self, home: Home, database: Database, standing: StandingSettings) -> None:
        self._home = home
        self._database = database
        self._standing = standing

    async def ask(self, model: ModelFile) -> None:
        """Raise LicenceRefused where the model may not be used so."""
        use = self._standing().use
        if use != records.PRIVATE:
            await self._database.read(lambda conn: records.check_use(conn, self._home, model, use))

    def require(self, model: ModelFile) -> None:
        """Do the same from a thread."""
        use = self._standing().use
        self._database.look(lambda conn: records.check_use(conn, self._home, model, use))
