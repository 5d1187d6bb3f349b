"""Staying signed in, signing out, and coming back to where one was going."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SIGN_IN = "not signed in"


def say_signed_out(window):
    expect(window.page.locator("body")).to_contain_text(SIGN_IN)
    expect(window.composer).to_have_count(0)


def test_a_browser_stays_signed_in_when_the_server_is_started_again(window, server):
    window.allow("ERR_", "INCOMPLETE")
    window.ask("before the restart")
    expect(window.answer_text).to_have_text("before the restart")
    window.composer.fill("half writ")
    server.kill()
    expect(window.banner).to_be_visible()
    server.start()
    expect(window.banner).to_have_count(0)
    expect(window.composer).to_have_value("half writ")
    window.reload()
    expect(window.answer_text).to_have_text("before the restart")
    window.composer.press("Enter")
    expect(window.answer_text).to_have_text("half writ")


def test_signing_out_everywhere_reaches_every_window_at_once(window, server, open_window):
    other = open_window(server)
    for one in (window, other):
        one.allow("401", "403", "ERR_")
    other.enter(window.new_link())
    other.composer.fill("do not lose me")
    window.go("/settings")
    rows = window.page.locator(".browsers li")
    expect(rows).to_have_count(2)
    window.page.get_by_role("button", name="Sign out everywhere").click()
    expect(window.page.get_by_role("button", name="Cancel")).to_be_focused()
    window.page.get_by_role("button", name="Sign out everywhere").click()
    say_signed_out(window)
    say_signed_out(other)
    server.kill()
    server.start()
    other.page.reload()
    say_signed_out(other)
    other.enter(server.link)
    expect(other.composer).to_have_value("do not lose me")


@pytest.mark.parametrize("way", ["the link in another tab", "the link in this tab", "pasted"])
def test_who_signs_in_comes_to_where_they_were_going_with_their_draft(window, server, way):
    window.allow("401", "403")
    page = window.page
    window.ask("a boat on the sea")
    expect(window.answer_text).to_have_text("a boat on the sea")
    wanted = page.url
    expect(page).to_have_url(re.compile("/c/"))
    window.composer.fill("my draft")
    link = window.new_link()
    cookie = next(one for one in window.context.cookies() if one["name"] == "sotto_session")
    window.context.clear_cookies()
    page.reload()
    say_signed_out(window)
    assert cookie
    if way == "pasted":
        page.get_by_role("textbox").fill(link)
        page.keyboard.press("Enter")
        here = page
    elif way == "the link in this tab":
        page.goto(link)
        here = page
    else:
        here = window.context.new_page()
        here.goto(link)
    expect(here).to_have_url(wanted)
    expect(here.get_by_test_id("answer-text")).to_have_text("a boat on the sea")
    expect(here.get_by_role("textbox", name="Message")).to_have_value("my draft")
    # Only once: whoever opens a link later begins at the beginning.
    here.goto(window.new_link() if here is page else f"{server.address}/enter")
    expect(here).to_have_url(f"{server.address}/")


@pytest.mark.parametrize(
    "place",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/c/../docs",
        "/docs",
        "/c/UPPER",
    ],
)
def test_no_other_place_is_gone_to(window, server, place):
    window.page.evaluate("place => localStorage.setItem('sotto.wanted', place)", place)
    window.page.goto(window.new_link())
    expect(window.page).to_have_url(f"{server.address}/")
    expect(window.composer).to_be_visible()


def test_a_phone_is_told_how_where_it_cannot_reach_the_server(window, server):
    window.go("/settings")
    window.page.get_by_role("button", name="Show a code").click()
    told = window.page.get_by_role("dialog")
    expect(told).to_contain_text("for this machine alone")
    expect(told.locator("code", has_text="sotto share")).to_be_visible()
    expect(window.page.locator(".phone-code")).to_have_count(0)
