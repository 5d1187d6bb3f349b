"""Kill the program while it asks elsewhere: `python -m bench.finishing [--most N]`.

A model elsewhere in a process of its own writes down what comes. The program is killed before each of its
changes to its home, whole and torn, while it asks a place that cannot be reached and while it has answered
what waits; and after 60 spans of time while it does the latter. Then it is run once more: each question must
have one answer from there, none must wait, and a question that was sent twice must say so.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / name) for name in ("store", "chat/elsewhere")]

import kill  # noqa: E402  (found only on the path above)
from killed_finishing import ASK, FINISH, Found, trials  # noqa: E402

SPANS = 60
LONGEST = 1.5
"""Seconds after which it has surely come to its end."""


class Tally:
    """What was found, and what was wrong."""

    def __init__(self) -> None:
        self.instants = self.lost = self.doubled = self.untold = self.twice = self.never_sent = 0

    def take(self, what: str, found: Found, *, killed: bool) -> None:
        if not killed:
            return
        self.instants += 1
        self.lost += sum(count == 0 for count in found.better) + found.waiting
        self.doubled += sum(count > 1 for count in found.better)
        self.untold += found.untold
        self.twice += found.sent > 1
        self.never_sent += not found.better
        if not found.is_right:
            print(f"wrong: {what}: {found}", flush=True)

    def __str__(self) -> str:
        return (
            f"{self.instants} kills: {self.lost} lost, {self.doubled} doubled; sent twice {self.twice}, "
            f"of these not told {self.untold}; killed before the yes was written down {self.never_sent}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=10**6, help="so many kills of each kind")
    given = parser.parse_args()
    began = time.monotonic()
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        killer = kill.build(Path(folder))
        if killer is None:
            raise SystemExit("This needs Linux and a C compiler. Next: apt install gcc")
        with trials(Path(folder), killer) as tried:
            for words in (FINISH, ASK):
                changes = tried.changes(words)
                step = max(1, changes // given.most)
                for torn in (False, True):
                    for k in range(1, changes + 1, step):
                        run, found = tried.killed_at(words, k, torn=torn)
                        tally.take(f"{words[0]}, change {k}, torn {torn}", found, killed=run.killed)
                    print(f"{words[0]}, {changes} changes, torn {torn}: {tally}", flush=True)
            for at in range(0, SPANS, max(1, SPANS // given.most)):
                seconds = LONGEST * at / SPANS
                run, found = tried.killed_after(FINISH, seconds)
                tally.take(f"after {seconds:.3f} s", found, killed=run.killed)
    print(f"{tally}; {time.monotonic() - began:.0f} s")
    if tally.lost or tally.doubled or tally.untold:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
