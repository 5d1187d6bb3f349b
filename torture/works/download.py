"""A model's file is fetched from a hub on this machine: it has its name only once it is whole and right."""

from __future__ import annotations

import asyncio
import hashlib
import sys
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2] / "tests" / name) for name in ("models", "engine")]

from getting import brought, small_model, wanted, way  # noqa: E402  (found only on the path above)
from mirror import Mirror, serving  # noqa: E402

from sottovoce.core.paths import open_home  # noqa: E402
from sottovoce.models.partial import Wanted  # noqa: E402
from torture.works import Safeguard, Work, must  # noqa: E402

PROGRAM = """
import asyncio, contextlib, sys
from pathlib import Path
from sottovoce.core.paths import open_home
from sottovoce.models.claim import was_named
from sottovoce.models.download import bring
from sottovoce.models.partial import Partial, Wanted, clear, state_of
from sottovoce.models.way import Manner, Way
from sottovoce.net.address import Where
from sottovoce.net.door import Door
from sottovoce.net.ledger import Ledger

QUICK = Manner(
    least=64 << 10, settle=0.0, fast=1e12, tries=4, step=4096, pause=0.01, write_every=0.02, save_every=0.02
)

async def main():
    folder, url, size, digest = sys.argv[1:]
    home = open_home(Path(folder) / "home")
    file = Wanted(url, "m.gguf", "hf:org/repo/m.gguf", int(size), digest)
    door = Door(setting=lambda: "ask", ledger=Ledger(home.ledger), where=Where.ANYWHERE)
    way = Way(door, explicit=True, elsewhere={"127.0.0.1"}, manner=QUICK)
    partials = home.models / "partial"
    if was_named(state_of(partials, file), file, home.models / file.name):
        print("installed", flush=True)
        clear(partials, file)
        return
    with Partial(partials, file) as partial:
        async for step in bring(way, partial):
            pass
        partial.install(home.models / file.name)
        print("installed", flush=True)
        partial.forget()

asyncio.run(main())
"""

UNSETTLED = """
from sottovoce.models.partial import Partial
begun = Partial.__init__

def begin(self, folder, wanted):
    begun(self, folder, wanted)
    self.path = folder.parent / wanted.name
    folder.mkdir(exist_ok=True)

def install(self, path):
    self.save()
    self._close()

Partial.__init__, Partial.install = begin, install
"""

UNSYNCED = """
import os
os.fsync = lambda file: None
"""


def work(scratch: Path) -> Work:
    mirror = Mirror(speed=2e7)
    threading.Thread(target=_served, args=(mirror, ready := threading.Event()), daemon=True).start()
    ready.wait()
    data = small_model()
    file = wanted(mirror, data)
    program = PROGRAM.replace("sys.argv[1:]", f"sys.argv[1], {file.url!r}, {len(data)}, {file.sha256!r}")
    return Work(
        "a download",
        program,
        (
            "sottovoce.models.download",
            "sottovoce.net.ledger",
            "httpcore2",
            "anyio._backends._asyncio",
            "truststore",
        ),
        lambda folder: None,
        partial(check, file),
        Safeguard("a name of its own until it is whole", UNSETTLED),
        Safeguard("the sync of files and folders", UNSYNCED),
    )


def _served(mirror: Mirror, ready: threading.Event) -> None:
    with serving(mirror):
        ready.set()
        threading.Event().wait()


def check(file: Wanted, folder: Path, said: Sequence[str]) -> None:
    home = open_home(folder / "home")
    final = home.models / file.name
    must(not final.exists() or _is_right(final, file), "a file that is not right has the final name")
    must(final.exists() or "installed" not in said, "a file that was said to be installed is not there")
    if not final.exists():
        asyncio.run(brought(way(home), home, file))
        must(_is_right(final, file), "once gone on with, it is not right")
        left = [path.name for path in (home.models / "partial").iterdir()]
        must(not left, f"left over: {left}")


def _is_right(path: Path, file: Wanted) -> bool:
    return hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256
