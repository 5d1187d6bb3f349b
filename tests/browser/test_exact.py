"""What is computed, as a reader sees it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_sum_is_shown_with_the_tool_that_computed_it(window):
    window.ask("what is 17 x 6?")
    expect(window.answer_text).to_have_text("17 × 6 = 102")
    tool = window.answers.last.get_by_test_id("tool")
    expect(tool).to_have_text("Calculated: 17 × 6")
    window.page.reload()
    expect(window.answers.last.get_by_test_id("tool")).to_have_text("Calculated: 17 × 6")
    expect(window.answer_text).to_have_text("17 × 6 = 102")
