"""An engine that answers by rule: for tests, demonstrations and the docs, never for people.

It repeats the last message, one word a piece with the spaces before it; where an answer that is begun
stands behind it, the rest of it. A few questions steer it: `/fail` breaks after three words, `/long N`
writes N words, `/slow N` waits N milliseconds a word and writes 100 words, or the text behind it,
`/json TEXT` writes the text even where a schema is asked for.
Its line is the real engine's.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
import re
from collections.abc import AsyncGenerator, Callable, Sequence

from sottovoce.core.errors import BadValue, EngineFailed, ModelProblem, SchemaUnmet, TooLong
from sottovoce.core.events import Finished, Likelihood, Piece, Reading, Text, Timings, Usage
from sottovoce.core.messages import OWNER, Conversation, Framed, Message, Role
from sottovoce.core.sampling import Sampling, checked
from sottovoce.engine.line import Line
from sottovoce.engine.protocol import Asked, Load, ModelFacts, Queue, texts_of

DIMENSIONS = 8
IDLE_SECONDS = 600.0


class EchoEngine:
    """Counts a word as a token. Remembers which conversations it has seen, to tell reuse.

    `prompts`, `texts` and `samplings` are what it was asked, in order: messages, bare texts, and how. `kept`
    is for how long it was to stay loaded, `holders` how many hold it now.
    """

    def __init__(
        self,
        window: int = 4096,
        *,
        slots: int = 4,
        queue_seconds: float = 0.0,
        can_embed: bool = False,
    ) -> None:
        self.facts = ModelFacts("echo", "0" * 64, window, window, can_embed=can_embed, build="echo 1")
        self.line = Line(slots, queue_seconds or math.inf)
        self.seen: dict[Conversation, int] = {}
        self.prompts: list[tuple[Message, ...]] = []
        self.texts: list[str] = []
        self.samplings: list[Sampling] = []
        self.kept: list[float | None] = []
        self.loaded = True
        self.holders = 0
        self.closed = False

    async def ready(self) -> ModelFacts:
        self.loaded = True
        return self.facts

    async def hold(self) -> Callable[[], None]:
        await self.ready()
        self.holders += 1

        def let_go() -> None:
            self.holders -= 1

        return let_go

    def load(self) -> Load | None:
        left = next((seconds for seconds in reversed(self.kept) if seconds is not None), IDLE_SECONDS)
        return Load(0, self.facts.window, left) if self.loaded else None

    def keep(self, seconds: float | None) -> None:
        self.kept.append(seconds)
        self.loaded = seconds != 0

    def queue(self, owner: str) -> Queue:
        return self.line.queue(owner)

    async def count(self, asked: Asked) -> int:
        if isinstance(asked, str | Framed):
            return len(" ".join(texts_of(asked)).split())
        return sum(len(message.text.split()) + 1 for message in asked) + 1

    async def weigh(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    async def answer(
        self, asked: Asked, sampling: Sampling, conversation: Conversation
    ) -> AsyncGenerator[Piece, None]:
        checked(sampling)
        prompt = await self.count(asked)
        expected = self.line.pace.expected(sampling.max_tokens)
        with self.line.place(conversation, prompt, expected, alone=sampling.seed is not None) as place:
            async for waiting in place.until_inside():
                yield waiting
            self._note(asked, sampling)
            self._require_room(prompt)
            reused = 0 if sampling.seed is not None else min(self.seen.get(conversation, 0), prompt)
            if conversation.chat is not None:
                self.seen[conversation] = prompt
            place.read = prompt
            self.line.let_in()
            yield Reading(prompt, prompt)
            question, begun = _heard(asked)
            limit = min(sampling.max_tokens or self.facts.window, self.facts.window - prompt)
            reason = "stop"
            words, pause, breaks = _plan(question, sampling)
            said, stopped = _until_stop(_after(begun, words), sampling.stop)
            for word in said[:limit]:
                if breaks and place.written == 3:
                    raise EngineFailed("The echo engine was asked to fail.", hint="Ask for something else")
                await asyncio.sleep(pause)
                place.written += 1
                yield Text(word, _likelihoods(word, sampling.likelihoods))
            if len(said) > limit:
                reason = "length"
            elif stopped:
                reason = "stop_text"
            usage = Usage(prompt, reused, place.written)
        yield Finished(reason, usage, Timings(0.0, 0.0, 0.0, 0.0), stopped if reason == "stop_text" else None)

    async def embed(self, texts: Sequence[str], owner: str = OWNER) -> list[list[float]]:
        if not self.facts.can_embed:
            raise ModelProblem("The echo engine makes no embeddings.", hint="Leave SOTTO_ENGINE unset")
        for at, text in enumerate(texts):
            if not text:
                raise BadValue("This text is empty.", hint="Leave it out", field=f"input.{at}")
            if len(text.split()) > self.facts.window:
                raise TooLong(
                    f"This text has {len(text.split())} tokens; this model sees {self.facts.window}.",
                    hint="Split it into shorter parts",
                    field=f"input.{at}",
                )
        return [_vector(text) for text in texts]

    async def rank(self, question: str, texts: Sequence[str], owner: str = OWNER) -> list[float]:
        """Return how many of the question's words stand in each text."""
        words = {*question.lower().split()}
        return [float(len(words & {*text.lower().split()})) for text in texts]

    async def forget(self, conversation: Conversation) -> None:
        self.seen.pop(conversation, None)

    async def close(self) -> None:
        self.closed = True

    def _note(self, asked: Asked, sampling: Sampling) -> None:
        if isinstance(asked, str | Framed):
            self.texts.append("".join(texts_of(asked)))
        else:
            self.prompts.append(tuple(asked))
        self.samplings.append(sampling)

    def _require_room(self, prompt: int) -> None:
        if prompt == 0:
            raise BadValue("The prompt is empty.", hint="Give at least one character")
        if prompt >= self.facts.window:
            raise TooLong(
                f"The question takes {prompt:,} tokens; this model sees {self.facts.window:,} at once.",
                hint="Ask with less text",
            )


