"""`/v1/completions`: a plain text gone on with, whole or as it is written. No template stands around it."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.responses import Response

from sottovoce.chat.call import Call
from sottovoce.chat.waking import awake
from sottovoce.core.errors import BadValue
from sottovoce.core.events import Finished, Likelihood, Text, Waiting
from sottovoce.core.sampling import Sampling, laid_over
from sottovoce.server.answering import EventStream
from sottovoce.server.endpoint import Visit
from sottovoce.server.openai_api import asking
from sottovoce.server.openai_api.chunks import Head, TextChunks
from sottovoce.server.openai_api.counting import Answers, fingerprint
from sottovoce.server.openai_api.nouns import unsupported
from sottovoce.server.openai_api.nouns_answers import Completion, TextChoice
from sottovoce.server.openai_api.nouns_text import MOST_PROMPTS, CompletionBody
from sottovoce.server.openai_api.refusals import NO_NUMBERS, ONE_CHOSEN
from sottovoce.server.openai_api.saying import new_id, text_reason, text_weighed, used

LONGEST_UNSAID = 16
"""Tokens where no length is given: the original's own number. A plain text has no end by itself."""


async def create(visit: Visit[CompletionBody]) -> Response:
    """Go on with a plain text, whole or as it is written."""
    await visit.choose(visit.body.model)
    calls = calls_of(visit.body, visit.caller.owner, visit.house.app.sampling(visit.chosen.model))
    tells_usage = asking.tells_usage(visit.body)
    answers = Answers(visit, calls, "prompt")
    echoed = [str(call.asked) if visit.body.echo else "" for call in calls]
    if visit.body.stream:
        return EventStream(_streamed(visit, answers, echoed, tells_usage=tells_usage), visit.shape)
    answer = await _whole(visit, answers, await _head(visit, tells_usage=tells_usage), echoed)
    return Response(answer.model_dump_json(exclude_unset=True), media_type="application/json")


async def _head(visit: Visit[CompletionBody], *, tells_usage: bool) -> Head:
    model, engine = visit.chosen.model, visit.chosen.engine
    return Head(new_id("cmpl"), int(time.time()), model.name, fingerprint(await engine.ready()), tells_usage)


def calls_of(body: CompletionBody, owner: str, defaults: Sampling) -> list[Call]:
    """Return the calls that answer it: each prompt's choices one after the other. Raises BadInput."""
    if body.best_of is not None and body.best_of != (body.n or 1):
        raise unsupported("best_of", ONE_CHOSEN)
    if body.echo and body.logprobs is not None:
        raise unsupported("echo", "The likelihoods of the prompt's own words are not known.")
    prompts = _prompts(body)
    if len(prompts) * (body.n or 1) > MOST_PROMPTS:
        raise BadValue(
            f"{len(prompts)} prompts with {body.n} choices each are more than {MOST_PROMPTS} answers.",
            hint="Ask in several requests",
            field="n",
        )
    given = asking.drawn(body)
    given = replace(given, max_tokens=given.max_tokens or LONGEST_UNSAID, likelihoods=body.logprobs)
    each = asking.each_choice(laid_over(defaults, given), body.n)
    return [Call(owner, prompt, one) for prompt in prompts for one in each]


def _prompts(body: CompletionBody) -> list[str]:
    if isinstance(body.prompt, str):
        prompts = [body.prompt]
        fields = ["prompt"]
    else:
        prompts = [text for text in body.prompt or () if isinstance(text, str)]
        fields = [f"prompt.{at}" for at in range(len(prompts))]
        if body.prompt and not prompts:
            raise unsupported("prompt", NO_NUMBERS)
    for text, name in zip(prompts or [""], fields or ["prompt"], strict=True):
        if not text:
            raise BadValue("There is no text to go on with.", hint="Send at least one character", field=name)
    return prompts


async def _streamed(
    visit: Visit[CompletionBody], answers: Answers, echoed: list[str], *, tells_usage: bool
) -> AsyncGenerator[bytes | Waiting, None]:
    chunks: TextChunks | None = None
    async with aclosing(answers.pieces()) as pieces:
        async for at, piece in pieces:
            if isinstance(piece, Waiting):
                yield piece
                continue
            if chunks is None:  # what is answered in the model's place had it not loaded
                async with aclosing(awake(visit.chosen.engine)) as loading:
                    async for waiting in loading:
                        yield waiting
                chunks = TextChunks(await _head(visit, tells_usage=tells_usage), echoed)
            if isinstance(piece, Text):
                yield chunks.text(at, piece.text, piece.likelihoods)
            elif isinstance(piece, Finished):
                yield chunks.end(at, piece.reason, {} if echoed[at] else visit.marks.field())
    if chunks is not None:
        yield chunks.last(answers.usage)


@dataclass(slots=True)
class _Choice:
    """One answer as it grows."""

    said: list[str]
    likelihoods: list[Likelihood] = field(default_factory=list)
    reason: str = "stop"
    mark: dict[str, Any] = field(default_factory=dict)
    """Of what was written alone: none where the prompt stands before it."""


async def _whole(visit: Visit[CompletionBody], answers: Answers, head: Head, echoed: list[str]) -> Completion:
    choices = [_Choice([text]) for text in echoed]
    async with aclosing(answers.pieces()) as pieces:
        async for at, piece in pieces:
            if isinstance(piece, Text):
                choices[at].said.append(piece.text)
                choices[at].likelihoods.extend(piece.likelihoods)
            elif isinstance(piece, Finished):
                choices[at].reason = piece.reason
                choices[at].mark = {} if echoed[at] else visit.marks.field()
            elif isinstance(piece, Waiting):
                visit.waiting(piece)
    return Completion(
        id=head.id,
        object="text_completion",
        created=head.created,
        model=head.model,
        choices=[
            TextChoice(
                index=at,
                text="".join(choice.said),
                logprobs=text_weighed(choice.likelihoods, 0) if choice.likelihoods else None,
                finish_reason=text_reason(choice.reason),
                **choice.mark,
            )
            for at, choice in enumerate(choices)
        ],
        usage=used(answers.usage),
        system_fingerprint=head.fingerprint,
    )
