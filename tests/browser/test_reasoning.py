"""A model that thinks before it answers: what it thinks is folded, and apart from the answer."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from test_access import faults

pytestmark = pytest.mark.browser

THOUGHT = "First, **a boat** floats on the water.\n\n- and a sail\n- and an oar"
SHORT = f"<think>\n{THOUGHT}\n</think>\n\nA ship."
SLOW = f"/slow 60 <think> {' '.join(f'idea{at}' for at in range(40))} </think> A ship it is."

HEAD = re.compile(r"^Thought for \d+ s$")


def head(window):
    return window.answers.last.get_by_test_id("reasoning").get_by_role("button")


def test_a_thought_is_folded_and_opens_by_keyboard(window):
    window.ask(SHORT)
    expect(window.answer_text).to_have_text("A ship.")
    expect(head(window)).to_have_text(HEAD)
    expect(window.answers.last).not_to_contain_text("a boat")
    head(window).focus()
    window.page.keyboard.press("Enter")
    expect(head(window)).to_have_attribute("aria-expanded", "true")
    thought = window.answers.last.get_by_test_id("reasoning")
    expect(thought.locator("strong")).to_have_text("a boat")
    expect(thought.get_by_role("listitem")).to_have_count(2)
    window.page.keyboard.press("Enter")
    expect(head(window)).to_have_attribute("aria-expanded", "false")
    expect(window.answers.last).not_to_contain_text("a boat")


def test_a_thought_shows_its_newest_words_while_it_goes_on_and_outlives_a_reload(window):
    window.ask(SLOW)
    expect(head(window)).to_contain_text("Thinking")
    expect(head(window)).to_contain_text("idea5")
    window.reload()
    expect(head(window)).to_contain_text("idea20")
    head(window).click()
    expect(window.answers.last.get_by_test_id("reasoning")).to_contain_text("idea30")
    expect(window.answer_text).to_have_text("A ship it is.")
    expect(head(window)).to_have_text(HEAD)
    expect(window.stop).to_have_count(0)
    window.reload()
    expect(window.answer_text).to_have_text("A ship it is.")
    expect(head(window)).to_have_text(HEAD)


def test_a_copy_is_the_answer_alone(window):
    window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    window.ask(SHORT)
    expect(window.answer_text).to_have_text("A ship.")
    window.answers.last.get_by_role("button", name="Copy").click()
    expect(window.answers.last.get_by_role("button", name="Copied")).to_be_visible()
    said = window.page.evaluate("navigator.clipboard.readText()")
    assert re.sub(r"\s*<!--.*?-->\s*", "", said, flags=re.DOTALL) == "A ship."


def test_what_was_thought_before_a_stop_is_kept_and_open_where_there_is_no_answer(window):
    window.ask(SLOW)
    expect(head(window)).to_contain_text("idea5")
    window.page.keyboard.press("Escape")
    expect(window.answers.last).to_contain_text("You stopped this answer.")
    expect(head(window)).to_have_attribute("aria-expanded", "true")
    expect(window.answers.last.get_by_test_id("reasoning")).to_contain_text("idea5")
    window.reload()
    expect(window.answers.last.get_by_test_id("reasoning")).to_contain_text("idea5")


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_no_state_of_a_thought_has_a_fault(window, colours):
    window.page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    window.ask(SHORT)
    expect(window.answer_text).to_have_text("A ship.")
    assert faults(window.page) == [], "folded"
    head(window).click()
    assert faults(window.page) == [], "open"
    window.ask(SLOW)
    expect(head(window)).to_contain_text("idea5")
    assert faults(window.page) == [], "thinking"
