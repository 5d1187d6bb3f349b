"""An answer that has come waits for room on a full disk."""

from __future__ import annotations

from sqlite3 import Connection

import pytest

from sottovoce.app import App
from sottovoce.chat.elsewhere.persisting import written
from sottovoce.core.errors import DiskFull


async def test_it_is_written_once_there_is_room(app: App) -> None:
    tries = []

    def work(_conn: Connection) -> str:
        tries.append(1)
        if len(tries) < 3:
            raise DiskFull("The disk is full.")
        return "written"

    assert await written(app.database, work, 0.0) == "written"
    assert len(tries) == 3


async def test_whoever_waits_for_it_is_told_at_once(app: App) -> None:
    def work(_conn: Connection) -> None:
        raise DiskFull("The disk is full.")

    with pytest.raises(DiskFull):
        await written(app.database, work, None)
