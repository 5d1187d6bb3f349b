"""A chat, and a server on loopback that records what it is asked and says what a test tells it to."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from sottovoce.app import App, open_app
from sottovoce.chat.elsewhere.preview import There
from sottovoce.core.paths import Home
from sottovoce.engine.echo import EchoEngine
from sottovoce.hybrid import upstreams
from sottovoce.hybrid.upstream import Upstream
from sottovoce.net.address import Where

sys.path[:0] = [
    str(Path(__file__).parent),
    *(str(Path(__file__).parents[2] / name) for name in ("net", "hybrid")),
]

from coming import Away, Desk  # noqa: E402  (found only on the path above)
from repeating import repeat  # noqa: E402
from speaking import Speaker, speakers  # noqa: E402


@pytest.fixture
async def cellar(loopback: None) -> AsyncIterator[Speaker]:
    async with speakers() as opened:
        yield await opened()


@pytest.fixture
async def app(home: Home) -> AsyncIterator[App]:
    async with open_app(home=home, environment={"network": "ask"}, engine=EchoEngine()) as opened:
        yield opened


@pytest.fixture
async def away(loopback: None) -> AsyncIterator[Away]:
    """A server that says again what it is asked, once it comes."""
    place = Away()
    repeat(place)
    yield place
    await place.end()


@pytest.fixture
def desk(app: App, away: Away) -> Desk:
    """A home that knows that place, and what waits in it."""
    made = Desk(app, away)
    made.there()
    return made


@pytest.fixture
def there(app: App, cellar: Speaker) -> Callable[..., There]:
    """The model at the recording server; changes are those of the test."""

    def make(**changes: Any) -> There:
        usual: dict[str, Any] = {"model": "large", "where": Where.INSIDE, "by": "the house"}
        url = f"http://127.0.0.1:{cellar.port}/v1"
        if any(one.name == "cellar" for one in upstreams.listed(app.home)):
            upstreams.remove(app.home, "cellar")
        upstreams.add(app.home, Upstream("cellar", url, **{**usual, **changes}))
        return app.there("cellar")

    return make
