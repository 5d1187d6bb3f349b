"""A download from loopback against curl of the same file: the starter, hashed, checked, synced and renamed.

Ours is timed from the first request to the final name; curl by its own clock, which leaves out its start
and syncs nothing. The second row lets curl's file be synced too, which is the same job without the hash.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.pairs import Row, ratios, row
from sottovoce.core.paths import open_home
from sottovoce.models import starter
from sottovoce.models.download import bring
from sottovoce.models.partial import Partial, Wanted
from sottovoce.models.way import Way
from sottovoce.net.address import Where
from sottovoce.net.door import Door
from sottovoce.net.ledger import Ledger

SERVER = """
import os, re, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args): pass

    def do_GET(self):
        size = os.path.getsize(sys.argv[1])
        found = re.fullmatch(r"bytes=(\\d+)-(\\d*)", self.headers.get("Range", ""))
        at, end = (int(found[1]), int(found[2] or size - 1) + 1) if found else (0, size)
        self.send_response(206 if found else 200)
        if found:
            self.send_header("Content-Range", f"bytes {at}-{end - 1}/{size}")
        self.send_header("Content-Length", str(end - at))
        self.send_header("ETag", '"starter"')
        self.end_headers()
        with open(sys.argv[1], "rb") as file:
            while at < end:
                at += os.sendfile(self.connection.fileno(), file.fileno(), at, min(end - at, 1 << 22))

server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""


def measure(home: Path, count: int) -> list[Row]:
    if shutil.which("curl") is None:
        raise SystemExit("curl is not installed, so there is nothing to compare with. Next: apt install curl")
    home.mkdir(parents=True, exist_ok=True)
    with served(starter.path()) as url:
        sizes = f"{starter.path().stat().st_size / 1e6:.0f} MB from loopback"
        ours(home, url)  # the modules are loaded, the file is in the page cache
        return [
            row(f"download of {sizes}, hashed and synced / curl", _pairs(home, url, count), "×", 1.15),
            row("the same / curl, then sync of its file", _pairs(home, url, count, synced=True), "×", 1.15),
            row(
                "curl against itself (A/A)",
                ratios(lambda: curl(home, url), lambda: curl(home, url), count),
                "×",
                None,
            ),
        ]


def _pairs(home: Path, url: str, count: int, *, synced: bool = False) -> list[float]:
    return ratios(lambda: ours(home, url), lambda: curl(home, url, synced=synced), count)


def ours(home: Path, url: str) -> float:
    """Return the seconds from the first request to the final name."""
    made = open_home(home / "sotto")
    file = Wanted(url, "starter.gguf", "bench", starter.path().stat().st_size, starter.SHA256)
    final = made.models / file.name
    final.unlink(missing_ok=True)
    os.sync()
    began = time.perf_counter()
    asyncio.run(
        _brought(
            Way(Door(lambda: "ask", Ledger(made.ledger), where=Where.ANYWHERE), explicit=True),
            made.models,
            file,
        )
    )
    return time.perf_counter() - began


async def _brought(way: Way, models: Path, file: Wanted) -> None:
    with Partial(models / "partial", file) as partial:
        async for _ in bring(way, partial):
            pass
        partial.install(models / file.name)


def curl(home: Path, url: str, *, synced: bool = False) -> float:
    """Return the seconds that curl says it took, with those of the sync if asked."""
    path = home / "curl.gguf"
    path.unlink(missing_ok=True)
    os.sync()
    command = ["curl", "--silent", "--fail", "--output", str(path), "--write-out", "%{time_total}", url]
    seconds = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    began = time.perf_counter()
    if synced:
        with path.open("rb") as file:
            os.fsync(file.fileno())
    return seconds + time.perf_counter() - began


@contextmanager
def served(path: Path) -> Iterator[str]:
    """Serve one file from a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(path)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{server.stdout.readline().strip()}/starter.gguf"
        finally:
            server.terminate()
