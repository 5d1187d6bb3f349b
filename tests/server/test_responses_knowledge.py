"""A shelf asked through /v1/responses, by the official client, and gone on from."""

from __future__ import annotations

from typing import Any

import httpx2
import openai
import pytest

from sottovoce.engine.echo import EchoEngine

LEAVE = "Staff get 25 days of paid leave a year."
OLD = "The newest document on “handbook” is from 2001-09-09; the question is about 2031."
TOOL: Any = {"type": "function", "name": "send", "parameters": None, "strict": None}
CALL = {"type": "function_call", "call_id": "a", "name": "send", "arguments": "{}"}
RESULT = {"type": "function_call_output", "call_id": "a", "output": LEAVE}


@pytest.fixture
def client(program: httpx2.AsyncClient) -> openai.AsyncOpenAI:
    key = program.headers.pop("Authorization").removeprefix("Bearer ")
    return openai.AsyncOpenAI(
        base_url=f"{program.base_url}/v1", api_key=key, http_client=program, max_retries=0
    )


def asked(question: Any = LEAVE, knowledge: Any = ("handbook",), **more: Any) -> dict[str, Any]:
    body = {"knowledge": list(knowledge), **({"quote": True} if more.pop("quote", False) else {})}
    return {"model": "default", "input": question, "instructions": "Be kind.", "extra_body": body, **more}


async def ask(client: openai.AsyncOpenAI, *given: Any, **more: Any) -> dict[str, Any]:
    response: dict[str, Any] = (await client.responses.create(**asked(*given, **more))).to_dict()
    return response


def said(response: dict[str, Any]) -> str:
    text: str = response["output"][0]["content"][0]["text"]
    return text


async def test_the_response_has_its_citations(client: openai.AsyncOpenAI, echo: EchoEngine) -> None:
    response = await ask(client)
    (citation,) = response["citations"]
    assert (citation["quote"], citation["document"]) == (LEAVE, "handbook.md")
    assert response["passages"][0]["told"] is True
    assert response["claims"][-1]["citations"] == [0]
    assert 0 < response["supported_share"] < 1
    assert (response["knowledge"], response["quote"]) == (["handbook"], False)
    assert echo.prompts[-1][-1].text.startswith(f"```\nhandbook.md\n\n{LEAVE}\n```\n\n")


async def test_a_stream_ends_with_them(client: openai.AsyncOpenAI) -> None:
    whole = await ask(client)
    events = [event async for event in await client.responses.create(**asked(), stream=True)]
    assert events[0].type == "response.created"
    assert events[0].response.to_dict()["passages"] == []
    assert events[-1].type == "response.completed"
    last = events[-1].response.to_dict()
    for name in ("passages", "claims", "citations", "supported_share", "answered", "as_of", "stale"):
        assert last[name] == whole[name]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{LEAVE} And in 2031?", (True, "2001-09-09", OLD, None)),
        ("Quagga xylophone?", (False, None, None, None)),
    ],
)
async def test_whether_it_is_there_and_how_old_it_is_is_said(
    client: openai.AsyncOpenAI, text: str, told: tuple[object, ...]
) -> None:
    whole = await ask(client, text)
    kept = (await client.responses.retrieve(whole["id"])).to_dict()
    events = [event async for event in await client.responses.create(**asked(text), stream=True)]
    assert events[-1].type == "response.completed"
    for said in (whole, kept, events[-1].response.to_dict()):
        assert tuple(said[name] for name in ("answered", "as_of", "stale", "unread")) == told


async def test_the_clients_own_stream_gathers_them(client: openai.AsyncOpenAI) -> None:
    async with client.responses.stream(**asked()) as stream:
        response = await stream.get_final_response()
    assert response.to_dict()["citations"][0]["quote"] == LEAVE  # type: ignore[index]


@pytest.mark.parametrize("stream", [False, True])
async def test_what_is_not_there_is_said_and_no_model_writes(
    client: openai.AsyncOpenAI, echo: EchoEngine, stream: bool
) -> None:
    if stream:
        async with client.responses.stream(**asked("Quagga xylophone?")) as events:
            response = (await events.get_final_response()).to_dict()
    else:
        response = await ask(client, "Quagga xylophone?")
    assert said(response) == "The answer is not on the shelf “handbook”."
    assert (response["passages"], response["citations"], response["supported_share"]) == ([], [], None)
    usage: Any = response["usage"]
    assert usage["total_tokens"] == 0
    assert echo.prompts == []


async def test_quotes_come_without_a_model(client: openai.AsyncOpenAI, echo: EchoEngine) -> None:
    response = await ask(client, "How many days of leave?", quote=True)
    assert said(response) == f"> {LEAVE}"
    assert [citation["quote"] for citation in response["citations"]] == [LEAVE]
    assert (response["supported_share"], response["quote"]) == (1.0, True)
    assert echo.prompts == []


