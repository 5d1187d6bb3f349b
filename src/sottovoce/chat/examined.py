"""Asks a model one question of a set, and keeps nothing of it.

The likeliest word is taken each time and a seed is given: the same engine answers the same again.
"""

from __future__ import annotations

import time
from contextlib import aclosing

from sottovoce.chat import call
from sottovoce.chat.call import Call
from sottovoce.core.errors import TooLong
from sottovoce.core.events import Finished, Likelihood, Reasoning, Text
from sottovoce.core.messages import OWNER, Message, Role
from sottovoce.core.sampling import Sampling, laid_over
from sottovoce.engine.protocol import Engine
from sottovoce.evals.contender import Contender
from sottovoce.evals.run import Ask
from sottovoce.hybrid.routing.signals import signals
from sottovoce.store.evaluations import Said

SEED = 1
THOUGHTS = 2048
"""Tokens more, for a model that thinks although it is asked not to."""

TOO_LONG = "too_long"


def asker(engine: Engine, contender: Contender, owner: str = OWNER) -> Ask:
    """Return what asks this engine as the contender says. Each call raises Busy or ModelProblem."""

    async def ask(asked: str, max_tokens: int) -> Said:
        usual = Sampling(temperature=0.0, seed=SEED, max_tokens=max_tokens, thinking=False)
        drawn = laid_over(usual, contender.sampling)
        system = (Message(Role.SYSTEM, contender.system),) if contender.system else ()
        messages = (*system, Message(Role.USER, asked))
        said, is_thinking = await _said(engine, Call(owner, messages, drawn))
        if is_thinking and not said.answer.strip() and said.reason == "length":
            longer = laid_over(drawn, Sampling(max_tokens=(drawn.max_tokens or max_tokens) + THOUGHTS))
            said, _ = await _said(engine, Call(owner, messages, longer))
        return said

    return ask


async def _said(engine: Engine, asked: Call) -> tuple[Said, bool]:
    """Return the answer, and whether the model thought before it."""
    parts: list[str] = []
    weighed: list[Likelihood] = []
    is_thinking, began = False, time.monotonic()
    try:
        async with aclosing(call.answer(engine, asked)) as pieces:
            async for piece in pieces:
                match piece:
                    case Text(text=text, likelihoods=likelihoods):
                        parts.append(text)
                        weighed += likelihoods
                    case Reasoning():
                        is_thinking = True
                    case Finished():
                        end = piece
    except TooLong:  # this model cannot answer it; others of the set it can
        return Said("", TOO_LONG, 0, 0, time.monotonic() - began), False
    seconds = time.monotonic() - began
    found = signals(weighed)
    kept = "" if found is None else found.to_json()
    return Said("".join(parts), end.reason, end.usage.prompt, end.usage.answer, seconds, kept), is_thinking
