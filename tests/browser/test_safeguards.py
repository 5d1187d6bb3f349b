"""What safeguards did, in the settings; and the crisis card, which stands alone and stays so."""

from __future__ import annotations

from typing import Any

import pytest
from axe import faults
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_the_crisis_card_is_the_answer_is_still_there_on_reload_and_the_settings_tell_of_it(
    window: Any,
) -> None:
    window.ask("I want to kill myself")
    expect(window.answer_text).to_contain_text("You matter")
    expect(window.answer_text).not_to_contain_text("I want to kill myself")
    window.page.reload()
    expect(window.answer_text).to_contain_text("You matter")
    assert window.page.get_by_test_id("answer").locator(".notice, .problem").count() == 0

    window.page.get_by_role("button", name="Settings", exact=True).click()
    section = window.page.get_by_test_id("safeguards")
    expect(section).to_contain_text("The profile is open.")
    expect(section.get_by_role("listitem")).to_contain_text("Crisis card shown · self_harm.said")
    assert faults(window.page) == []


def test_who_reads_in_chinese_is_told_so_whatever_the_browser_speaks(window: Any) -> None:
    window.page.get_by_role("button", name="Settings", exact=True).click()
    window.page.get_by_role("radio", name="中文").check()
    window.page.keyboard.press("Escape")
    window.ask("Remember that I like tea")
    expect(window.page.locator(".notice")).to_contain_text("这个对话之外不会记住")
    window.page.reload()
    expect(window.page.locator(".notice")).to_contain_text("这个对话之外不会记住")
