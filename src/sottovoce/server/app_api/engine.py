"""The engine for this home's own programs: the terminal, `sotto ask`, the Python API. See engine/attached.py.

Through the unix socket only, which nobody but the person at this machine can open. What is said is
stored by the program that asks.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import asdict
from functools import wraps
from typing import Any

from starlette.responses import Response

from sottovoce.app import App
from sottovoce.core.errors import NotAllowed
from sottovoce.core.events import Finished, Text
from sottovoce.core.messages import Conversation
from sottovoce.core.sampling import checked
from sottovoce.engine import pieces
from sottovoce.engine.held import held
from sottovoce.engine.protocol import Engine
from sottovoce.server import sse
from sottovoce.server.answering import EventStream
from sottovoce.server.app_api.nouns import (
    EngineAnswer,
    EngineCount,
    EngineForget,
    EngineRank,
    EngineReady,
    EngineResult,
    EngineTexts,
)
from sottovoce.server.caller import Scope
from sottovoce.server.doors import is_from_socket
from sottovoce.server.endpoint import Endpoint, Handle, Visit

ROOM = "/app/api/engine"


def from_socket(handle: Handle) -> Handle:
    """Let in only what comes through the home's own socket; a browser does not, even signed in."""

    @wraps(handle)
    async def guarded(visit: Visit[Any]) -> Any:
        if not is_from_socket(visit.request):
            raise NotAllowed(
                "Only this home's own programs use the engine directly.",
                hint="Ask through /v1/chat/completions instead; /docs lists what there is",
            )
        return await handle(visit)

    return guarded


@from_socket
async def ready(visit: Visit[EngineReady]) -> EngineResult:
    """Load a model, if it is not loaded, and tell what it is."""
    engine = await _meant(visit.house.app, visit.body)
    return EngineResult(result=asdict(await engine.ready()))


@from_socket
async def count(visit: Visit[EngineCount]) -> EngineResult:
    """Count the tokens of a prompt."""
    engine = await _meant(visit.house.app, visit.body)
    return EngineResult(result=await engine.count(visit.body.messages()))


@from_socket
async def weigh(visit: Visit[EngineTexts]) -> EngineResult:
    """Count the tokens of texts, each alone."""
    return EngineResult(result=await visit.house.app.engine.weigh(visit.body.texts))


@from_socket
async def embed(visit: Visit[EngineTexts]) -> EngineResult:
    """Give one vector for each text."""
    _, engine = await visit.house.app.embedder()
    return EngineResult(result=await engine.embed(visit.body.texts, visit.caller.owner))


@from_socket
async def rank(visit: Visit[EngineRank]) -> EngineResult:
    """Tell how well each text fits a question."""
    engine = await visit.house.app.ranker()
    return EngineResult(result=await engine.rank(visit.body.question, visit.body.texts, visit.caller.owner))


@from_socket
async def forget(visit: Visit[EngineForget]) -> EngineResult:
    """Erase what is held of a chat that has been deleted."""
    await visit.house.app.engines.forget(Conversation(visit.caller.owner, visit.body.chat))
    return EngineResult(result=None)


@from_socket
async def answer(visit: Visit[EngineAnswer]) -> Response:
    """Stream an answer as the engine's own pieces."""
    checked(visit.body.sampling.sampling())
    visit.marks.asked()
    return EventStream(_pieces(visit), visit.shape)


async def _pieces(visit: Visit[EngineAnswer]) -> AsyncGenerator[bytes, None]:
    body, house = visit.body, visit.house
    conversation = Conversation(visit.caller.owner, body.chat)
    asked, begun = time.monotonic(), False
    with held(house.app.engine) as engine:
        found = engine.answer(body.messages(), body.sampling.sampling(), conversation)
        async with aclosing(found) as all_pieces:
            async for piece in all_pieces:
                match piece:
                    case Text() if not begun:
                        begun = True
                        house.metrics.first_token(time.monotonic() - asked)
                    case Finished(usage=usage):
                        visit.used(usage)
                yield sse.event(json.dumps(pieces.said(piece), ensure_ascii=False))


async def _meant(app: App, body: EngineReady) -> Engine:
    """Return the engine of the model that is meant. Raises NotFound or BadModelFile."""
    if body.kind == "embedding":
        return (await app.embedder())[1]
    return await app.ranker() if body.kind == "rerank" else app.engine


def _endpoint(name: str, handle: Callable[[Visit[Any]], Awaitable[Any]], body: Any, **more: Any) -> Endpoint:
    return Endpoint("POST", f"{ROOM}/{name}", handle, Scope.PAGE, body=body, **more)


ENDPOINTS = (
    _endpoint("ready", ready, EngineReady, answer=EngineResult),
    _endpoint("count", count, EngineCount, answer=EngineResult),
    _endpoint("weigh", weigh, EngineTexts, answer=EngineResult),
    _endpoint("answer", answer, EngineAnswer, computes=True),
    _endpoint("embed", embed, EngineTexts, answer=EngineResult, computes=True),
    _endpoint("rank", rank, EngineRank, answer=EngineResult, computes=True),
    _endpoint("forget", forget, EngineForget, answer=EngineResult),
)
