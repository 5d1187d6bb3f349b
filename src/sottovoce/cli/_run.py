"""Run asynchronous work from a command, and end it cleanly when a signal says so.

Every path out goes through the work's own `finally`, so that an answer is kept and the engine stopped.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

T = TypeVar("T")

STOPPING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
SIGNALLED = 128
"""A program ended by a signal returns this plus the signal's number: 130 for Ctrl-C."""


def run(work: Coroutine[Any, Any, T]) -> T:
    """Return what the work returns; a signal cancels it, and the command ends with that signal's code."""
    caught: list[int] = []
    try:
        return asyncio.run(_cancelled_by_signals(work, caught))
    except asyncio.CancelledError:
        if not caught:
            raise
        raise click.exceptions.Exit(SIGNALLED + caught[0]) from None


async def _cancelled_by_signals(work: Coroutine[Any, Any, T], caught: list[int]) -> T:
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(work)
    terminals = _terminals()

    def stop(number: int) -> None:
        caught.append(number)
        if number == getattr(signal, "SIGHUP", None):
            _forget(terminals)
        # A second Ctrl-C does not wait for the cleaning up.
        loop.remove_signal_handler(signal.SIGINT)
        task.cancel()

    # Windows has no such handlers: there asyncio itself turns Ctrl-C into a cancellation.
    if sys.platform != "win32":
        for number in STOPPING:
            loop.add_signal_handler(number, stop, number)
    try:
        return await task
    finally:
        if sys.platform != "win32":
            for number in STOPPING:
                loop.remove_signal_handler(number)


@contextmanager
def interrupted_by(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` on Ctrl-C instead of ending the program. Afterwards Ctrl-C does nothing."""
    loop = asyncio.get_running_loop()
    if sys.platform == "win32":
        before = signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(stop))
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
        return
    loop.add_signal_handler(signal.SIGINT, stop)
    try:
        yield
    finally:
        # Between two prompts nobody waits for it; the next prompt brings its own.
        loop.add_signal_handler(signal.SIGINT, lambda: None)


def _terminals() -> list[int]:
    return [stream for stream in (0, 1, 2) if os.isatty(stream)]


def _forget(terminals: list[int]) -> None:
    """Let writes to a closed terminal go nowhere: they would break the cleaning up."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in terminals:
        os.dup2(nowhere, stream)
    os.close(nowhere)
