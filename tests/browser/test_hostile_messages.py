"""What a person may type or paste that pages break on."""

from __future__ import annotations

import random

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

WORD = "".join(random.Random(5).choices("abcdefghijklmnopqrstuvwxyz", k=10_000))
"""Of letters by chance: an answer that went round would be ended."""
RIGHT_TO_LEFT = "\u202eshalom \u2067שלום\u2069 עולם abc"
ZERO_WIDTH = "\u200b\u200bin\ufeffvisible\u200d \u2060words\u200b"


def fits(window):
    """Whether nothing is wider than the window."""
    return window.page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth
            && [...document.querySelectorAll(".chat, .transcript, .composer")].every(
                (one) => one.scrollWidth <= one.clientWidth + 1)"""
    )


@pytest.fixture
def phone(server, open_window):
    window = open_window(server, width=390, height=844)
    window.enter(server.link)
    return window


def test_a_word_of_ten_thousand_characters_widens_nothing(phone):
    phone.ask(WORD)
    expect(phone.answer_text).to_contain_text(WORD)
    assert fits(phone)
    phone.composer.fill(WORD)
    assert fits(phone)
    expect(phone.questions.last.get_by_role("button", name="Show all")).to_be_visible()
    phone.questions.last.get_by_role("button", name="Show all").click()
    expect(phone.questions.last).to_contain_text(WORD)
    assert fits(phone)


@pytest.mark.parametrize("text", [RIGHT_TO_LEFT, ZERO_WIDTH], ids=["right to left", "zero width"])
def test_text_that_turns_or_hides_comes_back_as_it_was(phone, text):
    phone.ask(text)
    expect(phone.answers.last).to_have_attribute("aria-busy", "false")
    bubble = phone.page.locator(".question-bubble")
    assert bubble.evaluate("(one) => one.firstChild.textContent") == text
    # What turns the direction ends with the message: the page around it reads as ever.
    assert phone.page.evaluate("getComputedStyle(document.querySelector('.disclosure')).direction") == "ltr"
    phone.questions.last.get_by_role("button", name="Edit message").click()
    expect(phone.page.locator(".edit-box textarea")).to_have_value(text)
    assert fits(phone)


@pytest.mark.parametrize("text", ["`" * 3, "`" * 200, "```\n```\n```", "` ` `", "~~~"])
def test_an_answer_of_nothing_but_backticks_is_shown_and_the_chat_goes_on(phone, text):
    phone.ask(text)
    expect(phone.answers.last).to_have_attribute("aria-busy", "false")
    expect(phone.answers.last.get_by_role("button", name="Copy").last).to_be_visible()
    phone.ask("and now?")
    expect(phone.answer_text).to_have_text("and now?")
    assert fits(phone)


def test_a_message_of_five_megabytes_is_attached_since_no_field_bears_it(phone):
    phone.go("/settings")
    phone.page.get_by_role("radio", name="Never").check()
    phone.page.keyboard.press("Escape")
    phone.page.evaluate(
        """() => {
            const given = new DataTransfer();
            given.setData("text/plain", "some words ".repeat(450000));
            const how = { clipboardData: given, bubbles: true, cancelable: true };
            document.querySelector("#message").dispatchEvent(new ClipboardEvent("paste", how));
        }"""
    )
    chip = phone.page.locator(".composer .attachment")
    expect(chip).to_contain_text("4,950,000 characters")
    expect(chip.get_by_role("button")).to_have_count(2)  # it cannot be put back
    phone.send.click()
    expect(phone.answers.last.get_by_role("alert")).to_contain_text("too long for this model", timeout=60_000)
    phone.ask("still here?")
    expect(phone.answer_text).to_have_text("still here?")


def test_the_field_grows_to_eight_lines_and_then_scrolls(phone):
    line = phone.composer.evaluate("(one) => one.clientHeight")
    phone.composer.fill("\n" * 7)
    eight = phone.composer.evaluate("(one) => one.clientHeight")
    assert eight == pytest.approx(8 * line, rel=0.05)
    phone.composer.fill("\n" * 30)
    most = phone.composer.evaluate("(one) => one.clientHeight")
    assert most < 9 * line
    assert phone.composer.evaluate("(one) => one.scrollHeight") > most
