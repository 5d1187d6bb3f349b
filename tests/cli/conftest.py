"""`sotto` run in this process, with its streams and its exit code.

The writer of small models is made importable: pytest's importlib mode puts no test folder on the path.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sottovoce.cli.main import main
from sottovoce.core.paths import Home, open_home
from sottovoce.fit import known
from sottovoce.fit.estimate import Program
from sottovoce.fit.machine import look
from sottovoce.fit.pace import Pace

# A hub's mirror, writers of small models and bundles, a server that repeats: no test folder is on the path.
FOLDERS = ("engine", "fit", "models", "knowledge/reading", "updates", "net", "hybrid", "chat/elsewhere")
sys.path[:0] = [str(Path(__file__).parents[1] / name) for name in FOLDERS]

from getting import small_model  # noqa: E402
from mirror import Mirror, serving  # noqa: E402
from repeating import repeat  # noqa: E402
from speaking import Speaker, speakers  # noqa: E402


@dataclass(frozen=True, slots=True)
class Result:
    code: int
    out: str
    err: str


Sotto = Callable[..., Result]


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Take away the log file that a command has opened."""
    ours, last = logging.getLogger("sottovoce"), logging.lastResort
    before, level = list(ours.handlers), ours.level
    yield
    for handler in set(ours.handlers) - set(before):
        ours.removeHandler(handler)
        handler.close()
    ours.setLevel(level)
    logging.lastResort = last


@pytest.fixture
def sotto(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Sotto:
    """Run a command on the echo engine, in a home of its own; `stdin` is what a pipe would bring."""
    for name in [name for name in os.environ if name.startswith("SOTTO_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SOTTO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SOTTO_ENGINE", "echo")

    def run(*arguments: Any, stdin: bytes = b"") -> Result:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
        with pytest.raises(SystemExit) as leaving:
            main([str(argument) for argument in arguments])
        assert isinstance(leaving.value.code, int)
        out, err = capsys.readouterr()
        return Result(leaving.value.code, out, err)

    return run


@pytest.fixture
def measured_home(tmp_path: Path) -> Home:
    """Return the home that `sotto` uses, with this machine measured: quick enough for every model."""
    costs = {f"{what} {kind}": 2e-12 for kind in ("Q4_K", "Q8_0", "Q4_1") for what in ("once", "few", "each")}
    home = open_home(tmp_path / "home")
    known.keep(home, known.Measured(known.key_of(look()), Pace(costs), Program()))
    return home


@pytest.fixture
def mirror(
    loopback: None, monkeypatch: pytest.MonkeyPatch, sotto: Any, measured_home: Home
) -> Iterator[Mirror]:
    """A hub that the settings name, with one small model; the network is allowed as far as asked."""
    with serving(Mirror()) as running:
        running.put("org/m-GGUF", ("m-Q4_0.gguf", small_model()))
        monkeypatch.setenv("SOTTO_HUB", running.hub)
        monkeypatch.setenv("SOTTO_NETWORK", "ask")
        yield running


@pytest.fixture
def described(sotto: Sotto, loopback: None) -> Iterator[Speaker]:
    """A model elsewhere named cellar, which repeats what it is asked; the network may be asked for."""
    begun, over = threading.Event(), threading.Event()
    opened: list[Speaker] = []

    async def serve() -> None:
        async with speakers() as open_one:
            opened.append(await open_one())
            repeat(opened[0])
            begun.set()
            await asyncio.to_thread(over.wait)

    # A loop of its own: the command under test has another.
    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    with contextlib.ExitStack() as stack:
        stack.callback(thread.join)
        stack.callback(over.set)
        assert begun.wait(10)
        url = f"http://127.0.0.1:{opened[0].port}/v1"
        added = sotto("upstreams", "add", "cellar", "--url", url, "--model", "large", "--where", "inside")
        assert added.code == 0, added.err
        assert sotto("settings", "set", "network", "ask").code == 0
        yield opened[0]
