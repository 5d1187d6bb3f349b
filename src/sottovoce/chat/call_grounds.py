"""What shelves have in a call that is not kept: passages before its question, or the answer without any.

The counterpart of grounded.py, which serves turns. Opens no shelf itself.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sottovoce.chat import grounds
from sottovoce.core.blank import is_blank
from sottovoce.core.errors import BadValue
from sottovoce.core.events import Finished, Grounds, Notice, Quoted, Text, Timings, Usage
from sottovoce.core.grounds import Found, Ground
from sottovoce.core.messages import Message, Role
from sottovoce.engine.protocol import Engine
from sottovoce.knowledge.cite import cited
from sottovoce.knowledge.extract import Judge, best_quotes, nobody
from sottovoce.knowledge.search import Results

if TYPE_CHECKING:
    from sottovoce.chat.call import Call, Told


@dataclass(frozen=True, slots=True)
class Given:
    """The passages for a call's question, best first, of shelves of these names.

    `quote`: their sentences are the answer, and no model writes one; `judge` says which. `further`: looks
    once more where they hold no answer, with the help of the engine; None where there is nothing more to
    look through. `notices` tell of a later time, and of what cannot be read.
    """

    question: str
    passages: tuple[Found, ...]
    answers: bool
    shelves: tuple[str, ...]
    quote: bool = False
    judge: Judge = nobody
    further: Callable[[Engine], Awaitable[Results | None]] | None = None
    notices: tuple[Notice, ...] = ()

    @property
    def needs_model(self) -> bool:
        return self.answers and not self.quote

    @property
    def may_look_further(self) -> bool:
        return self.further is not None and not self.answers and not self.quote

    def event(self, told: int = 0) -> Grounds:
        """Return it as an event; the first `told` passages go to the model."""
        passages = tuple(Ground(passage, at < told) for at, passage in enumerate(self.passages))
        return Grounds(passages, self.answers, self.shelves)


def question_of(asked: tuple[Message, ...] | str) -> str:
    """Return the text that is looked for: the newest question's."""
    if isinstance(asked, str):
        return ""
    return next((message.text for message in reversed(asked) if message.role is Role.USER), "")


def require_question(question: str, field: str) -> None:
    """Raise BadValue where there is nothing that could be looked for; `field` is where it should stand."""
    if is_blank(question):
        raise BadValue(
            "There is no question to look for on a shelf.",
            hint=f"Send one in {field}, or leave knowledge out",
            field=field,
        )


def checked(call: Call) -> None:
    """Raise BadValue where a call asks shelves and something that does not go with them."""
    if call.given is None:
        return
    if call.tools:
        raise BadValue(
            "A question to shelves of documents may call no functions.",
            hint="What stands in a document must not act: ask with tools, or with knowledge",
            field="tools",
        )
    if call.sampling.schema is not None:
        raise BadValue(
            "An answer that follows a schema cannot be cited from a shelf.",
            hint="Leave one of the two out",
            field="knowledge",
        )


async def without_model(given: Given) -> tuple[Told, ...]:
    """Return the whole answer where it is made of quotes, or the shelves hold none."""
    quotes = await best_quotes(given.question, given.passages, given.judge) if given.answers else []
    finished = Finished("stop", Usage(0, 0, 0), Timings(0.0, 0.0, 0.0, 0.0))
    if quotes:
        return given.event(), Text(grounds.quotes(quotes)[0]), Quoted(tuple(quotes)), finished
    text = grounds.not_here(given.question, given.shelves, is_near=bool(given.passages))
    return replace(given, answers=False).event(), Text(text), finished


async def looked_further(engine: Engine, given: Given) -> Given:
    """Return what there is when the engine has helped to look once more. Raises as the engine does."""
    results = None if given.further is None else await given.further(engine)
    return given if results is None else replace(given, passages=results.found, answers=True)


async def told(engine: Engine, call: Call, given: Given, window: int) -> tuple[Call, Grounds]:
    """Return the call with the passages before its question, and which these are."""
    costs = await engine.weigh([grounds.block(passage) for passage in given.passages])
    most = grounds.fit(costs, grounds.budget(None, window))
    if isinstance(call.asked, str):
        return call, given.event()
    messages = list(call.asked)
    at = max(at for at, message in enumerate(messages) if message.role is Role.USER)
    text = grounds.told(given.question, messages[at].text, given.passages[:most])
    messages[at] = replace(messages[at], text=text)
    return replace(call, asked=tuple(messages)), given.event(most)


async def quoting(
    pieces: AsyncGenerator[Told, None], given: Given, grounds: Grounds
) -> AsyncGenerator[Told, None]:
    """Yield an answer; before its end what its passages say themselves, where they support none of it."""
    passages = [ground.passage for ground in grounds.passages if ground.told]
    text: list[str] = []
    async with aclosing(pieces):
        async for piece in pieces:
            if isinstance(piece, Text):
                text.append(piece.text)
            elif isinstance(piece, Finished) and not cited("".join(text), passages).citations:
                yield Quoted(tuple(await best_quotes(given.question, passages, given.judge)))
            yield piece
