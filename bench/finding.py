"""Finding words among 100,000 messages, as the page's search asks for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.browser import seated
from bench.hoard import MESSAGES, Hoard
from bench.pairs import Row, row


def measure(home: Path, count: int) -> list[Row]:
    hoard = Hoard()
    with seated(home, hoard.chats()) as seat:
        took = sorted(_found(seat.page, text) for text in hoard.questions(count))
    return [
        row(f"search in {MESSAGES:,} messages", took, "ms", 50.0),
        row("the same, the slowest of twenty", took[-len(took) // 20 :], "ms", 50.0),
    ]


_ASK = """async (text) => {
  const begun = performance.now();
  const answer = await fetch(`/app/api/search?q=${encodeURIComponent(text)}`);
  await answer.json();
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return performance.now() - begun;
}"""


def _found(page: Any, text: str) -> float:
    return float(page.evaluate(_ASK, text))
