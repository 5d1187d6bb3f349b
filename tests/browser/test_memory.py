"""Memory in the settings: turned on, filled from a chat, changed, erased; where each line came from."""

from __future__ import annotations

from typing import Any

import pytest
from axe import faults
from playwright.sync_api import Locator, expect

pytestmark = pytest.mark.browser


def opened(window: Any) -> Locator:
    window.page.get_by_role("button", name="Settings", exact=True).click()
    section: Locator = window.page.get_by_test_id("memory")
    expect(section).to_be_visible()
    return section


def test_a_person_turns_it_on_sees_where_a_line_came_from_and_erases_it(window: Any) -> None:
    section = opened(window)
    switch = section.get_by_role("checkbox", name="Remember things in all chats")
    expect(switch).not_to_be_checked()
    switch.check()
    expect(switch).to_be_checked()
    window.page.keyboard.press("Escape")
    expect(window.page.get_by_role("dialog")).to_have_count(0)
    window.ask("Remember that I live in Vienna")
    expect(window.answer_text).to_contain_text("Remembered for all chats: “I live in Vienna”.")

    section = opened(window)
    line = section.get_by_role("listitem")
    expect(line).to_contain_text("I live in Vienna")
    expect(line).to_contain_text("said")
    section.get_by_label("Something to remember").fill("My dog is called Rex")
    section.get_by_role("button", name="Remember", exact=True).click()
    expect(section.get_by_role("listitem")).to_have_count(2)
    section.get_by_role("button", name="Change “My dog is called Rex”").click()
    section.get_by_role("textbox", name="Change “My dog is called Rex”").fill("My dog is called Ada")
    section.get_by_role("button", name="Save").click()
    expect(section.get_by_role("listitem").nth(1)).to_contain_text("My dog is called Ada")
    expect(section.get_by_role("listitem").nth(1)).to_contain_text("changed by you on")
    expect(line.first).not_to_contain_text("changed by you")
    assert faults(window.page) == []

    section.get_by_role("button", name="Erase “I live in Vienna”").click()
    assert faults(window.page) == []
    line.first.get_by_role("button", name="Cancel").click()
    expect(section.get_by_role("listitem")).to_have_count(2)
    section.get_by_role("button", name="Erase “I live in Vienna”").click()
    line.first.get_by_role("button", name="Erase", exact=True).click()
    expect(section.get_by_role("listitem")).to_have_count(1)
    section.get_by_role("button", name="Erase all").click()
    section.get_by_role("button", name="Erase all").click()
    expect(section.get_by_role("listitem")).to_have_count(0)


def test_a_line_leads_to_the_chat_where_it_was_said(window: Any) -> None:
    opened(window).get_by_role("checkbox").check()
    window.page.keyboard.press("Escape")
    expect(window.page.get_by_role("dialog")).to_have_count(0)
    window.ask("Remember that I live in Vienna")
    expect(window.answer_text).to_contain_text("Remembered")
    window.go("/")
    opened(window).get_by_role("button", name="Remember that I live in Vienna").click()
    expect(window.answer_text).to_contain_text("Remembered")
