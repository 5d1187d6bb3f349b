"""The egress ledger: one line on the disk before anything leaves, one more when it is over.

Append-only JSON lines that a person can read with any editor. Knows when, where to, why and how many
bytes; no path or query, since those can carry secrets. Of a body that was sent it holds the hash. Its text
stands in a file beside the ledger where the owner wants that, and nowhere else.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from sottovoce.core import lines
from sottovoce.core.errors import BadValue
from sottovoce.core.paths import make_folder, write_whole
from sottovoce.net.policy import Purpose

UNKNOWN = "unknown"
"""The outcome of a connection whose end was never written: under way, or the program was killed."""


@dataclass(frozen=True, slots=True)
class Departure:
    """One connection that left, or tried to. `at` is seconds since 1970; `sent`, `received` are bytes."""

    id: str
    at: float
    host: str
    port: int
    purpose: str
    method: str
    sent: int = 0
    received: int = 0
    outcome: str = UNKNOWN
    sha256: str = ""
    """Of the body that was sent, where one was."""


@dataclass(slots=True)
class Trace:
    """What one connection did: bytes of the request, and of the answer's body.

    `status` is the answer's, 0 before there is one.
    """

    host: str
    sent: int = 0
    received: int = 0
    outcome: str = "stopped"
    status: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """How often something left, and when last. `unreadable` lines hide nobody knows what."""

    count: int
    last: float | None
    unreadable: int

    @property
    def empty(self) -> bool:
        """Whether it can be said that nothing has left this machine."""
        return self.count == 0 and self.unreadable == 0


@dataclass(frozen=True, slots=True)
class Page:
    """Some departures, the newest first, and what can be said of `all`.

    `further` asks for those before them; None: there are none.
    """

    departures: list[Departure]
    further: str | None
    all: Summary


class Ledger:
    """The ledger in one file. Several processes may append to it at once."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self._clock = clock

    @property
    def texts(self) -> Path:
        """The folder of what was sent, where the owner wants it kept: `ID.json` for the line of that id.

        What was sent for a chat stands in a folder of its own, CHAT/ID.json, and is erased with the chat.
        """
        return self.path.with_name("sent")

    def begin(
        self,
        host: str,
        port: int,
        purpose: Purpose,
        method: str,
        body: bytes = b"",
        *,
        keep: bool = False,
        chat: str = "",
    ) -> Departure:
        """Put a connection on the disk, before it is made. Without this line it must not be made.

        With `keep`, the body as well, as it leaves, with what else left for its chat.
        Raises DiskFull, ReadOnly or StoreProblem.
        """
        digest = hashlib.sha256(body).hexdigest() if body else ""
        leaving = Departure(
            secrets.token_hex(8), self._clock(), host, port, str(purpose), method, sha256=digest
        )
        if body and keep:
            folder = self.texts / chat
            make_folder(self.texts)
            make_folder(folder)
            write_whole(folder / f"{leaving.id}.json", body)
        record: dict[str, str | int | float] = {
            "id": leaving.id,
            "at": leaving.at,
            "host": host,
            "port": port,
            "purpose": leaving.purpose,
            "method": method,
        }
        if digest:
            record["sha256"] = digest
        lines.append(self.path, lines.written(record))
        return leaving

    def finish(self, leaving: Departure, *, sent: int, received: int, outcome: str) -> None:
        """Complete a connection's record. Raises as `begin` does."""
        record: dict[str, str | int | float] = {
            "id": leaving.id,
            "ended": self._clock(),
            "sent": sent,
            "received": received,
            "outcome": outcome,
        }
        lines.append(self.path, lines.written(record))

    def departures(self) -> list[Departure]:
        """Return every connection, oldest first."""
        return self._read()[0]

    def summary(self) -> Summary:
        return _summed(*self._read())

    def page(self, limit: int, before: str | None = None) -> Page:
        """Return the newest departures, or those before an earlier page. Raises BadValue."""
        departures, unreadable = self._read()
        end = len(departures)
        if before is not None:
            end = next((at for at, leaving in enumerate(departures) if leaving.id == before), -1)
        if end < 0:
            raise BadValue(
                "This is no place in the ledger.",
                hint="Give the `further` of an earlier page, or leave it out",
                field="before",
            )
        start = max(0, end - limit)
        further = departures[start].id if start else None
        return Page(departures[start:end][::-1], further, _summed(departures, unreadable))

    def _read(self) -> tuple[list[Departure], int]:
        found: dict[str, Departure] = {}
        unreadable = 0
        for line in lines.whole(self.path):
            record = _parse(line)
            try:
                if record is not None and "host" in record:
                    leaving = _opened(record)
                    found[leaving.id] = leaving
                elif record is not None:
                    found[record["id"]] = _completed(found[record["id"]], record)
                else:
                    unreadable += 1
            except (KeyError, TypeError, ValueError):
                unreadable += 1
        return list(found.values()), unreadable


def _summed(departures: list[Departure], unreadable: int) -> Summary:
    last = max((leaving.at for leaving in departures), default=None)
    return Summary(len(departures), last, unreadable)


def _parse(line: bytes) -> dict[str, str] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _opened(record: dict[str, str]) -> Departure:
    return Departure(
        str(record["id"]),
        float(record["at"]),
        str(record["host"]),
        int(record["port"]),
        str(record["purpose"]),
        str(record["method"]),
        sha256=str(record.get("sha256", "")),
    )


def _completed(leaving: Departure, record: dict[str, str]) -> Departure:
    return replace(
        leaving,
        sent=int(record["sent"]),
        received=int(record["received"]),
        outcome=str(record["outcome"]),
    )
