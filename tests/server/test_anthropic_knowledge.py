"""A shelf asked through the Messages API, by its official client."""

from __future__ import annotations

from typing import Any

import anthropic
import httpx2
import pytest

from sottovoce.core.messages import Message, Role
from sottovoce.engine.echo import EchoEngine

LEAVE = "Staff get 25 days of paid leave a year."
OLD = "The newest document on “handbook” is from 2001-09-09; the question is about 2031."
TOOL: Any = {"name": "send", "input_schema": {"type": "object"}}
SCHEMA: Any = {"format": {"type": "json_schema", "schema": {"type": "object"}}}


@pytest.fixture
def client(program: httpx2.AsyncClient) -> anthropic.AsyncAnthropic:
    key = program.headers.pop("Authorization").removeprefix("Bearer ")
    return anthropic.AsyncAnthropic(
        base_url=str(program.base_url), api_key=key, http_client=program, max_retries=0
    )


def asked(text: str = LEAVE, knowledge: Any = ("handbook",), **more: Any) -> dict[str, Any]:
    body = {"knowledge": list(knowledge), **({"quote": True} if more.pop("quote", False) else {})}
    return {
        "model": "default",
        "max_tokens": 100,
        "messages": [{"role": "user", "content": text}],
        "extra_body": body,
        **more,
    }


async def ask(client: anthropic.AsyncAnthropic, *given: Any, **more: Any) -> dict[str, Any]:
    message: dict[str, Any] = (await client.messages.create(**asked(*given, **more))).to_dict()
    return message


async def test_the_message_has_its_citations(client: anthropic.AsyncAnthropic, echo: EchoEngine) -> None:
    message = await ask(client)
    (citation,) = message["citations"]
    assert (citation["quote"], citation["document"]) == (LEAVE, "handbook.md")
    assert message["passages"][0]["told"] is True
    assert message["claims"][-1]["citations"] == [0]
    assert 0 < message["supported_share"] < 1
    assert message["stop_reason"] == "end_turn"
    assert echo.prompts[-1][-1].text.startswith(f"```\nhandbook.md\n\n{LEAVE}\n```\n\n")


async def test_a_stream_has_them_at_its_end(client: anthropic.AsyncAnthropic) -> None:
    whole = await ask(client)
    more = asked()
    async with client.messages.stream(**more) as stream:
        events = [event async for event in stream]
        message = await stream.get_final_message()
    (last,) = [event.delta.to_dict() for event in events if event.type == "message_delta"]
    for name in ("passages", "claims", "citations", "supported_share", "answered", "as_of", "stale"):
        assert last[name] == whole[name]
    assert message.content[0].to_dict()["text"] == whole["content"][0]["text"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{LEAVE} And in 2031?", (True, "2001-09-09", OLD, None)),
        ("Quagga xylophone?", (False, None, None, None)),
    ],
)
async def test_whether_it_is_there_and_how_old_it_is_is_said(
    client: anthropic.AsyncAnthropic, text: str, told: tuple[object, ...]
) -> None:
    whole = await ask(client, text)
    events = [event async for event in await client.messages.create(**asked(text), stream=True)]
    (last,) = [event.delta.to_dict() for event in events if event.type == "message_delta"]
    for said in (whole, last):
        assert tuple(said[name] for name in ("answered", "as_of", "stale", "unread")) == told


async def test_the_blocks_of_a_turn_are_one_question(
    client: anthropic.AsyncAnthropic, echo: EchoEngine
) -> None:
    parts = ["How many days of", "paid leave?"]
    blocks = [{"type": "text", "text": text} for text in parts]
    message = await ask(client, messages=[{"role": "user", "content": blocks}])
    assert message["passages"][0]["text"] == LEAVE
    (prompt,) = echo.prompts[-1]
    assert prompt.role is Role.USER
    assert prompt.text.startswith("```\nhandbook.md")
    assert prompt.text.endswith("\n\n".join(parts))


