"""What changed in a file of 60 MB, as a bundle carries it: `python -m bench.changes [OLD NEW]`.

Without files, of noise, which nothing makes smaller: 150 kB put in front, in the middle, and spread. Each row
is a process of its own, so that the memory is its own too.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sottovoce.updates import bases, deltas
from sottovoce.updates.contents import File

SIZE, CHANGE, PLACES = 60_000_000, 150_000, 150


def nobody(count: int) -> None:
    """Hears how far it is."""


def put_noise(folder: Path) -> dict[str, tuple[Path, Path]]:
    """Write files before and after changes of each kind."""
    noise = random.Random(1)
    old, new = noise.randbytes(SIZE), noise.randbytes(CHANGE)
    step, part = SIZE // PLACES, CHANGE // PLACES
    spread = (
        new[at * part : (at + 1) * part] + old[at * step + part : (at + 1) * step] for at in range(PLACES)
    )
    kinds = {
        "put in front": new + old,
        "changed in the middle": old[: SIZE // 2] + new + old[SIZE // 2 + CHANGE :],
        "spread over 150 places": b"".join(spread),
    }
    before = folder / "old"
    before.write_bytes(old)
    for number, data in enumerate(kinds.values()):
        (folder / str(number)).write_bytes(data)
    return {kind: (before, folder / str(number)) for number, kind in enumerate(kinds)}


def one(old: Path, new: Path, folder: Path) -> str:
    """Make a delta and apply it; say what it took."""
    wanted = File("f", new.stat().st_size, bases.digest_of(new), ())
    begun = time.perf_counter()
    size = deltas.make(old, new, folder / "delta", nobody)
    made = time.perf_counter()
    deltas.apply(old, folder / "delta", folder / "made", wanted, nobody)
    done = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"{size / 1000:.0f} kB of {wanted.size / 1e6:.0f} MB, made in {made - begun:.1f} s, "
        f"applied in {done - made:.1f} s, at most {peak:.0f} MiB with the mapped files"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="an earlier file and a newer one")
    files = parser.parse_args().files
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if files:
            print(one(files[0], files[1], folder))
            return
        for kind, (old, new) in put_noise(folder).items():
            command = [sys.executable, "-m", "bench.changes", str(old), str(new)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            print(f"{kind}: {done.stdout}", end="")


if __name__ == "__main__":
    main()
