"""Kill a real download at many instants, finish each, and say as JSON what came of it.

Run as a program: one process that has loaded everything forks a child for each trial, so that a hundred
take seconds. Arguments: a folder, the mirror's address of the file, its size and digest, how many trials,
and the seconds in which they fall.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path

from sottovoce.core.errors import SottoError
from sottovoce.core.paths import Home, open_home
from sottovoce.models.download import bring
from sottovoce.models.partial import Partial, Wanted
from sottovoce.models.way import Manner, Way
from sottovoce.net.address import Where
from sottovoce.net.door import Door
from sottovoce.net.ledger import Ledger

QUICK = Manner(least=64 << 10, settle=0.0, fast=1e12, pause=0.01, write_every=0.005, save_every=0.01)


async def bring_and_install(home: Home, file: Wanted) -> None:
    way = Way(
        Door(lambda: "ask", Ledger(home.ledger), where=Where.ANYWHERE), True, {"127.0.0.1"}, manner=QUICK
    )
    with Partial(home.models / "partial", file) as partial:
        async for _ in bring(way, partial):
            pass
        partial.install(home.models / file.name)
        partial.forget()


def forked(home: Home, file: Wanted) -> int:
    """Start a download in a process of its own, and return its id."""
    child = os.fork()
    if child == 0:
        try:
            asyncio.run(bring_and_install(home, file))
        except SottoError as problem:
            sys.stderr.write(f"{problem.sentence} {problem.detail}\n")
            os._exit(1)
        os._exit(0)
    return child


def trial(home: Home, file: Wanted, seconds: float) -> dict[str, object]:
    child = forked(home, file)
    time.sleep(seconds)
    final = home.models / file.name
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    early = final.read_bytes() if final.exists() else None
    with Partial(home.models / "partial", file) as partial:
        kept = partial.received
    _, again = os.waitpid(forked(home, file), 0) if early is None else (0, 0)
    return {
        "killed": os.WIFSIGNALED(status),
        "early": None if early is None else len(early),
        "kept": kept,
        "again": again,
        "bytes": final.stat().st_size if final.exists() else 0,
        "left": sorted(path.name for path in (home.models / "partial").iterdir()) if early is None else [],
    }


def main() -> None:
    folder, url, size, digest, count, within = sys.argv[1:]
    file = Wanted(url, "m.gguf", "hf:org/repo/m.gguf", int(size), digest)
    # Once in this process, so that its children find all modules loaded.
    asyncio.run(bring_and_install(open_home(Path(folder) / "first"), file))
    for number in range(int(count)):
        home = open_home(Path(folder) / str(number))
        found = trial(home, file, float(within) * number / int(count))
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
