"""What other programs of this user can see of running ones: their arguments and their environment.

Looked at many times a second, and for each process once it is what it was started to be: until then it has
the arguments and the environment of whoever starts it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

EVERY = 0.02


class Watch:
    """`owners` are the processes that were given secrets in their environment, by their ids.

    Whoever holds `still` is not seen while he starts one. `seen` is where something stood, and what.
    """

    def __init__(self) -> None:
        self.owners: set[int] = {os.getpid()}
        self.seen: dict[tuple[str, bytes], None] = {}
        self._known: dict[tuple[int, bytes], bytes] = {}
        self._over = threading.Event()
        self.still = threading.Lock()

    def look(self) -> None:
        with self.still:
            self._look()

    def _look(self) -> None:
        alive = {}
        arguments = {pid: _read(pid, "cmdline") for pid in _processes()}
        given_to = {arguments.get(pid, b"") for pid in self.owners}
        for pid, said in arguments.items():
            if not said:  # the kernel's, or gone
                continue
            alive[pid, said] = self._known.get((pid, said), b"")
            if (pid, said) not in self._known:
                self.seen["the list of processes", said] = None
            if pid in self.owners or said in given_to:
                continue
            around = _read(pid, "environ")
            if around != alive[pid, said] and _read(pid, "cmdline") == said:
                alive[pid, said] = around
                self.seen[f"the environment of {_name(said)}", around] = None
        self._known = alive

    def run(self) -> None:
        while not self._over.wait(EVERY):
            self.look()

    def end(self) -> None:
        self._over.set()


@contextmanager
def watched(watch: Watch) -> Iterator[None]:
    """Watch all processes for the block."""
    thread = threading.Thread(target=watch.run)
    thread.start()
    try:
        yield
    finally:
        watch.end()
        thread.join()


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _read(pid: int, what: str) -> bytes:
    with suppress(OSError):  # it is gone, or another user's
        return Path(f"/proc/{pid}/{what}").read_bytes()
    return b""


def _name(arguments: bytes) -> str:
    words = [word for word in arguments.decode("utf-8", "replace").split("\0") if word] or ["?"]
    module = words.index("-m") + 1 if "-m" in words[:-1] else 0
    return Path(words[module]).name
