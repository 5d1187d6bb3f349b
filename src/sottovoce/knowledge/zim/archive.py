"""A mounted encyclopaedia: what it is, which articles a query finds, what an article says.

The file is read by a process of its own, which is started again when it dies, at most twice in a row. Every
article may be damaged: one that cannot be read is told, and the others go on. Knows nothing of questions.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from sottovoce.core.errors import BadDocument, NotFound
from sottovoce.knowledge.zim.header import AGAIN, Header, Identity, check_same, identity_of, read_header
from sottovoce.knowledge.zim.process import Ended, Fault, Late, Reader, start_reader
from sottovoce.knowledge.zim.said import Article, Facts, Hit, article_of, counts_of, facts_of, hits_of, line

log = logging.getLogger(__name__)

RESTARTS = 2
"""How often the reader is started again without having answered in between."""

SEARCH_SECONDS = 30.0
ARTICLE_SECONDS = 15.0
KEPT = 48
"""Names of articles that are held, up to three of one: quotes are checked without reading them again."""

Answer = TypeVar("Answer")


class Archive:
    """An open ZIM file; see `open_archive`. Any number of tasks may ask; they are answered one by one."""

    def __init__(self, path: Path, header: Header) -> None:
        self.path = path.absolute()
        self.header = header
        self.facts: Facts
        self.pid: int | None = None
        """The process that reads it."""
        self.walled = False
        """Whether the kernel keeps that process from the network."""
        self._reader: Reader | None = None
        self._restarts = 0
        self._given_up: BadDocument | None = None
        self._lock = asyncio.Lock()
        self._articles: OrderedDict[str, Article] = OrderedDict()
        self._bad: dict[str, BadDocument] = {}
        self._asking: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Archive:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the process that reads it; it answers nobody any more."""
        self._given_up = BadDocument(
            f"{self.path.name} was closed.", hint="Open it again; it may have been unmounted while you asked"
        )
        await self._drop()

    async def _drop(self) -> None:
        reader, self._reader, self.pid = self._reader, None, None
        if reader is not None:
            await reader.stop()

    async def estimate(self, queries: Sequence[str]) -> list[int]:
        """Return for each query how many articles have all its words, roughly."""
        return await self._ask(
            "its index",
            "estimate",
            SEARCH_SECONDS,
            partial(counts_of, rows=len(queries)),
            queries=list(queries),
        )

    async def search(
        self, queries: Sequence[str] = (), limit: int = 20, *, titles: Sequence[str] = ()
    ) -> tuple[list[list[Hit]], list[str]]:
        """Return the articles with all words of each query, best first, then those whose title begins so.

        Without an index in the file only titles are searched. Then sentences: what could not be looked up.
        Raises BadDocument.
        """
        queries = queries if self.facts.indexed else ()
        found, faults = await self._ask(
            "its index",
            "search",
            SEARCH_SECONDS,
            partial(hits_of, rows=len(queries) + len(titles)),
            queries=list(queries),
            titles=list(titles),
            limit=limit,
        )
        name = self.path.name
        return found, [
            f"{name} is damaged: something found could not be looked up ({one})." for one in faults
        ]

    async def article(self, key: str) -> Article:
        """Return an article by its path or its title. Raises NotFound, or BadDocument naming it."""
        if key in self._bad:
            raise self._bad[key]
        held = self._articles.get(key)
        if held is None:
            try:
                held = await self._ask(
                    f"the article “{line(key)}”",
                    "article",
                    ARTICLE_SECONDS,
                    partial(article_of, written=self.facts.written),
                    key=key,
                )
            except BadDocument as problem:
                if isinstance(problem.__cause__, Ended):  # what ended the reader is not tried again
                    self._bad[key] = problem
                raise
            for name in {key, held.path, held.key}:
                self._articles[name] = held
        self._articles.move_to_end(key)
        while len(self._articles) > KEPT:
            self._articles.popitem(last=False)
        return held

    def check_same(self) -> None:
        """Raise BadDocument if the file has gone or was changed since it was opened. Cheap."""
        now = identity_of(self.path, self.header.identity.uuid)
        check_same(self.path.name, self.header.identity, now)

    def check_usable(self) -> None:
        """Raise BadDocument if nothing more can be read: it changed, or its reader was given up."""
        if self._given_up is not None:
            raise self._given_up
        self.check_same()

    async def _ask(
        self, what: str, do: str, seconds: float, parse: Callable[[Any], Answer], **asked: Any
    ) -> Answer:
        """Return the reader's answer. It comes to its end even if nobody waits for it any more.

        Otherwise whoever asks next would wait for it, and be blamed where it never comes.
        """
        asking = asyncio.create_task(self._answer(what, do, seconds, parse, asked))
        self._asking.add(asking)
        asking.add_done_callback(self._forget)
        return await asyncio.shield(asking)

    def _forget(self, asking: asyncio.Task[Any]) -> None:
        self._asking.discard(asking)
        if not asking.cancelled():
            asking.exception()  # was told to whoever still waits

    async def _answer(
        self, what: str, do: str, seconds: float, parse: Callable[[Any], Answer], asked: dict[str, Any]
    ) -> Answer:
        """Return the reader's answer, starting it again if it died. Asks twice; then `what` is at fault."""
        async with self._lock:
            self.check_same()
            last = False
            while True:
                reader = self._reader or await self._start()
                try:
                    answer = _parsed(parse, await reader.ask(do, seconds, **asked))
                except Ended as ended:
                    await self._drop()
                    log.warning("%s: its reader %s.", self.path.name, ended)
                    self.check_same()
                    if last or isinstance(ended, Late):
                        raise BadDocument(
                            f"{self.path.name}: {what} cannot be read: the reader {ended}.",
                            hint="The rest of it goes on. " + AGAIN,
                            detail=reader.tail,
                        ) from ended
                    last = True
                except Fault as fault:
                    self._restarts = 0
                    if "Cannot find entry" in str(fault):
                        raise NotFound(
                            f"{self.path.name} has no article of this name: {line(asked.get('key', what))}",
                            hint="Search for it: its title may be written differently",
                        ) from fault
                    raise BadDocument(
                        f"{self.path.name}: {what} cannot be read: {fault}.",
                        hint="The rest of it goes on. If there are many: " + AGAIN,
                        detail=str(fault),
                    ) from fault
                else:
                    self._restarts = 0
                    return answer

    async def _start(self) -> Reader:
        """Start the reader again. Raises BadDocument once it has been too often."""
        if self._given_up is not None:
            raise self._given_up
        if self._restarts >= RESTARTS:
            self._given_up = BadDocument(
                f"The reader of {self.path.name} stopped {RESTARTS + 1} times and is not started again.",
                hint="Check the file, then open it again. " + AGAIN,
            )
            raise self._given_up
        self._restarts += 1
        await self.start()
        assert self._reader is not None  # noqa: S101  (start raises where there is none)
        return self._reader

    async def start(self) -> None:
        """Start the reader and read the facts. For `open_archive`. Raises BadDocument, Unsupported."""
        reader = await start_reader()
        try:
            said = await reader.open(self.path)
            self.facts = facts_of(said, self.header.identity)
        except (Ended, Fault, LookupError, TypeError, ValueError) as problem:
            await reader.stop()
            raise BadDocument(
                f"{self.path.name} cannot be opened: it is damaged.",
                hint=AGAIN,
                detail=f"{problem}\n{reader.tail}",
            ) from problem
        except BaseException:
            await reader.stop()
            raise
        self._reader, self.pid, self.walled = reader, reader.process.pid, reader.walled


async def open_archive(path: Path, mounted: Identity | None = None) -> Archive:
    """Open a ZIM file: its header, its sizes, the list of what is in it. Reads no more than that.

    `mounted`: what it was when it was checked; another file under its name is refused. Close it after use.
    Raises BadDocument, or Unsupported where libzim is not installed.
    """
    header = await asyncio.to_thread(read_header, path)
    if mounted is not None:
        check_same(path.name, mounted, header.identity)
    archive = Archive(path, header)
    await archive.start()
    return archive


def _parsed(parse: Callable[[Any], Answer], said: Any) -> Answer:
    try:
        return parse(said)
    except (LookupError, TypeError, ValueError) as problem:
        raise Ended("answered nonsense") from problem
