"""One answer that is not kept: what a program asks through the API, with the functions it offers.

The counterpart of `turn.ask` for callers that keep their own history. Knows nothing of HTTP or of any
API's shapes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from sottovoce.chat import call_grounds, call_policy, prompt, reasoning, schema, tools
from sottovoce.chat.call_grounds import Given
from sottovoce.chat.guarded import UNGUARDED, Guards
from sottovoce.chat.holding import hold
from sottovoce.chat.spoken import Spoken, begins_call, called, calls_in, goes_round, whole_call
from sottovoce.chat.tools import Choice, Tool
from sottovoce.chat.unmarked import unmarked
from sottovoce.chat.waking import awake
from sottovoce.core.blank import is_blank
from sottovoce.core.errors import EngineFailed, SchemaUnmet, TooLong
from sottovoce.core.events import Called, Finished, Grounds, Notice, Piece, Quoted, Reasoning, Text
from sottovoce.core.messages import Conversation, Message
from sottovoce.core.sampling import Sampling, checked, laid_over
from sottovoce.engine.protocol import Asked, Engine, texts_of

LOOK_EVERY = 64
"""Tokens of a call after which to look whether the model goes round in circles."""

LARGE = 10_000
"""Characters of schemas that are looked at in milliseconds."""

CUT = ("length", "stop_text")
"""Reasons for which an answer may lack its end; the caller set these bounds and is told of them."""

Told = Piece | Reasoning | Called | Grounds | Notice | Quoted
"""What an answer to a call is told in."""


def _heard_by_nobody() -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked, by whom. `asked` is messages, or bare text that the model goes on with."""

    owner: str
    asked: tuple[Message, ...] | str
    sampling: Sampling = field(default_factory=Sampling)
    tools: tuple[Tool, ...] = ()
    choice: Choice = field(default_factory=Choice)
    given: Given | None = None
    """What was found for its question on the shelves that it asks."""
    guards: Guards = UNGUARDED
    """What refuses a question, or ends an answer."""
    writes: Callable[[], None] = _heard_by_nobody
    """Hears that a model is asked for the words, before it is loaded for them."""

    @property
    def needs_model(self) -> bool:
        """Whether a model writes the answer: not where it is made of quotes, or is not on the shelves."""
        return self.given is None or self.given.needs_model


async def answer(engine: Engine, call: Call) -> AsyncGenerator[Told, None]:
    """Yield what comes, `Finished` last; where shelves are asked, `Notice`s and `Grounds` before any word.

    Closing the generator stops the answer. Nothing of what was asked is left out to make it fit. Raises
    BadInput, TooLong or Busy before the first piece of text, ModelProblem at any time.
    """
    call = await _looked_at(call)
    # Without the passages that are about to stand before it.
    newest = call_policy.said(call.asked, call.owner, is_shaped=call.sampling.schema is not None)
    refused = await call_policy.refused(call.guards, newest) if call.guards else None
    if refused is not None:
        text, finished = refused
        yield text
        yield finished
        return
    for notice in call.given.notices if call.given is not None else ():
        yield notice
    if call.given is not None and call.given.may_look_further:
        async with aclosing(awake(engine)) as loading:
            async for waiting in loading:
                yield waiting
        call = replace(call, given=await call_grounds.looked_further(engine, call.given))
    if call.given is not None and not call.given.needs_model:
        for said in await call_grounds.without_model(call.given):
            yield said
        return
    call.writes()
    async with aclosing(awake(engine)) as loading:
        async for waiting in loading:
            yield waiting
    facts = await engine.ready()
    grounds: Grounds | None = None
    if call.given is not None:
        call, grounds = await call_grounds.told(engine, call, call.given, facts.window)
        yield grounds
    room = Sampling(max_tokens=prompt.room_for_answer(facts.window))
    turn = _Turn(engine, call, laid_over(room, call.sampling))
    if engine.queue(call.owner).seconds > 0:
        await _require_fit(engine, turn.asked, facts.window)
    way = turn.way()
    if call.given is not None and grounds is not None:
        way = call_grounds.quoting(unmarked(way), call.given, grounds)
    if call.guards:
        way = call_policy.watched(way, call.guards, newest)
    async with aclosing(way) as pieces:
        async for piece in pieces:
            yield piece


