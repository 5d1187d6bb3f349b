"""The engine's own process: load one model and serve it on a private socket until the parent is gone.

The only file that knows the engine's library. Reads one line of JSON, a `ChildConfig`, from standard
input and answers one line on standard output. Standard input stays open as a lifeline: when it
closes, however the parent ended, this process ends. Given a file's path as its first argument, it
writes every socket call of its own to that file; given a folder as its second, it loads the library from
there. Knows nothing of chats or settings.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from dataclasses import asdict, dataclass
from typing import Any

BATCH = 128
"""Tokens that are read in one go."""


@dataclass(frozen=True, slots=True)
class ChildConfig:
    """All that a child is told. `window` is tokens for each slot."""

    model: str
    socket: str | None
    """A path ending in .sock; None listens on loopback with `key`."""
    key: str | None
    window: int
    slots: int
    threads: int
    kv: str | None
    """Folder for saved slots, ending in a separator."""
    pooling: str | None = None
    """How the vectors of a text's tokens become one, mean, cls or last; rank: a score. None: it writes."""
    most: int | None = None
    """Bytes of memory of its own that the process may take: a template or a damaged file may ask for any."""
    priority: int = 0
    """0 is every program's; at a higher one others come first. See core/priority.py."""

    def to_line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


def parameters(config: ChildConfig, library: Any) -> Any:
    """Return the library's parameters for this child; what is not set here keeps the library's default."""
    params = library.CommonParams()
    params.model.path = config.model
    if config.socket is not None:
        params.hostnames = [config.socket]
    else:
        params.hostnames = ["127.0.0.1"]
        params.port = 0
        params.api_keys = [config.key]
    params.n_ctx = config.window * config.slots
    params.n_parallel = config.slots
    params.kv_unified = False  # a shared pool, when full, silently wipes an idle slot
    params.cpuparams.n_threads = config.threads
    params.cpuparams_batch.n_threads = config.threads
    # Small batches: a stop is noticed between two of them, and nobody waits long behind another's prompt.
    params.n_batch = params.n_ubatch = BATCH
    params.fit_params = False  # the window we asked for, or an error; never a silent change
    params.ctx_shift = False
    params.warmup = False  # no run for nothing before the first that is asked for
    params.cache_ram_mib = 0  # a cache shared by all slots could hand one person's text to another
    params.cache_idle_slots = False
    # Each stream takes a thread, a stopped one for a moment longer; calls for words come beside them.
    params.n_threads_http = 2 * config.slots + 8
    params.cors_origins = "null"
    params.cors_credentials = False
    params.endpoint_slots = False
    params.endpoint_props = False
    params.ui = False
    params.verbosity = 2
    if config.kv is not None:
        params.slot_save_path = config.kv
    if config.pooling is not None:
        params.embedding = True
        params.pooling_type = getattr(
            library.llama_pooling_type, f"LLAMA_POOLING_TYPE_{config.pooling.upper()}"
        )
        # A text must fit one batch: its words see each other.
        params.n_batch = params.n_ubatch = config.window
    return params


def has_card(library: Any) -> bool:
    """Is there a graphics card that the library computes on? Its driver sets aside more than it uses."""
    return any(device["type"].name.endswith("GPU") for device in library.get_device_info())


def read_line() -> bytes:
    """Return the first line of standard input, unbuffered; what follows is the lifeline's."""
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(0, 1)):
        line += byte
    return line


def hold_lifeline(socket: str | None) -> None:
    """End this process when standard input closes; nobody else may be left to clear its folder away."""
    while os.read(0, 4096):
        pass
    if socket is not None:
        from pathlib import Path

        with contextlib.suppress(OSError):
            Path(socket).unlink()
            Path(socket).parent.rmdir()
    os._exit(0)


def main() -> None:
    # The library may print; its words must not be taken for ours.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(**said: str) -> None:
        answers.write(json.dumps(said) + "\n")
        answers.flush()

    os.umask(0o077)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    watch, library = [*sys.argv[1:], "", ""][:2]
    if watch:
        from sottovoce.net.watch import install

        install(watch)
    if library:
        sys.path.insert(0, library)
    try:
        import xllamacpp
    except ImportError as problem:
        answer(missing=str(problem))
        return
    line = read_line()
    if not line:
        return
    config = ChildConfig(**json.loads(line))
    if config.most is not None and sys.platform.startswith("linux") and not has_card(xllamacpp):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (config.most, config.most))
    threading.Thread(target=hold_lifeline, args=(config.socket,), daemon=True).start()
    try:
        server = xllamacpp.Server(parameters(config, xllamacpp))
    except (RuntimeError, ValueError) as problem:
        answer(failed=str(problem))
        os._exit(1)  # the library's threads would not let the interpreter end
    if config.priority:  # only now: a load has a deadline
        from sottovoce.core.priority import give_way

        give_way(config.priority)
    answer(ready=server.listening_address, build=xllamacpp.__version__)
    threading.Event().wait()


if __name__ == "__main__":
    main()
