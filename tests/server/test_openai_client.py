"""The official client at work: what it sends is understood, and what it gets fits its own types."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from openai.types.chat import ChatCompletion
from pydantic import BaseModel

from sottovoce.chat.tools import spoken_calls
from sottovoce.core.errors import BadValue, Busy, LimitReached
from sottovoce.core.events import Called, Piece
from sottovoce.core.messages import Conversation, Message, Role
from sottovoce.core.sampling import Sampling
from sottovoce.engine.echo import EchoEngine
from sottovoce.engine.protocol import Asked, Queue
from sottovoce.server import asgi, openai_api
from sottovoce.server.doors import Doors
from sottovoce.server.gate.gate import Gate
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House
from sottovoce.server.limits import Meter
from sottovoce.server.listening import listening
from sottovoce.server.sessions import Sessions

HOST = "127.0.0.1:7886"
QUESTION: Any = [{"role": "user", "content": "one two three"}]
CALL = '/json {"name": "weather", "arguments": {"place": "Oslo"}}'
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]},
    },
}


def built(house: House, port: int = 7886) -> Gate:
    return asgi.build(
        house, names_of([("127.0.0.1", port)], "127.0.0.1", ""), origins_of(""), openai_api.ENDPOINTS
    )


@asynccontextmanager
async def connected(house: House, **more: Any) -> AsyncIterator[AsyncOpenAI]:
    transport = httpx2.ASGITransport(built(house))
    async with httpx2.AsyncClient(transport=transport) as http:
        settings = {"api_key": "not-needed", "max_retries": 0, **more}
        yield AsyncOpenAI(base_url=f"http://{HOST}/v1", http_client=http, **settings)


@pytest.fixture
async def client(house: House) -> AsyncIterator[AsyncOpenAI]:
    async with connected(house) as client:
        yield client


# ---- answers ----


async def test_an_answer_is_what_the_client_takes_for_one(client: AsyncOpenAI) -> None:
    raw = await client.chat.completions.with_raw_response.create(model="default", messages=QUESTION)
    assert raw.headers["content-type"] == "application/json"
    text = raw.http_response.text
    answer = ChatCompletion.model_validate_json(text, strict=True)
    assert extras(answer) == ["choices.message.provenance"]
    (choice,) = answer.choices
    assert (choice.message.role, choice.message.content) == ("assistant", "one two three")
    assert (choice.finish_reason, choice.logprobs, choice.message.refusal) == ("stop", None, None)
    assert "refusal" in json.loads(text)["choices"][0]["message"], "a null that programs look for"
    assert "tool_calls" not in json.loads(text)["choices"][0]["message"]
    assert answer.id.startswith("chatcmpl-")
    assert answer.model == "SmolLM2-135M-Instruct"
    assert (answer.system_fingerprint or "").startswith("fp_")
    assert answer.service_tier is None
    assert answer.usage is not None
    assert answer.usage.prompt_tokens_details is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens) == (
        5,
        3,
        8,
    )
    assert answer.usage.prompt_tokens_details.cached_tokens == 0


def extras(noun: BaseModel) -> list[str]:
    """Return the fields, at any depth, that the client's own type does not know."""
    found = list(noun.model_extra or {})
    for name in type(noun).model_fields:
        value = getattr(noun, name)
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, BaseModel):
                found += [f"{name}.{inner}" for inner in extras(part)]
    return found


async def test_the_service_tier_is_told_to_who_asked_for_one(client: AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model="default", messages=QUESTION, service_tier="auto")
    assert answer.service_tier == "default"


