"""`/api/chat` and `/api/generate`: an answer as lines of JSON, one for each piece, or as one object."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from sottovoce.chat.call import Call
from sottovoce.core.events import Called, Finished, Likelihood, Piece, Text, Waiting
from sottovoce.server.answering import EventStream
from sottovoce.server.counted import counted
from sottovoce.server.endpoint import Visit
from sottovoce.server.ollama_api import asking, options, serving
from sottovoce.server.ollama_api.nouns import Asking, ChatBody, GenerateBody

LINES = "application/x-ndjson"
REASONS = {"length": "length"}
"""Every other end is a `stop` to this API."""


async def chat(visit: Visit[ChatBody]) -> Response:
    """Answer a chat; without messages, only have the model loaded."""
    asked = asking.chat(visit.body, visit.caller.owner) if visit.body.messages else None
    return await _answered(visit, asked, is_chat=True)


async def generate(visit: Visit[GenerateBody]) -> Response:
    """Answer one prompt; without one, only have the model loaded."""
    asked = asking.prompt(visit.body, visit.caller.owner) if visit.body.prompt else None
    return await _answered(visit, asked, is_chat=False)


async def _answered(visit: Visit[Any], asked: Call | None, *, is_chat: bool) -> Response:
    body: Asking = visit.body
    serving.require(visit.house.app, body.model)
    began = time.monotonic()
    facts = await visit.house.app.engine.ready()
    options.require_window(body.options, facts.window)
    form = _Form(body.model, is_chat, began, time.monotonic() - began)
    if asked is None:
        return JSONResponse(form.line(done=True, done_reason="load"))
    if body.streams:
        return EventStream(_lines(visit, asked, form), visit.shape, media_type=LINES)
    return JSONResponse(await _whole(visit, asked, form))


async def _lines(visit: Visit[Any], asked: Call, form: _Form) -> AsyncGenerator[bytes | Waiting, None]:
    async with aclosing(_pieces(visit, asked)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Text):
                yield _bytes(form.line(piece.text, likelihoods=piece.likelihoods))
            elif isinstance(piece, Called):
                yield _bytes(form.line(calls=[piece]))
            elif isinstance(piece, Finished):
                yield _bytes(form.line() | form.end(piece))
            elif isinstance(piece, Waiting):
                yield piece


async def _whole(visit: Visit[Any], asked: Call, form: _Form) -> dict[str, object]:
    said: list[str] = []
    calls: list[Called] = []
    likelihoods: list[Likelihood] = []
    end: dict[str, object] = {}
    async with aclosing(_pieces(visit, asked)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Text):
                said.append(piece.text)
                likelihoods += piece.likelihoods
            elif isinstance(piece, Called):
                calls.append(piece)
            elif isinstance(piece, Finished):
                end = form.end(piece)
            elif isinstance(piece, Waiting):
                visit.waiting(piece)
    return form.line("".join(said), calls, likelihoods) | end


async def _pieces(visit: Visit[Any], asked: Call) -> AsyncGenerator[Piece | Called, None]:
    with options.named():
        async with aclosing(counted(visit, asked)) as pieces:
            async for piece in pieces:
                yield piece


@dataclass(frozen=True, slots=True)
class _Form:
    """How this answer's objects look. `began` is on the monotonic clock, `loading` in seconds."""

    model: str
    is_chat: bool
    began: float
    loading: float

    def line(
        self,
        text: str = "",
        calls: Sequence[Called] = (),
        likelihoods: Sequence[Likelihood] = (),
        **rest: object,
    ) -> dict[str, object]:
        line: dict[str, object] = {"model": self.model, "created_at": datetime.now(UTC).isoformat()}
        if self.is_chat:
            line["message"] = {"role": "assistant", "content": text, **_calls(calls)}
        else:
            line["response"] = text
        if likelihoods:
            line["logprobs"] = [_likelihood(one) for one in likelihoods]
        return {**line, "done": False, **rest}

    def end(self, finished: Finished) -> dict[str, object]:
        """Return the counts, with durations in nanoseconds."""
        usage, timings = finished.usage, finished.timings
        return {
            "done": True,
            "done_reason": REASONS.get(finished.reason, "stop"),
            "total_duration": _nanoseconds(time.monotonic() - self.began),
            "load_duration": _nanoseconds(self.loading),
            "prompt_eval_count": usage.prompt,
            "prompt_eval_duration": _took(usage.prompt - usage.reused, timings.prompt_per_second),
            "eval_count": usage.answer,
            "eval_duration": _took(usage.answer, timings.answer_per_second),
        }


def _calls(calls: Sequence[Called]) -> dict[str, object]:
    if not calls:
        return {}
    return {
        "tool_calls": [
            {
                "id": f"call_{secrets.token_hex(8)}",
                "function": {"index": at, "name": one.name, "arguments": json.loads(one.arguments)},
            }
            for at, one in enumerate(calls)
        ]
    }


def _likelihood(one: Likelihood) -> dict[str, object]:
    found: dict[str, object] = {"token": one.token, "logprob": one.logprob, "bytes": list(one.data)}
    return found | {"top_logprobs": [_likelihood(other) for other in one.others]} if one.others else found


def _bytes(line: dict[str, object]) -> bytes:
    return json.dumps(line).encode() + b"\n"


def _took(tokens: int, per_second: float) -> int:
    return _nanoseconds(tokens / per_second) if per_second else 0


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1e9)
