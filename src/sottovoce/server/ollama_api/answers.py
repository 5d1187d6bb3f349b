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

from sottovoce.chat.call import Call, Told
from sottovoce.chat.waking import awake
from sottovoce.core.events import Called, Finished, Likelihood, Reasoning, Text, Waiting
from sottovoce.engine.protocol import Engine
from sottovoce.server import shelves
from sottovoce.server.answering import EventStream
from sottovoce.server.citing import Citing
from sottovoce.server.counted import counted
from sottovoce.server.endpoint import Visit
from sottovoce.server.ollama_api import asking, keeping, options, serving
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
    keep = keeping.seconds(body.keep_alive)
    chosen = await serving.choose(visit, body.model)
    form = _Form(body.model, is_chat, time.monotonic())
    if asked is None:
        return JSONResponse(await _loaded(chosen.engine, keep, form))
    question = "messages" if is_chat else "prompt"
    asked = await shelves.asked(visit, asked, body.knowledge, quote=body.quote, question=question)
    if body.streams:
        return EventStream(_lines(visit, asked, form, keep), visit.shape, media_type=LINES)
    with keeping.kept(chosen.engine, keep):
        if asked.needs_model:
            await _ready(visit, form)
        return JSONResponse(await _whole(visit, asked, form))


async def _loaded(engine: Engine, keep: float | None, form: _Form) -> dict[str, object]:
    """Have the model loaded, or, where it is not to be kept, unloaded."""
    if keep == 0:
        engine.keep(0)
        return form.line(done=True, done_reason="unload")
    await engine.ready()
    engine.keep(keep)
    return form.line(done=True, done_reason="load")


async def _ready(visit: Visit[Any], form: _Form) -> None:
    """Have the model loaded, and note how long that took. Raises Unsupported for a window it has not."""
    facts = await visit.chosen.engine.ready()
    options.require_window(visit.body.options, facts.window)
    form.loading = time.monotonic() - form.began


async def _lines(
    visit: Visit[Any], asked: Call, form: _Form, keep: float | None
) -> AsyncGenerator[bytes | Waiting, None]:
    engine = visit.chosen.engine
    with keeping.kept(engine, keep):
        if asked.needs_model:
            async with aclosing(awake(engine)) as loading:
                async for waiting in loading:
                    yield waiting
            await _ready(visit, form)
        async with aclosing(_written(visit, asked, form)) as lines:
            async for line in lines:
                yield line


async def _written(visit: Visit[Any], asked: Call, form: _Form) -> AsyncGenerator[bytes | Waiting, None]:
    citing = Citing()
    async with aclosing(_pieces(visit, asked)) as pieces:
        async for piece in pieces:
            citing.hear(piece)
            if isinstance(piece, Text):
                yield _bytes(form.line(piece.text, likelihoods=piece.likelihoods))
            elif isinstance(piece, Reasoning):
                yield _bytes(form.line(thinking=piece.text))
            elif isinstance(piece, Called):
                yield _bytes(form.line(calls=[piece]))
            elif isinstance(piece, Finished):
                yield _bytes(form.line() | form.end(piece) | citing.fields() | visit.marks.field())
            elif isinstance(piece, Waiting):
                yield piece


async def _whole(visit: Visit[Any], asked: Call, form: _Form) -> dict[str, object]:
    said: list[str] = []
    thought: list[str] = []
    calls: list[Called] = []
    likelihoods: list[Likelihood] = []
    end: dict[str, object] = {}
    citing = Citing()
    async with aclosing(_pieces(visit, asked)) as pieces:
        async for piece in pieces:
            citing.hear(piece)
            if isinstance(piece, Text):
                said.append(piece.text)
                likelihoods += piece.likelihoods
            elif isinstance(piece, Reasoning):
                thought.append(piece.text)
            elif isinstance(piece, Called):
                calls.append(piece)
            elif isinstance(piece, Finished):
                end = form.end(piece)
            elif isinstance(piece, Waiting):
                visit.waiting(piece)
    return (
        form.line("".join(said), calls, likelihoods, "".join(thought))
        | end
        | citing.fields()
        | visit.marks.field()
    )


async def _pieces(visit: Visit[Any], asked: Call) -> AsyncGenerator[Told, None]:
    """Yield what is told: who wants no thinking hears of none, even where the model cannot leave it."""
    with options.named():
        async with aclosing(counted(visit, asked)) as pieces:
            async for piece in pieces:
                if not isinstance(piece, Reasoning) or asked.sampling.thinking is not False:
                    yield piece


@dataclass(slots=True)
class _Form:
    """How this answer's objects look. `began` is on the monotonic clock, `loading` in seconds."""

    model: str
    is_chat: bool
    began: float
    loading: float = 0.0

    def line(
        self,
        text: str = "",
        calls: Sequence[Called] = (),
        likelihoods: Sequence[Likelihood] = (),
        thinking: str = "",
        **rest: object,
    ) -> dict[str, object]:
        line: dict[str, object] = {"model": self.model, "created_at": datetime.now(UTC).isoformat()}
        thought = {"thinking": thinking} if thinking else {}
        if self.is_chat:
            line["message"] = {"role": "assistant", "content": text, **thought, **_calls(calls)}
        else:
            line |= {"response": text, **thought}
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
