"""A process that lets other programs come first."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

LOW, LOWEST = 10, 19
"""Priorities: a tenth of the time beside one program that computes; only what others leave."""

AUTOGROUP_TRIES = 20
OURS = Path("/proc/self")


def give_way(priority: int) -> None:
    """Give this process, and all its threads, LOW or LOWEST from now on; never a higher one."""
    if sys.platform == "win32":
        import psutil

        classes = {LOW: psutil.BELOW_NORMAL_PRIORITY_CLASS, LOWEST: psutil.IDLE_PRIORITY_CLASS}
        psutil.Process().nice(classes[priority])
        return
    while any(_yields(thread, priority) for thread in _threads()):
        pass  # one that was begun meanwhile has the priority its parent had then
    # Where Linux shares out its time among sessions, a priority counts only within one's own.
    session = OURS / "autogroup"
    for _ in range(AUTOGROUP_TRIES):
        try:
            if int(session.read_text("ascii").split()[-1]) < priority:
                session.write_text(str(priority), "ascii")
        except BlockingIOError:  # the system takes ten a second, of all programs together
            time.sleep(0.1)
        except OSError:
            return
        else:
            return


def _threads() -> list[int]:
    """Return this process's threads, each with its priority on Linux; elsewhere it has one, told as 0."""
    tasks = OURS / "task"
    return [int(one.name) for one in tasks.iterdir()] if tasks.is_dir() else [0]


def _yields(thread: int, priority: int) -> bool:
    """Give a thread that priority; return whether it had a higher one."""
    try:
        before = os.getpriority(os.PRIO_PROCESS, thread)
        if before < priority:
            os.setpriority(os.PRIO_PROCESS, thread, priority)
    except ProcessLookupError:  # it has ended
        return False
    return before < priority
