"""`sotto` as a process of its own: a fork of one that has loaded its modules, where the system has forks."""

from __future__ import annotations

import atexit
import functools
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from loaded import Loaded, Process

SOTTO = "from sottovoce.cli.main import main; main()"
MODULES = (
    "app",
    "cli.ask",
    "cli.chat.session",
    "cli.main",
    "cli.serve",
    "engine.echo",
    "engine.kvfiles",
    "server.asgi",
    "server.description.page",
    "server.health",
    "server.ollama_api.serving",
    "server.page.files",
    "server.serve",
)


@functools.cache
def sotto() -> Loaded:
    loaded = Loaded(SOTTO, [f"sottovoce.{name}" for name in MODULES])
    atexit.register(loaded.close)
    return loaded


def start(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    within: Sequence[str] = (),
    together: bool = False,
    patience: int = 0,
) -> Process | subprocess.Popen[str]:
    """Start it as `Loaded` does; `within` a command that runs what follows it, it is no fork."""
    if not within and hasattr(os, "fork"):
        return sotto().start(arguments, environment, together=together, patience=patience)
    return subprocess.Popen(
        [*within, sys.executable, "-m", "sottovoce", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if together else subprocess.PIPE,
        text=True,
    )
