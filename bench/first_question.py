"""What stands around a model adds to an answer's first word: of a program's first question, and of later.

`python -m bench.first_question` writes the processor's time into safety.md: that of the checks which a
question waits for, in a program that was just started, and apart from it what is made while the engine works.
With --waits it prints what whole programs wait, with and without guards in turn: as uneven as the machine is.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from packing import tables

from bench.callers import chat
from bench.guarding import PAGE, placed
from bench.pairs import Row, row
from bench.served import sotto
from bench.startup import first_word

ROOT = Path(__file__).parent.parent
QUESTIONS = {
    "in English": "Why is the sky blue?",
    "in English, with a number": "Tell me about the 3 largest cities.",
    "in Chinese": "为什么天空是蓝色的？",
}
BAR = 5.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of the processor: until the engine is asked, and beside it."""

    before: float
    beside: float


def measure(count: int) -> list[Row]:
    tables.put(ROOT)  # as an installed program has them
    rows = []
    for name, question in QUESTIONS.items():
        found = [costs(question) for _ in range(count)]
        firsts, laters = [first for first, _ in found], [later for _, later in found]
        rows += [
            row(f"first question of a program, {name}", [one.before for one in firsts], "ms", BAR),
            row(f"the same, while the engine works, {name}", [one.beside for one in firsts], "ms", None),
            row(f"any later question, {name}", [one.before for one in laters], "ms", BAR),
        ]
        prepared = [costs(question, "prepared")[0].before for _ in range(count)]
        rows.append(row(f"first question of a server or a chat, {name}", prepared, "ms", BAR))
    return rows


def waits(home: Path, count: int) -> list[Row]:
    """Return what whole programs wait longer with guards, each pair in another order."""
    first_word(home)
    asked = _pairs(lambda program: first_word(home, program), count)
    served = _pairs(lambda program: asyncio.run(_served(home, program)), max(5, count // 2))
    same = [(first_word(home) - first_word(home)) * 1000 for _ in range(count)]
    return [
        row("first word of a cold `sotto ask`, with / without, difference", asked, "ms", BAR),
        row("the same with and with (A/A)", same, "ms", None),
        row("a server's first question, with / without, difference", served, "ms", BAR),
    ]


def _pairs(timed: Callable[[str], float], count: int) -> list[float]:
    found = []
    for at in range(count):
        order = ("sottovoce", "bench.unguarded")
        took = {program: timed(program) for program in (order if at % 2 else order[::-1])}
        found.append((took["sottovoce"] - took["bench.unguarded"]) * 1000)
    return found


async def _served(home: Path, program: str) -> float:
    async with sotto(home, program=program) as served:
        asked = [{"role": "user", "content": "Why is the sky blue?"}]
        return (await chat(served.port, asked, max_tokens=8)).wait


def costs(question: str, *how: str) -> tuple[Cost, Cost]:
    """Return what the first and the second question cost a new program."""
    child = (sys.executable, "-m", "bench.first_question", "--asked", question, *how)
    said = subprocess.run(child, check=True, capture_output=True, text=True).stdout
    first, later = (Cost(*each) for each in json.loads(said))
    return first, later


async def _ask(question: str, *, prepared: bool) -> None:
    from sottovoce.app import open_app
    from sottovoce.chat import guarded, watching
    from sottovoce.chat.guarded import Said
    from sottovoce.core.paths import open_home

    with tempfile.TemporaryDirectory() as folder:
        async with open_app(home=open_home(Path(folder)), environment={}, attach=False) as app:
            if prepared:
                await app.prepare()
            guards = app.parts_of(replace(app.model, sha256=_speaking("zh")), app.engine).guards
            said = Said(question, app.model.name, time.time())

            async def asked() -> tuple[float, float]:
                before = await _milliseconds(lambda: guarded.before(guards, said))
                return before, await _milliseconds(lambda: watching.made(guards, said, ""))

            print(json.dumps([await asked(), await asked()]))


def _speaking(code: str) -> str:
    """Return the content of some model that speaks a language: the starter's is told to use another."""
    from sottovoce.models import catalogue

    cards = catalogue.read(catalogue.OURS)
    speaking = (card for card in cards if card.languages and catalogue.speaks(card.languages, code))
    return next(digest for card in speaking for file in card.models for digest in file.digests)


async def _milliseconds(work: Callable[[], Awaitable[object]]) -> float:
    began = time.process_time()
    await work()
    return (time.process_time() - began) * 1000


def main() -> None:
    from bench.__main__ import line, processor

    parser = argparse.ArgumentParser(prog="python -m bench.first_question")
    parser.add_argument("--count", type=int, default=31)
    parser.add_argument("--waits", action="store_true", help="time whole programs, and print that")
    parser.add_argument("--asked", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.asked:
        asyncio.run(_ask(given.asked[0], prepared=len(given.asked) > 1))
        return
    if given.waits:
        with tempfile.TemporaryDirectory(prefix="sotto-bench-") as folder:
            print(*map(line, waits(Path(folder), given.count)), sep="\n")
        return
    body = "\n".join(map(line, measure(given.count)))
    head = "| what, processor time | median | 95 % interval | to reach | |\n|---|---|---|---|---|"
    load = f"load at the start {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    text = f"{head}\n{body}\n\nOn {processor()}, {load}."
    PAGE.write_text(placed(PAGE.read_text("utf-8"), "first", text), "utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