async def count(engine: Engine, call: Call) -> int:
    """Return the tokens of this call's prompt, with what it tells of its functions. Raises BadInput."""
    return await engine.count(_asked(await _looked_at(call)))


async def _require_fit(engine: Engine, asked: Asked, window: int) -> None:
    """Raise TooLong now, not only when its turn has come, for what will not fit then either."""
    most = sum(len(text.encode()) + prompt.OVERHEAD for text in texts_of(asked))  # a token is a byte at least
    if most < window:
        return
    count = await engine.count(asked)
    if count >= window:
        raise TooLong(
            f"The question takes {count:,} tokens; this model sees {window:,} at once.",
            hint="Ask with less text; what was said before counts as well",
        )


async def _looked_at(call: Call) -> Call:
    """Check the call; beside the loop where that takes a while, so that others need not wait."""
    size = sum(len(tool.parameters) for tool in call.tools) + len(call.sampling.schema or "")
    return await asyncio.to_thread(_checked, call) if size > LARGE else _checked(call)


def _checked(call: Call) -> Call:
    """Return the call with its schemas made plain. Raises BadInput."""
    call_grounds.checked(call)
    sampling = checked(call.sampling)
    if sampling.schema is not None:
        sampling = replace(sampling, schema=schema.checked(sampling.schema))
    asked = call.asked if isinstance(call.asked, str) else tuple(map(_without_unseen, call.asked))
    return replace(call, asked=asked, sampling=sampling, tools=tools.checked(call.tools, call.choice))


def _without_unseen(message: Message) -> Message:
    """Return a message as it is seen: what has but characters without a width is empty."""
    text = message.text
    return replace(message, text="") if is_blank(text) and not text.isspace() and text else message


def _asked(call: Call) -> Asked:
    """Return what goes to the engine: the messages as every template takes them."""
    if isinstance(call.asked, str):
        return call.asked
    return tools.with_told(tools.merged(call.asked), tools.described(call.tools, call.choice))