async def test_an_answer_without_shelves_is_as_it_was(client: openai.AsyncOpenAI) -> None:
    response = await ask(client, knowledge=[])
    assert {"passages", "claims", "citations", "supported_share", "knowledge", "quote"} & set(
        response
    ) == set()


@pytest.mark.parametrize("name", ["diary", "nothing"])
async def test_a_shelf_that_the_key_is_not_for_is_as_if_it_were_not_there(
    client: openai.AsyncOpenAI, name: str
) -> None:
    with pytest.raises(openai.NotFoundError, match=f"There is no shelf named '{name}' here") as caught:
        await ask(client, knowledge=[name])
    assert caught.value.param == "knowledge"


async def test_a_program_without_a_key_asks_no_shelf(program: httpx2.AsyncClient) -> None:
    del program.headers["Authorization"]
    reply = await program.post(
        "/v1/responses", json={"model": "default", "input": LEAVE, "knowledge": ["handbook"]}
    )
    assert reply.status_code == 404
    assert "sotto keys add" in reply.json()["error"]["message"]


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"tools": [TOOL]}, "tools"),
        ({"text": {"format": {"type": "json_object"}}}, "knowledge"),
        ({"knowledge": [], "quote": True}, "quote"),
        ({"background": True}, "background"),
        ({"input": [CALL, RESULT]}, "input"),
        ({"input": "   "}, "input"),
        ({"input": [{"role": "developer", "content": LEAVE}]}, "input"),
    ],
)
async def test_what_does_not_go_with_a_shelf_is_refused(
    client: openai.AsyncOpenAI, echo: EchoEngine, more: dict[str, Any], param: str
) -> None:
    for stream in (False, True):
        with pytest.raises(openai.BadRequestError) as caught:
            await client.responses.create(**asked(**more), stream=stream)
        assert caught.value.param == param
    assert echo.prompts == []


# ---- kept, and gone on from ----


async def test_a_kept_response_is_told_as_it_was(client: openai.AsyncOpenAI) -> None:
    for text, quote in ((LEAVE, False), ("How many days of leave?", True), ("Quagga xylophone?", False)):
        response = await ask(client, text, quote=quote)
        assert (await client.responses.retrieve(response["id"])).to_dict() == response


async def test_its_passages_are_told_again_in_the_same_words(
    client: openai.AsyncOpenAI, echo: EchoEngine
) -> None:
    first = await ask(client)
    grounded = echo.prompts[-1][-1]
    second = await ask(client, "How many days of leave?", previous_response_id=first["id"])
    again = echo.prompts[-1][-1]
    third = await ask(client, "And then?", knowledge=[], previous_response_id=second["id"])
    assert LEAVE in grounded.text.partition("```\n\n")[0]
    assert [echo.prompts[1][1], echo.prompts[2][1], echo.prompts[2][3]] == [grounded, grounded, again]
    assert echo.prompts[-1][-1].text == "And then?"
    assert "passages" not in third


async def test_an_item_that_is_referred_to_brings_no_passages(
    client: openai.AsyncOpenAI, echo: EchoEngine
) -> None:
    first = await ask(client)
    (question,) = (await client.responses.input_items.list(first["id"])).data
    await ask(client, [{"type": "item_reference", "id": question.id}], knowledge=[])
    assert echo.prompts[-1][-1].text == LEAVE


async def test_quotes_were_given_to_no_model_and_are_not_told_again(
    client: openai.AsyncOpenAI, echo: EchoEngine
) -> None:
    first = await ask(client, "How many days of leave?", quote=True)
    await ask(client, "Really?", knowledge=[], previous_response_id=first["id"])
    texts = [message.text for message in echo.prompts[-1]]
    assert texts == ["Be kind.", "How many days of leave?", f"> {LEAVE}", "Really?"]


async def test_no_function_is_offered_to_a_model_that_is_told_passages_again(
    client: openai.AsyncOpenAI, echo: EchoEngine
) -> None:
    first = await ask(client)
    second = await ask(client, "And then?", knowledge=[], previous_response_id=first["id"])
    count = len(echo.prompts)
    with pytest.raises(openai.BadRequestError, match="must not act") as caught:
        await ask(client, "Send it.", knowledge=[], tools=[TOOL], previous_response_id=second["id"])
    assert caught.value.param == "tools"
    assert len(echo.prompts) == count


async def test_an_old_question_is_not_asked_of_a_shelf_anew(
    client: openai.AsyncOpenAI, echo: EchoEngine
) -> None:
    first = await ask(client)
    with pytest.raises(openai.BadRequestError, match="no question to look for") as caught:
        await ask(client, [{"role": "developer", "content": "Be brief."}], previous_response_id=first["id"])
    assert caught.value.param == "input"
    assert len(echo.prompts) == 1
