from __future__ import annotations

from collections.abc import Iterator

import pytest

from sottovoce.chat.turn import Parts
from sottovoce.core.paths import Home
from sottovoce.engine.echo import EchoEngine
from sottovoce.store.db import open_database


@pytest.fixture
def parts(home: Home, echo: EchoEngine) -> Iterator[Parts]:
    database = open_database(home)
    yield Parts(database, echo, "echo")
    database.close()
