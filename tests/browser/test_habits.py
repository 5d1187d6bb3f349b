"""What people do without thinking, in any chat: keys, focus, scrolling, wide things, other eyes and ears."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

WIDE = (
    "```text\n" + "x" * 400 + "\n```\n\n"
    "| " + " | ".join(f"a long heading {at}" for at in range(12)) + " |\n|" + " - |" * 12 + "\n\n"
    "$$" + " + ".join(f"x_{{{at}}}" for at in range(80)) + "$$"
)


def test_the_up_arrow_brings_back_the_last_message_into_an_empty_field_only(window):
    window.have_answered("a boat")
    window.composer.press("ArrowUp")
    expect(window.composer).to_have_value("a boat")
    window.composer.fill("something else")
    window.composer.press("ArrowUp")
    expect(window.composer).to_have_value("something else")


def test_one_can_type_on_after_sending_stopping_and_beginning_anew(window):
    window.ask("/slow 100")
    expect(window.answer_text).to_contain_text("word2")
    expect(window.composer).to_be_focused()
    window.stop.click()
    expect(window.composer).to_be_focused()
    window.page.keyboard.press("Control+Shift+O")
    expect(window.questions).to_have_count(0)
    expect(window.composer).to_be_focused()


def test_the_list_of_keys_is_one_key_away(window):
    window.composer.blur()
    window.page.keyboard.press("?")
    listed = window.page.get_by_role("dialog", name="Keyboard shortcuts")
    for name in ("New chat", "Search all chats", "Show or hide the chats", "Stop the answer"):
        expect(listed.get_by_text(name)).to_be_visible()
    window.page.keyboard.press("Escape")
    expect(listed).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 390])
def test_what_is_wide_scrolls_within_itself(server, open_window, width):
    window = open_window(server, width=width)
    window.enter(server.link)
    window.ask(WIDE)
    expect(window.page.locator("math")).to_be_visible()
    assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    inner = window.answer_text.evaluate(
        """text => [...text.querySelectorAll("pre, table, math")].map((one) => {
          for (let box = one; box !== text; box = box.parentElement) {
            if (getComputedStyle(box).overflowX === "auto" && box.scrollWidth > box.clientWidth) return true;
          }
          return false;
        })"""
    )
    assert inner == [True, True, True]


def test_at_twice_the_size_everything_is_there(server, open_window):
    # A window of 640 is what is left of 1280 at 200 %.
    window = open_window(server, width=640, height=400)
    window.enter(server.link)
    window.have_answered("a boat on the sea")
    for place in (window.composer, window.send, window.answers.last.get_by_role("button", name="Copy")):
        place.scroll_into_view_if_needed()
        expect(place).to_be_in_viewport(ratio=1)
    assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_larger_letters_fit_as_well(window):
    window.page.evaluate("document.documentElement.style.fontSize = '200%'")
    window.have_answered("a boat on the sea")
    expect(window.composer).to_be_in_viewport(ratio=1)
    assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_who_wants_no_motion_sees_none(window):
    window.page.emulate_media(reduced_motion="reduce")
    window.ask("/slow 100")
    expect(window.answer_text).to_contain_text("word2")
    moving = window.page.evaluate(
        """[...document.querySelectorAll("*")].filter((one) => {
          const { animationName, animationDuration, transitionDuration } = getComputedStyle(one);
          const longest = Math.max(...[animationDuration, ...transitionDuration.split(",")].map(parseFloat));
          return (animationName !== "none" || transitionDuration !== "0s") && longest > 0.001;
        }).length"""
    )
    assert moving == 0


def test_an_answer_is_announced_once_and_whole(window):
    said = window.page.get_by_role("status")
    window.page.evaluate(
        """() => {
          window.heard = [];
          const place = document.querySelector('[role="status"]');
          new MutationObserver(() => window.heard.push(place.textContent)).observe(
            place, { childList: true, subtree: true, characterData: true });
        }"""
    )
    window.ask("/slow 20 a boat on the wide sea")
    expect(said.first).to_have_text(re.compile("a boat on the wide sea"))
    heard = [one for one in window.page.evaluate("window.heard") if one]
    assert len(heard) == 1, heard


def test_the_page_says_which_language_it_is_in(server, open_window):
    for language, lang in (("en-US", "en"), ("zh-CN", "zh-CN")):
        window = open_window(server, language=language)
        window.go("/")
        expect(window.page.get_by_role("textbox")).to_be_visible()
        assert window.page.evaluate("document.documentElement.lang") == lang
