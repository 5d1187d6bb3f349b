"""Take this process off every network: a namespace of its own, with no interface but a dead loopback.

Linux only. Knows nothing of what runs behind the wall.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

from sottovoce.core.errors import Refused

NEW_USER = 0x10000000
NEW_NET = 0x40000000
PROC_NET = Path("/proc/self/net")


def raise_wall() -> None:
    """Move this process, and all it starts from now on, where no route exists. There is no way back.

    Must run before any thread does. Raises Refused where the system has no namespaces or forbids them.
    """
    if sys.platform != "linux":
        raise Refused(
            "This system has no network namespaces.",
            hint="For a proof behind a wall, run it on Linux: sotto doctor --prove-offline",
        )
    user, group = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        if libc.unshare(NEW_USER | NEW_NET) == 0:
            # The same person inside as outside, so that files keep their owner.
            Path("/proc/self/setgroups").write_text("deny", "ascii")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1", "ascii")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1", "ascii")
        elif libc.unshare(NEW_NET) != 0:  # allowed to an administrator where users may not
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    except OSError as problem:
        raise Refused(
            "This system does not allow a network namespace.",
            hint='An administrator can make one: sudo "$(command -v sotto)" doctor --prove-offline',
            detail=str(problem),
        ) from problem


def routes() -> list[str]:
    """Return the interfaces by which anything could leave this process, one for each route."""
    found = []
    for table, column, heading in (("route", 0, 1), ("ipv6_route", -1, 0)):
        try:
            lines = (PROC_NET / table).read_text("ascii").splitlines()[heading:]
        except FileNotFoundError:  # a kernel without this protocol
            continue
        found += [line.split()[column] for line in lines]
    return [name for name in found if name != "lo"]
