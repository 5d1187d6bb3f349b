"""The process behind loaded.py: it loads modules once, and runs a program in a fork for each order.

An order is a line of JSON on a socket, with the files that the fork is to have as its output and errors; one
at a terminal has its input before them. It is answered with the fork's process number; asked about that, with
how it ended, or null.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import signal
import socket
import sys
import termios
from importlib import import_module
from typing import Any

LONGEST = 1 << 20


def become(order: dict[str, Any], files: list[int]) -> None:
    """Make this process what an order says."""
    read = files.pop(0) if order["terminal"] else os.open(os.devnull, os.O_RDONLY)
    for place, file in enumerate((read, *files)):
        os.dup2(file, place)
        os.close(file)
    if order["terminal"]:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv[1:] = order["arguments"]
    signal.alarm(order["patience"])


def main() -> None:
    number, program, *modules = sys.argv[1:]
    code = compile(program, "<program>", "exec")
    for name in modules:
        import_module(name)
    gc.collect()
    gc.freeze()  # else each fork would look through, and so copy, all that was loaded
    orders = socket.socket(fileno=int(number))
    while True:
        text, files, _, _ = socket.recv_fds(orders, LONGEST, 3)
        if not text:
            return
        order = json.loads(text)
        if isinstance(order, int):
            child, status = os.waitpid(order, os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if child else None
        elif answer := os.fork():
            for file in files:
                os.close(file)
        else:
            orders.close()
            become(order, files)
            exec(code, {"__name__": "__main__"})
            return
        orders.sendall(json.dumps(answer).encode())


if __name__ == "__main__":
    main()
