"""The egress ledger: one line on the disk before anything leaves, one more when it is over.

Append-only JSON lines that a person can read with any editor. Knows when, where to, why and how many
bytes; never what was sent, and no path or query, since those can carry secrets.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sottovoce.core.errors import BadValue, StoreProblem
from sottovoce.core.paths import PRIVATE_FILE, disk_problem, sync_folder
from sottovoce.net.policy import Purpose

APPEND = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)

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


@dataclass(slots=True)
class Trace:
    """What one connection did, for the ledger: bytes of the request, and of the answer's body."""

    host: str
    sent: int = 0
    received: int = 0
    outcome: str = "stopped"


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

    def begin(self, host: str, port: int, purpose: Purpose, method: str) -> Departure:
        """Put a connection on the disk, before it is made. Without this line it must not be made.

        Raises DiskFull, ReadOnly or StoreProblem.
        """
        leaving = Departure(secrets.token_hex(8), self._clock(), host, port, str(purpose), method)
        self._append(
            {
                "id": leaving.id,
                "at": leaving.at,
                "host": host,
                "port": port,
                "purpose": leaving.purpose,
                "method": method,
            }
        )
        return leaving

    def finish(self, leaving: Departure, *, sent: int, received: int, outcome: str) -> None:
        """Complete a connection's record. Raises as `begin` does."""
        self._append(
            {"id": leaving.id, "ended": self._clock(), "sent": sent, "received": received, "outcome": outcome}
        )

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
        for line in self._lines():
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

    def _lines(self) -> Iterator[bytes]:
        """Yield whole lines. A torn last one was being written when the power went: nothing followed it."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as problem:
            raise disk_problem(problem, self.path) from problem
        *whole, _torn = data.split(b"\n")
        yield from (line for line in whole if line)

    def _append(self, record: dict[str, str | int | float]) -> None:
        line = json.dumps(record, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
        try:
            new = not self.path.exists()
            handle = os.open(self.path, APPEND, PRIVATE_FILE)
            try:
                if _torn_end(handle):
                    line = b"\n" + line
                # One write: with O_APPEND two processes never mix their lines.
                written = os.write(handle, line)
                os.fsync(handle)
            finally:
                os.close(handle)
            if new:
                sync_folder(self.path.parent)
        except OSError as problem:
            raise disk_problem(problem, self.path) from problem
        if written != len(line):
            raise StoreProblem(f"{self.path} took only part of a line.", hint="Free some space; try again.")


def _summed(departures: list[Departure], unreadable: int) -> Summary:
    last = max((leaving.at for leaving in departures), default=None)
    return Summary(len(departures), last, unreadable)


def _torn_end(handle: int) -> bool:
    """Tell whether the file ends in the middle of a line, which must not swallow the next one."""
    size = os.fstat(handle).st_size
    if size == 0:
        return False
    os.lseek(handle, size - 1, os.SEEK_SET)
    return os.read(handle, 1) != b"\n"


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
    )


def _completed(leaving: Departure, record: dict[str, str]) -> Departure:
    return replace(
        leaving,
        sent=int(record["sent"]),
        received=int(record["received"]),
        outcome=str(record["outcome"]),
    )
