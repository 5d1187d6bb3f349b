"""Take from this process what a reader of hostile files does not need: sockets, programs, writing, memory.

On Linux the kernel says no; elsewhere only Python's own calls are stopped. There is no way back.
Knows nothing of ZIM files.
"""

from __future__ import annotations

import contextlib
import ctypes
import platform
import struct
import sys
from typing import Any

MOST_MEMORY = 2 << 30
"""Bytes of memory of its own. A mapped file is not counted: an encyclopaedia may have 100 GB."""

# linux/prctl.h, linux/seccomp.h, linux/filter.h, linux/audit.h
NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER = 38, 22, 2
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050001  # the second with EPERM
X32 = 0x40000000
"""On x86-64 the same calls stand again from this number on."""

MACHINES = {
    "x86_64": (0xC000003E, (41, 42, 49, 53, 56, 57, 58, 59, 101, 310, 311, 322, 425, 435)),
    "aarch64": (0xC00000B7, (117, 198, 199, 200, 203, 220, 221, 270, 271, 281, 425, 435)),
}
"""Its mark, and its numbers of socket, connect, bind, socketpair, clone, fork, vfork, execve, ptrace,
process_vm_readv, process_vm_writev, execveat, io_uring_setup and clone3. A new thread may be cloned."""
CLONE = {"x86_64": 56, "aarch64": 220}
CLONE3 = 435
CLONE_THREAD = 0x00010000
NO_SUCH_CALL = 0x00050026
"""ENOSYS: the C library then takes clone, whose flags can be seen."""

REFUSED_EVENTS = ("socket.", "subprocess.", "os.system", "os.exec", "os.spawn", "os.posix_spawn", "os.fork")


def raise_wall() -> bool:
    """Shut this process in, and tell whether the kernel holds the wall. Call it before anything is read."""
    sys.addaudithook(_refuse)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        if sys.platform == "linux":  # elsewhere it does not bound what matters, or bounds mapped files too
            with contextlib.suppress(ValueError):  # a smaller limit was set for us
                resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    return sys.platform == "linux" and _filter(platform.machine())


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    if event.startswith(REFUSED_EVENTS):
        raise PermissionError(f"A reader may not do this: {event}")


def program(machine: str) -> list[tuple[int, int, int, int]]:
    """Return the filter for a machine as steps of code, jump if so, jump if not, value. Pure."""
    mark, numbers = MACHINES[machine]
    steps = [
        (LOAD, 0, 0, 4),
        (EQUAL, 1, 0, mark),
        (RETURN, 0, 0, REFUSE),  # calls of another machine, by which the numbers would mean others
        (LOAD, 0, 0, 0),
    ]
    if machine == "x86_64":
        steps += [(AT_LEAST, 0, 1, X32), (RETURN, 0, 0, REFUSE)]
    for number in numbers:
        if number == CLONE[machine]:
            steps += [
                (EQUAL, 0, 4, number),
                (LOAD, 0, 0, 16),  # the low half of its first argument, the flags
                (0x45, 0, 1, CLONE_THREAD),  # any of these bits
                (RETURN, 0, 0, ALLOW),
                (RETURN, 0, 0, REFUSE),
            ]
        else:
            steps += [(EQUAL, 0, 1, number), (RETURN, 0, 0, NO_SUCH_CALL if number == CLONE3 else REFUSE)]
    return [*steps, (RETURN, 0, 0, ALLOW)]


def _filter(machine: str) -> bool:
    if machine not in MACHINES:
        return False
    steps = b"".join(struct.pack("<HBBI", *step) for step in program(machine))
    code = ctypes.create_string_buffer(steps, len(steps))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))

    held = Program(len(steps) // 8, ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(SET_SECCOMP, FILTER, ctypes.byref(held), 0, 0) == 0)
