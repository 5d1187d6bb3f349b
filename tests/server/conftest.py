"""A whole server in this process, on the echo engine: everything but the sockets."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import httpx2
import pytest

# The mirror of a hub, the writer of small models, servers that say what they are told to: no test folder is
# on the path by itself.
sys.path.extend(
    str(Path(__file__).parents[1] / name)
    for name in ("server", "engine", "models", "knowledge/reading", "net", "hybrid", "chat/elsewhere")
)

from asking_page import TEXT, Page
from repeating import repeat
from speaking import speakers

from sottovoce.app import open_app
from sottovoce.chat.runs import Runs
from sottovoce.core.paths import Home
from sottovoce.engine.echo import EchoEngine
from sottovoce.fit import known
from sottovoce.fit.estimate import Program
from sottovoce.fit.machine import look
from sottovoce.fit.pace import Pace
from sottovoce.knowledge import documents
from sottovoce.knowledge.chunk import cut
from sottovoce.knowledge.document import Block, Reading
from sottovoce.knowledge.documents import Document
from sottovoce.server import asgi
from sottovoce.server.doors import Doors
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House
from sottovoce.server.limits import Meter
from sottovoce.server.metrics import Metrics
from sottovoce.server.sessions import Sessions
from sottovoce.store import keys

ADDRESS = "http://127.0.0.1:7886"
LEAVE = "Staff get 25 days of paid leave a year."


@pytest.fixture
def echo() -> EchoEngine:
    return EchoEngine(can_embed=True)


@pytest.fixture
async def house(home: Home, echo: EchoEngine) -> AsyncIterator[House]:
    async with open_app(home=home, environment={}, engine=echo) as app:
        doors = Doors(app.database, Sessions(), is_loopback_only=True)
        yield House(app, doors, Meter(), Metrics(), Runs(app.parts()), problem="")


@pytest.fixture
async def browser(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """The page of the person, signed in."""
    app = asgi.build(house, names_of([("127.0.0.1", 7886)], "127.0.0.1", ""), origins_of(""))
    heads = {"Origin": ADDRESS, "Sec-Fetch-Site": "same-origin"}
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url=ADDRESS, headers=heads
    ) as client:
        code = house.doors.sessions.new_link().partition("#")[2]
        assert (await client.post("/app/api/session", json={"code": code})).status_code == 200
        yield client
        await house.runs.close()


@pytest.fixture
async def secret(house: House) -> str:
    """The key of a program that may ask the shelf handbook, and not the shelf diary."""
    shelves = []
    for name in ("handbook", "diary"):
        shelf = await house.app.shelves.add("me", name)
        text, passages = cut(Reading((Block("text", LEAVE if name == "handbook" else "My cat is ill."),)))
        rules = Document(0, None, f"/{name}.md", f"{name}.md", "", "d" * 64, 1, 1, 1e9, None, 0, 2.0)
        await shelf.file.run(partial(documents.put, document=rules, text=text, passages=passages))
        shelves.append(shelf.row.id)
    terms = keys.Terms("program", ("chat",), shelves=(shelves[0],))
    _, secret = await house.app.database.run(lambda conn: keys.add(conn, terms, 0.0))
    return secret


@pytest.fixture
def program_at(secret: str) -> Callable[[House], httpx2.AsyncClient]:
    """Return what opens a house to that program."""

    def opened(house: House) -> httpx2.AsyncClient:
        app = asgi.build(house, names_of([("127.0.0.1", 7886)], "127.0.0.1", ""), origins_of(""))
        heads = {"Authorization": f"Bearer {secret}"}
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=ADDRESS, headers=heads)

    return opened


@pytest.fixture
async def program(
    house: House, program_at: Callable[[House], httpx2.AsyncClient]
) -> AsyncIterator[httpx2.AsyncClient]:
    async with program_at(house) as client:
        yield client


@pytest.fixture
def measure() -> Callable[[Home], None]:
    """Return what notes this machine as measured in a home: quick enough for every model."""

    def keep(home: Home) -> None:
        costs = {
            f"{what} {kind}": 2e-12 for kind in ("Q4_K", "Q8_0", "Q4_1") for what in ("once", "few", "each")
        }
        known.keep(home, known.Measured(known.key_of(look()), Pace(costs), Program()))

    return keep


@pytest.fixture
async def page(house: House, browser: httpx2.AsyncClient, loopback: None) -> AsyncIterator[Page]:
    """A page of which one question was answered here, and a model elsewhere that is described."""
    (house.app.home.root / "config.toml").write_text('network = "ask"\n')
    async with speakers() as opened:
        page = Page(browser, house, await opened())
        page.describe()
        repeat(page.cellar)
        run = (await browser.post("/app/api/runs", json={"text": TEXT})).json()
        page.chat, page.question = run["chat"], run["question"]
        await page.events(run)
        yield page
