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
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from sottovoce.core.errors import BadValue, EngineFailed, SchemaUnmet, SottoError
from sottovoce.core.events import Done, Event
from sottovoce.core.paths import open_home
from sottovoce.core.sampling import Sampling
from sottovoce.core.settings import Value
from sottovoce.sdk.events import last, texts

if TYPE_CHECKING:
    from pydantic import BaseModel

    from sottovoce.app import App
    from sottovoce.chat.question import Question
    from sottovoce.sdk.leaving import AsyncLeaving, Leaving
    from sottovoce.store.rows import Chat, StoredMessage
    from sottovoce.store.search import Hit

    Answer = TypeVar("Answer", bound=BaseModel)
T = TypeVar("T")


class AsyncSotto:
    """An open home. Use it as `async with AsyncSotto() as sotto:`.

    `settings` are those of config.toml, by keyword: `AsyncSotto(context=8192, temperature=0.7)`. While
    `sotto serve` runs at this home, its engine answers, unless another model or context is asked for.
    """

    def __init__(self, home: Path | str | None = None, **settings: Value) -> None:
        self._home = None if home is None else Path(home).expanduser().absolute()
        self._settings = settings
        self._stack = AsyncExitStack()
        self._app: App | None = None

    async def __aenter__(self) -> Self:
        from sottovoce.app import open_app

        home = None if self._home is None else open_home(self._home)
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
            raise _not_open()
        return self._app

    async def ask(self, text: str, *, chat: str | None = None, **how: Any) -> AsyncGenerator[str, None]:
        """Yield the answer's text as it is written. Raises SottoError.

        `how` may hold `system`, `parent` and the fields of `Sampling`: temperature, top_p, top_k, min_p,
        repeat_penalty, seed, max_tokens, stop. With `knowledge`, names of shelves, the answer comes from
        these, and `answer` tells what it quotes; with `quote` their sentences are the answer.
        """
        async with aclosing(texts(self.events(text, chat=chat, **how))) as pieces:
            async for piece in pieces:
                yield piece

    def events(self, text: str, *, chat: str | None = None, **how: Any) -> AsyncGenerator[Event, None]:
        """Yield every event of the turn; see sottovoce.core.events."""
        return self.app.ask(question(text, chat, how))

    async def answer(self, text: str, *, chat: str | None = None, **how: Any) -> Done:
        """Return the whole answer, with its chat, usage and timings. Raises SottoError."""
        return await last(self.events(text, chat=chat, **how))

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
        return await last(self.app.ask(question("", chat, {**how, "again": question_id})))

    async def preview(
        self,
        upstream: str,
        text: str = "",
        *,
        chat: str | None = None,
        question_id: str | None = None,
        **how: Any,
    ) -> AsyncLeaving:
        """Return what would leave for an answer from a model elsewhere, by its name; nothing has left then.

        A `text` is asked, in a new chat where none is named, and written down. Without one it is about that
        question of the chat, or its last. `how` as in `ask`, but no shelves.
        Raises Offline where nothing may leave, NotFound, BadValue, TooLarge, TooLong.
        """
        from sottovoce.sdk.leaving import looked

        return await looked(self.app, upstream, question(text, chat, how), question_id)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one vector for each text. Raises ModelProblem where the model cannot."""
        if isinstance(texts, str):
            raise BadValue(
                "embed takes a list of texts, not one text.", hint='For example: embed(["a boat"])'
            )
        return await self.app.embed(texts)

    async def chats(self) -> list[Chat]:
        """Return all chats, archived ones too: the pinned ones first, then the one used last."""
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
    """`AsyncSotto` for programs without an event loop. Use it as `with Sotto() as sotto:`.

    One answer is read at a time: asking inside the loop of another answer raises EngineFailed.
    """

    def __init__(self, home: Path | str | None = None, **settings: Value) -> None:
        self._inner = AsyncSotto(home, **settings)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._errands: set[_Errand[Any]] = set()
        self._readings: set[_Reading] = set()

    def __enter__(self) -> Self:
        runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._loop = runner.get_loop()
        self._thread = threading.Thread(target=_run, args=(runner,), name="sottovoce", daemon=True)
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
            self._wait(self._stop_answers())
        finally:
            try:
                self._wait(self._inner.__aexit__(kind, problem, trace))
            finally:
                self._end()

    def ask(self, text: str, *, chat: str | None = None, **how: Any) -> Generator[str, None, None]:
        """Yield the answer's text as it is written. Leaving the loop stops the answer. Raises SottoError."""
        return self._read(self._inner.ask(text, chat=chat, **how))

    def _read(self, pieces: AsyncGenerator[str, None]) -> Generator[str, None, None]:
        self._check_alone()
        reading = _Reading(pieces)
        try:
            self._readings.add(reading)
            while (piece := self._wait(reading.next())) is not None:
                yield piece
                reading.reader = threading.get_ident()
        finally:
            self._close(reading)

    def answer(self, text: str, *, chat: str | None = None, **how: Any) -> Done:
        """See AsyncSotto.answer."""
        self._check_alone()
        return self._wait(self._inner.answer(text, chat=chat, **how))

    def answer_as(self, shape: type[Answer], text: str, *, chat: str | None = None, **how: Any) -> Answer:
        """See AsyncSotto.answer_as."""
        self._check_alone()
        return self._wait(self._inner.answer_as(shape, text, chat=chat, **how))

    def retry(self, chat: str, question_id: str, **how: Any) -> Done:
        """See AsyncSotto.retry."""
        self._check_alone()
        return self._wait(self._inner.retry(chat, question_id, **how))

    def preview(
        self,
        upstream: str,
        text: str = "",
        *,
        chat: str | None = None,
        question_id: str | None = None,
        **how: Any,
    ) -> Leaving:
        """See AsyncSotto.preview."""
        from sottovoce.sdk.leaving import Leaving

        looking = self._inner.preview(upstream, text, chat=chat, question_id=question_id, **how)
        inner = self._wait(looking)
        return Leaving(inner.seen, inner, self._alone, self._read)

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
        self._check_alone()  # it waits for the answer that is being written in this chat
        self._wait(self._inner.delete(chat))

    def _check_alone(self) -> None:
        """Raise EngineFailed where asking would wait for an answer that only this thread can read on."""
        me = threading.get_ident()
        if any(reading.reader == me for reading in tuple(self._readings)):
            raise EngineFailed(
                "Another answer of this Sotto is not finished.",
                hint="Read it to its end, or close it: pieces.close()",
            )

    def _alone(self, work: Coroutine[Any, Any, T]) -> T:
        """Do work that may wait for an answer."""
        try:
            self._check_alone()
        except EngineFailed:
            work.close()
            raise
        return self._wait(work)

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Do work on the loop's thread; when this returns or raises, the work has ended."""
        loop = self._loop
        if loop is None:
            work.close()
            raise _not_open()
        errand = _Errand(work, self._errands.discard)
        self._errands.add(errand)
        try:
            loop.call_soon_threadsafe(errand.start)
            errand.ended.wait()
        except BaseException:  # Ctrl-C, which must not leave the work running in the loop
            loop.call_soon_threadsafe(errand.stop)
            errand.ended.wait()
            raise
        return errand.result()

    def _close(self, reading: _Reading) -> None:
        self._readings.discard(reading)
        if self._loop is None:
            return
        if threading.current_thread() is self._thread:
            # The garbage collector came by on the loop's own thread, which cannot wait for itself.
            errand = _Errand(reading.close(), self._errands.discard)
            self._errands.add(errand)
            errand.start()
        else:
            self._wait(reading.close())

    async def _stop_answers(self) -> None:
        """Stop what other threads wait for, and every answer that was not read to its end."""
        me = asyncio.current_task()
        tasks = [errand.task for errand in tuple(self._errands) if errand.task not in (None, me)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for reading in tuple(self._readings):
            await reading.close()
        self._readings.clear()

    def _end(self) -> None:
        loop, thread = self._loop, self._thread
        self._loop = self._thread = None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()


class _Errand(Generic[T]):
    """Work on the loop's thread, and its end as another thread sees it."""

    def __init__(self, work: Coroutine[Any, Any, T], forget: Callable[[_Errand[Any]], None]) -> None:
        self.task: asyncio.Task[T] | None = None
        self.ended = threading.Event()
        self._work = work
        self._forget = forget

    def start(self) -> None:
        self.task = asyncio.get_running_loop().create_task(self._work)
        self.task.add_done_callback(self._end)

    def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()
        else:
            self._work.close()
            self._end()

    def result(self) -> T:
        """Return what came of it. Raises SottoError where it was cut off by the end of the with block."""
        if self.task is None or self.task.cancelled():
            raise _not_open()
        return self.task.result()

    def _end(self, _: object = None) -> None:
        self._forget(self)
        self.ended.set()


class _Reading:
    """An answer that is read on a thread other than the loop's. One step at a time, or asyncio refuses."""

    def __init__(self, pieces: AsyncGenerator[str, None]) -> None:
        self.reader = threading.get_ident()
        """The thread that took the last piece."""
        self._pieces = pieces
        self._step = asyncio.Lock()

    async def next(self) -> str | None:
        async with self._step:
            return await anext(self._pieces, None)

    async def close(self) -> None:
        async with self._step:
            await self._pieces.aclose()


def _run(runner: asyncio.Runner) -> None:
    """Run the loop until it is stopped, then end what is left in it, and close it."""
    with runner:
        runner.get_loop().run_forever()


def _not_open() -> SottoError:
    return SottoError("This Sotto is not open.", hint="Use it inside a with block")


def question(text: str, chat: str | None, how: Mapping[str, Any]) -> Question:
    """Return a Question from keywords. Raises TypeError for one that does not exist, and BadValue."""
    from sottovoce.chat.question import Question

    place = {name: how[name] for name in ("system", "parent", "again", "knowledge", "quote") if name in how}
    sampling = {name: value for name, value in how.items() if name not in place}
    if place.get("knowledge") is not None:
        place["knowledge"] = _shelf_names(place["knowledge"])
    if "stop" in sampling:
        stop = sampling["stop"]
        sampling["stop"] = (stop,) if isinstance(stop, str) else tuple(stop)
    return Question(text, chat, sampling=Sampling(**sampling), **place)


def _shelf_names(given: object) -> tuple[str, ...]:
    """Return the names of shelves: one, or several. Raises BadValue for what is no name."""
    if isinstance(given, str):
        return (given,)
    names = tuple(given) if isinstance(given, Iterable) else (given,)
    if not all(isinstance(name, str) for name in names):
        raise BadValue(
            "`knowledge` should be the name of a shelf, or a list of such names.",
            hint='Write it as knowledge=["handbook"]; sotto kb list shows the names',
            field="knowledge",
        )
    return names
