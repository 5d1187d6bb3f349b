"""An answer of 200 blocks as it streams in, and what the page's memory comes to over 200 turns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.browser import Seat, seated
from bench.frames import FRAMES_OVER, share_over, watch
from bench.pairs import Row, row

PACE_MS = 16
"""Between two words, which is some 60 a second."""

BLOCKS = (
    "## A heading of four words\n\n",
    "A paragraph with **bold** words, `code`, a [link](https://example.org) and $x^2$ in it.\n\n",
    "- one thing\n- another thing\n\n",
    "```python\nfor one in many:\n    print(one)\n```\n\n",
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n",
)
COUNT = 200

TURNS = 200
SETTLED = 20
"""From here on the memory may not grow: code is loaded and every list has been drawn once."""


def measure(home: Path, count: int) -> list[Row]:
    with seated(home / "streaming") as seat:
        streamed = [_streamed(seat) for _ in range(3)]
    with seated(home / "memory") as seat:
        grown = _grown(seat)
    return [
        row(f"a streamed answer of {COUNT} blocks: {FRAMES_OVER}", streamed, "%", 2.0),
        row(f"the page's own memory, turn {SETTLED} to turn {TURNS}", [grown], "MB more", 2.0),
    ]


def _streamed(seat: Seat) -> float:
    page = seat.page
    page.goto(seat.address)
    text = "".join(BLOCKS[at % len(BLOCKS)] for at in range(COUNT))
    _ask(page, f"/slow {PACE_MS} {text}")
    page.get_by_role("button", name="Stop", exact=True).wait_for()
    watch(page)
    page.get_by_role("button", name="Send", exact=True).wait_for(timeout=180_000)
    return share_over(page)


def _grown(seat: Seat) -> float:
    """Return by how many MB what the page keeps grows, from a settled page to the last turn."""
    page = seat.page
    tools = seat.context.new_cdp_session(page)
    settled = 0.0
    for turn in range(1, TURNS + 1):
        _ask(page, f"Turn {turn}: " + "some words to be said again, " * 10)
        page.get_by_test_id("answer-text").filter(has_text=f"Turn {turn}:").wait_for()
        page.get_by_role("button", name="Send", exact=True).wait_for()
        if turn == SETTLED:
            settled = _kept(tools)
    return _kept(tools) - settled


def _ask(page: Any, text: str) -> None:
    field = page.get_by_role("textbox", name="Message")
    field.fill(text)
    field.press("Enter")


def _kept(tools: Any) -> float:
    """Return the MB of script objects that are in use once the garbage is gone."""
    for _ in range(3):
        tools.send("HeapProfiler.collectGarbage")
    return float(tools.send("Runtime.getHeapUsage")["usedSize"]) / 1e6
