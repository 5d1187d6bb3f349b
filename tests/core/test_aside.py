"""What may never return holds up nobody: not who gave up waiting, and not the end of the program."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading

import pytest

from sottovoce.core.aside import aside


def test_what_it_does_and_what_it_raises_is_heard() -> None:
    assert aside(lambda: 6 * 7).result(10) == 42

    def fail() -> None:
        raise KeyError("no such thing")

    with pytest.raises(KeyError, match="no such thing"):
        aside(fail).result(10)


async def test_who_gives_up_waiting_does_not_stop_it() -> None:
    begun, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait(10)
        done.set()

    waiting = asyncio.ensure_future(asyncio.wrap_future(aside(work)))
    await asyncio.to_thread(begun.wait, 10)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()
    assert await asyncio.to_thread(done.wait, 10)


def test_the_end_of_the_program_does_not_wait_for_it() -> None:
    program = "import threading; from sottovoce.core.aside import aside; aside(threading.Event().wait)"
    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == 0
