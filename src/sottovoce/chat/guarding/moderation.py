"""A guard model in a turn: hears the question before it is answered, and the whole answer when it is written.

What it objects to is answered with a refusal, or replaced by one. Where it cannot be heard (it is not there,
is too slow, writes no label), the profile says whether anything is answered, and it is told.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

from sottovoce.chat.grounds import is_chinese
from sottovoce.chat.guarded import Instead, Said, Stop, Verdict
from sottovoce.chat.guarding.looking import question
from sottovoce.chat.guarding.recording import REFUSED, UNHEARD, Recorder
from sottovoce.core.errors import SottoError
from sottovoce.core.events import Notice, Text
from sottovoce.core.messages import Conversation
from sottovoce.core.sampling import Sampling
from sottovoce.engine.protocol import Engine
from sottovoce.guard import wording
from sottovoce.guard.moderation import (
    OURS,
    GuardModel,
    Judgement,
    Reply,
    Request,
    acting,
    judged,
    requests,
)
from sottovoce.guard.policy import Category, Profile, Where

log = logging.getLogger(__name__)

SECONDS = 120.0
"""So long may a question or an answer wait for its judgement, the loading of the model included."""

GREEDY = Sampling(temperature=0.0, repeat_penalty=1.0, thinking=False)

UNHEARD_NOTICE = "guard_unheard"
REPLACED = "replaced"

Wake = Callable[[str], Awaitable[tuple[GuardModel, Engine]]]
"""Returns the guard model of a name and its engine. Raises SottoError."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """Why there is no judgement, as a phrase."""

    reason: str


class Moderation:
    """One guard model before and after the model that answers.

    `name` (empty: there is none) and `profile` are asked for each time, so that a change of them holds at
    once. `card` makes what is said of self-harm instead.
    """

    def __init__(
        self,
        name: Callable[[], str],
        wake: Wake,
        profile: Callable[[], Profile],
        record: Recorder,
        *,
        card: Callable[[str], str] | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._named = name
        self._wake = wake
        self._profiled = profile
        self._record = record
        self._card = card
        self._seconds = seconds
        self._told: Said | None = None
        """The question beside which it was told last that nobody judges."""

    async def __call__(self, said: Said) -> Verdict:
        """Have a question judged; see guarded.Check."""
        name, profile = self._named(), self._profiled()
        if not name or not question(said).strip():
            return Verdict()
        found = await self.judgement(name, said)
        if isinstance(found, Unheard):
            self._record(said, name, "question", UNHEARD)
            if profile.closed:
                text = wording.unheard_closed(found.reason, profile.name, chinese=is_chinese(said.text))
                return Verdict(Instead("refused", text, {"rule": name}))
            self._told = said
            text = wording.unheard_open(found.reason, profile.name, chinese=is_chinese(said.text))
            return Verdict(None, (Notice(UNHEARD_NOTICE, text),))
        label = acting(found, profile.blocks, strict=profile.closed)
        if label is None:
            return Verdict()
        text = self._refusal(said, name, label, "question")
        return Verdict(Instead("refused", text, {"rule": name, "label": label}))

    async def judge(self, said: Said, answer: str) -> Stop | None:
        """Have an answer judged; see guarded.Judge."""
        name, profile = self._named(), self._profiled()
        if not name or not answer.strip():
            return None
        found = await self.judgement(name, said, answer)
        replaced = Notice(REPLACED, wording.replaced(chinese=is_chinese(said.text)))
        if isinstance(found, Unheard):
            self._record(said, name, "answer", UNHEARD)
            if profile.closed:
                return Stop(
                    "refused",
                    replaced,
                    wording.unheard_closed(found.reason, profile.name, chinese=is_chinese(said.text)),
                )
            if self._told is said:
                return None
            return Stop(
                "",
                Notice(
                    UNHEARD_NOTICE,
                    wording.unheard_open(found.reason, profile.name, chinese=is_chinese(said.text)),
                ),
            )
        label = acting(found, profile.blocks, strict=profile.closed)
        return (
            None if label is None else Stop("refused", replaced, self._refusal(said, name, label, "answer"))
        )

    async def judgement(self, name: str, said: Said, answer: str | None = None) -> Judgement | Unheard:
        """Return what the guard model says of a question, or of the answer to it."""
        try:
            async with asyncio.timeout(self._seconds):
                model, engine = await self._wake(name)
                asked = requests(model, question(said), answer)
                replies = [await _reply(engine, request, said.owner) for request in asked]
        except TimeoutError:
            return Unheard(f"it took longer than {self._seconds:.0f} seconds")
        except SottoError as problem:
            log.warning("the guard model is not heard: %s", problem)
            return Unheard(problem.sentence.rstrip("."))
        found = judged(model, asked, replies)
        return Unheard("it wrote no label") if found is None else found

    def _refusal(self, said: Said, name: str, label: str, where: Where) -> str:
        """Return what is said instead, and write down that it is."""
        category = OURS.get(label)
        self._record(said, f"{name}: {label}", where, REFUSED, category or "")
        if category is Category.SELF_HARM and self._card is not None:
            return self._card(said.text)
        return wording.by_model(name, label, self._profiled().name, chinese=is_chinese(said.text))


async def _reply(engine: Engine, request: Request, owner: str) -> Reply:
    """Return what a guard model writes, with the likelihoods of its first token."""
    sampling = replace(GREEDY, max_tokens=request.tokens, likelihoods=request.likelihoods)
    text: list[str] = []
    first: tuple[tuple[str, float], ...] = ()
    async with aclosing(engine.answer(request.prompt, sampling, Conversation(owner))) as pieces:
        async for piece in pieces:
            if not isinstance(piece, Text):
                continue
            text.append(piece.text)
            if not first and piece.likelihoods:
                token = piece.likelihoods[0]
                others = token.others or (token,)
                first = tuple((other.token, other.logprob) for other in others)
    return Reply("".join(text), first)
