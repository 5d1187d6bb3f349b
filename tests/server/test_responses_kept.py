"""Responses that are kept: gone on from, looked at again, deleted, and found by nobody else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import openai
import pytest

from sottovoce.core.messages import Role
from sottovoce.engine.echo import EchoEngine
from sottovoce.server import asgi
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House
from sottovoce.server.openai_api import responses, responses_kept
from sottovoce.store import keys
from sottovoce.store.keys import Terms

HOST = "127.0.0.1:7886"
WEATHER: dict[str, Any] = {"type": "function", "name": "weather", "parameters": None, "strict": None}


@pytest.fixture
async def http(house: House) -> AsyncIterator[Any]:
    app = asgi.build(
        house, names_of([("127.0.0.1", 7886)], "127.0.0.1", ""), origins_of(""), responses.ENDPOINTS
    )
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app), base_url=f"http://{HOST}/v1/"
    ) as client:
        yield client


def client_of(http: Any, key: str = "not-needed") -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=f"http://{HOST}/v1", api_key=key, http_client=http, max_retries=0)


@pytest.fixture
def client(http: Any) -> openai.AsyncOpenAI:
    return client_of(http)


@pytest.fixture
async def stranger(house: House, http: Any) -> openai.AsyncOpenAI:
    """A program with a key of its own."""
    terms = Terms("stranger", ("chat",))
    _, secret = await house.app.database.run(lambda conn: keys.add(conn, terms, 0.0))
    return client_of(http, secret)


async def ask(client: openai.AsyncOpenAI, asked: Any = "one two three", **given: Any) -> Any:
    return await client.responses.create(**{"model": "default", "input": asked, **given})


async def test_a_conversation_goes_on_from_a_kept_response(
    client: openai.AsyncOpenAI, echo: EchoEngine
) -> None:
    first = await ask(client, "one", instructions="Be brief.")
    second = await ask(client, "two", previous_response_id=first.id)
    third = await ask(client, "three", previous_response_id=second.id)
    assert third.previous_response_id == second.id
    assert [message.text for message in echo.prompts[-1]] == ["one", "one", "two", "two", "three"]
    assert {message.role for message in echo.prompts[-1]} == {Role.USER, Role.ASSISTANT}


async def test_a_streamed_response_is_kept_as_it_ended(client: openai.AsyncOpenAI, echo: EchoEngine) -> None:
    events = [event async for event in await ask(client, "one", stream=True)]
    again = await client.responses.retrieve(events[-1].response.id)
    assert again == events[-1].response
    await ask(client, "two", previous_response_id=again.id)
    assert [message.text for message in echo.prompts[-1]] == ["one", "one", "two"]


async def test_a_kept_response_is_told_as_it_was(client: openai.AsyncOpenAI) -> None:
    for asked, given in (
        ("one", {"metadata": {"a": "b"}, "instructions": "Be brief."}),
        ("/long 20", {"max_output_tokens": 16}),
        ("one", {"include": ["message.output_text.logprobs"], "top_logprobs": 1}),
        ('/json {"name": "weather", "arguments": {}}', {"tools": [WEATHER], "tool_choice": "required"}),
    ):
        response = await ask(client, asked, **given)
        assert (await client.responses.retrieve(response.id)).to_dict() == response.to_dict()


async def test_what_is_not_to_be_kept_is_nowhere(
    client: openai.AsyncOpenAI, house: House, echo: EchoEngine
) -> None:
    response = await ask(client, store=False)
    with pytest.raises(openai.NotFoundError):
        await client.responses.retrieve(response.id)
    with pytest.raises(openai.NotFoundError):
        await ask(client, previous_response_id=response.id)
    count = await house.app.database.read(
        lambda conn: conn.execute("SELECT count(*) FROM responses").fetchone()
    )
    assert count == (0,)


async def test_an_item_is_found_by_its_id_alone(client: openai.AsyncOpenAI, echo: EchoEngine) -> None:
    first = await ask(client, "one")
    (asked,) = (await client.responses.input_items.list(first.id)).data
    references = [{"type": "item_reference", "id": name} for name in (asked.id, first.output[0].id)]
    await ask(client, [*references, {"role": "user", "content": "two"}])
    assert [message.text for message in echo.prompts[-1]] == ["one", "one", "two"]
    with pytest.raises(openai.NotFoundError) as caught:
        await ask(client, [{"type": "item_reference", "id": "msg_" + "0" * 32 + "o0"}])
    assert caught.value.param == "input.0.id"


async def test_what_was_asked_is_listed_in_pages(client: openai.AsyncOpenAI) -> None:
    asked = [{"role": "user", "content": f"number {at}"} for at in range(5)]
    response = await ask(client, asked)
    page = await client.responses.input_items.list(response.id, limit=2)
    assert [item.content[0].text for item in page.data] == ["number 4", "number 3"]  # type: ignore[union-attr,index]
    everything = [item async for item in client.responses.input_items.list(response.id, limit=2, order="asc")]
    assert [item.content[0].text for item in everything] == [f"number {at}" for at in range(5)]  # type: ignore[union-attr,index]
    for given in ({"limit": 0}, {"limit": 101}, {"order": "up"}, {"extra_query": {"page": "2"}}):
        with pytest.raises(openai.BadRequestError):
            await client.responses.input_items.list(response.id, **given)  # type: ignore[arg-type]
    with pytest.raises(openai.NotFoundError):
        await client.responses.input_items.list(response.id, after="msg_1")


async def test_a_deleted_response_is_gone_for_every_use(client: openai.AsyncOpenAI) -> None:
    first = await ask(client, "one")
    second = await ask(client, "two", previous_response_id=first.id)
    await client.responses.delete(first.id)
    for use in (
        client.responses.retrieve(first.id),
        client.responses.delete(first.id),
        client.responses.cancel(first.id),
        ask(client, previous_response_id=first.id),
        ask(client, previous_response_id=second.id),
        ask(client, [{"type": "item_reference", "id": first.output[0].id}]),
    ):
        with pytest.raises(openai.NotFoundError):
            await use


async def test_its_traces_are_cleared_soon_after(
    client: openai.AsyncOpenAI, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responses_kept, "CLEARING_SECONDS", 0.05)
    kept = [await ask(client, "xylophone " * 50) for _ in range(3)]

    def is_there() -> bool:
        files = (file for file in house.app.home.root.rglob("*") if file.is_file())
        return any(b"xylophone" in file.read_bytes() for file in files)

    assert is_there()
    for one in kept:
        await client.responses.delete(one.id)
    for _ in range(100):
        await asyncio.sleep(0.02)
        if not is_there():
            return
    pytest.fail("the text is still on the disk")


async def test_what_is_older_than_thirty_days_goes_by_itself_and_leaves_no_trace(
    client: openai.AsyncOpenAI, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responses_kept, "CLEARING_SECONDS", 0.0)
    monkeypatch.setattr(responses_kept, "PRUNING_SECONDS", 0.02)
    await ask(client, "xylophone " * 50)
    days = 0.0

    def is_there() -> bool:
        files = (file for file in house.app.home.root.rglob("*") if file.is_file())
        return any(b"xylophone" in file.read_bytes() for file in files)

    keeping = asyncio.create_task(
        responses_kept.keep_no_longer(house.app.database, lambda: time.time() + days * 86_400)
    )
    try:
        await asyncio.sleep(0.1)
        assert is_there()
        days = 31.0
        for _ in range(100):
            await asyncio.sleep(0.02)
            if not is_there():
                return
    finally:
        keeping.cancel()
        await asyncio.wait([keeping])
    pytest.fail("the text is still on the disk")


async def test_a_whole_response_cannot_be_cancelled(client: openai.AsyncOpenAI) -> None:
    response = await ask(client)
    with pytest.raises(openai.BadRequestError, match="background"):
        await client.responses.cancel(response.id)


async def test_nobody_else_finds_a_response_or_learns_that_it_is_there(
    client: openai.AsyncOpenAI, stranger: openai.AsyncOpenAI
) -> None:
    for owner, other in ((client, stranger), (stranger, client)):
        theirs = await ask(owner)
        said: dict[bool, list[str]] = {True: [], False: []}
        for is_there, name in ((True, theirs.id), (False, "resp_" + "0" * 32)):
            item = name.replace("resp_", "msg_") + "o0"
            for use in (
                other.responses.retrieve(name),
                other.responses.delete(name),
                other.responses.cancel(name),
                other.responses.input_items.list(name),
                ask(other, previous_response_id=name),
                ask(other, [{"type": "item_reference", "id": item}]),
            ):
                with pytest.raises(openai.NotFoundError) as caught:
                    await use
                said[is_there].append(caught.value.response.text.replace(name[5:], ""))
        assert said[True] == said[False]
        assert (await owner.responses.retrieve(theirs.id)).id == theirs.id


async def test_a_response_too_large_to_be_kept_says_so(
    client: openai.AsyncOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responses_kept, "MOST_CHARACTERS", 100)
    with pytest.raises(openai.APIStatusError) as caught:
        await ask(client)
    assert (caught.value.status_code, caught.value.param) == (413, "store")
    events = [event async for event in await ask(client, stream=True)]
    assert events[-1].type == "response.failed"
    assert (await ask(client, store=False)).output_text == "one two three"
