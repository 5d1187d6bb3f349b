"""Shared fixtures, and the block: no test reaches the network, and loopback only where it asks to."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from sottovoce.core.paths import Home, open_home
from sottovoce.engine.echo import EchoEngine
from sottovoce.net.watch import Attempt, Reach, attempt

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


class NetworkBlocked(BaseException):
    """Not an Exception, so that no tested code can take it for an ordinary failure and go on."""


class Block:
    """What may pass, and what was stopped. One for the whole run: an audit hook cannot be taken out."""

    def __init__(self) -> None:
        self.passes = {Reach.WITHIN}
        self.stopped: list[Attempt] = []

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        seen = attempt(event, args)
        if seen is not None and seen.reach not in self.passes:
            self.stopped.append(seen)
            raise NetworkBlocked(f"A test tried {seen.event} {seen.target}.")


block = Block()
sys.addaudithook(block)

# Thousands of tests make a database each. In memory they wait for no disk, where there is room for them.
IN_MEMORY, ROOM = Path("/dev/shm"), 6 * 1024**3
if IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > ROOM:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))

# A shell has what it runs beside others ignore Ctrl-C, nohup the end of a terminal, and so would every
# program that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Who runs these reads English here, whatever the machine's language is.
for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
    if os.environ.get(variable, "").startswith("zh"):
        os.environ[variable] = "C.UTF-8"


@pytest.fixture(autouse=True)
def stopped() -> Iterator[list[Attempt]]:
    """Fail a test that reached out, even where its code swallowed the error. Yields what was stopped."""
    block.stopped.clear()
    yield block.stopped
    targets = [f"{seen.event} {seen.target}" for seen in block.stopped]
    block.stopped.clear()
    assert not targets, f"this test tried to reach the network: {targets}"


@pytest.fixture
def loopback() -> Iterator[None]:
    """Let one test use 127.0.0.1, ::1 and localhost."""
    block.passes.add(Reach.LOOPBACK)
    yield
    block.passes.discard(Reach.LOOPBACK)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return open_home(tmp_path / "home")


@pytest.fixture
def echo() -> EchoEngine:
    return EchoEngine()


GROUPED = ("browser", "e2e", "model")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a mark that tests are grouped by, unless it is written in the test's own file.

    parallel.py looks for it there: a test that has it from elsewhere would run in no group.
    """
    marked = {item.path: mark for item in items for mark in GROUPED if item.get_closest_marker(mark)}
    for path, mark in marked.items():
        if f"mark.{mark}" not in path.read_text("utf-8"):
            raise pytest.UsageError(f"{path} has tests marked {mark}, and does not say so itself")


# On a bare machine a test may skip with its reason. With CI=true nobody reads reasons: a skip fails.


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return refuse_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return refuse_skip((yield))


def refuse_skip(report: Report) -> Report:
    """Turn a skip into a failure that says why it was skipped."""
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped, and with CI=true a skip fails: {report.longrepr}"
    return report
