"""The engine of this home's running server, used from another program; and one's own while there is none.

Two engines at one home would take twice the memory and quarrel about the kept states. So each call
looks whether a server runs. While one does, the call goes over its unix socket. When it is gone, an
engine of one's own is started; when it comes, that one is put away, its states saved, before the next
question. Knows nothing of chats: what is said stays the asking program's to store.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import asdict
from typing import Any, TypeVar

from sottovoce import __version__
from sottovoce.core.errors import EngineFailed, SottoError, Stopping
from sottovoce.core.events import Finished, Piece, Text
from sottovoce.core.messages import OWNER, Conversation, Framed, Message
from sottovoce.core.paths import Home
from sottovoce.core.sampling import Sampling
from sottovoce.engine import pieces, sign
from sottovoce.engine.client import Address, Client, EngineGone
from sottovoce.engine.protocol import Asked, Engine, Load, ModelFacts, Queue
from sottovoce.engine.sign import Sign

log = logging.getLogger(__name__)

T = TypeVar("T")

ROOM = "/app/api/engine"
PROBE_SECONDS = 1.0


class AttachedEngine:
    """`runs_on` and `window` say what is wanted; a server that runs something else is left alone.

    `own` builds an engine of this program's own, and is called only when one is needed. `kind` says which of
    the server's models is meant, as models/kinds.py has it.
    """

    def __init__(
        self, home: Home, runs_on: str, window: int, own: Callable[[], Engine], kind: str = "language"
    ) -> None:
        self._home = home
        self._wanted = (__version__, runs_on, window)
        self._build = own
        self._kind = kind
        self._own: Engine | None = None
        self._users = 0
        self._changing = asyncio.Lock()
        self._closed = False

    @property
    def address(self) -> str | None:
        """Where the server is that answers, as people are told; None while there is none."""
        found = self._sign()
        return found.address if found is not None else None

    async def ready(self) -> ModelFacts:
        async def shared(client: Client) -> ModelFacts:
            return ModelFacts(**await _call(client, "ready", {"kind": self._kind}))

        return await self._either(shared, lambda own: own.ready())

    async def hold(self) -> Callable[[], None]:
        """See Engine.hold. Each call of ours holds the model for itself, and one of them loads it."""
        return _nothing_held

    def queue(self, owner: str) -> Queue:
        """See Engine.queue. A server knows its own line, and refuses by itself when that is too long."""
        return self._own.queue(owner) if self._own is not None else Queue(1, 0, 0, 0.0)

    def load(self) -> Load | None:
        """See Engine.load. What a server has loaded is not this program's."""
        return self._own.load() if self._own is not None else None

    def keep(self, seconds: float | None) -> None:
        if self._own is not None:
            self._own.keep(seconds)

    async def count(self, asked: Asked) -> int:
        if isinstance(asked, Framed):
            async with self._alone() as own:
                return await own.count(asked)
        said = asked

        async def shared(client: Client) -> int:
            return int(await _call(client, "count", {"asked": _asked(said), "kind": self._kind}))

        return await self._either(shared, lambda own: own.count(asked))

    async def weigh(self, texts: Sequence[str]) -> list[int]:
        async def shared(client: Client) -> list[int]:
            return [int(length) for length in await _call(client, "weigh", {"texts": list(texts)})]

        return await self._either(shared, lambda own: own.weigh(texts))

    async def answer(
        self, asked: Asked, sampling: Sampling, conversation: Conversation
    ) -> AsyncGenerator[Piece, None]:
        """See Engine.answer. A server that goes away before the first word is replaced without a word.

        A prompt that is written out stays here: it is for a model that judges, which no server shares.
        """
        client = None if isinstance(asked, Framed) else await self._server()
        if client is not None and not isinstance(asked, Framed):
            said = False
            body = {"asked": _asked(asked), "sampling": asdict(sampling), "chat": conversation.chat}
            try:
                async with aclosing(_answer(client, body)) as found:
                    async for piece in found:
                        said = said or isinstance(piece, Text)
                        yield piece
                return
            except (EngineGone, Stopping) as problem:
                if said:
                    raise EngineFailed(
                        "The server that was answering has stopped.",
                        hint="Ask again: this program then answers by itself, or through the next server",
                        detail=problem.detail,
                    ) from problem
                _tell_gone(problem)
        async with self._alone() as own, aclosing(own.answer(asked, sampling, conversation)) as found:
            async for piece in found:
                yield piece

    async def embed(self, texts: Sequence[str], owner: str = OWNER) -> list[list[float]]:
        async def shared(client: Client) -> list[list[float]]:
            vectors: list[list[float]] = await _call(client, "embed", {"texts": list(texts)})
            return vectors

        return await self._either(shared, lambda own: own.embed(texts, owner))

    async def rank(self, question: str, texts: Sequence[str], owner: str = OWNER) -> list[float]:
        async def shared(client: Client) -> list[float]:
            body = {"question": question, "texts": list(texts)}
            scores: list[float] = await _call(client, "rank", body)
            return scores

        return await self._either(shared, lambda own: own.rank(question, texts, owner))

    async def forget(self, conversation: Conversation) -> None:
        """See Engine.forget. Each engine that may hold something of it is told; none is started for it."""
        await tell_server_to_forget(self._home, conversation)
        if self._own is not None:
            await self._own.forget(conversation)

    async def close(self) -> None:
        async with self._changing:
            self._closed = True
            await self._put_away()

    # ── which engine ──────────────────────────────────────────────────────────────────────────────

    async def _either(
        self, shared: Callable[[Client], Awaitable[T]], alone: Callable[[Engine], Awaitable[T]]
    ) -> T:
        client = await self._server()
        if client is not None:
            try:
                return await shared(client)
            except (EngineGone, Stopping) as problem:
                _tell_gone(problem)
        async with self._alone() as own:
            return await alone(own)

    def _sign(self) -> Sign | None:
        found = sign.read(self._home)
        return found if found is not None and found.runs == self._wanted else None

    async def _server(self) -> Client | None:
        """Return the way to the server, if one runs. An engine of our own has then been put away."""
        found = self._sign()
        if found is None:
            return None
        if self._own is not None:
            if not await _listens(found):  # nothing is given up for a dead socket
                return None
            async with self._changing:
                if self._users:  # an answer that it is writing ends with it
                    return None
                log.info("A server runs now; this program's own engine is put away")
                await self._put_away()
        return Client(Address(found.socket), refused=pieces.raised)

    @asynccontextmanager
    async def _alone(self) -> AsyncGenerator[Engine, None]:
        """Keep an engine of our own for the block; build it where there is none."""
        async with self._changing:
            if self._closed:
                raise EngineFailed("The engine has been closed.", hint="Open Sottovoce again")
            if self._own is None:
                self._own = self._build()
            own = self._own
            self._users += 1
        try:
            yield own
        finally:
            self._users -= 1

    async def _put_away(self) -> None:
        own, self._own = self._own, None
        if own is not None:
            await own.close()


