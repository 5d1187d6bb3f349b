"""100,000 messages taken in from a file, looked through, and written to one, by the program's commands."""

from __future__ import annotations

import json
import time
from pathlib import Path

from bench.hoard import MESSAGES, Hoard
from bench.pairs import Row, row
from bench.startup import SOTTO, whole
from sottovoce import AsyncSotto

TIMES = 3


async def measure(home: Path, count: int) -> list[Row]:
    home.mkdir(parents=True)
    hoard = Hoard()
    file = home / "chats.json"
    file.write_text(json.dumps({"format": "sottovoce-chats", "version": 1, "chats": hoard.chats()}))
    taken, written = [], []
    for at in range(TIMES):
        run = (*SOTTO, "--home", str(home / f"{at}"), "chats")
        taken.append(MESSAGES / whole((*run, "import", str(file))))
        written.append(MESSAGES / whole((*run, "export", "--all", "--to", str(home / f"{at}.json"))))
    took = []
    async with AsyncSotto(home / "0") as sotto:
        for text in hoard.questions(count):
            begun = time.perf_counter()
            await sotto.search(text)
            took.append((time.perf_counter() - begun) * 1000)
    slowest = sorted(took)[-len(took) // 20 :]
    return [
        row(f"{MESSAGES:,} messages taken in, each second", taken, "", 5000.0, at_most=False),
        row(f"{MESSAGES:,} messages written to a file, each second", written, "", 5000.0, at_most=False),
        row("search in them", took, "ms", 50.0),
        row("search in them, the slowest of twenty", slowest, "ms", 50.0),
    ]
