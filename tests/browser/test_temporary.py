"""The temporary chat: plainly another one, a whole one, and gone without a trace."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect
from test_access import faults

pytestmark = pytest.mark.browser

LINE = "Temporary chat: not stored, gone when you leave it."
SECRET = "zanzibar quetzal"


def begin(window: Any, text: str = SECRET) -> None:
    window.page.get_by_role("button", name="Temporary chat").click()
    expect(window.page.get_by_text(LINE)).to_be_visible()
    window.ask(text)
    expect(window.answer_text).to_have_text(text)
    expect(window.stop).to_have_count(0)


def traces(window: Any, server: Any) -> list[str]:
    """Return where the secret stands: in the browser's own stores, or in a file of the home."""
    kept = "JSON.stringify([{...localStorage}, {...sessionStorage}, history.state, document.title])"
    found = ["browser"] if "quetzal" in window.page.evaluate(kept).lower() else []
    files = [path for path in server.home.rglob("*") if path.is_file()]
    return found + [path.name for path in files if b"quetzal" in path.read_bytes().lower()]


def test_it_looks_otherwise_and_leaves_nothing(window: Any, server: Any) -> None:
    page = window.page
    begin(window)
    expect(page.locator(".composer-box")).to_have_css("border-top-style", "dashed")
    expect(page).to_have_title("Temporary chat · Sottovoce")
    window.composer.fill("another quetzal, half typed")
    assert traces(window, server) == []
    expect(page.get_by_role("navigation").get_by_role("link")).to_have_count(0)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("quetzal")
    expect(page.get_by_text("Nothing found.")).to_be_visible()


def test_the_traces_of_a_usual_chat_would_be_found(window: Any, server: Any) -> None:
    window.ask(SECRET)
    expect(window.answer_text).to_have_text(SECRET)
    window.composer.fill("another quetzal, half typed")
    found = traces(window, server)
    assert "browser" in found
    assert any(name.startswith("sotto.db") for name in found)


def test_what_was_typed_before_comes_along_and_is_kept_no_longer(window: Any, server: Any) -> None:
    window.composer.fill(SECRET)
    window.page.get_by_role("button", name="Temporary chat").click()
    expect(window.composer).to_have_value(SECRET)
    expect(window.composer).to_be_focused()
    assert traces(window, server) == []


def test_it_is_a_whole_chat_and_lives_through_a_reload(window: Any) -> None:
    page = window.page
    begin(window)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("group", name="Version 2 of 2")).to_be_visible()
    window.ask("and a second")
    expect(window.answer_text).to_have_text("and a second")
    window.reload()
    expect(window.answers).to_have_count(2)
    expect(page.get_by_text(LINE)).to_be_visible()
    other = window.context.new_page()
    other.goto(page.url)
    expect(other.get_by_text(LINE)).to_be_visible()


def test_it_is_gone_when_it_is_left_and_says_so_to_who_comes_back(window: Any) -> None:
    window.allow("404")
    page = window.page
    begin(window)
    address = page.url
    with page.expect_response(lambda response: response.request.method == "DELETE") as ending:
        page.get_by_role("button", name="New chat").click()
    assert ending.value.status == 204
    expect(page.get_by_text(LINE)).to_have_count(0)
    page.go_back()
    expect(page.get_by_role("heading", name="This temporary chat has ended")).to_be_visible()
    assert page.url == address
    assert faults(page) == []
    window.page.reload()
    expect(page.get_by_role("heading", name="This temporary chat has ended")).to_be_visible()
    page.get_by_role("main").get_by_role("button", name="New chat").click()
    expect(window.composer).to_be_focused()


def test_it_is_ended_by_its_button_even_while_it_is_written(window: Any) -> None:
    page = window.page
    page.get_by_role("button", name="Temporary chat").click()
    window.ask("/slow 1000")
    expect(window.answer_text).to_contain_text("word2")
    with page.expect_response(lambda response: response.request.method == "DELETE") as ending:
        page.get_by_role("button", name="End this chat").click()
    assert ending.value.status == 204
    expect(window.answers).to_have_count(0)
    expect(window.composer).to_be_focused()


def test_it_is_gone_with_the_server(window: Any, server: Any) -> None:
    window.allow("404", "ERR_CONNECTION", "Failed to load resource")
    begin(window)
    server.kill()
    server.start()
    other = window.context.new_page()
    other.goto(server.link)
    expect(other.get_by_role("textbox", name="Message")).to_be_visible()
    window.page.reload()
    expect(window.page.get_by_role("heading", name="This temporary chat has ended")).to_be_visible()


def test_it_can_be_kept_after_all(window: Any, server: Any) -> None:
    page = window.page
    begin(window, "a boat on the sea")
    page.get_by_role("button", name="Keep this chat").click()
    expect(window.chat("A boat on the sea")).to_have_attribute("aria-current", "page")
    expect(page.get_by_text(LINE)).to_have_count(0)
    expect(page).to_have_title(re.compile("boat", re.I))
    window.ask("and on")
    expect(window.answer_text).to_have_text("and on")
    page.get_by_role("button", name="New chat").first.click()
    window.chat("A boat on the sea").click()
    expect(window.answers).to_have_count(2)


@pytest.mark.parametrize(
    ("colours", "size"), [("light", (1280, 800)), ("dark", (390, 844))], ids=["desk-light", "phone-dark"]
)
def test_it_has_no_fault(server: Any, open_window: Any, colours: str, size: Any) -> None:
    window = open_window(server, width=size[0], height=size[1])
    window.page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    window.enter(server.link)
    window.page.get_by_role("button", name="Temporary chat").click()
    assert faults(window.page) == [], "to begin"
    window.ask("a boat")
    expect(window.answer_text).to_have_text("a boat")
    expect(window.page.get_by_role("button", name="End this chat")).to_be_visible()
    assert faults(window.page) == [], "begun"
