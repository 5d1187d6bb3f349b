"""Nothing leaves but what the ledger says: commands where only `lo` is, then traced with a route.

Each step of story.py is a process in a namespace of its own, and with it the browser; a library that reaches
out by itself stands for whoever goes around the door.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from sottovoce.net.ledger import Ledger
from sottovoce.net.watch import CONTROL
from torture import apart, authority, staged
from torture.result import Figures, Result, Row
from torture.story import STEPS
from torture.told import Told

ENOUGH = 3
"""Faults of a control, after which it has shown what it should."""
SUITE_LONGEST = 4 * 3600

REACHES_OUT = """
import errno, os, socket, sys
if any("sottovoce" in word for word in sys.orig_argv):
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setblocking(False)
    left = made.connect_ex(("192.0.2.99", 443))
    if left not in (0, errno.EINPROGRESS):
        {stopped}
"""
"""What a library does that calls home; `stopped` where it finds no way."""

CALLS_HOME = REACHES_OUT.format(stopped="pass")
MUST_CALL_HOME = REACHES_OUT.format(stopped='os.write(2, b"no licence server\\n"); os._exit(7)')

PLANTED = """
import socket

def test_it_reaches_out():
    socket.create_connection(("192.0.2.99", 443), 1)
"""


def run(folder: Path, figures: Figures, told: Told) -> Result:
    if missing := apart.missing():
        needed = "apt install util-linux iproute2 strace openssl"
        raise SystemExit(f"Not installed: {', '.join(missing)}. Next: {needed}")
    rows = [_alone(folder, told), _traced(folder, told)]
    if figures.long:
        rows.append(_suite(folder, told))
    return Result(
        "Nothing leaves this machine but what the ledger says",
        tuple(rows),
        "With a route: one end of a pair of interfaces in the namespace; servers at its address stand for\n"
        "a model elsewhere, and for a hub, whose certificate the system there knows. Traced are connect and\n"
        "what sends, of all processes, Chromium's too. The proof's deliberate attempt at 192.0.2.1 is\n"
        "expected of it. A browser of one's own calls its maker as it likes: here Chromium ran with that\n"
        "switched off, as Playwright starts it.",
    )


def _alone(folder: Path, told: Told) -> Row:
    what = "each command where only `lo` is"

    def attempt(planted: str) -> Callable[[str], str | None]:
        def tried(step: str) -> str | None:
            at = staged.stage(folder, f"alone-{step}", planted)
            return staged.wrong(apart.alone(staged.step(step, at)), at)

        return tried

    tried = told.each(what, [*STEPS], attempt(""))
    found = told.each(f"{what}, unsafe", [*STEPS], attempt(MUST_CALL_HOME), enough=ENOUGH)
    return Row(what, tried, "libraries that work without a network", found)


def _traced(folder: Path, told: Told) -> Row:
    what = "each command with a route, connections against the ledger"

    def attempt(planted: str) -> Callable[[str], str | None]:
        def tried(step: str) -> str | None:
            at = staged.stage(folder, f"traced-{step}", planted)
            believed = authority.make(at, apart.BEYOND)
            step_beyond = staged.step(step, at, apart.BEYOND)
            command = apart.traced(step_beyond, at / "trace", believed, authority.system())
            return staged.wrong(command, at) or _unlike(at)

        return tried

    tried = told.each(what, [*STEPS], attempt(""))
    found = told.each(f"{what}, unsafe", [*STEPS], attempt(CALLS_HOME), enough=ENOUGH)
    return Row(what, tried, "the one door: a library goes around it", found)


def _suite(folder: Path, told: Told) -> Row:
    """Run the tests, folder by folder; those that build need the package index."""
    what = "the whole suite where only `lo` is"
    parts = sorted(path.name for path in (staged.ROOT / "tests").iterdir() if any(path.glob("**/test_*.py")))
    pytest = [sys.executable, "-m", "pytest", "-q", "-x", "-m", "not build", "-p", "no:cacheprovider"]

    def attempt(part: str) -> str | None:
        command = [*pytest, f"tests/{part}"]
        return staged.wrong(apart.alone(command), staged.stage(folder, f"suite-{part}"), SUITE_LONGEST)

    def reaches(_part: str) -> str | None:
        at = staged.stage(folder, "suite-planted")
        (at / "test_planted.py").write_text(PLANTED)
        return staged.wrong(apart.alone([*pytest, "--rootdir", str(at), str(at)]), at)

    tried = told.each(what, parts, attempt)
    found = told.each(f"{what}, unsafe", ["planted"], reaches, enough=1)
    return Row(what, tried, "tests that need no network: one reaches out", found)


def _unlike(at: Path) -> str | None:
    """Say how what left is unlike what the ledgers of a step's homes have."""
    seen = apart.left(at / "trace")
    del seen[CONTROL]
    written = Counter[apart.Peer]()
    for path in at.glob("*/ledger.jsonl"):
        written.update((one.host, one.port) for one in Ledger(path).departures())
    for peer, times in (seen - written).items():
        return f"{times} connections to {peer[0]}:{peer[1]} are not in the ledger"
    for peer, times in (written - seen).items():
        return f"the ledger has {times} connections to {peer[0]}:{peer[1]} that nobody made"
    return None
