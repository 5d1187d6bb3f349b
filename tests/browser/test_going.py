"""Going about the page: addresses, signing in, and a server that goes away and comes back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CHAT = re.compile(r"/c/[a-z2-7]{16}$")


def test_a_chat_has_an_address_that_opens_it(window):
    window.ask("a boat on the sea")
    expect(window.answer_text).to_have_text("a boat on the sea")
    expect(window.page).to_have_url(CHAT)
    other = window.context.new_page()
    other.goto(window.page.url)
    expect(other.get_by_test_id("answer-text")).to_have_text("a boat on the sea")


def test_back_and_forward_go_from_chat_to_chat(window):
    window.ask("the first")
    expect(window.answer_text).to_have_text("the first")
    first = window.page.url
    window.go("/")
    expect(window.answers).to_have_count(0)
    window.ask("the second")
    expect(window.answer_text).to_have_text("the second")
    window.chat("the first").click()
    expect(window.answer_text).to_have_text("the first")
    assert window.page.url == first
    window.page.go_back()
    expect(window.answer_text).to_have_text("the second")
    window.page.go_forward()
    expect(window.answer_text).to_have_text("the first")


def test_an_address_of_no_chat_says_so(window):
    window.allow("404")
    window.go("/c/aaaaaaaaaaaaaaaa")
    expect(window.page.get_by_role("alert")).to_contain_text("This is not here")


@pytest.mark.parametrize("path", ["/", "/c/aaaaaaaaaaaaaaaa"])
def test_who_is_not_signed_in_is_told_how_and_sees_nothing(server, open_window, path):
    window = open_window(server)
    window.go(path)
    expect(window.page.locator("body")).to_contain_text("sotto serve")
    expect(window.composer).to_have_count(0)
    asked = {url.removeprefix(server.address) for url in window.asked if "/app/api/" in url}
    assert asked == {"/app/api/session"}


def test_a_draft_is_kept(window):
    window.composer.fill("not sent yet")
    window.page.wait_for_timeout(600)
    window.reload()
    expect(window.composer).to_have_value("not sent yet")


def test_a_killed_server_is_noticed_and_once_it_is_back_everything_goes_on(window, server):
    window.allow("ERR_", "401", "403")
    window.ask("before it was killed")
    expect(window.answer_text).to_have_text("before it was killed")
    window.composer.fill("a question half writ")
    server.kill()
    expect(window.banner).to_be_visible()
    expect(window.composer).to_have_value("a question half writ")
    expect(window.answer_text).to_have_text("before it was killed")

    server.start()
    expect(window.banner).to_have_count(0)
    expect(window.composer).to_have_value("a question half writ")
    expect(window.banner).to_have_count(0)
    expect(window.answer_text).to_have_text("before it was killed")
    window.composer.press("Enter")
    expect(window.answer_text).to_have_text("a question half writ")


def test_an_answer_that_was_cut_by_a_killed_server_is_kept_and_marked(window, server):
    window.allow("ERR_", "401", "403")
    window.ask("/slow 40")
    expect(window.answer_text).to_contain_text("word20")
    server.kill()
    expect(window.banner).to_be_visible()
    server.start()
    expect(window.banner).to_have_count(0)
    window.chat("/slow 40").click()
    expect(window.answer_text).to_contain_text("word10")
    expect(window.answers.last).to_contain_text(re.compile("interrupted", re.I))


def test_it_fits_a_phone(server, open_window):
    window = open_window(server, width=390, height=844)
    window.enter(server.link)
    window.ask("a boat on the sea")
    expect(window.answer_text).to_have_text("a boat on the sea")
    assert window.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_it_speaks_the_browsers_language(server, open_window):
    window = open_window(server, language="zh-CN")
    window.enter(server.link)
    expect(window.page.locator("html")).to_have_attribute("lang", re.compile("^zh"))
    assert re.search("[\u4e00-\u9fff]", window.page.locator("body").inner_text())