async def test_blocks_before_and_behind_a_result_keep_their_order(
    client: anthropic.AsyncAnthropic, echo: EchoEngine
) -> None:
    use: Any = {"type": "tool_use", "id": "a", "name": "send", "input": {}}
    turn: Any = [
        {"type": "text", "text": "before"},
        {"type": "tool_result", "tool_use_id": "a", "content": "sent"},
        {"type": "text", "text": "behind"},
    ]
    await client.messages.create(
        model="default",
        max_tokens=100,
        messages=[
            {"role": "user", "content": "one"},
            {"role": "assistant", "content": [use]},
            {"role": "user", "content": turn},
        ],
    )
    text = "before\n\nThe function send returned:\nsent\n\nbehind"
    assert echo.prompts[-1][-1] == Message(Role.USER, text)


@pytest.mark.parametrize("stream", [False, True])
async def test_what_is_not_there_is_said_and_no_model_writes(
    client: anthropic.AsyncAnthropic, echo: EchoEngine, stream: bool
) -> None:
    if stream:
        async with client.messages.stream(**asked("Quagga xylophone?")) as events:
            message = (await events.get_final_message()).to_dict()
    else:
        message = await ask(client, "Quagga xylophone?")
        assert (message["passages"], message["citations"], message["supported_share"]) == ([], [], None)
    (said,) = message["content"]
    assert said["text"] == "The answer is not on the shelf “handbook”."
    usage: Any = message["usage"]
    assert (usage["input_tokens"], usage["output_tokens"]) == (0, 0)
    assert echo.prompts == []


async def test_quotes_come_without_a_model(client: anthropic.AsyncAnthropic, echo: EchoEngine) -> None:
    message = await ask(client, "How many days of leave?", quote=True)
    assert message["content"][0]["text"] == f"> {LEAVE}"
    assert [citation["quote"] for citation in message["citations"]] == [LEAVE]
    assert message["supported_share"] == 1.0
    assert echo.prompts == []


async def test_an_answer_without_shelves_is_as_it_was(client: anthropic.AsyncAnthropic) -> None:
    message = await ask(client, knowledge=[])
    fields = {
        "id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "usage", "provenance",
    }  # fmt: skip
    assert set(message) == fields


@pytest.mark.parametrize("name", ["diary", "nothing"])
async def test_a_shelf_that_the_key_is_not_for_is_as_if_it_were_not_there(
    client: anthropic.AsyncAnthropic, name: str
) -> None:
    with pytest.raises(anthropic.NotFoundError, match=f"There is no shelf named '{name}' here"):
        await ask(client, knowledge=[name])


async def test_a_program_without_a_key_asks_no_shelf(program: httpx2.AsyncClient) -> None:
    del program.headers["Authorization"]
    body = asked()
    extra = body.pop("extra_body")
    reply = await program.post("/v1/messages", json=body | extra)
    assert reply.status_code == 404
    assert "sotto keys add" in reply.json()["error"]["message"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"tools": [TOOL]}, "tools"),
        ({"output_config": SCHEMA}, "knowledge"),
        ({"knowledge": [], "quote": True}, "quote"),
        ({"knowledge": ["a"] * 21}, "knowledge"),
        ({"messages": [{"role": "user", "content": "  "}]}, "no question to look for on a shelf"),
        ({"messages": [], "system": LEAVE}, "messages"),
    ],
)
async def test_what_does_not_go_with_a_shelf_is_refused(
    client: anthropic.AsyncAnthropic, echo: EchoEngine, more: dict[str, Any], field: str
) -> None:
    for stream in (False, True):
        with pytest.raises(anthropic.BadRequestError, match=field):
            await client.messages.create(**asked(**more), stream=stream)
    assert echo.prompts == []


async def test_tokens_are_counted_without_shelves(client: anthropic.AsyncAnthropic) -> None:
    with pytest.raises(anthropic.BadRequestError, match="knowledge"):
        await client.messages.count_tokens(
            model="default",
            messages=[{"role": "user", "content": LEAVE}],
            extra_body={"knowledge": ["handbook"]},
        )
