"""Sottovoce from Python: the same turn, home and engine as the command line, in your own program.

    from sottovoce import Sotto

    with Sotto() as sotto:
        for piece in sotto.ask("Why is the sky blue?"):
            print(piece, end="")

`AsyncSotto` is the whole of it; `Sotto` runs one on a thread of its own and waits.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Awaitable, Coroutine, Generator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from sottovoce.core.errors import SchemaUnmet, SottoError
from sottovoce.core.events import Done, Event, Failed, Text
from sottovoce.core.paths import open_home
from sottovoce.core.sampling import Sampling
from sottovoce.core.settings import Value

if TYPE_CHECKING:
    from pydantic import BaseModel

    from sottovoce.app import App
    from sottovoce.chat.turn import Question
    from sottovoce.store.chats import Chat, StoredMessage
    from sottovoce.store.search import Hit

    Answer = TypeVar("Answer", bound=BaseModel)
T = TypeVar("T")


class AsyncSotto:
    """An open home. Use it as `async with AsyncSotto() as sotto:`.

    `settings` are those of config.toml, by keyword: `AsyncSotto(context=8192, temperature=0.7)`.
    """

    def __init__(self, home: Path | str | None = None, **settings: Value) -> None:
        self._home = home
        self._settings = settings
        self._stack = AsyncExitStack()
        self._app: App | None = None

    async def __aenter__(self) -> Self:
        from sottovoce.app import open_app

        home = None if self._home is None else open_home(Path(self._home))
        self._app = await self._stack.enter_async_context(open_app(home=home, given=self._settings))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._app = None
        await self._stack.__aexit__(kind, problem, trace)

    @property
    def app(self) -> App:
        if self._app is None:
            raise SottoError("This Sotto is not open.", hint="Use it inside a with block")
        return self._app

    async def ask(self, text: str, *, chat: str | None = None, **how: Any) -> AsyncGenerator[str, None]:
        """Yield the answer's text as it is written. Raises SottoError.

        `how` may hold `system`, `parent` and the fields of `Sampling`: temperature, top_p, top_k, min_p,
        repeat_penalty, seed, max_tokens, stop.
        """
        async with aclosing(self.events(text, chat=chat, **how)) as events:
            async for event in events:
                match event:
                    case Text(piece):
                        yield piece
                    case Failed(problem):
                        raise problem

    def events(self, text: str, *, chat: str | None = None, **how: Any) -> AsyncGenerator[Event, None]:
        """Yield every event of the turn; see sottovoce.core.events."""
        return self.app.ask(question(text, chat, how))

    async def answer(self, text: str, *, chat: str | None = None, **how: Any) -> Done:
        """Return the whole answer, with its chat, usage and timings. Raises SottoError."""
        return await _last(self.events(text, chat=chat, **how))

    async def answer_as(
        self, shape: type[Answer], text: str, *, chat: str | None = None, **how: Any
    ) -> Answer:
        """Return the answer as an instance of a pydantic class. Raises SchemaUnmet if it does not fit."""
        from pydantic import ValidationError

        done = await self.answer(text, chat=chat, schema=json.dumps(shape.model_json_schema()), **how)
        try:
            return shape.model_validate_json(done.text)
        except ValidationError as problem:
            raise SchemaUnmet(
                f"The answer does not fit {shape.__name__}.", hint="Ask again", detail=str(problem)
            ) from problem

    async def retry(self, chat: str, question_id: str, **how: Any) -> Done:
        """Answer a question once more, as a branch beside the answers it has."""
        return await _last(self.app.ask(question("", chat, {**how, "again": question_id})))

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one vector for each text. Raises ModelProblem where the model cannot."""
        return await self.app.embed(texts)

    async def chats(self) -> list[Chat]:
        """Return all chats, the one used last first."""
        from sottovoce.store import chats

        return await self.app.database.read(lambda conn: chats.listed(conn, self.app.owner))

    async def messages(self, chat: str, leaf: str | None = None) -> list[StoredMessage]:
        """Return the branch a reader is at, or the one that ends at `leaf`, from its root."""
        from sottovoce.store import chats

        return await self.app.database.read(lambda conn: chats.branch(conn, self.app.owner, chat, leaf))

    async def branches(self, message: str) -> list[str]:
        """Return the ids of a message and its alternatives, in the order of writing."""
        from sottovoce.store import chats

        return await self.app.database.read(lambda conn: chats.siblings(conn, self.app.owner, message))

    async def search(self, text: str, limit: int = 20) -> list[Hit]:
        """Return messages that hold all the words, the best first."""
        from sottovoce.store import search

        return await self.app.database.read(lambda conn: search.find(conn, self.app.owner, text, limit))

    async def delete(self, chat: str) -> None:
        """Delete a chat so that nothing of it is left on the disk."""
        await self.app.delete_chat(chat)


