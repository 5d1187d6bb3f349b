"""Counts a page's frames, and those that came too late for an eye not to see it."""

from __future__ import annotations

from typing import Any

LATE_MS = 50.0
FRAMES_OVER = f"frames over {LATE_MS:.0f} ms"

_WATCH = """() => {
  window.frames_seen = [];
  let before = performance.now();
  const next = (now) => {
    window.frames_seen.push(now - before);
    before = now;
    requestAnimationFrame(next);
  };
  requestAnimationFrame((now) => { before = now; requestAnimationFrame(next); });
}"""


def watch(page: Any) -> None:
    """Begin to count."""
    page.evaluate(_WATCH)


def share_over(page: Any) -> float:
    """Return how many in a hundred frames came late since `watch`."""
    seen: list[float] = page.evaluate("window.frames_seen")
    if len(seen) < 100:
        raise RuntimeError(f"only {len(seen)} frames were drawn; that tells nothing")
    return 100 * sum(took > LATE_MS for took in seen) / len(seen)