class _Turn:
    """One call on its way: mostly one answer of the engine, two where a function call needs another."""

    def __init__(self, engine: Engine, call: Call, sampling: Sampling) -> None:
        self.call = call
        self.sampling = sampling
        self.asked = _asked(call)
        self._engine = engine
        self._finished: Finished | None = None
        self._in_vain = 0
        """Tokens of an answer that was given up; they were written all the same."""

    def way(self) -> AsyncGenerator[Told, None]:
        """Return the stream that answers this call."""
        offered, mode = self.call.tools, self.call.choice.mode
        if not offered or mode == "none" or isinstance(self.asked, str):
            return self._said()
        if mode == "required":
            name = self.call.choice.name
            return self._made([tool for tool in offered if name in (None, tool.name)])
        return self._said_or_called()

    async def _said(self) -> AsyncGenerator[Told, None]:
        """Answer in words, or in JSON that follows the schema asked for."""
        wanted = self.sampling.schema
        said: list[str] = []
        shaped = self.sampling if wanted is None else replace(self.sampling, schema=schema.for_engine(wanted))
        async with aclosing(self._pieces(shaped)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Text):
                    said.append(piece.text)
                yield piece
        await self._hold("".join(said))
        yield self._end()

    async def _said_or_called(self) -> AsyncGenerator[Told, None]:
        """Answer in words as they come, but hold back what begins like a call until it is whole."""
        wanted = self.sampling.schema
        shape = None if wanted is None else tools.shape(self.call.tools, wanted)
        said: list[str] = []
        held: list[Text] = []
        is_call: bool | None = None
        async with aclosing(self._pieces(replace(self.sampling, schema=shape))) as pieces:
            async for piece in pieces:
                if not isinstance(piece, Text):
                    yield piece
                    continue
                said.append(piece.text)
                if is_call is None:
                    is_call = begins_call("".join(said))
                held.append(piece)
                if is_call is False:
                    for text in held:
                        yield text
                    held.clear()
        calls = calls_in("".join(said), self.call.tools) if held else []
        if calls:
            async with aclosing(self._called(calls)) as events:
                async for event in events:
                    yield event
            return
        for text in held:
            yield text
        await self._hold("".join(said))
        yield self._end()

    async def _called(self, calls: list[Spoken]) -> AsyncGenerator[Told, None]:
        """Give the calls that follow their schemas; where none does, have the first made again."""
        good: list[Called] = []
        for spoken in calls:
            try:
                good.append(await self._held(called(spoken)))
            except SchemaUnmet:
                continue
        if not good:
            again = [tool for tool in self.call.tools if tool.name == calls[0].name]
            async with aclosing(self._made(again)) as pieces:
                async for piece in pieces:
                    yield piece
            return
        for call in good if self.call.choice.parallel else good[:1]:
            yield call
        yield self._end("call")

    async def _made(self, offered: list[Tool]) -> AsyncGenerator[Told, None]:
        """Have a call written whose shape the engine holds.

        A small model may go round in circles, within a text or a list. It is then asked once more, for a
        call in which everything has an end. The caller's longest answer is that of both together.
        """
        shape = tools.shape(offered)
        sampling = replace(self.sampling, stop=(), likelihoods=None)
        for last_try in (False, True):
            said: list[str] = []
            in_circles = False
            async with aclosing(self._pieces(replace(sampling, schema=shape))) as pieces:
                async for piece in pieces:
                    if not isinstance(piece, Text):
                        yield piece
                        continue
                    said.append(piece.text)
                    if not last_try and len(said) % LOOK_EVERY == 0 and goes_round("".join(said)):
                        in_circles = True
                        break
            if not in_circles:
                break
            self._in_vain += len(said)
            shape = schema.tightened(shape)
            if self.call.sampling.max_tokens is not None:
                left = self.call.sampling.max_tokens - len(said)
                sampling = replace(sampling, max_tokens=max(1, left))
        if self._end().reason in CUT:
            yield self._end()
            return
        yield await self._held(whole_call("".join(said), offered))
        yield self._end("call")

    async def _pieces(self, sampling: Sampling) -> AsyncGenerator[Piece | Reasoning, None]:
        """Yield the engine's pieces but its `Finished`, which is kept and added to what there was."""
        finished: Finished | None = None
        stream = self._engine.answer(self.asked, sampling, Conversation(self.call.owner, None))
        # What goes on with a bare text, or must follow a schema, is all answer.
        is_answer = isinstance(self.asked, str) or sampling.schema is not None
        async with aclosing(stream if is_answer else reasoning.told_apart(stream)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Finished):
                    finished = piece
                else:
                    yield piece
        self._finished = _together(self._finished, finished)

    async def _hold(self, said: str) -> None:
        """Raise SchemaUnmet where the answer, or the beginning that it is, does not follow the schema."""
        if self.sampling.schema is None:
            return
        if self._end().reason in CUT:
            schema.begun(said)
        else:
            await hold(said, self.sampling.schema)

    async def _held(self, call: Called) -> Called:
        """Return the call, if its arguments follow the function's schema. Raises SchemaUnmet."""
        (parameters,) = (tool.parameters for tool in self.call.tools if tool.name == call.name)
        await hold(call.arguments, parameters)
        return call

    def _end(self, reason: str | None = None) -> Finished:
        end = self._finished
        if end is None:
            raise EngineFailed("The engine ended the answer without saying why.", hint="Ask again")
        usage = replace(end.usage, answer=end.usage.answer + self._in_vain)
        return replace(end, reason=reason or end.reason, usage=usage)


def _together(first: Finished | None, second: Finished | None) -> Finished | None:
    """Return the end of two answers made for one call; the prompt counts once."""
    if first is None or second is None:
        return second
    return replace(
        second,
        usage=replace(first.usage, answer=first.usage.answer + second.usage.answer),
        timings=replace(
            second.timings,
            first_token=first.timings.first_token,
            total=first.timings.total + second.timings.total,
        ),
    )