class Sotto:
    """`AsyncSotto` for programs without an event loop. Use it as `with Sotto() as sotto:`."""

    def __init__(self, home: Path | str | None = None, **settings: Value) -> None:
        self._inner = AsyncSotto(home, **settings)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sottovoce", daemon=True)
        self._thread.start()
        try:
            self._wait(self._inner.__aenter__())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._wait(self._inner.__aexit__(kind, problem, trace))
        finally:
            self._end()

    def ask(self, text: str, *, chat: str | None = None, **how: Any) -> Generator[str, None, None]:
        """Yield the answer's text as it is written. Leaving the loop stops the answer. Raises SottoError."""
        pieces = self._inner.ask(text, chat=chat, **how)
        try:
            while (piece := self._wait(anext(pieces, None))) is not None:
                yield piece
        finally:
            self._wait(pieces.aclose())

    def answer(self, text: str, *, chat: str | None = None, **how: Any) -> Done:
        """See AsyncSotto.answer."""
        return self._wait(self._inner.answer(text, chat=chat, **how))

    def answer_as(self, shape: type[Answer], text: str, *, chat: str | None = None, **how: Any) -> Answer:
        """See AsyncSotto.answer_as."""
        return self._wait(self._inner.answer_as(shape, text, chat=chat, **how))

    def retry(self, chat: str, question_id: str, **how: Any) -> Done:
        """See AsyncSotto.retry."""
        return self._wait(self._inner.retry(chat, question_id, **how))

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """See AsyncSotto.embed."""
        return self._wait(self._inner.embed(texts))

    def chats(self) -> list[Chat]:
        """See AsyncSotto.chats."""
        return self._wait(self._inner.chats())

    def messages(self, chat: str, leaf: str | None = None) -> list[StoredMessage]:
        """See AsyncSotto.messages."""
        return self._wait(self._inner.messages(chat, leaf))

    def branches(self, message: str) -> list[str]:
        """See AsyncSotto.branches."""
        return self._wait(self._inner.branches(message))

    def search(self, text: str, limit: int = 20) -> list[Hit]:
        """See AsyncSotto.search."""
        return self._wait(self._inner.search(text, limit))

    def delete(self, chat: str) -> None:
        """See AsyncSotto.delete."""
        self._wait(self._inner.delete(chat))

    def _wait(self, work: Awaitable[T]) -> T:
        if self._loop is None:
            if asyncio.iscoroutine(work):
                work.close()
            raise SottoError("This Sotto is not open.", hint="Use it inside a with block")

        async def done() -> T:
            return await work

        coroutine: Coroutine[Any, Any, T] = done()
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def _end(self) -> None:
        loop, thread = self._loop, self._thread
        self._loop = self._thread = None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()


def question(text: str, chat: str | None, how: Mapping[str, Any]) -> Question:
    """Return a Question from keywords. Raises TypeError for one that does not exist."""
    from sottovoce.chat.turn import Question

    place = {name: how[name] for name in ("system", "parent", "again") if name in how}
    sampling = {name: value for name, value in how.items() if name not in place}
    if "stop" in sampling:
        stop = sampling["stop"]
        sampling["stop"] = (stop,) if isinstance(stop, str) else tuple(stop)
    return Question(text, chat, sampling=Sampling(**sampling), **place)


async def _last(events: AsyncGenerator[Event, None]) -> Done:
    async with aclosing(events) as all_events:
        async for event in all_events:
            match event:
                case Done():
                    return event
                case Failed(problem):
                    raise problem
    raise SottoError("The answer ended without a result.", hint="Ask again")
