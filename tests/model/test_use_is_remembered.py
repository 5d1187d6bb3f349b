from __future__ import annotations

import pytest

from sottovoce.app import open_app
from sottovoce.core.paths import Home
from sottovoce.models import records, starter

pytestmark = pytest.mark.model


async def test_a_model_that_was_loaded_is_remembered_as_used(home: Home) -> None:
    async with open_app(home=home, environment={}) as app:
        assert await app.database.read(lambda conn: records.of(conn, starter.path())) is None
        await app.ready()
        record = await app.database.read(lambda conn: records.of(conn, starter.path()))
    assert record is not None
    assert record.used is not None
