"""`/v1/chat/completions`: a conversation answered, whole or as it is written."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.responses import Response

from sottovoce.chat.waking import awake
from sottovoce.core.events import Called, Finished, Likelihood, Reasoning, Text, Usage, Waiting
from sottovoce.server import shelves
from sottovoce.server.answering import EventStream
from sottovoce.server.citing import Citing
from sottovoce.server.endpoint import Visit
from sottovoce.server.openai_api import asking
from sottovoce.server.openai_api.asking import Asked
from sottovoce.server.openai_api.chunks import ChatChunks, Head
from sottovoce.server.openai_api.counting import Answers, fingerprint
from sottovoce.server.openai_api.nouns_answers import AnswerMessage, ChatChoice, ChatCompletion, Weighed
from sottovoce.server.openai_api.nouns_chat import ChatBody
from sottovoce.server.openai_api.saying import calling, new_id, reason, used, weighed


async def create(visit: Visit[ChatBody]) -> Response:
    """Answer a conversation, whole or as it is written."""
    await visit.choose(visit.body.model)
    asked = asking.asked(visit.body, visit.caller.owner, visit.house.app.sampling(visit.chosen.model))
    asked = await _with_passages(visit, asked)
    answers = Answers(visit, asked.calls, "messages")
    if asked.streams:
        return EventStream(_streamed(visit, answers, asked), visit.shape)
    answer = await _whole(visit, answers, await _head(visit, asked), asked)
    return Response(answer.model_dump_json(exclude_unset=True), media_type="application/json")


async def _with_passages(visit: Visit[ChatBody], asked: Asked) -> Asked:
    """Return the calls with what was found for their question, if they ask shelves. Raises NotFound."""
    body = visit.body
    tools = "functions" if asked.old_functions else "tools"
    first = await shelves.asked(visit, asked.calls[0], body.knowledge, quote=body.quote, tools=tools)
    return replace(asked, calls=tuple(replace(call, given=first.given) for call in asked.calls))


async def _head(visit: Visit[ChatBody], asked: Asked) -> Head:
    model, engine = visit.chosen.model, visit.chosen.engine
    return Head(
        id=new_id("chatcmpl"),
        created=int(time.time()),
        model=model.name,
        fingerprint=fingerprint(await engine.ready()),
        tells_usage=asked.tells_usage,
        tier="default" if visit.body.service_tier else None,
    )


async def _streamed(
    visit: Visit[ChatBody], answers: Answers, asked: Asked
) -> AsyncGenerator[bytes | Waiting, None]:
    citing = Citing()
    chunks: ChatChunks | None = None
    async with aclosing(answers.pieces()) as pieces:
        async for at, piece in pieces:
            if isinstance(piece, Waiting):
                yield piece
                continue
            if chunks is None:  # what is answered in the model's place had it not loaded
                async with aclosing(awake(visit.chosen.engine)) as loading:
                    async for waiting in loading:
                        yield waiting
                chunks = ChatChunks(await _head(visit, asked), old_functions=asked.old_functions)
            citing.hear(piece, at)
            if isinstance(piece, Text):
                yield chunks.text(at, piece.text, piece.likelihoods)
            elif isinstance(piece, Reasoning):
                yield chunks.reasoning(at, piece.text)
            elif isinstance(piece, Called):
                yield chunks.call(at, piece)
            elif isinstance(piece, Finished):
                yield chunks.end(at, piece.reason, citing.fields(at) | visit.marks.field())
    if chunks is not None:
        yield chunks.last(answers.usage)


@dataclass(slots=True)
class _Choice:
    """One answer as it grows."""

    said: list[str] = field(default_factory=list)
    thought: list[str] = field(default_factory=list)
    likelihoods: list[Likelihood] = field(default_factory=list)
    calls: list[Called] = field(default_factory=list)
    reason: str = "stop"
    mark: dict[str, Any] = field(default_factory=dict)


async def _whole(visit: Visit[ChatBody], answers: Answers, head: Head, asked: Asked) -> ChatCompletion:
    choices, citing = [_Choice() for _ in asked.calls], Citing()
    async with aclosing(answers.pieces()) as pieces:
        async for at, piece in pieces:
            citing.hear(piece, at)
            if isinstance(piece, Text):
                choices[at].said.append(piece.text)
                choices[at].likelihoods.extend(piece.likelihoods)
            elif isinstance(piece, Reasoning):
                choices[at].thought.append(piece.text)
            elif isinstance(piece, Called):
                choices[at].calls.append(piece)
            elif isinstance(piece, Finished):
                choices[at].reason = piece.reason
                choices[at].mark = visit.marks.field()
            elif isinstance(piece, Waiting):
                visit.waiting(piece)
    completion = _completion(head, asked, choices, answers.usage)
    for at, choice in enumerate(completion.choices):
        found = citing.of(at)
        more = choices[at].mark if found is None else choices[at].mark | dict(found)
        choice.message = choice.message.model_copy(update=more)
    return completion


def _completion(head: Head, asked: Asked, choices: list[_Choice], usage: Usage) -> ChatCompletion:
    completion = ChatCompletion(
        id=head.id,
        object="chat.completion",
        created=head.created,
        model=head.model,
        choices=[_choice(at, choice, asked) for at, choice in enumerate(choices)],
        usage=used(usage),
        system_fingerprint=head.fingerprint,
    )
    if head.tier is not None:
        completion.service_tier = head.tier
    return completion


def _choice(at: int, choice: _Choice, asked: Asked) -> ChatChoice:
    tokens = [weighed(token) for token in choice.likelihoods]
    return ChatChoice(
        index=at,
        message=_message(choice, old_functions=asked.old_functions),
        logprobs=Weighed(content=tokens, refusal=None) if tokens else None,
        finish_reason=reason(choice.reason, old_functions=asked.old_functions),
    )


def _message(choice: _Choice, *, old_functions: bool) -> AnswerMessage:
    text = "".join(choice.said)
    message = AnswerMessage(role="assistant", content=text, refusal=None)
    if choice.thought:
        message.reasoning_content = "".join(choice.thought)
    if choice.calls:
        calls = [calling(call) for call in choice.calls]
        message.content = text or None
        if old_functions:
            message.function_call = calls[0].function
        else:
            message.tool_calls = calls
    return message
