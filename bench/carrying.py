"""A bundle's copy, hashed and synced, against cp: `python -m bench.carrying [FOLDER] [--megabytes N]`.

Both read a file that is not in the page cache, as on a stick that was just put in, or one that is, and both
end when the copy is on the disk. An A/A row shows how much is noise. The processor's seconds are told beside:
they hold also where others use the machine, and hashing alone is the least that any way needs more than cp.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
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
    kind = f"{megabytes} MiB from a"
    return [
        *compared(folder, piece, f"{kind} cold file", forget, count),
        *compared(folder, piece, f"{kind} warm file", warm, count),
    ]


def compared(folder: Path, piece: Piece, kind: str, prepare: Callable[[Path], None], count: int) -> list[Row]:
    def theirs() -> float:
        return cp(folder, piece.path, prepare)

    copied = ratios(lambda: ours(folder, piece, prepare), theirs, count)
    return [
        row(f"copy of {kind}, hashed and synced / cp, then sync", copied, "×", 1.25),
        row(f"cp of {kind} against itself (A/A)", ratios(theirs, theirs, count), "×", None),
    ]


def processor(folder: Path, count: int) -> dict[str, float]:
    """Return the seconds of processor that a copy takes from a warm file, cp's copy, and hashing alone."""
    source = folder / "source"
    data = source.read_bytes()
    piece = Piece(source, 0, len(data), hashlib.sha256(data).hexdigest())
    work = {
        "ours": lambda: ours(folder, piece, warm),
        "cp": lambda: cp(folder, source, warm),
        "hashing alone": lambda: hashlib.sha256(data).digest(),
    }
    return {name: statistics.median(spent(one) for _ in range(count)) for name, one in work.items()}


def spent(work: Callable[[], object]) -> float:
    before = _used()
    work()
    return _used() - before


def _used() -> float:
    each = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in each)


def ours(folder: Path, piece: Piece, prepare: Callable[[Path], None]) -> float:
    target = folder / "ours"
    target.unlink(missing_ok=True)
    prepare(piece.path)
    begun = time.perf_counter()
    assemble([piece], target, lambda count: None)
    return time.perf_counter() - begun


def cp(folder: Path, source: Path, prepare: Callable[[Path], None]) -> float:
    target = folder / "theirs"
    target.unlink(missing_ok=True)
    prepare(source)
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


def warm(path: Path) -> None:
    """Have the system keep a file in its cache, where one that was just written or read stands anyway."""


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
        for name, seconds in processor(Path(folder), given.count).items():
            print(f"processor, {name}: {seconds:.2f} s")


if __name__ == "__main__":
    main()
