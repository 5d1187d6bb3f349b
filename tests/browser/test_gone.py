"""What is asked of a chat, or done to it, when it is gone or the server is."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def act(window, title, item):
    window.chat(title).hover()
    window.page.get_by_role("button", name="More for").click()
    window.page.get_by_role("menuitem", name=item).click()


def test_a_chat_deleted_in_another_window_is_gone_here_and_what_was_typed_for_it_is_not(window):
    window.allow("404")
    window.ask("a boat on the sea")
    expect(window.answer_text).to_have_text("a boat on the sea")
    other = window.context.new_page()
    other.goto(window.page.url)
    window.composer.fill("and a harbour")
    other.get_by_role("link", name="a boat on the sea").hover()
    other.get_by_role("button", name="More for").click()
    other.get_by_role("menuitem", name="Delete").click()
    other.get_by_role("button", name="Delete now").click()
    gone = window.page.get_by_role("alert")
    expect(gone).to_contain_text("This is not here")
    expect(gone).to_contain_text("What you had typed for it is in the new chat.")
    expect(gone).not_to_contain_text("sotto")
    expect(window.page.locator("main")).not_to_contain_text("a boat on the sea")
    gone.get_by_role("button", name="New chat").click()
    expect(window.composer).to_have_value("and a harbour")
    window.composer.press("Enter")
    expect(window.answer_text).to_have_text("and a harbour")


@pytest.mark.parametrize(("language", "words"), [("en-US", "This is not here"), ("zh-CN", "找不到这个内容")])
def test_an_address_of_no_chat_offers_a_new_one(server, open_window, language, words):
    window = open_window(server, language=language)
    window.allow("404")
    window.enter(server.link)
    window.go("/c/aaaaaaaaaaaaaaaa")
    gone = window.page.get_by_role("alert")
    expect(gone).to_contain_text(words)
    gone.get_by_role("button", name=re.compile("New chat|新对话")).click()
    expect(window.composer).to_be_focused()


def test_a_title_that_could_not_be_changed_says_so(window, server):
    window.allow("Failed to load resource", "ERR_")
    window.ask("a boat")
    expect(window.answer_text).to_have_text("a boat")
    server.kill()
    act(window, "a boat", "Rename")
    window.page.get_by_role("textbox", name="Title of the chat").fill("Ships")
    window.page.keyboard.press("Enter")
    expect(window.page.get_by_role("region", name="Notices")).to_contain_text("The title was not changed.")
    expect(window.chat("a boat")).to_be_visible()
