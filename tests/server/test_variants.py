"""A variant over the APIs: by its name, with its instructions and settings, on its model's engine."""

from __future__ import annotations

import httpx2
import pytest

from sottovoce.core.chat_settings import ChatSettings
from sottovoce.core.messages import Role
from sottovoce.engine.echo import EchoEngine
from sottovoce.models import variants
from sottovoce.models.file import Variant
from sottovoce.server import served
from sottovoce.server.house import House

SYSTEM = "Be brief."


@pytest.fixture(autouse=True)
def clinic(house: House) -> None:
    variants.add(house.app.home, Variant("clinic", "starter", "Ward", SYSTEM, ChatSettings(max_tokens=2)))
    variants.add(house.app.home, Variant("far", "no-such-model"))


def system_told(echo: EchoEngine) -> list[str]:
    return [message.text for message in echo.prompts[-1] if message.role is Role.SYSTEM]


async def test_it_is_listed_beside_its_model(house: House) -> None:
    assert [model.name for model in await served.models(house.app)] == [house.app.model.name, "clinic"]


@pytest.mark.parametrize("system", [None, "Mine."])
async def test_it_answers_with_its_instructions_unless_the_caller_has_some(
    program: httpx2.AsyncClient, echo: EchoEngine, system: str | None
) -> None:
    messages = [{"role": "user", "content": "one two three"}]
    if system is not None:
        messages.insert(0, {"role": "system", "content": system})
    reply = await program.post("/v1/chat/completions", json={"model": "clinic", "messages": messages})
    said = reply.json()
    assert (said["model"], said["choices"][0]["finish_reason"]) == ("clinic", "length")
    assert said["choices"][0]["message"]["content"] == "one two"
    assert system_told(echo) == [system or SYSTEM]


async def test_the_model_by_itself_is_as_it_was(program: httpx2.AsyncClient, echo: EchoEngine) -> None:
    for name in ("default", "starter"):
        body = {"model": name, "messages": [{"role": "user", "content": "one two three"}]}
        said = (await program.post("/v1/chat/completions", json=body)).json()
        assert said["choices"][0]["message"]["content"] == "one two three"
        assert system_told(echo) == []


@pytest.mark.parametrize("path", ["/v1/messages", "/api/chat"])
async def test_other_protocols_know_it_too(program: httpx2.AsyncClient, echo: EchoEngine, path: str) -> None:
    body = {"model": "clinic", "messages": [{"role": "user", "content": "one two three"}], "stream": False}
    reply = await program.post(path, json=body | ({"max_tokens": 50} if path == "/v1/messages" else {}))
    assert reply.status_code == 200, reply.text
    assert system_told(echo) == [SYSTEM]


async def test_one_whose_model_is_not_here_is_not_there(program: httpx2.AsyncClient) -> None:
    body = {"model": "far", "messages": [{"role": "user", "content": "hello"}]}
    assert (await program.post("/v1/chat/completions", json=body)).status_code == 404


async def test_the_page_lists_and_asks_it(browser: httpx2.AsyncClient, echo: EchoEngine) -> None:
    listed = (await browser.get("/app/api/models")).json()["variants"]
    assert {"name": "clinic", "title": "Ward", "model": "starter"} in listed
    run = (await browser.post("/app/api/runs", json={"text": "one two three", "model": "clinic"})).json()
    path = f"/app/api/chats/{run['chat']}"
    assert "event: done" in (await browser.get(f"{path}/runs/{run['id']}/events")).text
    chat = (await browser.get(path)).json()
    assert (chat["chat"]["system"], chat["messages"][-1]["text"]) == (SYSTEM, "one two")
    assert chat["messages"][-1]["model"] == "clinic"
    assert system_told(echo) == [SYSTEM]


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/app/api/runs"])
async def test_one_that_was_removed_is_told_as_such(
    program: httpx2.AsyncClient, browser: httpx2.AsyncClient, house: House, path: str
) -> None:
    variants.remove(house.app.home, "clinic")
    client, asked = (program, "messages") if path.startswith("/v1") else (browser, "text")
    body = {"messages": [{"role": "user", "content": "hello"}]} if asked == "messages" else {"text": "hello"}
    reply = await client.post(path, json={"model": "clinic", **body})
    assert reply.status_code == 404
    error = reply.json()["error"]
    assert error["code"] == ("model_not_found" if asked == "messages" else "no_model")
    told = error["message"] if asked == "messages" else error["sentence"]
    assert "There is no model or variant named 'clinic' here, or no longer;" in told


async def test_a_name_in_another_script_is_asked_like_any_other(
    program: httpx2.AsyncClient, house: House
) -> None:
    variants.add(house.app.home, Variant("海盗", "starter", system=SYSTEM))
    body = {"model": "海盗", "messages": [{"role": "user", "content": "hello"}]}
    reply = await program.post("/v1/chat/completions", json=body)
    assert reply.json()["model"] == "海盗"
