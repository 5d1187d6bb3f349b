"""Answers what can be computed: a question that is a sum, a conversion or a matter of days, and no more.

The readers of such questions are loaded with the first question that may be one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sottovoce.chat.grounds import is_chinese
from sottovoce.chat.guarded import Instead, Said, Verdict
from sottovoce.core import computed
from sottovoce.core.errors import SottoError
from sottovoce.core.events import Computed, Notice, Text
from sottovoce.core.messages import Conversation, Message, Role
from sottovoce.core.sampling import Sampling
from sottovoce.engine.held import held
from sottovoce.engine.protocol import Engine
from sottovoce.exact import cleaning, glance

if TYPE_CHECKING:
    from sottovoce.exact.calls import Call

log = logging.getLogger(__name__)

SECONDS = 5.0
"""So long may a model take to decide."""

READ_BY_MODEL = "read_by_model"
_READ = (
    "The model read your question as this sum. What it comes to is exact; "
    "whether it is the right sum is for you to see."
)
_READ_ZH = "这个算式是模型从你的问题中读出的。计算结果是精确的，算式是否正确请你确认。"


@dataclass(frozen=True, slots=True)
class ExactCheck:
    """Computes where the whole question is to be computed; `is_on` tells whether it is, if its chat does not.

    Where a question only may be a sum, an able model decides; `engine` gives it, None for one that is not. It
    decides nothing of shelves, and what must follow a schema is not computed.
    """

    is_on: Callable[[], bool]
    engine: Callable[[], Awaitable[Engine]] | None = None

    async def __call__(self, said: Said) -> Verdict:
        if said.is_shaped or not cleaning.may_be_exact(said.text):
            return Verdict()
        if not (self.is_on() if said.tools is None else said.tools):
            return Verdict()
        now = datetime.fromtimestamp(said.now, UTC).astimezone()
        call = _certain(said.text, now)
        if call is not None:
            return Verdict(_answer(said, call, now))
        if self.engine is None or said.shelves or not _may_be_sum(said.text):
            return Verdict()
        call = await _decided(await self.engine(), said)
        if call is None:
            return Verdict()
        told = Notice(READ_BY_MODEL, _READ_ZH if is_chinese(said.text) else _READ)
        return Verdict(_answer(said, call, now), (told,))


def _certain(question: str, now: datetime) -> Call | None:
    if not glance.may_be_read(question):
        return None
    from sottovoce.exact import reading

    return reading.certain(question, now)


def _may_be_sum(question: str) -> bool:
    if not glance.may_count(question):
        return False
    from sottovoce.exact import deciding

    return deciding.may_be_sum(question)


async def _decided(engine: Engine, said: Said) -> Call | None:
    """Have a model decide, in time; one that fails or takes too long has decided for nothing."""
    from sottovoce.exact import deciding

    message = Message(Role.USER, deciding.asked(said.text))
    drawn = Sampling(temperature=0.0, max_tokens=deciding.MOST_TOKENS, schema=deciding.SCHEMA, thinking=False)
    written: list[str] = []
    try:
        with held(engine) as holding:
            await holding.ready()  # loading it takes as long as it takes, and is needed in any case
            async with (
                asyncio.timeout(SECONDS),
                aclosing(holding.answer((message,), drawn, Conversation(said.owner, None))) as pieces,
            ):
                async for piece in pieces:
                    if isinstance(piece, Text):
                        written.append(piece.text)
    except (SottoError, TimeoutError) as problem:
        log.info("the model did not decide on a sum: %s", type(problem).__name__)
        return None
    return deciding.decided("".join(written), said.text)


def _answer(said: Said, call: Call, now: datetime) -> Instead:
    from sottovoce.exact import calls

    result = calls.computed(call, cleaning.language(said.text), now.date())
    told = Computed(call.name, call.arguments, result.value)
    sentence = cleaning.in_digits_of(said.text, result.sentence)
    return Instead(computed.REASON, sentence, {computed.FACT: computed.fact([told])}, (told,))