def _heard(asked: Asked) -> tuple[str, str]:
    """Return the question, and what there is of its answer."""
    if isinstance(asked, str | Framed):
        return "".join(texts_of(asked)), ""
    if len(asked) > 1 and asked[-1].role is Role.ASSISTANT:
        return asked[-2].text, asked[-1].text
    return asked[-1].text, ""


def _after(begun: str, words: list[str]) -> list[str]:
    """Return the words that are left to say."""
    rest = "".join(words).removeprefix(begun) if begun else ""
    return re.findall(r"\s*\S+|\s+$", rest) if begun else words


def _plan(text: str, sampling: Sampling) -> tuple[list[str], float, bool]:
    """Return the words to say, the seconds to wait before each, and whether to break."""
    command, _, rest = text.partition(" ")
    if command == "/json":
        return _words(rest), 0.0, False
    if sampling.schema is not None:
        if json.loads(sampling.schema) is False:
            raise SchemaUnmet("No value can satisfy this schema.", hint="Allow at least one value")
        return ["{}"], 0.0, False
    count, _, rest = rest.partition(" ")
    amount = int(count) if count.isdigit() else 0
    if command == "/long":
        return _numbered(amount), 0.0, False
    if command == "/slow":
        return _words(rest) or _numbered(100), amount / 1000, False
    return _words(text) or ["…"], 0.0, command == "/fail"


def _until_stop(words: list[str], stops: Sequence[str]) -> tuple[list[str], str | None]:
    """Return the words before the first stop text, and which one that was, if there was one."""
    whole = "".join(words)
    ends = [(at, stop) for stop in stops if (at := whole.find(stop)) >= 0]
    if not ends:
        return words, None
    end, met = min(ends)
    return re.findall(r"\s*\S+|\s+$", whole[:end]), met


def _likelihoods(word: str, others: int | None) -> tuple[Likelihood, ...]:
    """Return made-up likelihoods: the word itself with one half, each other half as likely as the last."""
    if others is None:
        return ()
    rivals = [word, *(f"{word}{at}" for at in range(1, others))][:others]
    each = tuple(
        Likelihood(rival, rival.encode(), -math.log(2) * (at + 1)) for at, rival in enumerate(rivals)
    )
    return (Likelihood(word, word.encode(), -math.log(2), each),)


def _vector(text: str) -> list[float]:
    """Return a vector of length one that depends on the words alone."""
    sums = [0.0] * DIMENSIONS
    for word in text.lower().split() or [""]:
        digest = hashlib.sha256(word.encode()).digest()
        sums = [total + byte - 127.5 for total, byte in zip(sums, digest[:DIMENSIONS], strict=True)]
    length = math.hypot(*sums)
    return [number / length for number in sums]


def _words(text: str) -> list[str]:
    return re.findall(r"\s*\S+", text.strip())


def _numbered(amount: int) -> list[str]:
    return [f"word{at}" if at == 0 else f" word{at}" for at in range(amount)]
