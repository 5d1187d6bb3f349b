"""Do what may never return, on a thread that the end of the program does not wait for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def aside(work: Callable[[], T]) -> Future[T]:
    """Begin the work and return what will be its result. It goes on when nobody waits for that any more."""
    coming: Future[T] = Future()
    coming.set_running_or_notify_cancel()  # from here on whoever gives up waiting cannot cancel it

    def run() -> None:
        try:
            coming.set_result(work())
        except BaseException as problem:  # noqa: BLE001  (the thread's edge: whoever waits hears it)
            coming.set_exception(problem)

    threading.Thread(target=run, daemon=True).start()
    return coming
