"""An engine that answers by rule: for tests, demonstrations and the docs, never for people.

It repeats the last message, one word a piece with the spaces before it. A few questions steer it:
`/fail` breaks after three words, `/long N` writes N words, `/slow N` waits N milliseconds a word and
writes 100 words, or the text behind it.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Sequence

from sottovoce.core.errors import EngineFailed, ModelProblem, SchemaUnmet, TooLong
from sottovoce.core.events import Finished, Piece, Reading, Text, Timings, Usage
from sottovoce.core.messages import Conversation, Message
from sottovoce.core.sampling import Sampling
from sottovoce.engine.protocol import ModelFacts


class EchoEngine:
    """Counts a word as a token. Remembers which conversations it has seen, to tell reuse."""

    def __init__(self, window: int = 4096) -> None:
        self.facts = ModelFacts("echo", "0" * 64, window, window, can_embed=False)
        self.seen: dict[Conversation, int] = {}
        self.prompts: list[tuple[Message, ...]] = []
        self.closed = False

    async def ready(self) -> ModelFacts:
        return self.facts

    async def count(self, messages: Sequence[Message]) -> int:
        return sum(len(message.text.split()) + 1 for message in messages) + 1

    async def weigh(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    async def answer(
        self, messages: Sequence[Message], sampling: Sampling, conversation: Conversation
    ) -> AsyncGenerator[Piece, None]:
        self.prompts.append(tuple(messages))
        prompt = await self.count(messages)
        if prompt >= self.facts.window:
            raise TooLong(
                f"The question has {prompt} tokens; this model sees {self.facts.window}.",
                hint="Ask with less text",
            )
        reused = 0 if sampling.seed is not None else min(self.seen.get(conversation, 0), prompt)
        self.seen[conversation] = prompt
        yield Reading(prompt, prompt)
        words, pause, breaks = _plan(messages[-1].text, sampling)
        limit = min(sampling.max_tokens or self.facts.window, self.facts.window - prompt)
        for at, word in enumerate(words[:limit]):
            if breaks and at == 3:
                raise EngineFailed("The echo engine was asked to fail.", hint="Ask for something else")
            await asyncio.sleep(pause)
            yield Text(word)
        reason = "length" if len(words) > limit else "stop"
        count = min(len(words), limit)
        yield Finished(reason, Usage(prompt, reused, count), Timings(0.0, 0.0, 0.0, 0.0))

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        raise ModelProblem("The echo engine makes no embeddings.", hint="Leave SOTTO_ENGINE unset")

    async def forget(self, conversation: Conversation) -> None:
        self.seen.pop(conversation, None)

    async def close(self) -> None:
        self.closed = True


def _plan(text: str, sampling: Sampling) -> tuple[list[str], float, bool]:
    """Return the words to say, the seconds to wait before each, and whether to break."""
    if sampling.schema is not None:
        if json.loads(sampling.schema) is False:
            raise SchemaUnmet("No value can satisfy this schema.", hint="Allow at least one value")
        return ["{}"], 0.0, False
    command, _, rest = text.partition(" ")
    count, _, rest = rest.partition(" ")
    amount = int(count) if count.isdigit() else 0
    if command == "/long":
        return _numbered(amount), 0.0, False
    if command == "/slow":
        return _words(rest) or _numbered(100), amount / 1000, False
    return _words(text) or ["…"], 0.0, command == "/fail"


def _words(text: str) -> list[str]:
    return re.findall(r"\s*\S+", text.strip())


def _numbered(amount: int) -> list[str]:
    return [f"word{at}" if at == 0 else f" word{at}" for at in range(amount)]
