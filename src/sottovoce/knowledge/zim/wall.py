"""Take from this process what a reader of an encyclopaedia does not need, in two steps. There is no way back.

First sockets, programs, writing and boundless memory, while it has yet to open its file; then opening
anything more. On Linux (x86-64 and ARM) the kernel refuses; elsewhere only Python's own calls are refused.
Unlike the cage for documents it sets no limit to what is mapped: an encyclopaedia may have 100 GB.
"""

from __future__ import annotations

import contextlib
import sys
from typing import Any

from sottovoce.knowledge.reading.cage import REFUSED

MOST_MEMORY = 2 << 30
"""Bytes of memory of its own; what is mapped from a file is not counted."""

OPENING = ("os.listdir", "os.scandir", "ctypes.dlopen")
"""How the events begin that libraries need until they are loaded."""


def raise_wall() -> bool:
    """Refuse this process all but opening and reading. Return whether the kernel does.

    To be called before anything is read, and before any thread is started.
    """
    if sys.platform != "win32":
        import resource

        limits = [(resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0)]
        if sys.platform == "linux":  # elsewhere it does not bound what matters, or counts what is mapped
            limits.append((resource.RLIMIT_DATA, MOST_MEMORY))
        for what, most in limits:
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(what, (most, most))
    held = False
    if sys.platform == "linux":
        from sottovoce.knowledge.reading import seccomp

        held = seccomp.close(but=seccomp.OPENING)
    sys.addaudithook(_refuse)
    return held


def close_files() -> bool:
    """Refuse this process opening anything, a module as well. Return whether the kernel does."""
    sys.meta_path.clear()  # libraries take a module that is not there better than one that may not be read
    held = False
    if sys.platform == "linux":
        from sottovoce.knowledge.reading import seccomp

        held = seccomp.close()
    sys.addaudithook(_refuse_opening)
    return held


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    if event.startswith(REFUSED) and not event.startswith(OPENING):
        raise PermissionError(f"A reader may not do this: {event}")


def _refuse_opening(event: str, args: tuple[Any, ...]) -> None:
    if event.startswith(OPENING) or (event == "open" and not isinstance(args[0], int)):
        raise PermissionError(f"A reader may not do this: {event}")
