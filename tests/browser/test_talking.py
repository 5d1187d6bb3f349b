"""Asking and being answered, in a real browser."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from sottovoce.core.paths import open_home

pytestmark = pytest.mark.browser

WORDS = [f"word{at}" for at in range(100)]
"""What the echo engine writes when it is asked to be slow."""

SLOW = "/slow 40"


def words(window):
    return window.answer_text.inner_text().split()


def begun(window, count=5):
    """Wait until some words are there."""
    expect(window.answer_text).to_contain_text(WORDS[count])


def ended(window):
    expect(window.stop).to_have_count(0)


def test_the_page_opens_and_can_be_used(window):
    expect(window.composer).to_be_focused()
    window.ask("a boat on the sea")
    expect(window.answer_text).to_have_text("a boat on the sea")
    expect(window.composer).to_have_value("")
    expect(window.composer).to_be_focused()
    expect(window.questions).to_have_count(1)
    expect(window.answers).to_have_count(1)


def test_it_says_that_one_talks_to_an_ai(window):
    said = window.page.get_by_test_id("disclosure")
    expect(said).to_be_visible()
    expect(said).to_contain_text("AI")
    window.ask("a boat")
    expect(window.answer_text).to_have_text("a boat")
    expect(said).to_be_visible()


@pytest.mark.model
def test_the_starter_model_answers(start, open_window, tmp_path):
    # Else it may begin in another language by chance, and what it said is taken away.
    open_home(tmp_path / "home").config.write_text("temperature = 0.0\n")
    server = start(engine="")
    window = open_window(server)
    window.enter(server.link)
    window.ask("What is the capital of France?")
    expect(window.answer_text).to_contain_text(re.compile(r"\w{2}"), timeout=60_000)
    expect(window.stop).to_have_count(0, timeout=120_000)
    text = window.answer_text.inner_text()
    expect(window.answers.last).to_contain_text("SmolLM2-135M-Instruct")
    expect(window.answers.last).to_contain_text("tokens/s")
    window.reload()
    expect(window.answer_text).to_have_text(text, use_inner_text=True)


def test_a_reload_in_the_middle_of_an_answer_loses_and_doubles_no_word(window):
    window.ask(SLOW)
    begun(window)
    for _ in range(3):
        window.reload()
        time.sleep(0.3)
    expect(window.answer_text).to_contain_text(WORDS[-1])
    ended(window)
    assert words(window) == WORDS


def test_a_connection_cut_within_a_word_is_made_again_without_a_lost_or_doubled_word(window):
    cuts = []

    def cut(route):
        whole = route.fetch()
        cuts.append(whole.body()[: len(whole.body()) * 2 // 5])
        route.fulfill(response=whole, body=cuts[-1] if len(cuts) < 5 else whole.body())

    window.page.route("**/events?*", cut)
    window.ask("/slow 5")
    expect(window.answer_text).to_contain_text(WORDS[-1])
    ended(window)
    assert words(window) == WORDS
    assert len(cuts) >= 5
    assert not all(one.endswith(b"\n\n") for one in cuts)


def test_another_window_follows_the_same_answer(window, server, open_window):
    window.ask(SLOW)
    begun(window)
    other = window.context.new_page()
    other.goto(window.page.url)
    text = other.get_by_test_id("answer-text").last
    expect(text).to_contain_text(WORDS[-1])
    assert text.inner_text().split() == WORDS


def test_stop_stops_and_what_was_written_is_kept_and_marked(window):
    window.ask(SLOW)
    begun(window)
    window.stop.click()
    ended(window)
    kept = words(window)
    assert WORDS[: len(kept)] == kept
    assert 5 < len(kept) < 100
    expect(window.answers.last).to_contain_text(re.compile("stopped", re.I))
    time.sleep(0.5)
    assert words(window) == kept
    window.reload()
    expect(window.answer_text).to_contain_text(kept[-1])
    # The server may have written a word or two more before it heard of it.
    assert words(window)[: len(kept)] == kept
    assert len(words(window)) < 100
    expect(window.answers.last).to_contain_text(re.compile("stopped", re.I))


def test_escape_stops(window):
    window.ask(SLOW)
    begun(window)
    window.page.keyboard.press("Escape")
    ended(window)
    assert len(words(window)) < 100


def test_shift_enter_makes_a_line_and_enter_sends(window):
    window.composer.press_sequentially("one")
    window.composer.press("Shift+Enter")
    window.composer.press_sequentially("two")
    expect(window.answers).to_have_count(0)
    window.composer.press("Enter")
    expect(window.answer_text).to_contain_text("two")
    expect(window.questions.last).to_contain_text("one")


def test_enter_that_ends_a_composition_sends_nothing(window):
    window.composer.fill("ni hao")
    window.composer.dispatch_event("compositionstart")
    window.composer.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "keyCode": 229})
    window.composer.dispatch_event("compositionend")
    time.sleep(0.3)
    expect(window.questions).to_have_count(0)
    expect(window.composer).to_have_value("ni hao")