async def tell_server_to_forget(home: Home, conversation: Conversation) -> None:
    """Have this home's server, if one runs, erase what its engine holds of a chat.

    Whatever it runs. One that does not answer is no reason to fail: it looks itself before it keeps a state.
    """
    found = sign.read(home)
    if found is None or conversation.chat is None:
        return
    try:
        client = Client(Address(found.socket), refused=pieces.raised)
        await client.call("POST", f"{ROOM}/forget", {"chat": conversation.chat})
    except SottoError as problem:
        log.info("The server was not told of a deleted chat: %s", problem.sentence)


async def _answer(client: Client, body: dict[str, Any]) -> AsyncGenerator[Piece, None]:
    """Yield the server's pieces. Raises EngineGone where they break off."""
    async with aclosing(client.stream(f"{ROOM}/answer", body)) as events:
        async for event in events:
            piece = pieces.heard(event)
            yield piece
            if isinstance(piece, Finished):
                return
    raise EngineGone("The server ended the answer before it was whole.")


async def _call(client: Client, what: str, body: dict[str, Any]) -> Any:
    # It may have to load the model first, which has a deadline of its own.
    return (await client.call("POST", f"{ROOM}/{what}", body, seconds=None))["result"]


def _nothing_held() -> None:
    pass


def _asked(asked: Sequence[Message] | str) -> str | list[dict[str, str]]:
    if isinstance(asked, str):
        return asked
    return [{"role": message.role.value, "text": message.text} for message in asked]


async def _listens(found: Sign) -> bool:
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            _, writer = await asyncio.open_unix_connection(found.socket)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


def _tell_gone(problem: EngineFailed | Stopping) -> None:
    log.info("The server is gone, and this program uses an engine of its own: %s", problem.sentence)
