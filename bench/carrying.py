"""A bundle's copy, hashed and synced, against cp: `python -m bench.carrying [FOLDER] [--megabytes N]`.

Both read a file that is not in the page cache, as it is on a stick that was just put in, and both end when
the copy is on the disk. An A/A row shows how much is noise.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import tempfile
import time
from pathlib import Path

from bench.pairs import Row, ratios, row
from sottovoce.updates.copying import Piece, assemble


def measure(folder: Path, megabytes: int, count: int) -> list[Row]:
    source = folder / "source"
    with source.open("wb") as file:
        for _ in range(megabytes):
            file.write(os.urandom(1 << 20))
        os.fsync(file.fileno())
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    piece = Piece(source, 0, source.stat().st_size, digest)
    size = f"{megabytes} MiB from a cold file"
    return [
        row(
            f"copy of {size}, hashed and synced / cp, then sync",
            ratios(lambda: ours(folder, piece), lambda: cp(folder, source), count),
            "×",
            1.25,
        ),
        row(
            "cp against itself (A/A)",
            ratios(lambda: cp(folder, source), lambda: cp(folder, source), count),
            "×",
            None,
        ),
    ]


def ours(folder: Path, piece: Piece) -> float:
    target = folder / "ours"
    target.unlink(missing_ok=True)
    forget(piece.path)
    begun = time.perf_counter()
    assemble([piece], target, lambda count: None)
    return time.perf_counter() - begun


def cp(folder: Path, source: Path) -> float:
    target = folder / "theirs"
    target.unlink(missing_ok=True)
    forget(source)
    begun = time.perf_counter()
    subprocess.run(["cp", source, target], check=True)
    subprocess.run(["sync", target], check=True)
    return time.perf_counter() - begun


def forget(path: Path) -> None:
    """Have the system drop a file from its cache."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="on the disk to be measured")
    parser.add_argument("--megabytes", type=int, default=300)
    parser.add_argument("--count", type=int, default=15)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        for one in measure(Path(folder), given.megabytes, given.count):
            each = one.spread
            print(
                f"{one.name}: {each.median:.2f} {one.unit} [{each.low:.2f}, {each.high:.2f}], {one.verdict}"
            )


if __name__ == "__main__":
    main()
