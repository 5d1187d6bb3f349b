"""The page from nothing to usable, what it weighs, and a chat of 1,000 messages opened and scrolled."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from bench.browser import Seat, chat_of, seated
from bench.frames import FRAMES_OVER, share_over, watch
from bench.pairs import Row, row

MESSAGES = 1000
PARAGRAPH = "A long answer has **some** marks, a `name`, and a list:\n\n- one thing\n- another\n\n"
TITLE = "The long chat"

USABLE = "() => document.getElementById('message') !== null"
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
NEWEST = f"() => document.body.innerText.includes('This is message {MESSAGES - 1}.')"


def measure(home: Path, count: int) -> list[Row]:
    texts = [f"This is message {at}.\n\n{PARAGRAPH * 3}" for at in range(MESSAGES)]
    with seated(home, [chat_of(texts, TITLE, "long")]) as seat:
        opened = [_opened(seat) for _ in range(count + 1)][1:]
        chats = [_chat_opened(seat) for _ in range(count + 1)][1:]
        scrolled = [_scrolled(seat) for _ in range(3)]
    return [
        row("first paint, nothing kept in the browser", [paint for paint, _ in opened], "ms", 300.0),
        row("the field to write in is there", [usable for _, usable in opened], "ms", 1000.0),
        row("scripts and styles before lazy chunks, gzip", [_weight()], "kB", 180.0),
        row(f"a chat of {MESSAGES:,} messages opens", chats, "ms", 1000.0),
        row(f"scrolling up through it: {FRAMES_OVER}", scrolled, "%", 0.0),
    ]


def _opened(seat: Seat) -> tuple[float, float]:
    page = seat.fresh()
    page.goto(seat.address)
    page.wait_for_function(USABLE, polling="raf")
    usable = float(page.evaluate("performance.now()"))
    page.wait_for_function(f"() => {PAINTED} !== undefined")
    paint = float(page.evaluate(PAINTED))
    page.context.close()
    return paint, usable


def _chat_opened(seat: Seat) -> float:
    page = seat.page
    page.goto(seat.address)
    link = page.get_by_role("link", name=TITLE)
    link.wait_for()
    page.evaluate("() => { addEventListener('click', () => { window.clicked = performance.now() }, true) }")
    link.click()
    page.wait_for_function(NEWEST, polling="raf")
    return float(page.evaluate("performance.now() - window.clicked"))


def _scrolled(seat: Seat) -> float:
    _chat_opened(seat)
    page = seat.page
    page.mouse.move(800, 400)
    watch(page)
    for _ in range(300):
        page.mouse.wheel(0, -400)
        page.wait_for_timeout(16)
    return share_over(page)


def _weight() -> float:
    """Return the compressed size of what the page's first answer names, in kB."""
    built = Path(__file__).parents[1] / "src" / "sottovoce" / "server" / "page" / "built"
    named = re.findall(r'(?:src|href)="/page/([^"]+\.(?:js|css))"', (built / "index.html").read_text())
    return sum(len(gzip.compress((built / name).read_bytes(), 9)) for name in named) / 1000
