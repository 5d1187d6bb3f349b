"""Say in a protocol's own shape what went wrong, and with which HTTP status.

The only place that knows statuses. `detail` stays on this machine: it is for the log.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal, Protocol, Self

from pydantic import BaseModel
from starlette.responses import Response

from sottovoce.core import errors
from sottovoce.core.errors import SottoError, TooLong
from sottovoce.server import sse
from sottovoce.server.language import Told
from sottovoce.server.log import request_id

STATUS: Mapping[type[SottoError], int] = {
    SottoError: 500,
    errors.BadInput: 400,
    errors.BadSettings: 500,
    errors.BadCatalogue: 500,
    errors.BadVariant: 500,
    errors.BadUpstream: 500,
    errors.TooLarge: 413,
    errors.WrongKind: 415,
    errors.WrongMethod: 405,
    errors.TooSlow: 408,
    errors.NotFound: 404,
    errors.Refused: 403,
    errors.NotEnoughMemory: 503,
    errors.NoKey: 401,
    errors.WrongName: 421,
    errors.Busy: 429,
    errors.Crowded: 503,
    errors.LimitReached: 429,
    errors.Stopping: 503,
    errors.ModelProblem: 503,
    errors.TooLong: 400,
    errors.SchemaUnmet: 422,
    errors.NetworkProblem: 502,
    errors.StoreBusy: 503,
    errors.DiskFull: 507,
}
"""What is not here has the status of what it is a kind of."""

PASSING = (errors.Stopping, errors.Crowded, errors.EngineFailed, errors.StoreBusy)
"""What a client that asks again at once may find mended. All else of 500 and above stays."""


def status(problem: SottoError) -> int:
    """Return the HTTP status that a problem has in every protocol."""
    return next(STATUS[kind] for kind in type(problem).__mro__ if kind in STATUS)


def message(problem: SottoError) -> str:
    """Return the sentence with the next step, as one text, behind what is more urgent."""
    text = f"{problem.sentence} Next: {problem.hint}" if problem.hint else problem.sentence
    return f"{problem.first}\n\n{text}" if problem.first else text


def unforeseen() -> SottoError:
    """Return what a caller is told of a mistake of ours. What it was stands in the log."""
    return SottoError(
        "Something failed here that should not have.", hint="Ask again; logs/server.log in the home says more"
    )


class Shape(Protocol):
    """How one protocol says that something went wrong."""

    @property
    def noun(self) -> type[BaseModel]:
        """What `response` writes, for the API's description."""

    def response(self, problem: SottoError) -> Response:
        """Return the whole answer, where nothing of another one was sent."""

    def event(self, problem: SottoError) -> bytes:
        """Return the end of a stream that has begun."""


# ---- how each writes it ----


class Problem(BaseModel):
    """`code` is stable, `hint` the next step, `field` the part of the input that is meant."""

    code: str
    sentence: Told
    hint: Told | None
    field: str | None

    @classmethod
    def of(cls, problem: SottoError) -> Self:
        return cls(code=problem.code, sentence=problem.sentence, hint=problem.hint, field=problem.field)


class OurProblem(BaseModel):
    error: Problem


class OurUrgentProblem(OurProblem):
    """`first` is to be told before the problem, as it is: a crisis card needs no disk."""

    first: str


class OpenAIError(BaseModel):
    message: str
    type: str
    param: str | None
    code: str | None


class OpenAIProblem(BaseModel):
    error: OpenAIError


class AnthropicError(BaseModel):
    type: str
    message: str


class AnthropicProblem(BaseModel):
    type: Literal["error"] = "error"
    error: AnthropicError
    request_id: str | None = None


class OllamaProblem(BaseModel):
    error: str


OPENAI_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
OPENAI_CODES: Mapping[type[SottoError], str] = {
    errors.BadValue: "invalid_value",
    errors.Unsupported: "unsupported_parameter",
    errors.BadSchema: "invalid_json_schema",
    errors.NoKey: "invalid_api_key",
    errors.LimitReached: "rate_limit_exceeded",
    errors.TooLong: "context_length_exceeded",
    errors.EngineFailed: "server_error",
}
"""The original's codes, which programs look for. All else has our own."""

ANTHROPIC_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
}


def openai_error(problem: SottoError) -> OpenAIError:
    """Return what OpenAI's protocol says of a problem, without the frame around it."""
    code = OPENAI_CODES.get(type(problem), problem.code)
    if isinstance(problem, errors.NotFound) and problem.field == "model":
        code = "model_not_found"
    number = status(problem)
    kind = OPENAI_TYPES.get(number, "invalid_request_error" if number < 500 else "server_error")
    return OpenAIError(message=message(problem), type=kind, param=problem.field, code=code)


def _openai(problem: SottoError) -> OpenAIProblem:
    return OpenAIProblem(error=openai_error(problem))


def _anthropic(problem: SottoError) -> AnthropicProblem:
    number = status(problem)
    kind = ANTHROPIC_TYPES.get(number, "invalid_request_error" if number < 500 else "api_error")
    if isinstance(problem, (errors.Stopping, errors.Crowded)):
        kind = "overloaded_error"
    text = _placed(problem)
    if isinstance(problem, TooLong):
        # There is no code for it: programs that shorten a chat by themselves look for these words.
        text = f"prompt is too long: {text}"
    return AnthropicProblem(error=AnthropicError(type=kind, message=text), request_id=request_id.get())


def _ollama(problem: SottoError) -> OllamaProblem:
    return OllamaProblem(error=_placed(problem))


def _ours(problem: SottoError) -> OurProblem:
    told = Problem.of(problem)
    return OurUrgentProblem(error=told, first=problem.first) if problem.first else OurProblem(error=told)


def _placed(problem: SottoError) -> str:
    """Return the message with the field before it, where the protocol has no other place for it."""
    text = message(problem)
    return text if problem.field is None or problem.field in text else f"{problem.field}: {text}"


@dataclass(frozen=True, slots=True)
class Written:
    """A shape: what it says, and how that is framed in a stream."""

    noun: type[BaseModel]
    said: Callable[[SottoError], BaseModel]
    framed: Callable[[str], bytes]

    def response(self, problem: SottoError) -> Response:
        number = status(problem)
        return Response(
            self.said(problem).model_dump_json(), number, _headers(problem, number), "application/json"
        )

    def event(self, problem: SottoError) -> bytes:
        return self.framed(self.said(problem).model_dump_json())


def _headers(problem: SottoError, number: int) -> dict[str, str]:
    headers: dict[str, str] = {}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(problem.retry_after)))
    if number == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="sottovoce"'
    if number >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(problem, PASSING):
        # The official clients ask twice more after any 5xx unless they are told not to.
        headers["X-Should-Retry"] = "false"
    return headers


OURS = Written(OurProblem, _ours, lambda text: sse.event(text, "failed"))
OPENAI = Written(OpenAIProblem, _openai, sse.event)
ANTHROPIC = Written(AnthropicProblem, _anthropic, lambda text: sse.event(text, "error"))
OLLAMA = Written(OllamaProblem, _ollama, lambda text: f"{text}\n".encode())
