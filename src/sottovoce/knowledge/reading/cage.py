"""Takes from this process what reading a document does not need: network, programs, files, memory, time.

To be closed once everything is imported; nothing can be opened afterwards, not even a module. What
holds where: on Linux (x86-64 and ARM) the kernel refuses, whatever the process has become. Elsewhere
only Python's own calls are refused, so that native code that was taken over is not held; macOS keeps the
limits of time and size, Windows none of these but the parent's deadline. Not run yet on those two.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import Any

from sottovoce.knowledge.reading.wire import Limits

FILES = 32
"""Descriptors that may be open."""

REFUSED = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "os.system",
    "os.kill",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.chmod",
    "os.chown",
    "os.listdir",
    "os.scandir",
    "shutil.",
    "tempfile.",
    "ctypes.dlopen",
    "winreg.",
    "webbrowser.",
    "ftplib.",
    "urllib.",
)
"""How the audit events begin that are not for a reader."""


def close(limits: Limits) -> bool:
    """Shut this process in. Return whether the kernel holds the door, and not Python alone."""
    if sys.platform.startswith("linux"):
        from sottovoce.knowledge.reading import seccomp
    if sys.platform != "win32":
        _limit(limits)
    # What is not imported yet is not there: libraries take that better than a file that may not be opened.
    sys.meta_path.clear()
    held = False
    if sys.platform.startswith("linux"):
        seccomp.die_with_parent()
        held = seccomp.close()
    sys.addaudithook(_refuse)
    return held


def allow_time(limits: Limits) -> None:
    """Give this process its seconds of processor for one more document."""
    if sys.platform != "win32":
        import resource

        most = int(time.process_time()) + 1 + limits.cpu
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (most, hard))


class Memory:
    """How much this process holds. Made before the cage closes, since it opens a file of the kernel's."""

    def __init__(self) -> None:
        self._file = os.open("/proc/self/statm", os.O_RDONLY) if sys.platform.startswith("linux") else None

    def mapped(self) -> int:
        """Return the bytes of addresses that are set aside, which is what the limit counts."""
        return self._pages(0)

    def used(self) -> int:
        """Return the bytes that are in memory now; 0 where nobody counts.

        The most there ever were would not do: it begins with what the parent had when it forked.
        """
        return self._pages(1)

    def _pages(self, which: int) -> int:
        if self._file is None:
            return 0
        return int(os.pread(self._file, 100, 0).split()[which]) * os.sysconf("SC_PAGE_SIZE")


def _limit(limits: Limits) -> None:
    import resource

    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_AS, limits.memory),
    ):
        # macOS knows some of these and refuses to set them.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    if event == "open" or event.startswith(REFUSED):
        if event == "open" and isinstance(args[0], int):  # a descriptor that is open already
            return
        raise PermissionError(f"a reader of documents may not: {event}")
