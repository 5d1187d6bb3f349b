"""An answer that goes round, as a reader sees it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

ROUND = "I am here to help you. "


def test_an_answer_that_goes_round_is_cut_and_can_be_gone_on_with(window):
    window.ask("Hello. " + ROUND * 30)
    expect(window.answer_text).to_have_text("Hello. I am here to help you.")
    answer = window.answers.last
    expect(answer).to_contain_text("The answer was ended where it began to repeat itself.")
    expect(answer.locator(".notice")).to_have_count(0)
    button = answer.get_by_role("button", name=re.compile("Continue"))
    expect(button).to_be_visible()
    window.page.reload()
    expect(window.answer_text).to_have_text("Hello. I am here to help you.")
    expect(window.answers.last.get_by_role("button", name=re.compile("Continue"))).to_be_visible()