async def test_a_stream_adds_up_to_the_whole_answer(client: AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(
        model="default", messages=QUESTION, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    assert chunks[0].choices[0].delta.role == "assistant"
    assert "".join(one.choices[0].delta.content or "" for one in chunks[:-1]) == "one two three"
    assert [one.choices[0].finish_reason for one in chunks[:-1]] == [None, None, None, None, "stop"]
    assert chunks[-1].choices == []
    assert [one.usage is None for one in chunks] == [True] * 5 + [False]
    assert chunks[-1].usage is not None
    assert (chunks[-1].usage.prompt_tokens, chunks[-1].usage.completion_tokens) == (5, 3)
    assert len({(one.id, one.created, one.model, one.system_fingerprint) for one in chunks}) == 1


async def test_the_clients_own_stream_events_come_in_order(client: AsyncOpenAI) -> None:
    async with client.chat.completions.stream(model="default", messages=QUESTION) as stream:
        kinds = [event.type async for event in stream]
        whole = await stream.get_final_completion()
    assert kinds.count("content.delta") == 1 + 3, "the first is empty, as in the original"
    assert kinds[-1] == "content.done"
    assert whole.choices[0].message.content == "one two three"


@pytest.mark.parametrize("streams", [False, True])
async def test_each_choice_has_the_next_seed_and_the_prompt_counts_once(
    streams: bool, client: AsyncOpenAI, echo: EchoEngine
) -> None:
    asked: Any = {"model": "default", "messages": QUESTION, "n": 3, "seed": 2**32 - 2}
    if streams:
        stream = await client.chat.completions.create(
            **asked, stream=True, stream_options={"include_usage": True}
        )
        chunks = [chunk async for chunk in stream]
        usage = chunks[-1].usage
        indexes = [one.choices[0].index for one in chunks[:-1]]
        assert indexes == [0] * 5 + [1] * 5 + [2] * 5
        assert [one.choices[0].delta.role for one in chunks[:-1:5]] == ["assistant"] * 3
    else:
        answer = await client.chat.completions.create(**asked)
        usage = answer.usage
        assert [one.index for one in answer.choices] == [0, 1, 2]
    assert [one.seed for one in echo.samplings] == [2**32 - 2, 0, 1]
    assert usage is not None
    assert (usage.prompt_tokens, usage.completion_tokens) == (5, 9)


@pytest.mark.parametrize("seed", [-1, 2**63 - 1, -(2**63)])
async def test_any_seed_of_the_original_is_taken(seed: int, client: AsyncOpenAI, echo: EchoEngine) -> None:
    await client.chat.completions.create(model="default", messages=QUESTION, seed=seed)
    assert echo.samplings[-1].seed == seed % (2**32 - 1)


async def test_why_an_answer_ended_is_told(client: AsyncOpenAI) -> None:
    short = await client.chat.completions.create(model="default", messages=QUESTION, max_tokens=2)
    stopped = await client.chat.completions.create(model="default", messages=QUESTION, stop=["two"])
    assert (short.choices[0].finish_reason, stopped.choices[0].finish_reason) == ("length", "stop")
    assert stopped.choices[0].message.content == "one "


@pytest.mark.parametrize("streams", [False, True])
async def test_likelihoods_come_with_their_bytes(streams: bool, client: AsyncOpenAI) -> None:
    asked: Any = {"model": "default", "messages": [{"role": "user", "content": "één twee"}]}
    asked |= {"logprobs": True, "top_logprobs": 2}
    found: list[Any] = []
    if streams:
        async for chunk in await client.chat.completions.create(**asked, stream=True):
            found += (chunk.choices[0].logprobs and chunk.choices[0].logprobs.content) or []
    else:
        answer = await client.chat.completions.create(**asked)
        assert answer.choices[0].logprobs is not None
        found = answer.choices[0].logprobs.content or []
    assert [bytes(one.bytes).decode() for one in found] == ["één", " twee"]
    assert [len(one.top_logprobs) for one in found] == [2, 2]
    assert all(one.logprob < 0 for one in found)


async def test_without_top_logprobs_only_the_token_itself_is_weighed(client: AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model="default", messages=QUESTION, logprobs=True)
    assert answer.choices[0].logprobs is not None
    assert [one.top_logprobs for one in answer.choices[0].logprobs.content or []] == [[], [], []]


class City(BaseModel):
    name: str
    people: int


async def test_an_answer_is_parsed_into_a_class(client: AsyncOpenAI, echo: EchoEngine) -> None:
    question: Any = [{"role": "user", "content": '/json {"name": "Oslo", "people": 700000}'}]
    answer = await client.chat.completions.parse(model="default", messages=question, response_format=City)
    assert answer.choices[0].message.parsed == City(name="Oslo", people=700_000)
    assert json.loads(echo.samplings[-1].schema or "")["required"] == ["name", "people"]


async def test_an_answer_that_breaks_its_schema_is_an_error(client: AsyncOpenAI) -> None:
    question: Any = [{"role": "user", "content": '/json {"name": "Oslo"}'}]
    with pytest.raises(openai.UnprocessableEntityError) as caught:
        await client.chat.completions.parse(model="default", messages=question, response_format=City)
    assert caught.value.code == "schema_unmet"


# ---- functions ----


@pytest.mark.parametrize("streams", [False, True])
async def test_a_call_makes_its_round(streams: bool, client: AsyncOpenAI, echo: EchoEngine) -> None:
    messages: Any = [{"role": "user", "content": CALL}]
    asked: Any = {"model": "default", "messages": messages, "tools": [WEATHER]}
    if streams:
        async with client.chat.completions.stream(**asked) as stream:
            answer: Any = await stream.get_final_completion()
    else:
        answer = await client.chat.completions.create(**asked)
    (choice,) = answer.choices
    (call,) = choice.message.tool_calls
    assert (choice.finish_reason, choice.message.content) == ("tool_calls", None)
    assert (call.type, call.function.name) == ("function", "weather")
    assert json.loads(call.function.arguments) == {"place": "Oslo"}
    # As programs send it back: with every null.
    messages += [
        choice.message.model_dump(),
        {"role": "tool", "tool_call_id": call.id, "content": "Rain"},
    ]
    if streams:
        del messages[1]["parsed"]
        del messages[1]["tool_calls"][0]["function"]["parsed_arguments"]
        messages[1]["tool_calls"][0].pop("index", None)
    await client.chat.completions.create(model="default", messages=messages)
    assert echo.prompts[-1][1:] == (
        Message(Role.ASSISTANT, spoken_calls([Called("weather", call.function.arguments)])),
        Message(Role.USER, "The function weather returned:\nRain"),
    )


async def test_a_message_is_sent_back_as_it_came(client: AsyncOpenAI, echo: EchoEngine) -> None:
    first = await client.chat.completions.create(model="default", messages=QUESTION)
    messages: Any = [*QUESTION, first.choices[0].message, {"role": "user", "content": "four"}]
    second = await client.chat.completions.create(model="default", messages=messages)
    assert second.choices[0].message.content == "four"
    assert [one.role.value for one in echo.prompts[-1]] == ["user", "assistant", "user"]


async def test_a_forced_call_needs_no_word_of_the_model(client: AsyncOpenAI, echo: EchoEngine) -> None:
    choice: Any = {"type": "function", "function": {"name": "weather"}}
    messages: Any = [{"role": "user", "content": CALL}]
    answer = await client.chat.completions.create(
        model="default", messages=messages, tools=[WEATHER], tool_choice=choice
    )
    assert answer.choices[0].finish_reason == "tool_calls"
    assert "weather" in (echo.samplings[-1].schema or "")


@pytest.mark.parametrize("streams", [False, True])
async def test_the_form_before_tools_is_answered_in_its_own(streams: bool, client: AsyncOpenAI) -> None:
    asked: Any = {
        "model": "default",
        "messages": [{"role": "user", "content": CALL}],
        "functions": [WEATHER["function"]],
    }
    if streams:
        chunks = [one async for one in await client.chat.completions.create(**asked, stream=True)]
        call = next(
            one.choices[0].delta.function_call for one in chunks if one.choices[0].delta.function_call
        )
        reason = chunks[-1].choices[0].finish_reason
    else:
        answer = await client.chat.completions.create(**asked)
        message = answer.choices[0].message
        assert message.tool_calls is None
        assert message.function_call is not None
        call, reason = message.function_call, answer.choices[0].finish_reason  # type: ignore[assignment]
    assert (call.name, reason) == ("weather", "function_call")
    assert json.loads(call.arguments or "") == {"place": "Oslo"}


# ---- other places ----


async def test_a_plain_text_is_gone_on_with(client: AsyncOpenAI, echo: EchoEngine) -> None:
    answer = await client.completions.create(model="default", prompt=["one two", "three"], n=2, echo=True)
    assert [one.text for one in answer.choices] == ["one twoone two"] * 2 + ["threethree"] * 2
    assert [one.index for one in answer.choices] == [0, 1, 2, 3]
    assert answer.id.startswith("cmpl-")
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (3, 6)
    assert [one.max_tokens for one in echo.samplings] == [16] * 4
    assert not extras(answer)


async def test_a_plain_text_is_streamed(client: AsyncOpenAI) -> None:
    stream = await client.completions.create(
        model="default",
        prompt="one two",
        echo=True,
        max_tokens=1,
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]
    assert "".join(one.choices[0].text for one in chunks[:-1]) == "one twoone"
    assert chunks[-2].choices[0].finish_reason == "length"
    assert chunks[-1].usage is not None
    assert all(not extras(one) for one in chunks)


@pytest.mark.parametrize("streams", [False, True])
async def test_likelihoods_of_a_plain_text_say_where_each_token_stands(
    streams: bool, client: AsyncOpenAI
) -> None:
    asked: Any = {"model": "default", "prompt": "one two three", "logprobs": 2}
    if streams:
        parts = [one async for one in await client.completions.create(**asked, stream=True)]
        found = [one.choices[0].logprobs for one in parts if one.choices[0].logprobs]
        offsets = [at for one in found for at in one.text_offset or []]
        tokens = [token for one in found for token in one.tokens or []]
    else:
        answer = await client.completions.create(**asked)
        assert answer.choices[0].logprobs is not None
        offsets = answer.choices[0].logprobs.text_offset or []
        tokens = answer.choices[0].logprobs.tokens or []
        assert answer.choices[0].logprobs.top_logprobs is not None
        assert [len(one) for one in answer.choices[0].logprobs.top_logprobs] == [2, 2, 2]
    assert tokens == ["one", " two", " three"]
    assert offsets == [0, 3, 7]


async def test_the_model_is_listed_and_found_by_all_its_names(client: AsyncOpenAI) -> None:
    (only,) = [model async for model in client.models.list()]
    assert (only.id, only.object, only.owned_by) == ("SmolLM2-135M-Instruct", "model", "sottovoce")
    assert only.created > 1_500_000_000
    for name in (only.id, "default", "starter"):
        assert await client.models.retrieve(name) == only
    assert not extras(only)


@pytest.mark.parametrize("encoding", ["float", "base64", None])
async def test_vectors_are_the_same_in_every_form(
    encoding: Any, client: AsyncOpenAI, echo: EchoEngine
) -> None:
    texts = ["a boat on the sea", "a ship"]
    more = {} if encoding is None else {"encoding_format": encoding}
    answer = await client.embeddings.create(model="default", input=texts, **more)
    expected = await echo.embed(texts)
    if encoding == "base64":
        plain = await client.embeddings.create(model="default", input=texts, encoding_format="float")
        assert isinstance(answer.data[0].embedding, str)
        assert len(plain.data[0].embedding) == len(expected[0])
    else:
        for found, vector in zip(answer.data, expected, strict=True):
            assert found.embedding == pytest.approx(vector, abs=1e-6)
    assert [one.index for one in answer.data] == [0, 1]
    assert (answer.usage.prompt_tokens, answer.usage.total_tokens) == (7, 7)


async def test_a_shortened_vector_has_length_one(client: AsyncOpenAI) -> None:
    answer = await client.embeddings.create(model="default", input="one", dimensions=3)
    (found,) = answer.data
    assert len(found.embedding) == 3
    assert sum(number * number for number in found.embedding) == pytest.approx(1.0, abs=1e-6)


async def test_the_starters_name_is_no_other_models(house: House, tmp_path: Path) -> None:
    other = replace(house.app.model, name="other", path=tmp_path / "other.gguf")
    settings = replace(house.app.settings, model=str(other.path))
    async with connected(replace(house, app=replace(house.app, settings=settings, model=other))) as client:
        assert (await client.models.retrieve("default")).id == "other"
        assert (await client.models.retrieve("starter")).id == house.app.model.name
        assert [model.id for model in (await client.models.list()).data] == ["other", house.app.model.name]


async def test_clients_of_the_other_protocol_find_the_model_at_the_same_address(house: House) -> None:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(built(house))) as http:
        reply = await http.get(f"http://{HOST}/v1/models", headers={"anthropic-version": "2023-06-01"})
    assert reply.json()["data"][0]["type"] == "model"


async def test_who_waits_is_told_how_many_come_first(house: House) -> None:
    engine = EchoEngine(slots=1)
    busy = replace(house, app=replace(house.app, engine=engine))
    slow: Any = [{"role": "user", "content": "/slow 20 one two three four five"}]
    async with connected(busy) as client:
        first = asyncio.create_task(client.chat.completions.create(model="default", messages=slow))
        while not engine.queue("local").computing:
            await asyncio.sleep(0.001)
        second = await client.chat.completions.with_raw_response.create(model="default", messages=QUESTION)
        await first
        free = await client.chat.completions.with_raw_response.create(model="default", messages=QUESTION)
    assert second.headers["x-queue-position"].isdigit()
    assert "x-queue-seconds" in second.headers
    assert "x-queue-position" not in free.headers


async def test_a_model_that_makes_no_vectors_says_so(house: House) -> None:
    plain = replace(house, app=replace(house.app, engine=EchoEngine(can_embed=False)))
    async with connected(plain) as client:
        with pytest.raises(openai.BadRequestError, match="makes no vectors") as caught:
            await client.embeddings.create(model="default", input="one")
    assert caught.value.param == "model"


@pytest.mark.parametrize(
    ("texts", "param"),
    [("word " * 5000, "input"), (["one", "word " * 5000], "input.1"), (["one", ""], "input.1")],
)
async def test_a_text_that_cannot_be_a_vector_is_named(
    texts: str | list[str], param: str, client: AsyncOpenAI
) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await client.embeddings.create(model="default", input=texts)
    assert caught.value.param == param


async def test_a_vector_cannot_be_lengthened(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="8 dimensions, not 9") as caught:
        await client.embeddings.create(model="default", input="one", dimensions=9)
    assert caught.value.param == "dimensions"


async def test_the_numbers_of_tokens_are_refused_with_a_way_out(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="check_embedding_ctx_length=False"):
        await client.embeddings.create(model="default", input=[[1, 2, 3]])


# ---- what goes wrong ----


@pytest.mark.parametrize("path", ["chat", "completions", "embeddings", "models"])
async def test_an_unknown_model_is_not_found_and_the_one_that_runs_is_named(
    path: str, client: AsyncOpenAI
) -> None:
    asked = {
        "chat": lambda: client.chat.completions.create(model="gpt-5.5", messages=QUESTION),
        "completions": lambda: client.completions.create(model="gpt-5.5", prompt="one"),
        "embeddings": lambda: client.embeddings.create(model="gpt-5.5", input="one"),
        "models": lambda: client.models.retrieve("gpt-5.5"),
    }
    with pytest.raises(openai.NotFoundError, match="SmolLM2-135M-Instruct") as caught:
        await asked[path]()
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")


async def test_a_bad_value_is_a_bad_request_that_names_the_field(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await client.chat.completions.create(model="default", messages=QUESTION, temperature=3)
    assert (caught.value.param, caught.value.type) == ("temperature", "invalid_request_error")


async def test_a_question_that_does_not_fit_says_so_in_the_originals_word(client: AsyncOpenAI) -> None:
    question: Any = [{"role": "user", "content": "word " * 5000}]
    for streams in (False, True):
        with pytest.raises(openai.BadRequestError) as caught:
            await client.chat.completions.create(model="default", messages=question, stream=streams)
        assert (caught.value.code, caught.value.param) == ("context_length_exceeded", "messages")


class SmallVocabulary(EchoEngine):
    async def answer(
        self, asked: Asked, sampling: Sampling, conversation: Conversation
    ) -> AsyncGenerator[Piece, None]:
        raise BadValue("There is no token 7.", hint="Give token ids from 0 to 6", field="bias")
        yield


async def test_what_the_engine_refuses_is_named_as_the_client_named_it(house: House) -> None:
    small = replace(house, app=replace(house.app, engine=SmallVocabulary()))
    async with connected(small) as client:
        with pytest.raises(openai.BadRequestError) as caught:
            await client.chat.completions.create(model="default", messages=QUESTION, logit_bias={"7": 1})
    assert caught.value.param == "logit_bias"


async def test_a_stream_that_breaks_ends_in_an_error(client: AsyncOpenAI) -> None:
    question: Any = [{"role": "user", "content": "/fail one two three four"}]
    stream = await client.chat.completions.create(model="default", messages=question, stream=True)
    got: list[str | None] = []

    async def read() -> None:
        async for chunk in stream:
            got.append(chunk.choices[0].delta.content)

    with pytest.raises(openai.APIError, match="asked to fail"):
        await read()
    assert got == ["", "/fail", " one", " two"]


async def test_without_a_key_a_server_for_others_answers_nobody(house: House) -> None:
    doors = Doors(house.app.database, Sessions(), is_loopback_only=False)
    async with connected(replace(house, doors=doors), api_key="sk-sotto-wrong") as client:
        with pytest.raises(openai.AuthenticationError) as caught:
            await client.chat.completions.create(model="default", messages=QUESTION)
        with pytest.raises(openai.AuthenticationError):
            await client.models.list()
    assert caught.value.code == "invalid_api_key"


class FullOnce(EchoEngine):
    """Has no room for the first so many who ask."""

    refusals = 1

    def queue(self, owner: str) -> Queue:
        if self.refusals:
            self.refusals -= 1
            return Queue(1, 1, 9, 0.2, 0.1)
        return super().queue(owner)


async def test_a_full_line_is_a_rate_limit_and_says_how_long(house: House) -> None:
    engine = FullOnce()
    full = replace(house, app=replace(house.app, engine=engine))
    async with connected(full) as client:
        with pytest.raises(openai.RateLimitError) as caught:
            await client.chat.completions.create(model="default", messages=QUESTION)
    assert caught.value.response.headers["retry-after"] == "1"
    assert caught.value.code == Busy.code


async def test_the_client_waits_as_long_as_it_is_told_and_asks_again(house: House) -> None:
    engine = FullOnce()
    full = replace(house, app=replace(house.app, engine=engine))
    waits: list[float] = []

    class Waiting(AsyncOpenAI):
        async def _sleep_for_retry(self, **given: Any) -> None:
            headers = given["response"].headers
            waits.append(self._parse_retry_after_header(headers) or 0)

    transport = httpx2.ASGITransport(built(full))
    async with httpx2.AsyncClient(transport=transport) as http:
        client = Waiting(base_url=f"http://{HOST}/v1", http_client=http, api_key="x", max_retries=2)
        answer = await client.chat.completions.create(model="default", messages=QUESTION)
    assert answer.choices[0].message.content == "one two three"
    assert waits == [1.0]


class Spent(Meter):
    def visit(self, caller: Any, computes: bool) -> Any:
        raise LimitReached("This key has used its tokens.", hint="Wait a little", retry_after=2.5)


async def test_a_key_that_used_up_its_share_is_a_rate_limit(house: House) -> None:
    async with connected(replace(house, meter=Spent())) as client:
        with pytest.raises(openai.RateLimitError) as caught:
            await client.chat.completions.create(model="default", messages=QUESTION)
    assert caught.value.code == "rate_limit_exceeded"
    assert caught.value.response.headers["retry-after"] == "3"


# ---- over a real connection ----


@asynccontextmanager
async def served(house: House) -> AsyncIterator[str]:
    """Yield the base URL of a real server."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        async with listening(built(house, port), [listener]):
            yield f"http://127.0.0.1:{port}/v1"


@pytest.mark.usefixtures("loopback")
async def test_the_client_without_async_does_the_same(house: House) -> None:
    def talk(address: str) -> tuple[str | None, str, str]:
        with OpenAI(base_url=address, api_key="not-needed", max_retries=0) as client:
            whole = client.chat.completions.create(model="default", messages=QUESTION)
            stream = client.chat.completions.create(model="default", messages=QUESTION, stream=True)
            said = "".join(one.choices[0].delta.content or "" for one in stream)
            try:
                client.chat.completions.create(model="other", messages=QUESTION)
            except openai.NotFoundError as problem:
                return whole.choices[0].message.content, said, str(problem.code)
        return whole.choices[0].message.content, said, ""

    async with served(house) as address:
        found = await asyncio.to_thread(talk, address)
    assert found == ("one two three", "one two three", "model_not_found")


@pytest.mark.usefixtures("loopback")
async def test_leaving_a_stream_frees_the_engine_and_what_was_written_counts(
    house: House, echo: EchoEngine
) -> None:
    used: list[int] = []

    class Counting(Meter):
        def used(self, caller: Any, tokens: int) -> None:
            used.append(tokens)

    question: Any = [{"role": "user", "content": "/slow 20"}]
    async with (
        served(replace(house, meter=Counting())) as address,
        AsyncOpenAI(base_url=address, api_key="x", max_retries=0) as client,
    ):
        stream = await client.chat.completions.create(model="default", messages=question, stream=True)
        texts = 0
        async for chunk in stream:
            texts += bool(chunk.choices[0].delta.content)
            if texts == 3:
                break
        assert echo.queue("local").computing == 1
        await stream.close()
        async with asyncio.timeout(1):
            while echo.queue("local").computing:
                await asyncio.sleep(0.01)
    (tokens,) = used
    assert 4 + 3 <= tokens < 4 + 100


@pytest.mark.usefixtures("loopback")
async def test_a_client_that_hangs_up_stops_an_answer_that_is_not_streamed(
    house: House, echo: EchoEngine
) -> None:
    question: Any = [{"role": "user", "content": "/slow 50"}]
    async with served(house) as address:
        async with AsyncOpenAI(base_url=address, api_key="x", max_retries=0, timeout=0.3) as client:
            with pytest.raises(openai.APITimeoutError):
                await client.chat.completions.create(model="default", messages=question)
        async with asyncio.timeout(1):
            while echo.queue("local").computing:
                await asyncio.sleep(0.01)
