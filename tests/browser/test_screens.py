"""Every state of the page in every window: nothing is wider than the window, no word is left untranslated.

The screens are kept for a person to look at: in the folder that SOTTO_SCREENS names, or with the test's
own files.
"""

from __future__ import annotations

import itertools
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SIZES = {"desk": (1280, 800), "phone": (390, 844)}
QUESTION = {"en": "How do I build a small boat?", "zh": "怎样造一条小船？"}
RICH = {
    "en": "## A small boat\n\nIt needs *sails*, `rope` and [a plan](https://example.org):\n\n"
    "| part | price |\n| - | -: |\n| sail | 120 |\n| rope | 14 |\n\n"
    "```python\ndef ahoy(name: str) -> str:\n    return f'Ahoy, {name}!'\n```\n\n$$v = \\sqrt{2gh}$$\n",
    "zh": "## 一条小船\n\n需要*帆*、`绳子`和[图纸](https://example.org)：\n\n"
    "| 部件 | 价格 |\n| - | -: |\n| 帆 | 120 |\n| 绳子 | 14 |\n\n"
    "```python\ndef ahoy(name: str) -> str:\n    return f'Ahoy, {name}!'\n```\n\n$$v = \\sqrt{2gh}$$\n",
}

WAYS = [
    (size, colours, language)
    for size, colours, language in itertools.product(SIZES, ("light", "dark"), ("en", "zh"))
    # Each size in each theme, and each language in both; all of them for who wants the pictures.
    if "SOTTO_SCREENS" in os.environ or (size == "desk") == ((colours == "light") == (language == "en"))
]

STRINGS = Path(__file__).parents[2] / "web" / "strings"


class Album:
    """Takes a picture of each state, and looks whether the page fits its window."""

    def __init__(self, page: Any, folder: Path, keys: set[str]) -> None:
        self._page, self._folder, self._keys = page, folder, keys

    def take(self, state: str) -> None:
        self._page.screenshot(path=self._folder / f"{state}.png", animations="disabled")
        width = self._page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1], f"{state} is {width[0]} px wide in a window of {width[1]}"
        words = set(re.findall(r"[\w.]+", self._page.evaluate("document.body.innerText")))
        assert not words & self._keys, f"{state} shows keys in place of words"


@pytest.fixture
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    given = os.environ.get("SOTTO_SCREENS")
    name = re.sub(r"\W+", "-", request.node.callspec.id)
    found = (Path(given) if given else tmp_path / "screens") / name
    found.mkdir(parents=True, exist_ok=True)
    return found


@pytest.mark.parametrize(("size", "colours", "language"), WAYS)
def test_every_state_fits_its_window(
    start: Callable[..., Any],
    open_window: Callable[..., Any],
    folder: Path,
    size: str,
    colours: str,
    language: str,
) -> None:
    server = start()
    say = json.loads((STRINGS / f"{language}.json").read_text("utf-8"))
    width, height = SIZES[size]
    locale = {"en": "en-US", "zh": "zh-CN"}[language]
    window = open_window(server, width=width, height=height, language=locale)
    page = window.page
    page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    window.allow("status of 429")  # what runs here is asked for while it is still being measured
    album = Album(page, folder, {key for key in say if "." in key})
    button = lambda key: page.get_by_role("button", name=say[key], exact=True)  # noqa: E731

    window.go("/")
    expect(page.get_by_role("textbox")).to_be_visible()
    album.take("01-not-signed-in")
    window.enter(server.link)
    album.take("02-empty")
    window.ask(f"/slow 60 {RICH[language]}")
    expect(window.answer_text.locator("code").first).to_be_visible()
    album.take("03-being-written")
    expect(page.locator("math")).to_be_visible()
    expect(button("stop")).to_have_count(0)
    album.take("04-answered")
    button("question.edit").click()
    album.take("05-editing")
    page.keyboard.press("Escape")
    window.ask("/fail one two three four")
    expect(page.get_by_role("alert")).to_be_visible()
    album.take("06-failed")
    window.ask(f"/slow 500 {QUESTION[language]}")
    expect(button("stop")).to_be_visible()
    button("stop").click()
    expect(button("stop")).to_have_count(0)
    album.take("07-stopped")
    for number, path in enumerate(("settings", "models", "models/get", "ledger", "shelves"), 8):
        window.go(f"/{path}")
        expect(page.get_by_role("dialog")).to_be_visible()
        if path.startswith("models"):
            expect(page.get_by_role("dialog")).to_contain_text(re.compile(r"\d [MG]B"))
        album.take(f"{number:02}-{path.replace('/', '-')}")
    window.go("/")
    expect(window.composer).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").get_by_role("searchbox").or_(page.get_by_role("combobox")).first.fill("rope")
    album.take("13-search")
    page.keyboard.press("Escape")  # empties the field
    page.keyboard.press("Escape")
    button("chatSettings.open").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    album.take("14-chat-settings")
    page.keyboard.press("Escape")
    if size == "phone":
        button("sidebar.show").first.click()
        album.take("15-list-of-chats")
        button("sidebar.hide").first.click()
    assert window.unexpected == []
    window.allow("")  # whatever a browser says of a server that dies
    server.kill()
    expect(page.get_by_role("alert").first).to_be_visible()
    album.take("16-server-gone")
