"""Every place has a bound for what is sent to it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx2
import pytest

from sottovoce.core.errors import SottoError
from sottovoce.server import asgi
from sottovoce.server.anthropic_api.nouns import CountBody
from sottovoce.server.bodies import MOST_BYTES, parse
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House
from sottovoce.server.ollama_api.nouns import ChatBody, EmbedBody, GenerateBody
from sottovoce.server.openai_api.nouns_chat import ChatBody as OpenAiChatBody

SIGN_IN = "/app/api/session"


def client(house: House) -> httpx2.AsyncClient:
    app = asgi.build(house, names_of([("127.0.0.1", 7886)], "127.0.0.1", ""), origins_of(""))
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://127.0.0.1:7886")


def test_where_everybody_may_come_little_may_be_sent() -> None:
    bounds = {place.path: place.most_bytes for place in asgi.endpoints() if place.body is not None}
    assert bounds[SIGN_IN] == 4096
    assert {bound for path, bound in bounds.items() if path != SIGN_IN} == {MOST_BYTES}


async def test_what_a_stranger_sends_is_refused_at_four_kilobytes(house: House) -> None:
    async with client(house) as http:
        for size, status in ((4000, 400), (4097, 413)):
            answer = await http.post(SIGN_IN, json={"code": "x" * size})
            assert answer.status_code == status


async def test_unfinished_bodies_of_strangers_shut_nobody_out(house: House) -> None:
    async def unfinished() -> Any:
        yield b'{"code": "'
        for _ in range(63):
            await asyncio.sleep(0)
            yield b"x" * (1 << 18)
        await asyncio.Event().wait()

    kind = {"Content-Type": "application/json"}
    async with client(house) as http:
        sending = [
            asyncio.create_task(http.post(SIGN_IN, content=unfinished(), headers=kind)) for _ in range(6)
        ]
        try:
            await asyncio.sleep(0.1)
            body = b'{"model": "default", "input": "a boat"' + b" " * (2 << 20) + b"}"
            answer = await http.post("/v1/embeddings", content=body, headers=kind)
            assert answer.status_code == 200
        finally:
            for one in sending:
                one.cancel()
            await asyncio.wait(sending)


@pytest.mark.parametrize(
    ("noun", "body", "field", "most"),
    [
        (CountBody, {"model": "m"}, "messages", 4096),
        (ChatBody, {"model": "m"}, "messages", 4096),
        (OpenAiChatBody, {"model": "m"}, "messages", 4096),
        (EmbedBody, {"model": "m"}, "input", 2048),
        (GenerateBody, {"model": "m", "prompt": "a"}, "context", 100_000),
    ],
)
def test_a_list_has_an_end(noun: Any, body: dict[str, Any], field: str, most: int) -> None:
    ones: dict[str, Any] = {"messages": {"role": "user", "content": "hi"}, "input": "a", "context": 1}
    one = ones[field]
    parse(json.dumps({**body, field: [one] * most}).encode(), noun)
    with pytest.raises(SottoError, match=f"at most {most} items") as refused:
        parse(json.dumps({**body, field: [one] * (most + 1)}).encode(), noun)
    assert refused.value.field == field
