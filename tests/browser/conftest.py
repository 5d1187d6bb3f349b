"""A person at a browser: the real server as a process, and Chromium, which must not misbehave meanwhile."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

# No test folder is on the path by itself; others have a mirror of a hub, and write models and documents.
sys.path.extend(
    str(Path(__file__).parents[1] / name) for name in ("browser", "engine", "models", "knowledge/reading")
)

from getting import small_model
from library import NAME, Place
from mirror import Mirror, serving
from playwright.sync_api import expect
from serving import Server
from window import Window

from sottovoce.core.paths import open_home

BUILT = Path(__file__).parents[2] / "src" / "sottovoce" / "server" / "page" / "built" / "index.html"
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
"""The first has all but the windows around a page, and takes the processor little more than half as long."""
PLACES = ("/Applications/Chromium.app/Contents/MacOS/Chromium",)
NEXT = (
    'Next: apt install chromium-headless-shell fonts-noto-cjk, or leave these tests out with -m "not browser"'
)


def find_chromium() -> str | None:
    found = (shutil.which(name) for name in (*NAMES, *PLACES))
    return next((path for path in found if path), None)


# For one file at a time: while Playwright waits between two tests, no other event loop can run.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    path = find_chromium()
    if path is None:
        pytest.fail(f"No Chromium is installed, and these tests open the page in it. {NEXT}", pytrace=False)
    if not BUILT.is_file():
        pytest.fail("The page is not built. Next: make run, or pip install -e .", pytrace=False)
    root = hasattr(os, "getuid") and os.getuid() == 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"] if root else [], timeout=60_000
        )
        yield browser
        browser.close()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Return what starts a server with an empty home, or with these chats in it."""
    with ExitStack() as running:

        def started(engine: str = "echo", chats: object = None) -> Server:
            server = Server(tmp_path / "home", engine)
            running.callback(server.kill)
            if chats is not None:
                server.take_in(chats)
            server.start()
            return server

        yield started


@pytest.fixture
def server(start: Callable[..., Server]) -> Server:
    """Return a server on the echo engine, whose answers come as fast, or as slowly, as they are told to."""
    return start()


@pytest.fixture
def open_window(chromium: Any) -> Iterator[Callable[..., Window]]:
    """Return what opens a browser that has never been here; at the end it must have behaved."""
    opened: list[Window] = []

    def open_one(server: Server, **options: Any) -> Window:
        opened.append(Window(chromium, server.address, **options))
        return opened[-1]

    yield open_one
    for window in opened:
        window.close()
    for window in opened:
        window.must_have_behaved()


@pytest.fixture
def window(server: Server, open_window: Callable[..., Window]) -> Window:
    """Return a signed-in browser at the page of the server on the echo engine."""
    window = open_window(server)
    window.enter(server.link)
    return window


@pytest.fixture
def mirror(loopback: None) -> Iterator[Mirror]:
    """Return a hub with one small model."""
    with serving(Mirror()) as running:
        running.put("org/m-GGUF", (f"{NAME}.gguf", small_model()))
        yield running


@pytest.fixture
def place(tmp_path: Path, mirror: Mirror, start: Callable[..., Server]) -> Place:
    """Return a home on a machine that was measured before, with a hub to take models from."""
    place = Place(open_home(tmp_path / "home"), mirror, start)
    place.measure()
    return place


@pytest.fixture
def screen(place: Place, open_window: Callable[..., Window]) -> Callable[..., Window]:
    """Return what opens a signed-in browser at the screen."""

    def opened(path: str = "/models", **options: Any) -> Window:
        server = place.server or place.start()
        window = open_window(server, **options)
        window.enter(server.link)
        window.go(path)
        expect(window.page.get_by_role("dialog", name=re.compile("Models|模型"))).to_be_visible()
        return window

    return opened
