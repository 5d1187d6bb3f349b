"""Asks a server for its health every 50 ms, from a process of its own, and beside it an idle server.

What is late there too is the machine's, as is the time for which a server, or whoever asks, waits for a
processor; but no more than a part may be that, else nothing was measured.
Knows nothing of what the server does meanwhile.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

EVERY = 0.05
LATE = 0.1
STALL = 0.05
"""Seconds between two questions, above which an answer is late, and above which the idle server's is."""

MOST_STALLED = 0.05
"""The share of answers for whose lateness the machine may be to blame."""

PATIENCE = 10.0
"""Seconds after which a question is given up."""

PROGRAM = (sys.executable, "-P", __file__)


@dataclass(frozen=True, slots=True)
class Beat:
    """One question, in seconds: `waited` for a processor, of those it `took`; `beside`: the idle server."""

    began: float
    took: float
    waited: float
    beside: float
    answered: bool

    @property
    def is_late(self) -> bool:
        return not self.answered or self.took > LATE

    @property
    def is_stalled(self) -> bool:
        """Whether it is late, and the machine is to blame."""
        return self.is_late and (self.beside > STALL or (self.answered and self.took - self.waited <= LATE))


class Pulse:
    """A server's, from its begin to `close`."""

    def __init__(self, port: int, process: int) -> None:
        self._process = subprocess.Popen(
            [*PROGRAM, str(port), str(process)],
            stdout=subprocess.PIPE,
            text=True,
        )
        self._beats: list[Beat] = []
        self._come = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()

    def late(self, since: float) -> str | None:
        """Return what was wrong from then until now, once all of that is known."""
        now = time.monotonic()
        with self._come:
            known = self._come.wait_for(lambda: self._beats and self._beats[-1].began > now, 2 * PATIENCE)
            if not known:
                raise RuntimeError("nobody asks for the server's health any more")
            found = [beat for beat in self._beats if beat.began + beat.took >= since]
        worst = max((beat for beat in found if beat.is_late and not beat.is_stalled), default=None, key=_took)
        if worst is None:
            return None
        return f"its health took {worst.took * 1000:.0f} ms" if worst.answered else "it did not say how it is"

    def beats(self) -> list[Beat]:
        with self._come:
            return list(self._beats)

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            beat = Beat(**json.loads(line))
            with self._come:
                self._beats.append(beat)
                self._come.notify_all()


def told(beats: Iterable[Beat]) -> str:
    """Say in a sentence what was seen."""
    every = list(beats)
    own = max((beat.took for beat in every if not beat.is_stalled), default=0.0)
    stalled = sum(beat.is_stalled for beat in every)
    return (
        f"Asked for its health {len(every):,} times meanwhile, the server took {own * 1000:.0f} ms at most,"
        f" but for {stalled:,} where the machine was late."
    )


def unmeasured(beats: Iterable[Beat]) -> str | None:
    """Say so where the machine was late too often."""
    every = list(beats)
    stalled = sum(beat.is_stalled for beat in every)
    if stalled <= MOST_STALLED * len(every):
        return None
    return f"the machine was late for {stalled:,} of {len(every):,} answers about its health: not measured"


def _took(beat: Beat) -> float:
    return beat.took


# ── in processes of their own ─────────────────────────────────────────────────────────────────────


class Idle:
    """The server that does nothing, and how long its answers take."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(PROGRAM, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self._port = int(self._process.stdout.readline())
        self._seen: deque[tuple[float, float]] = deque(maxlen=round(PATIENCE / EVERY) * 2)
        self._began = time.monotonic()
        threading.Thread(target=self._ask, daemon=True).start()

    def worst(self, since: float) -> float:
        """Return the longest that it took since then, also for what it has not answered yet."""
        seen = [end - began for began, end in list(self._seen) if end >= since]
        return max([time.monotonic() - self._began - EVERY, *seen])

    def _ask(self) -> None:
        while True:
            self._began = time.monotonic()
            _is_answered(self._port)
            self._seen.append((self._began, time.monotonic()))
            time.sleep(EVERY / 2)


def _is_answered(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", "/healthz")
        with connection.getresponse() as answer:
            answer.read()
            return answer.status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _waited(process: int) -> float:
    """Return the seconds for which a process's threads, and we, have waited for a processor since the start.

    Not that of its first alone: that may wait for another, which holds Python and waits.
    """
    waited = 0
    ours = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
    for path in (ours, *Path(f"/proc/{process}/task").glob("*/schedstat")):
        with suppress(OSError):  # the thread is gone
            waited += int(path.read_text().split()[1])
    return waited / 1e9


def _beat(port: int, process: int, idle: Idle) -> Beat:
    before, began = _waited(process), time.monotonic()
    answered = _is_answered(port)
    took = time.monotonic() - began
    return Beat(began, took, max(0.0, _waited(process) - before), idle.worst(began), answered)


async def _do_nothing() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    asyncio.get_running_loop().add_reader(0, os._exit, 0)  # whoever asks is gone
    await server.serve_forever()


def main() -> None:
    if not sys.argv[1:]:
        asyncio.run(_do_nothing())
    port, process = map(int, sys.argv[1:])
    idle = Idle()
    while True:
        beat = _beat(port, process, idle)
        try:
            print(json.dumps(asdict(beat)), flush=True)
        except BrokenPipeError:
            return
        time.sleep(max(0.0, EVERY - beat.took))


if __name__ == "__main__":
    main()
