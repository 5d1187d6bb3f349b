"""What would leave for an answer from elsewhere, for a program to look at. Nothing leaves before `send`."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextlib import aclosing
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from sottovoce.chat.elsewhere import agreeing, posing
from sottovoce.chat.elsewhere.preview import NOTHING, Edits, Preview, permitted, preview
from sottovoce.chat.elsewhere.sending import send
from sottovoce.core.errors import BadValue
from sottovoce.core.messages import Role
from sottovoce.hybrid.budget import MILLION
from sottovoce.sdk.events import last, texts
from sottovoce.store import chats

if TYPE_CHECKING:
    from sottovoce.app import App
    from sottovoce.chat.question import Question
    from sottovoce.core.events import Done, Event
    from sottovoce.core.sampling import Sampling

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Facts:
    """What would leave. `seen` is all of it, as sottovoce.chat.elsewhere.preview has it."""

    seen: Preview

    @property
    def chat(self) -> str:
        return self.seen.chat

    @property
    def question(self) -> str:
        """The question's id."""
        return self.seen.question

    @property
    def texts(self) -> tuple[str, ...]:
        """The exact texts, with placeholders: instructions, what was said before, the question last."""
        return tuple(one.text for one in self.seen.messages)

    @property
    def hidden(self) -> dict[str, str]:
        """What each placeholder stands for."""
        return {item.placeholder: item.original for item in self.seen.items}

    @property
    def bytes(self) -> int:
        return len(self.seen.call.body)

    @property
    def tokens(self) -> int:
        """An estimate."""
        return self.seen.tokens

    @property
    def most(self) -> Decimal | None:
        """What it costs at most, in the currency of `seen.upstream`; None where no price is known."""
        if self.seen.upstream.price is None:
            return None
        return Decimal(self.seen.most.micro) / MILLION


@dataclass(frozen=True, slots=True)
class AsyncLeaving(Facts):
    """What would leave, as `AsyncSotto.preview` returns it. To change it is to get another."""

    app: App
    sampling: Sampling

    async def hide(self, *words: str) -> AsyncLeaving:
        """Hide these words or names besides, wherever they stand."""
        return await self._with(replace(self._edits, own=(*self._edits.own, *words)))

    async def show(self, *placeholders: str) -> AsyncLeaving:
        """Let be seen what these placeholders stand for. Raises BadValue for what is none."""
        values = {item.placeholder: item.value for item in self.seen.items}
        for name in placeholders:
            if name not in values:
                raise BadValue(
                    f"{name} stands for nothing here.", hint="`hidden` has the placeholders that there are"
                )
        never = tuple(values[name] for name in placeholders)
        return await self._with(replace(self._edits, never=(*self._edits.never, *never)))

    async def write(self, text: str) -> AsyncLeaving:
        """Say this in place of the question, this once."""
        return await self._with(replace(self._edits, text=text))

    async def send(self) -> Done:
        """Send it, which is to consent; return the answer, the originals in it. Raises SottoError.

        Raises Refused, with nothing sent, where it would be another by now.
        """
        return await last(self.events())

    async def stream(self) -> AsyncGenerator[str, None]:
        """Send it, and yield the answer's text as it comes."""
        async with aclosing(texts(self.events())) as pieces:
            async for piece in pieces:
                yield piece

    async def events(self) -> AsyncGenerator[Event, None]:
        """Send it, and yield every event of the turn; see sottovoce.core.events."""
        seen = self.seen
        there = self.app.there(seen.upstream.name)
        agreed = await agreeing.agreed(
            there, seen.chat, seen.question, seen.edits, agreeing.seal(seen), self.sampling
        )
        async with aclosing(send(there, agreed)) as events:
            async for event in events:
                yield event

    @property
    def _edits(self) -> Edits:
        return self.seen.edits

    async def _with(self, edits: Edits) -> AsyncLeaving:
        seen, there = self.seen, self.app.there(self.seen.upstream.name)
        return replace(self, seen=await preview(there, seen.chat, seen.question, edits, self.sampling))


@dataclass(frozen=True, slots=True)
class Leaving(Facts):
    """`AsyncLeaving` for programs without an event loop, as `Sotto.preview` returns it."""

    inner: AsyncLeaving
    wait: Callable[[Coroutine[Any, Any, Any]], Any]
    read: Callable[[AsyncGenerator[str, None]], Generator[str, None, None]]

    def hide(self, *words: str) -> Leaving:
        """See AsyncLeaving.hide."""
        return self._of(self.inner.hide(*words))

    def show(self, *placeholders: str) -> Leaving:
        """See AsyncLeaving.show."""
        return self._of(self.inner.show(*placeholders))

    def write(self, text: str) -> Leaving:
        """See AsyncLeaving.write."""
        return self._of(self.inner.write(text))

    def send(self) -> Done:
        """See AsyncLeaving.send."""
        done: Done = self.wait(self.inner.send())
        return done

    def stream(self) -> Generator[str, None, None]:
        """See AsyncLeaving.stream. Leaving the loop stops the answer."""
        return self.read(self.inner.stream())

    def _of(self, work: Coroutine[Any, Any, AsyncLeaving]) -> Leaving:
        inner: AsyncLeaving = self.wait(work)
        return replace(self, seen=inner.seen, inner=inner)


async def looked(app: App, upstream: str, asked: Question, named: str | None) -> AsyncLeaving:
    """Return what would leave for an answer to a question: a new one, or one asked before, perhaps by its id.

    Raises as AsyncSotto.preview.
    """
    there, given = app.there(upstream), asked.sampling
    permitted(there)
    if given.schema is not None or asked.knowledge is not None or asked.quote is not None:
        raise BadValue(
            "What is asked elsewhere takes no schema and no shelf.",
            hint="Leave out schema, knowledge and quote",
        )
    if asked.text:
        chat, question = await posing.pose(app.parts(), asked)
    else:
        chat, question = await app.database.read(lambda conn: _asked(conn, app.owner, asked.chat, named))
    return AsyncLeaving(await preview(there, chat, question, NOTHING, given), app, given)


def _asked(
    connection: sqlite3.Connection, owner: str, chat: str | None, question: str | None
) -> tuple[str, str]:
    """Return the whole ids of a chat and of a question in it, the last one where none is named."""
    if chat is None:
        raise BadValue("There is nothing to be asked.", hint="Give a text, or the chat of a question")
    whole = chats.get(connection, owner, chat).id
    branch = chats.branch(connection, owner, whole, question)
    found = next((one.id for one in reversed(branch) if one.role is Role.USER), None)
    if found is None:
        raise BadValue("Nothing has been asked in this chat yet.", hint="Ask something first")
    return whole, found
