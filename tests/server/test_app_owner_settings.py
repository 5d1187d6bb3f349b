"""What the owner can set in the page, of all chats."""

from __future__ import annotations

import httpx2
import pytest

from sottovoce.server.house import House

SETTINGS = "/app/api/settings"


async def told(browser: httpx2.AsyncClient) -> dict[str, str]:
    return {one["name"]: one["value"] for one in (await browser.get(SETTINGS)).json()["settings"]}


async def test_what_is_set_holds_at_once_and_null_takes_the_default_again(
    browser: httpx2.AsyncClient, house: House
) -> None:
    assert (await told(browser))["profile"] == "open"
    change = {"profile": "family", "system": "Be brief.", "region": "AT", "labels": "eu"}
    reply = await browser.patch(SETTINGS, json=change)
    assert reply.status_code == 200
    assert change.items() <= (await told(browser)).items()
    assert house.app.standing().profile == "family"
    assert house.app.instructions(house.app.model) == "Be brief."
    before = house.pen()
    await browser.patch(SETTINGS, json={"system": None, "labels": "cn"})
    assert (await told(browser))["system"] == ""
    assert house.pen() is not before


@pytest.mark.parametrize(
    "change",
    [
        {"profile": "anybody"},
        {"region": "Austria"},
        {"network": "on"},
        {"memory": "on"},
        {"system": "Be brief.", "tools": "perhaps"},
    ],
)
async def test_nothing_is_set_where_one_is_wrong_or_not_the_pages_to_set(
    browser: httpx2.AsyncClient, house: House, change: dict[str, str]
) -> None:
    assert (await browser.patch(SETTINGS, json=change)).status_code == 400
    assert not house.app.home.config.exists()


async def test_what_the_environment_says_is_told_as_fixed(
    browser: httpx2.AsyncClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOTTO_PROFILE", "public")
    fixed = {one["name"]: one["fixed"] for one in (await browser.get(SETTINGS)).json()["settings"]}
    assert (fixed["profile"], fixed["region"]) == (True, False)


async def test_programs_neither_see_nor_set_them(program: httpx2.AsyncClient) -> None:
    assert (await program.get(SETTINGS)).status_code in (401, 403)
    assert (await program.patch(SETTINGS, json={"profile": "open"})).status_code in (401, 403)
