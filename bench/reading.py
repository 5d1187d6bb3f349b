"""python -m bench.reading FOLDER [--rounds 5]: how many passages a second one reader gives, by kind of file.

Reads every readable file of a folder by the product's own reader, process and all, and counts 700 characters
as a passage. The first round warms the disk's cache and is not counted.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections import Counter, defaultdict
from pathlib import Path

from sottovoce.core.errors import BadDocument
from sottovoce.knowledge.reading.kinds import READABLE, ending_of
from sottovoce.knowledge.reading.read import Reader

PASSAGE = 700


async def measure(files: dict[str, list[Path]], rounds: int) -> None:
    print(f"{'kind':10} {'files':>6} {'MB of text':>10} {'refused':>7} {'passages/s':>11}  each round")
    async with Reader() as reader:
        for kind, paths in sorted(files.items()):
            rates: list[float] = []
            for _ in range(rounds + 1):
                count = Counter[str]()
                began = time.perf_counter()
                for path in paths:
                    try:
                        found = await reader.read(path, path.name)
                        count["text"] += sum(len(block.text) for block in found.blocks)
                    except BadDocument:
                        count["refused"] += 1
                rates.append(count["text"] / PASSAGE / (time.perf_counter() - began))
            each = " ".join(f"{rate:,.0f}" for rate in rates[1:])
            print(
                f"{kind:10} {len(paths):6,} {count['text'] / 1e6:10.1f} {count['refused']:7,} "
                f"{statistics.median(rates[1:]):11,.0f}  {each}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.reading", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    files: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(given.folder.rglob("*")):
        if path.is_file() and (kind := READABLE.get(ending_of(path.name))):
            files[kind].append(path)
    asyncio.run(measure(files, given.rounds))


if __name__ == "__main__":
    main()
