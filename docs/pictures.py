"""python -m docs.pictures: take the pictures in the guides anew, from the page itself and the real model."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from bench.browser import Seat, seated

from sottovoce.core.paths import open_home
from sottovoce.hybrid import upstreams
from sottovoce.hybrid.upstream import Upstream
from sottovoce.net.address import Where

FOLDER = Path(__file__).parent / "guides" / "pictures"
PHONE = {"width": 390, "height": 844}

QUESTION = "What is a lighthouse for? Answer in two sentences."
LETTER = "I am Anna Berger, write to anna.berger@example.org. Is my rent in Nordlicht too high?"
PATIENCE = 120_000


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="sotto-") as at, seated(Path(at) / "home", engine="") as seat:
        page = seat.page
        page.set_default_timeout(PATIENCE)
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.get_by_role("textbox", name="Message").fill(QUESTION)
        page.keyboard.press("Enter")
        page.get_by_text("tokens/s").wait_for()
        _take(page, "answered")
        page.keyboard.press("Control+,")
        page.get_by_role("dialog").wait_for()
        _take(page, "chat-settings")
        page.goto(f"{seat.address}/models/get")
        page.get_by_text("GB").first.wait_for()
        _take(page, "models")
        page.goto(seat.address)
        page.get_by_role("button", name="Temporary chat").click()
        _take(page, "temporary")
        _leaving(seat, Path(at) / "home")
        page.set_viewport_size(PHONE)
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        page.goto(seat.address)
        page.get_by_role("button", name="Show the chats").click()
        page.get_by_role("link", name="lighthouse").click()
        page.get_by_text("tokens/s").wait_for()
        _take(page, "phone")


def _leaving(seat: Seat, home: Path) -> None:
    """Take what would leave to a model that is described and never asked."""
    (home / "config.toml").write_text('network = "ask"\n')
    upstreams.add(open_home(home), Upstream("cellar", "http://192.168.1.5:7886", "large", Where.INSIDE))
    page = seat.page
    page.goto(seat.address)
    page.get_by_role("textbox", name="Message").fill(LETTER)
    page.keyboard.press("Enter")
    page.get_by_text("tokens/s").wait_for()
    page.get_by_test_id("answer").get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Ask cellar").click()
    page.get_by_test_id("outgoing").wait_for()
    _take(page, "leaving")
    page.keyboard.press("Escape")


def _take(page: Any, name: str) -> None:
    page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")


if __name__ == "__main__":
    main()
