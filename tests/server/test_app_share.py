"""A link and a code for a phone, from the page; and what is said where no phone reaches this server."""

from __future__ import annotations

import re

import httpx2
import pytest
import segno

from sottovoce.server.app_api import share
from sottovoce.server.house import House
from sottovoce.server.lan import Place
from sottovoce.server.sessions import LINK_SECONDS

ADDRESS = "http://127.0.0.1:7886"
SHARE = "/app/api/share"
HOME = Place("192.168.1.5", "wlan0")


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> list[Place]:
    """The places that the system says this machine has."""
    found = [HOME]
    monkeypatch.setattr(share, "places", lambda: found)
    return found


async def test_a_link_for_the_phone_works_once_and_each_asking_makes_another(
    browser: httpx2.AsyncClient, house: House, network: list[Place]
) -> None:
    house.ends = (("127.0.0.1", 7886), ("192.168.1.5", 7886))
    offered = (await browser.post(SHARE)).json()
    assert offered["link"].startswith("http://192.168.1.5:7886/enter#")
    assert (offered["interface"], offered["seconds"]) == ("wlan0", int(LINK_SECONDS))
    assert (await browser.post(SHARE)).json()["link"] != offered["link"]
    browser.cookies.clear()
    code = {"code": offered["link"].partition("#")[2]}
    assert (await browser.post("/app/api/session", json=code)).status_code == 200
    assert (await browser.post("/app/api/session", json=code)).status_code == 401


@pytest.mark.parametrize("ends", [(("127.0.0.1", 7886),), (("127.0.0.1", 7886), ("::1", 7886)), ()])
async def test_where_no_phone_reaches_it_no_link_is_made(
    browser: httpx2.AsyncClient, house: House, network: list[Place], ends: tuple[tuple[str, int], ...]
) -> None:
    house.ends = ends
    offered = (await browser.post(SHARE)).json()
    assert (offered["link"], offered["code"], offered["is_in_network"]) == (None, None, True)
    network.clear()
    assert (await browser.post(SHARE)).json()["is_in_network"] is False


async def test_it_is_the_persons_alone(browser: httpx2.AsyncClient) -> None:
    browser.cookies.clear()
    assert (await browser.post(SHARE)).status_code == 403


def test_the_drawing_is_the_code() -> None:
    text = "http://192.168.1.5:7886/enter#" + "x" * 43
    code = share.drawn(text)
    dark = set()
    for column, row, length in re.findall(r"M(\d+) (\d+)h(\d+)v1H\d+z", code.path):
        dark |= {(int(row), int(column) + at) for at in range(int(length))}
    rows = list(segno.make_qr(text, error="m").matrix_iter(border=share.BORDER))
    assert len(rows) == code.size
    assert dark == {(y, x) for y, row in enumerate(rows) for x, module in enumerate(row) if module}
