"""`/v1/messages`: a conversation answered, or counted."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager

from pydantic import BaseModel
from starlette.responses import Response

from sottovoce.chat import call
from sottovoce.chat.call import Call
from sottovoce.core.errors import BadSchema, SottoError
from sottovoce.core.events import Called, Finished, Text, Waiting
from sottovoce.server import shelves
from sottovoce.server.answering import EventStream
from sottovoce.server.anthropic_api import asking, saying
from sottovoce.server.anthropic_api.nouns import Answered, CountBody, Counted, MessageBody
from sottovoce.server.citing import Citing
from sottovoce.server.counted import counted
from sottovoce.server.endpoint import Visit

NAMES = {"stop": "stop_sequences"}
"""What this API calls what others name otherwise."""


async def create(visit: Visit[MessageBody]) -> Response | BaseModel:
    """Answer a conversation, whole or as it is written."""
    model = (await visit.choose(visit.body.model)).model.name
    body = visit.body
    asked = asking.call(body, visit.caller.owner)
    asked = await shelves.asked(visit, asked, body.knowledge, quote=body.quote)
    if body.stream:
        return EventStream(_stream(visit, asked, model), visit.shape)
    return await _whole(visit, asked, model)


async def count(visit: Visit[CountBody]) -> Counted:
    """Count the tokens of a conversation, as the model would see it."""
    chosen = await visit.choose(visit.body.model)
    asked = asking.call(visit.body, visit.caller.owner)
    with _named():
        return Counted(input_tokens=await call.count(chosen.engine, asked))


async def _whole(visit: Visit[MessageBody], asked: Call, model: str) -> Answered:
    said: list[str] = []
    calls: list[Called] = []
    citing = Citing()
    with _named():
        async with aclosing(counted(visit, asked)) as pieces:
            async for piece in pieces:
                citing.hear(piece)
                if isinstance(piece, Text):
                    said.append(piece.text)
                elif isinstance(piece, Called):
                    calls.append(piece)
                elif isinstance(piece, Waiting):
                    visit.waiting(piece)
                elif isinstance(piece, Finished):
                    finished = piece
    message = saying.whole(model, visit.body, "".join(said), calls, finished, citing.of())
    return message.model_copy(update=visit.marks.field())


async def _stream(
    visit: Visit[MessageBody], asked: Call, model: str
) -> AsyncGenerator[bytes | Waiting, None]:
    stream = saying.Stream(model, visit.body)
    citing = Citing()
    with _named():
        async with aclosing(counted(visit, asked)) as pieces:
            async for piece in pieces:
                citing.hear(piece)
                if isinstance(piece, Text):
                    yield stream.text(piece.text)
                elif isinstance(piece, Called):
                    yield stream.call(piece)
                elif isinstance(piece, Waiting):
                    yield piece
                elif isinstance(piece, Finished):
                    yield stream.end(piece, citing.fields() | visit.marks.field())


@contextmanager
def _named() -> Iterator[None]:
    """Name the field of a problem as this API does."""
    try:
        yield
    except SottoError as problem:
        if problem.field is None and isinstance(problem, BadSchema):
            problem.field = "output_config.format.schema"
        problem.field = NAMES.get(problem.field or "", problem.field)
        raise
