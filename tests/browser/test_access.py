"""The page by keyboard and for those who hear it: no fault that axe finds, in any state, light or dark."""

from __future__ import annotations

import pytest
from axe import faults
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

RICH = (
    "## A boat\n\nwith *sails*, `rope` and [a link](https://example.org)\n\n"
    "| a | b |\n| - | - |\n| 1 | 2 |\n\n```python\nprint('ahoy')\n```\n\n$$x^2$$\n\n1. one\n2. two\n\n> said"
)


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["desk", "phone"])
def test_no_state_of_the_page_has_a_fault(server, open_window, colours, size):
    window = open_window(server, width=size[0], height=size[1])
    page = window.page
    page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    window.go("/")
    expect(page.get_by_role("textbox")).to_be_visible()
    assert faults(page) == [], "not signed in"
    window.enter(server.link)
    assert faults(page) == [], "empty"
    window.ask(RICH)
    expect(window.answer_text).to_contain_text("ahoy")
    expect(page.locator("math")).to_be_visible()
    assert faults(page) == [], "answered"
    window.ask("/slow 100")
    expect(window.answer_text).to_contain_text("word2")
    assert faults(page) == [], "being written"
    window.stop.click()
    expect(window.stop).to_have_count(0)
    assert faults(page) == [], "stopped"
    window.ask("/fail one two three four")
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults(page) == [], "failed"
    window.answers.last.get_by_role("button", name="More").click()
    assert faults(page) == [], "the menu of a message"
    page.get_by_role("menuitem", name="Delete").click()
    expect(page.get_by_test_id("toast")).to_be_visible()
    assert faults(page) == [], "about to be deleted"
    page.get_by_role("button", name="Undo").click()
    for path in ("/settings", "/models", "/shelves", "/help"):
        window.go(path)
        expect(page.get_by_role("dialog")).to_be_visible()
        assert faults(page) == [], path
    window.go("/")
    expect(window.composer).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert faults(page) == [], "search"


def test_a_fault_would_be_found(window):
    window.page.evaluate("document.getElementById('message').removeAttribute('aria-label')")
    window.page.evaluate("document.getElementById('message').removeAttribute('placeholder')")
    assert any(fault.startswith("label") for fault in faults(window.page))


def test_everything_can_be_reached_by_keyboard(window):
    window.ask("a boat")
    expect(window.answer_text).to_have_text("a boat")
    reached = set()
    for _ in range(40):
        window.page.keyboard.press("Tab")
        reached.add(
            window.page.evaluate(
                "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
            )
        )
    for name in ("Copy", "Try again", "Edit message", "New chat"):
        assert name in reached, reached
    assert any("Settings" in (one or "") for one in reached), reached
