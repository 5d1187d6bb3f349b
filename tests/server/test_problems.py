"""Every error in every protocol's shape, as the official clients understand it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import anthropic
import httpx
import httpx2
import ollama
import openai
import pytest
from starlette.responses import Response

from sottovoce.core import errors
from sottovoce.core.errors import SottoError
from sottovoce.server import problems
from sottovoce.server.problems import ANTHROPIC, OLLAMA, OPENAI, OURS, Shape, status

SHAPES = {"ours": OURS, "openai": OPENAI, "anthropic": ANTHROPIC, "ollama": OLLAMA}
KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, SottoError)]
CANARY = "/home/somebody/secret: xyzzy"

STATUSES = {
    "BadInput": 400,
    "BadValue": 400,
    "BadText": 400,
    "BadSettings": 500,
    "BadSchema": 400,
    "BadArchive": 400,
    "BadCatalogue": 500,
    "BadVariant": 500,
    "BadUpstream": 500,
    "BadBundle": 400,
    "BadDocument": 400,
    "Unsupported": 400,
    "TooLarge": 413,
    "WrongKind": 415,
    "WrongMethod": 405,
    "TooSlow": 408,
    "NotFound": 404,
    "NoModel": 404,
    "Refused": 403,
    "Offline": 403,
    "NotEnoughMemory": 503,
    "LicenceRefused": 403,
    "Untrusted": 403,
    "NoKey": 401,
    "NotAllowed": 403,
    "WrongDoor": 403,
    "WrongName": 421,
    "Busy": 429,
    "Crowded": 503,
    "LimitReached": 429,
    "OverBudget": 403,
    "Stopping": 503,
    "ModelProblem": 503,
    "BadModelFile": 503,
    "EngineMissing": 503,
    "EngineFailed": 503,
    "TooLong": 400,
    "SchemaUnmet": 422,
    "NetworkProblem": 502,
    "UpstreamProblem": 502,
    "StoreProblem": 500,
    "StoreDamaged": 500,
    "StoreNewer": 500,
    "StoreBusy": 503,
    "DiskFull": 507,
    "ReadOnly": 500,
    "SottoError": 500,
}


def made(kind: type[SottoError]) -> SottoError:
    return kind(
        "It did not go.", hint="Go on foot", detail=CANARY, field="messages.2.content", retry_after=2.1
    )


def body(response: Response) -> Any:
    return json.loads(bytes(response.body))


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_its_status(kind: type[SottoError]) -> None:
    assert status(made(kind)) == STATUSES[kind.__name__]


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_error_in_every_shape_says_what_and_what_next(kind: type[SottoError], shape: Shape) -> None:
    problem = made(kind)
    response = shape.response(problem)
    whole, event = bytes(response.body).decode(), shape.event(problem).decode()
    assert response.status_code == status(problem)
    assert response.headers["content-type"] == "application/json"
    assert response.headers["retry-after"] == "3"
    for text in (whole, event):
        assert "It did not go." in text
        assert "Go on foot" in text
        assert CANARY not in text
    assert whole in event  # a stream ends in the same words
    assert shape.noun.model_validate_json(whole)


@pytest.mark.parametrize(
    ("seconds", "header"), [(None, None), (0.0, "1"), (0.2, "1"), (2.0, "2"), (59.01, "60")]
)
def test_the_time_to_wait_is_whole_seconds_and_never_too_few(
    seconds: float | None, header: str | None
) -> None:
    busy = errors.Busy("No.", hint="Wait", retry_after=seconds)
    assert OPENAI.response(busy).headers.get("retry-after") == header


def test_only_who_showed_no_key_is_asked_for_one() -> None:
    asked = {kind.__name__ for kind in KINDS if "www-authenticate" in OPENAI.response(made(kind)).headers}
    assert asked == {"NoKey"}


def test_a_client_asks_again_only_what_may_be_mended() -> None:
    stays = {kind.__name__ for kind in KINDS if "x-should-retry" in OPENAI.response(made(kind)).headers}
    fives = {name for name, number in STATUSES.items() if number >= 500}
    assert fives - stays == {"Stopping", "Crowded", "EngineFailed", "StoreBusy"}
    assert stays < fives


# ---- ours ----


def test_our_own_shape_has_all_parts() -> None:
    assert body(OURS.response(made(errors.TooLong))) == {
        "error": {
            "code": "too_long",
            "sentence": "It did not go.",
            "hint": "Go on foot",
            "field": "messages.2.content",
        }
    }
    assert OURS.event(made(errors.TooLong)).startswith(b'event: failed\ndata: {"error":{"code":"too_long"')


def test_what_nobody_foresaw_says_that_it_is_ours() -> None:
    assert status(problems.unforeseen()) == 500
    assert problems.unforeseen().hint


# ---- OpenAI's ----


def openai_with(answer: Callable[[], httpx2.Response]) -> openai.OpenAI:
    transport = httpx2.MockTransport(lambda request: answer())
    return openai.OpenAI(
        api_key="x", base_url="http://x/v1", max_retries=0, http_client=httpx2.Client(transport=transport)
    )


def as_sent(response: Response) -> httpx2.Response:
    return httpx2.Response(response.status_code, headers=dict(response.headers), content=bytes(response.body))


@pytest.mark.parametrize(
    ("kind", "raised", "type_", "code"),
    [
        (errors.BadValue, openai.BadRequestError, "invalid_request_error", "invalid_value"),
        (errors.Unsupported, openai.BadRequestError, "invalid_request_error", "unsupported_parameter"),
        (errors.BadSchema, openai.BadRequestError, "invalid_request_error", "invalid_json_schema"),
        (errors.TooLong, openai.BadRequestError, "invalid_request_error", "context_length_exceeded"),
        (errors.TooLarge, openai.APIStatusError, "invalid_request_error", "too_large"),
        (errors.WrongKind, openai.APIStatusError, "invalid_request_error", "wrong_kind"),
        (errors.NoKey, openai.AuthenticationError, "authentication_error", "invalid_api_key"),
        (errors.NotAllowed, openai.PermissionDeniedError, "permission_error", "not_allowed"),
        (errors.WrongDoor, openai.PermissionDeniedError, "permission_error", "wrong_door"),
        (errors.NotFound, openai.NotFoundError, "invalid_request_error", "not_found"),
        (errors.SchemaUnmet, openai.UnprocessableEntityError, "invalid_request_error", "schema_unmet"),
        (errors.Busy, openai.RateLimitError, "rate_limit_error", "busy"),
        (errors.LimitReached, openai.RateLimitError, "rate_limit_error", "rate_limit_exceeded"),
        (errors.Stopping, openai.InternalServerError, "server_error", "stopping"),
        (errors.EngineFailed, openai.InternalServerError, "server_error", "server_error"),
        (errors.DiskFull, openai.InternalServerError, "server_error", "disk_full"),
    ],
)
def test_openais_client_raises_its_own_error(
    kind: type[SottoError], raised: type[openai.APIStatusError], type_: str, code: str
) -> None:
    client = openai_with(lambda: as_sent(OPENAI.response(made(kind))))
    with pytest.raises(raised) as found:
        client.chat.completions.create(model="x", messages=[])
    assert type(found.value) is raised
    assert (found.value.type, found.value.code) == (type_, code)
    assert found.value.param == "messages.2.content"
    assert "It did not go. Next: Go on foot" in found.value.message


def test_a_model_that_is_not_here_has_the_originals_code() -> None:
    problem = errors.NotFound("There is no model gpt-9.", hint="sotto models list", field="model")
    assert body(OPENAI.response(problem))["error"]["code"] == "model_not_found"


@pytest.mark.parametrize("kind", KINDS)
def test_openais_client_raises_on_a_streams_last_event(kind: type[SottoError]) -> None:
    chunk = b'data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[]}\n\n'
    streamed = httpx2.Response(
        200, headers={"content-type": "text/event-stream"}, content=chunk + OPENAI.event(made(kind))
    )
    stream = openai_with(lambda: streamed).chat.completions.create(model="x", messages=[], stream=True)
    assert next(stream).id == "x"
    with pytest.raises(openai.APIError, match=r"It did not go\. Next: Go on foot") as found:
        next(stream)
    assert found.value.code


@pytest.mark.parametrize(("kind", "calls"), [(errors.BadModelFile, 1), (errors.EngineFailed, 3)])
def test_openais_client_asks_again_only_where_it_helps(kind: type[SottoError], calls: int) -> None:
    def answers() -> Iterator[httpx2.Response]:
        while True:
            asked.append(1)
            yield as_sent(OPENAI.response(kind("No.", hint="Wait", retry_after=0.01)))

    asked: list[int] = []
    more = answers()
    client = openai_with(lambda: next(more)).with_options(max_retries=2)
    client._sleep_for_retry = lambda **_: None  # type: ignore[method-assign]
    with pytest.raises(openai.InternalServerError):
        client.chat.completions.create(model="x", messages=[])
    assert len(asked) == calls


# ---- Anthropic's ----


def anthropic_with(answer: Callable[[], httpx2.Response]) -> anthropic.Anthropic:
    transport = httpx2.MockTransport(lambda request: answer())
    return anthropic.Anthropic(
        api_key="x", base_url="http://x", max_retries=0, http_client=httpx2.Client(transport=transport)
    )


@pytest.mark.parametrize(
    ("kind", "raised", "type_"),
    [
        (errors.BadValue, anthropic.BadRequestError, "invalid_request_error"),
        (errors.TooLong, anthropic.BadRequestError, "invalid_request_error"),
        (errors.NoKey, anthropic.AuthenticationError, "authentication_error"),
        (errors.NotAllowed, anthropic.PermissionDeniedError, "permission_error"),
        (errors.NotFound, anthropic.NotFoundError, "not_found_error"),
        (errors.TooLarge, anthropic.APIStatusError, "request_too_large"),
        (errors.Busy, anthropic.RateLimitError, "rate_limit_error"),
        (errors.LimitReached, anthropic.RateLimitError, "rate_limit_error"),
        (errors.Stopping, anthropic.InternalServerError, "overloaded_error"),
        (errors.EngineFailed, anthropic.InternalServerError, "api_error"),
    ],
)
def test_anthropics_client_raises_its_own_error(
    kind: type[SottoError], raised: type[anthropic.APIStatusError], type_: str
) -> None:
    client = anthropic_with(lambda: as_sent(ANTHROPIC.response(made(kind))))
    with pytest.raises(raised) as found:
        client.messages.create(model="x", messages=[], max_tokens=1)
    told: Any = found.value.body
    assert (told["type"], told["error"]["type"]) == ("error", type_)
    assert "messages.2.content: It did not go. Next: Go on foot" in told["error"]["message"]


def test_programs_that_shorten_a_chat_find_the_words_they_look_for() -> None:
    told = body(ANTHROPIC.response(errors.TooLong("It has 9,000 tokens.", hint="Ask less")))
    assert told["error"]["message"] == "prompt is too long: It has 9,000 tokens. Next: Ask less"


@pytest.mark.parametrize("kind", KINDS)
def test_anthropics_client_raises_on_a_streams_last_event(kind: type[SottoError]) -> None:
    streamed = httpx2.Response(
        200, headers={"content-type": "text/event-stream"}, content=ANTHROPIC.event(made(kind))
    )
    stream = anthropic_with(lambda: streamed).messages.create(
        model="x", messages=[], max_tokens=1, stream=True
    )
    with pytest.raises(anthropic.APIStatusError, match="It did not go"):
        next(iter(stream))


# ---- Ollama's ----


def ollama_with(response: httpx.Response) -> ollama.Client:
    return ollama.Client("http://x", transport=httpx.MockTransport(lambda request: response))


@pytest.mark.parametrize("kind", KINDS)
def test_ollamas_client_raises_the_sentence(kind: type[SottoError]) -> None:
    response = OLLAMA.response(made(kind))
    sent = httpx.Response(response.status_code, content=bytes(response.body))
    with pytest.raises(ollama.ResponseError) as found:
        ollama_with(sent).chat("x")
    assert found.value.status_code == STATUSES[kind.__name__]
    assert found.value.error == "messages.2.content: It did not go. Next: Go on foot"


def test_ollamas_client_raises_on_a_streams_last_line() -> None:
    line = OLLAMA.event(made(errors.EngineFailed))
    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1
    with pytest.raises(ollama.ResponseError, match="It did not go"):
        list(ollama_with(httpx.Response(200, content=line)).chat("x", stream=True))
