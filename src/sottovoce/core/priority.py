"""A process that lets other programs come first."""

from __future__ import annotations

import contextlib
import os
import sys
import time

LOW, LOWEST = 10, 19
"""Priorities: a tenth of the time beside one program that computes; only what others leave."""

AUTOGROUP_TRIES = 20


def give_way(priority: int) -> None:
    """Give this process, and all threads it has by now, LOW or LOWEST from now on; never a higher one."""
    if sys.platform == "win32":
        import psutil

        classes = {LOW: psutil.BELOW_NORMAL_PRIORITY_CLASS, LOWEST: psutil.IDLE_PRIORITY_CLASS}
        psutil.Process().nice(classes[priority])
        return
    from pathlib import Path

    ours = Path("/proc/self")
    # On Linux each thread has a priority of its own; those begun later have that of their parent.
    threads = [int(one.name) for one in (ours / "task").iterdir()] if (ours / "task").is_dir() else [0]
    for thread in threads:
        with contextlib.suppress(ProcessLookupError):
            if os.getpriority(os.PRIO_PROCESS, thread) < priority:
                os.setpriority(os.PRIO_PROCESS, thread, priority)
    # Where Linux shares out its time among sessions, a priority counts only within one's own.
    session = ours / "autogroup"
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
