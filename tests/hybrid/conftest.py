"""A home, its store, a server on loopback that says what a test tells it to, and a model described there."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sottovoce.core.paths import Home
from sottovoce.hybrid.breakers import Breakers
from sottovoce.hybrid.means import Means, Patience
from sottovoce.hybrid.upstream import Upstream
from sottovoce.net.address import Where
from sottovoce.net.door import Door
from sottovoce.net.ledger import Ledger
from sottovoce.store.db import Database, open_database

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "net")]

from speaking import Open, speakers  # noqa: E402


@pytest.fixture
async def speaker(loopback: None) -> AsyncIterator[Open]:
    async with speakers() as opened:
        yield opened


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    opened = open_database(home)
    yield opened
    opened.close()


async def everywhere(host: str, port: int) -> list[str]:
    """Resolve every name to this machine."""
    return ["127.0.0.1"]


@pytest.fixture
def ways(home: Home, database: Database) -> Callable[..., Means]:
    """Means that allow all; changes are those of the test."""

    def make(**changes: Any) -> Means:
        door = Door(lambda: "on", Ledger(home.ledger), resolve=everywhere)
        usual: dict[str, Any] = {
            "door": door,
            "database": database,
            "key": lambda upstream: None,
            "breakers": Breakers(),
            "patience": Patience(connect=20, first=60, between=60, total=120),
        }
        return Means(**{**usual, **changes})

    return make


@pytest.fixture
def elsewhere() -> Callable[..., Upstream]:
    """A model at a port of this machine."""

    def make(port: int, **changes: Any) -> Upstream:
        usual: dict[str, Any] = {
            "url": f"http://box.example:{port}/v1",
            "model": "large",
            "where": Where.INSIDE,
        }
        return Upstream("cellar", **{**usual, **changes})

    return make
