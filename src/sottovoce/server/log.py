"""Write down what the server did: one line of JSON for each request, and what went wrong.

Never what was said. A line has the route as it stands in our code, not the path that was asked; no query,
no header, no address, no name, no text. What libraries log is cut to what they say always.
"""

from __future__ import annotations

import json
import logging
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sottovoce.core.paths import Home
from sottovoce.core.private_log import PrivateLog

FILE = "server.log"
MOST_BYTES = 1_000_000
KEPT = 3
"""Files before the present one."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
PLACE = "sotto.line"

OURS = "sottovoce"
log = logging.getLogger(__name__)

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request that is being answered: in its line, and in the head of its answer."""


@dataclass(slots=True)
class Line:
    """What is known of one request. Whoever learns more of it writes it here; `route` is our pattern."""

    id: str
    method: str
    room: str = "gate"
    route: str | None = None
    status: int | None = None
    key: str | None = None
    tokens: int = 0
    is_whole: bool = False


def line(scope: Scope) -> Line:
    """Return this request's line; one that nobody writes, where no journal is kept."""
    found: Line = scope.setdefault(PLACE, Line("", ""))
    return found


class Journal:
    """An ASGI application around another: gives each request an id, and writes its line at its end.

    `answered` is told the room and the status of every request.
    """

    def __init__(self, inside: ASGIApp, answered: Callable[[str, int], None]) -> None:
        self._inside = inside
        self._answered = answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope.get("method", "")
        noted = scope[PLACE] = Line(secrets.token_hex(8), method if method in METHODS else "other")
        request_id.set(noted.id)
        # OpenAI's clients look for the one name, Anthropic's for the other.
        names = [(b"x-request-id", noted.id.encode()), (b"request-id", noted.id.encode())]
        since = time.perf_counter()

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                noted.status = message["status"]
                message = {**message, "headers": [*message.get("headers", ()), *names]}
            elif not message.get("more_body", False):
                noted.is_whole = True
            await send(message)

        try:
            await self._inside(scope, receive, sent)
        finally:
            if noted.status is not None:
                self._answered(noted.room, noted.status)
            log.info("request", extra={"line": _told(noted, time.perf_counter() - since)})


def _told(noted: Line, seconds: float) -> dict[str, object]:
    return {
        "id": noted.id,
        "method": noted.method,
        "route": noted.route,
        "status": noted.status,
        "ms": round(seconds * 1000),
        "tokens": noted.tokens,
        "key": noted.key,
        "left": not noted.is_whole,
    }


def where(problem: BaseException) -> str:
    """Name a problem's kind and the lines it came through, not what it says: that may be a person's text."""
    places: list[str] = []
    trace = problem.__traceback__
    while trace is not None:
        places.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{type(problem).__qualname__} at {' > '.join(places)}"


class Plain(logging.Formatter):
    """One JSON object a line, without the words of any exception."""

    def format(self, record: logging.LogRecord) -> str:
        ours = record.name.partition(".")[0] == OURS
        said: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "part": record.name.removeprefix(f"{OURS}."),
            # Others put what they have at hand into their messages; their first line is always the same.
            "message": record.getMessage() if ours else str(record.msg).partition("\n")[0],
        }
        said.update(getattr(record, "line", {}))
        if record.exc_info and record.exc_info[1] is not None:
            said["problem"] = where(record.exc_info[1])
        return json.dumps(said, ensure_ascii=True)


@contextmanager
def kept(home: Home, *, debug: bool = False) -> Iterator[None]:
    """Write everything that is logged meanwhile to logs/server.log, and nowhere else."""
    root, ours = logging.getLogger(), logging.getLogger(OURS)
    before = [(one, one.handlers[:], one.level) for one in (root, ours)]
    handler = PrivateLog(home.logs / FILE, most=MOST_BYTES, kept=KEPT)
    handler.setFormatter(Plain())
    root.handlers[:], ours.handlers[:] = [handler], []
    root.setLevel(logging.WARNING)
    ours.setLevel(logging.DEBUG if debug else logging.INFO)
    try:
        yield
    finally:
        for one, handlers, level in before:
            one.handlers[:] = handlers
            one.setLevel(level)
        handler.close()
