"""Asks the Linux kernel to refuse this process what a reader of documents never needs.

A filter of system calls (seccomp(2), classic BPF), for this process and for good: no sockets, no
programs or processes, nothing opened, made, renamed or removed, nobody else's memory. It is a list of
what is refused; what is not on it passes, since libraries and kernels differ in what they need.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import signal
import struct
import sys

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2

ALLOW = 0x7FFF0000
KILL = 0x80000000
FAIL = 0x00050000
"""Returned with an error's number in its lower half (linux/seccomp.h)."""

CLONE_THREAD = 0x00010000
X32 = 0x40000000
"""Calls of the x32 interface carry this bit on x86-64: a second way to each of them."""

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""As the kernel's audit names them (linux/audit.h)."""

# asm/unistd_64.h and asm-generic/unistd.h. What an architecture does not have is left out.
REFUSED: dict[str, dict[str, int]] = {
    "x86_64": {
        "open": 2, "socket": 41, "connect": 42, "accept": 43, "sendto": 44, "sendmsg": 46, "bind": 49,
        "listen": 50, "socketpair": 53, "fork": 57, "vfork": 58, "execve": 59, "kill": 62, "shmget": 29,
        "truncate": 76, "chdir": 80, "rename": 82, "mkdir": 83, "rmdir": 84, "creat": 85, "link": 86,
        "unlink": 87, "symlink": 88, "readlink": 89, "chmod": 90, "chown": 92, "lchown": 94, "ptrace": 101,
        "mknod": 133, "chroot": 161, "mount": 165, "umount2": 166, "setxattr": 188, "getdents": 78,
        "getdents64": 217, "mq_open": 240, "add_key": 248, "request_key": 249, "keyctl": 250,
        "inotify_init": 253, "openat": 257, "mkdirat": 258, "mknodat": 259, "fchownat": 260,
        "unlinkat": 263, "renameat": 264, "linkat": 265, "symlinkat": 266, "fchmodat": 268, "unshare": 272,
        "accept4": 288, "inotify_init1": 294, "perf_event_open": 298, "open_by_handle_at": 304,
        "sendmmsg": 307, "setns": 308, "process_vm_readv": 310, "process_vm_writev": 311,
        "renameat2": 316, "bpf": 321, "execveat": 322, "userfaultfd": 323, "pidfd_send_signal": 424,
        "io_uring_setup": 425, "open_tree": 428, "move_mount": 429, "fsopen": 430, "pidfd_open": 434,
        "openat2": 437, "pidfd_getfd": 438,
    },
    "aarch64": {
        "setxattr": 5, "inotify_init1": 26, "mknodat": 33, "mkdirat": 34, "unlinkat": 35, "symlinkat": 36,
        "linkat": 37, "renameat": 38, "umount2": 39, "mount": 40, "truncate": 45, "chdir": 49,
        "chroot": 51, "fchmodat": 53, "fchownat": 54, "openat": 56, "getdents64": 61, "readlinkat": 78,
        "unshare": 97, "ptrace": 117, "kill": 129, "mq_open": 180, "shmget": 194, "socket": 198,
        "socketpair": 199, "bind": 200, "listen": 201, "accept": 202, "connect": 203, "sendto": 206,
        "sendmsg": 211, "add_key": 217, "request_key": 218, "keyctl": 219, "execve": 221,
        "perf_event_open": 241, "accept4": 242, "open_by_handle_at": 265, "setns": 268, "sendmmsg": 269,
        "process_vm_readv": 270, "process_vm_writev": 271, "renameat2": 276, "bpf": 280, "execveat": 281,
        "userfaultfd": 282, "pidfd_send_signal": 424, "io_uring_setup": 425, "open_tree": 428,
        "move_mount": 429, "fsopen": 430, "pidfd_open": 434, "openat2": 437, "pidfd_getfd": 438,
    },
}  # fmt: skip
OPENING = frozenset({"open", "openat", "openat2", "readlink", "readlinkat", "getdents", "getdents64"})
"""What a process needs that has yet to open the file it reads, and the libraries for it."""
CLONE = {"x86_64": 56, "aarch64": 220}
CLONE3 = 435

# Classic BPF: load a word of the call's description, jump where it is equal, return.
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16
"""Where in struct seccomp_data these stand."""


def program(machine: str, but: frozenset[str] = frozenset()) -> bytes:
    """Return the filter for an architecture, as the kernel takes it; `but` these calls pass. Pure."""
    refused = sorted(number for name, number in REFUSED[machine].items() if name not in but)
    code = [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 1, 0, ARCHITECTURES[machine]),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, 0, 1, X32),
        (RETURN, 0, 0, FAIL | errno.EPERM),
        # The C library tries clone3 and falls back: its flags lie where a filter cannot look.
        (EQUAL, 0, 1, CLONE3),
        (RETURN, 0, 0, FAIL | errno.ENOSYS),
    ]
    for number in refused:
        code += [(EQUAL, 0, 1, number), (RETURN, 0, 0, FAIL | errno.EPERM)]
    code += [
        (EQUAL, 0, 3, CLONE[machine]),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        (ANY_BIT, 1, 0, CLONE_THREAD),  # a thread of this process, which libraries may want
        (RETURN, 0, 0, FAIL | errno.EPERM),
        (RETURN, 0, 0, ALLOW),
    ]
    return b"".join(struct.pack("HBBI", *one) for one in code)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


def close(but: frozenset[str] = frozenset()) -> bool:
    """Put the filter in force, but for these calls. False where this kernel or this architecture has none.

    May be called again to let less pass: of several filters, the strictest counts.
    """
    machine = platform.machine()
    if machine not in REFUSED or sys.maxsize < 1 << 32:
        return False
    code = program(machine, but)
    held = ctypes.create_string_buffer(code, len(code))
    told = _Program(len(code) // 8, ctypes.cast(held, ctypes.c_void_p))
    if _prctl(PR_SET_NO_NEW_PRIVS, 1, 0) != 0:
        return False
    return _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(told)) == 0


def die_with_parent() -> None:
    """Have the kernel end this process when the one that started it ends."""
    parent = os.getppid()
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0)
    if parent == 1 or os.getppid() != parent:  # it went before it was asked
        os._exit(0)


def _prctl(what: int, first: int, second: object) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    nothing = ctypes.c_ulong(0)
    if isinstance(second, int):
        second = ctypes.c_ulong(second)
    return int(library.prctl(ctypes.c_int(what), ctypes.c_ulong(first), second, nothing, nothing))
