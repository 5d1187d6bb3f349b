"""Windows stay in step: what is done in one is seen in the others, told by the server and not asked for."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from playwright.sync_api import expect
from serving import environment

pytestmark = pytest.mark.browser

CHANGES = "/app/api/changes"
LISTS = "/app/api/chats?"


def listings(window):
    return sum(LISTS in url for url in window.asked)


def unpolled(window):
    """Have a window never ask by itself: what it shows from here on, it was told of."""
    window.context.add_init_script("window.setInterval = () => 0")


@pytest.fixture
def two(server, open_window):
    """Two windows and a phone of one person."""
    windows = [open_window(server), open_window(server), open_window(server, width=390, height=844)]
    for one in windows:
        unpolled(one)
    windows[0].enter(server.link)
    for one in windows[1:]:
        one.enter(windows[0].new_link())
    return windows


def followed(window):
    """Wait until it follows what changes."""
    until(lambda: any(CHANGES in url for url in window.asked))
    window.settle()


def until(holds, seconds=15.0):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_all_that_is_done_in_one_window_is_seen_in_the_others(two):
    desk, other, phone = two
    for one in two:
        followed(one)
    desk.ask("a boat on the sea")
    expect(desk.answer_text).to_have_text("a boat on the sea")
    expect(other.chat("a boat on the sea")).to_be_visible()
    other.chat("a boat on the sea").click()
    expect(other.answer_text).to_have_text("a boat on the sea")
    phone.go(desk.page.url.removeprefix(phone.address))
    expect(phone.answer_text).to_have_text("a boat on the sea")

    phone.ask("and a harbour")
    for one in (desk, other):
        expect(one.answer_text).to_have_text("and a harbour")
        expect(one.answers).to_have_count(2)

    desk.chat("a boat on the sea").hover()
    desk.page.get_by_role("button", name="More for").click()
    desk.page.get_by_role("menuitem", name="Rename").click()
    desk.page.get_by_role("textbox", name="Title of the chat").fill("Ships")
    desk.page.keyboard.press("Enter")
    expect(other.chat("Ships")).to_be_visible()

    other.chat("Ships").hover()
    other.page.get_by_role("button", name="More for").click()
    other.page.get_by_role("menuitem", name="Delete").click()
    other.page.get_by_role("button", name="Delete now").click()
    expect(desk.chat("Ships")).to_have_count(0)
    desk.allow("404")
    phone.allow("404")
    expect(phone.page.get_by_role("alert")).to_contain_text("This is not here")


def test_an_answer_is_followed_as_it_is_written_in_the_other_window_too(two):
    desk, other, _ = two
    desk.ask("hello")
    expect(desk.answer_text).to_have_text("hello")
    other.chat("hello").click()
    expect(other.answer_text).to_have_text("hello")
    desk.ask("/slow 60")
    expect(other.answer_text).to_contain_text("word5")
    expect(other.stop).to_be_visible()
    other.stop.click()
    expect(desk.stop).to_have_count(0)
    expect(desk.answers.last).to_contain_text("stopped")


def test_while_nothing_happens_nothing_is_asked(window):
    followed(window)
    before = len(asked_of_server(window))
    window.page.wait_for_timeout(11_000)
    assert asked_of_server(window)[before:] == []


def asked_of_server(window):
    """Return the calls; the page's own files come when they like."""
    return [url for url in window.asked if "/app/api/" in url]


def test_a_hidden_window_follows_nothing_and_misses_nothing(window, server, open_window):
    followed(window)
    other = open_window(server)
    other.enter(window.new_link())
    hide(window, True)
    window.settle()
    before = len(asked_of_server(window))
    other.ask("while it was hidden")
    expect(other.answer_text).to_have_text("while it was hidden")
    window.page.wait_for_timeout(6_000)
    assert asked_of_server(window)[before:] == []
    hide(window, False)
    expect(window.chat("while it was hidden")).to_be_visible()


def test_where_the_stream_fails_it_asks_every_few_seconds(server, open_window):
    window = open_window(server)
    window.allow("429", "503")
    window.page.route(
        f"**{CHANGES}*",
        lambda route: route.fulfill(
            status=429,
            content_type="application/json",
            body='{"error": {"code": "busy", "sentence": "", "hint": null, "field": null}}',
        ),
    )
    window.enter(server.link)
    other = open_window(server)
    other.enter(window.new_link())
    other.ask("seen all the same")
    expect(window.chat("seen all the same")).to_be_visible()
    expect(window.banner).to_have_count(0)


def test_what_the_terminal_asks_is_seen(server, open_window):
    window = open_window(server)
    unpolled(window)
    window.enter(server.link)
    followed(window)
    command = [sys.executable, "-m", "sottovoce", "ask", "from the terminal"]
    done = subprocess.run(command, env=environment(server.home), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    expect(window.chat("from the terminal")).to_be_visible()


def hide(window, is_hidden):
    """Have the page believe that nobody sees it."""
    window.page.evaluate(
        """hidden => {
            Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        is_hidden,
    )


def test_who_asks_while_the_other_window_does_reads_why_not_and_sees_its_question(two):
    desk, other, _ = two
    for one in two:
        followed(one)
    desk.have_answered("a boat")
    other.chat("a boat").click()
    expect(other.answer_text).to_have_text("a boat")
    held = []
    other.page.route("**/app/api/chats/*/runs", lambda route: held.append(route))
    other.allow("400")
    with other.page.expect_request("**/app/api/chats/*/runs"):
        other.ask("a plane")
    desk.ask("/slow 200")
    expect(desk.stop).to_be_visible()
    held[0].continue_()
    why = other.page.get_by_role("alert").locator("strong")
    expect(why).to_have_text("An answer is being written in this chat.")
    expect(other.composer).to_have_value("a plane")
    expect(other.questions.last).to_contain_text("/slow 200")
    expect(other.answer_text).to_contain_text("word2")
    desk.stop.click()
